import { provideBuild } from '../../scripts/run/built-product.mjs';
import { createReport } from '../../scripts/setup/report.mjs';

/** Before the tests of a project: the threads that they start are the built ones (`workers.ts`). */
export const setup = () => provideBuild(createReport(process.stderr));
