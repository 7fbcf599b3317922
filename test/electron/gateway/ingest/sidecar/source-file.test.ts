import { execFileSync } from 'node:child_process';
import { lstat, open, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readWhole, SourceFolder } from '../../../../../electron/gateway/ingest/sidecar/source-file.ts';
import { fileVersion } from '../../../../../electron/gateway/model/file-version.ts';
import { temporaryFolder } from '../../../../support/store.ts';

it('a file that changes while it is read is read again, so that content and version are of each other', async () => {
  const path = join(await temporaryFolder(), 'a.txt');
  await writeFile(path, 'old');
  const handle = await open(path);
  onTestFinished(() => handle.close());
  let changes = 1;
  const file: Parameters<typeof readWhole>[1] = {
    stat: () => handle.stat(),
    read: async (into, offset, length, position) => {
      const result = await handle.read(into, offset, length, position);
      if (changes > 0) await writeFile(path, `new ${changes}`);
      changes -= 1;
      return result;
    },
  };
  const content = await readWhole('a.txt', file, 1_000);
  expect(content).toMatchObject({ kind: 'content', version: fileVersion('a.txt', await lstat(path)) });
  expect(content.kind === 'content' && content.bytes.toString()).toBe('new 1');
  changes = 100;
  expect(await readWhole('a.txt', file, 1_000)).toEqual({ kind: 'unreadable', why: 'it changes while it is read' });
});

it.runIf(process.platform !== 'win32')('a pipe is no label and keeps nobody waiting', async () => {
  const root = await temporaryFolder();
  execFileSync('mkfifo', [join(root, 'a.txt')]);
  await symlink('a.txt', join(root, 'b.txt'));
  const folder = new SourceFolder(root);
  expect(await folder.read('a.txt', 1_000)).toEqual({ kind: 'missing' });
  expect(await folder.read('b.txt', 1_000)).toEqual({ kind: 'missing' });
});

it('other work runs between the pieces of a large file', async () => {
  const root = await temporaryFolder();
  await writeFile(join(root, 'a.json'), Buffer.alloc(1_000_000, 'x'));
  let turn = 0;
  let isOver = false;
  const count = (): void => {
    turn += 1;
    if (!isOver) setImmediate(count);
  };
  count();
  const turns: number[] = [];
  const sizes: number[] = [];
  const content = await new SourceFolder(root).readPieces('a.json', 2_000_000, (piece) => {
    turns.push(turn);
    sizes.push(piece.length);
  });
  isOver = true;
  expect(content.kind).toBe('content');
  expect(sizes.reduce((sum, size) => sum + size)).toBe(1_000_000);
  // 128 KB take some ten milliseconds.
  expect(Math.max(...sizes)).toBeLessThanOrEqual(131_072);
  expect(new Set(turns).size).toBe(sizes.length);
});
