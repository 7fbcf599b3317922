import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { nodeFiles, replaceFile } from '../../../../electron/gateway/platform/files.ts';
import { isHeldByAnother, patiently, patientlySync } from '../../../../electron/gateway/platform/held-files.ts';
import { heldFiles, scannedFiles } from '../../../support/scanned-files.ts';
import { temporaryFolder } from '../../../support/store.ts';

const failure = (code: string): Error => Object.assign(new Error(code), { code });
const isHeld = (error: unknown): boolean => isHeldByAnother(error, 'win32');

describe('a file that another program holds', () => {
  it('is told by its codes on Windows, where a missing right has the same; elsewhere they mean that alone', () => {
    for (const code of ['EBUSY', 'EPERM', 'EACCES']) {
      expect(isHeldByAnother(failure(code), 'win32')).toBe(true);
      expect(isHeldByAnother(failure(code), 'linux')).toBe(false);
    }
    for (const code of ['ENOENT', 'ENOSPC', 'EIO', 'EXDEV'])
      expect(isHeldByAnother(failure(code), 'win32')).toBe(false);
  });

  it.each(['EBUSY', 'EPERM', 'EACCES'])('is waited for: %s', async (code) => {
    let tries = 0;
    const work = (): number => {
      tries += 1;
      if (tries % 4 !== 0) throw failure(code);
      return tries;
    };
    expect(await patiently(async () => work(), { isHeld })).toBe(4);
    expect(patientlySync(work, { isHeld })).toBe(8);
  });

  it('is given up in the end, with the system’s own failure', async () => {
    let tries = 0;
    const work = (): never => {
      tries += 1;
      throw failure('EBUSY');
    };
    await expect(patiently(async () => work(), { isHeld, mostMilliseconds: 60 })).rejects.toThrow('EBUSY');
    expect(tries).toBeGreaterThan(2);
    expect(() => patientlySync(work, { isHeld, mostMilliseconds: 60 })).toThrow('EBUSY');
  });

  it('is the only thing that is waited for', async () => {
    let tries = 0;
    const work = async (): Promise<never> => {
      tries += 1;
      throw failure('ENOSPC');
    };
    await expect(patiently(work, { isHeld })).rejects.toThrow('ENOSPC');
    expect(tries).toBe(1);
  });
});

test('settings and secrets are replaced although a scanner holds each new file', async () => {
  const path = join(await temporaryFolder(), 'config.json');
  const files = scannedFiles(80);
  for (const text of ['one', 'two', 'three']) await replaceFile(files, path, text);
  expect(await readFile(path, 'utf8')).toBe('three');
  expect(await nodeFiles.list(join(path, '..'))).toEqual(['config.json']);
});

test('one try tells whether a file is free, and leaves it as it is', async () => {
  const folder = await temporaryFolder();
  const [from, to] = [join(folder, 'a'), join(folder, 'b')];
  await writeFile(from, 'a');
  let isFree = false;
  const files = heldFiles((path) => path === from && !isFree);
  expect(await files.renameIfFree(from, to)).toBe(false);
  expect(await files.removeIfFree(from)).toBe(false);
  expect(await files.list(folder)).toEqual(['a']);
  isFree = true;
  expect(await files.renameIfFree(from, to)).toBe(true);
  expect(await files.removeIfFree(to)).toBe(true);
  await expect(files.renameIfFree(from, to)).rejects.toThrow('ENOENT');
});
