import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refuseOverlap } from '../../../../electron/gateway/maintenance/start-checks.ts';
import { type FolderSourceConfig, folderSourceSchema } from '../../../../shared/source-config.ts';
import { failureWords } from '../../../support/spoken.ts';
import { temporaryFolder } from '../../../support/store.ts';

const source = (path: string): FolderSourceConfig => folderSourceSchema.parse({ id: 'aoi', kind: 'folder', path });

test.runIf(process.platform !== 'win32')(
  'a source in the data folder is refused by whatever path, also while nothing is there of it yet',
  async () => {
    const root = await temporaryFolder();
    const data = join(root, 'real/data');
    await mkdir(data, { recursive: true });
    await symlink(join(root, 'real'), join(root, 'link'));
    for (const path of ['real/data', 'link/data', 'link/data/in', 'link', 'real'])
      expect(
        await failureWords(refuseOverlap(data, [source(join(root, 'in')), source(join(root, path))])),
        path,
      ).toContain('lie in each other');
    await refuseOverlap(data, [source(join(root, 'link/data2')), source(join(root, 'real/..data'))]);
    // As before the first start.
    await expect(refuseOverlap(join(root, 'link/new'), [source(join(root, 'real/new/in'))])).rejects.toThrow();
  },
);
