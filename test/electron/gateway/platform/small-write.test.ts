import { existsSync } from 'node:fs';
import { lstat, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { smallWriteFailure } from '../../../../electron/gateway/platform/small-write.ts';
import { temporaryFolder } from '../../../support/store.ts';

it('a small file is tried and gone again, also where a kill left one', async () => {
  const path = join(await temporaryFolder(), 'gateway.sqlite.probe');
  expect(smallWriteFailure(path)).toBeNull();
  await writeFile(path, 'left');
  expect(smallWriteFailure(path)).toBeNull();
  expect(existsSync(path)).toBe(false);
});

it.skipIf(process.platform === 'win32')('a link under its name is not written through', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'gateway.sqlite.probe');
  await writeFile(join(folder, 'other.conf'), 'theirs');
  for (const target of ['other.conf', 'not there']) {
    await symlink(join(folder, target), path);
    expect(smallWriteFailure(path)).toBeNull();
    await expect(lstat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  }
  expect(await readFile(join(folder, 'other.conf'), 'utf8')).toBe('theirs');
  expect(existsSync(join(folder, 'not there'))).toBe(false);
});

it('what the system says is handed on, and a folder under its name stays', async () => {
  const folder = await temporaryFolder();
  expect(smallWriteFailure(join(folder, 'away', 'x'))).toBe('ENOENT');
  await mkdir(join(folder, 'x'));
  expect(smallWriteFailure(join(folder, 'x'))).not.toBeNull();
  expect(existsSync(join(folder, 'x'))).toBe(true);
});
