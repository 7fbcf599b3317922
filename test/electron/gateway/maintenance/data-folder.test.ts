import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataFolder } from '../../../../electron/gateway/maintenance/data-folder.ts';
import { nodeFiles } from '../../../../electron/gateway/platform/files.ts';
import { FailingFiles, type FailWish } from '../../../support/failing-files.ts';
import { failureWords } from '../../../support/spoken.ts';
import { temporaryFolder } from '../../../support/store.ts';

const connect = 'Connect its disk, or give this user the right to write there. It is tried again every 10 seconds.';
const mount = 'Mount it for writing. Linux makes a damaged disk read-only: have it checked.';

describe('a data folder that can’t be used', () => {
  it.each<[FailWish['code'], string, string]>([
    ['EROFS', 'its disk is read-only', mount],
    ['EACCES', 'this user may not write there', connect],
    ['ENOENT', 'its disk is not there', connect],
    ['EIO', 'its disk does not answer as it should', connect],
  ])('says why, and what to do: %s', async (code, why, whatToDo) => {
    const folder = await temporaryFolder();
    const files = new FailingFiles();
    files.failAt({ nth: 1, only: ['writeAndSync'], code, lasts: 'from-then-on' });
    expect(await failureWords(openDataFolder(folder, files))).toBe(
      `The data folder ${folder} can’t be used: ${why}. ${whatToDo}`,
    );
  });

  it('says that a file is in its way', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    expect(await failureWords(openDataFolder(file, nodeFiles))).toContain('can’t be used: a file has its name.');
    expect(await failureWords(openDataFolder(join(file, 'data'), nodeFiles))).toContain('a part of its path is a file');
  });
});

it('a disk that is only full is no fault of the data folder: delivering makes room there', async () => {
  const files = new FailingFiles();
  files.failAt({ nth: 1, only: ['writeAndSync'], code: 'ENOSPC', lasts: 'from-then-on' });
  await openDataFolder(await temporaryFolder(), files);
  expect(files.failed).toBeGreaterThan(0);
});
