import { describeFailure } from './setup/failure.mjs';
import { createReport, seconds } from './setup/report.mjs';
import { setUp } from './setup/set-up.mjs';

/** `npm run setup`: everything a checkout needs, on Node's built-ins, so that it runs before anything is installed. */
const report = createReport(process.stdout);
const began = performance.now();
try {
  await setUp(report);
  report.say(`done in ${seconds(performance.now() - began)}`);
} catch (error) {
  process.stderr.write(`${describeFailure(error)}\n`);
  process.exitCode = 1;
}
