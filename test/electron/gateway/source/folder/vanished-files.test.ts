import { expect, it } from 'vitest';
import { VanishedFiles } from '../../../../../electron/gateway/source/folder/vanished-files.ts';

const file = { path: 'a.jpg', bytes: 9, modifiedMs: 1, inode: '7' };
const renamed = { ...file, path: 'done/a.jpg' };
const copy = { file, bytes: Buffer.from('picture'), quietMilliseconds: 400 };

it('a picture that was removed is lost once it had time to turn up again', () => {
  const vanished = new VanishedFiles();
  vanished.saw(file);
  vanished.isGone({ file, copy: null }, 1_000);
  expect(vanished.lost(999)).toEqual([]);
  const lost = vanished.lost(1_000);
  expect(lost).toMatchObject([{ file }]);
  vanished.settle(lost);
  expect(vanished.waiting).toBe(0);
});

it.each(['before', 'after'])('one whose new name is seen %s is not', (when) => {
  const vanished = new VanishedFiles();
  vanished.saw(file);
  if (when === 'before') vanished.saw(renamed);
  vanished.isGone({ file, copy: null }, 1_000);
  if (when === 'after') vanished.saw(renamed);
  expect(vanished.waiting).toBe(0);
  expect(vanished.lost(9_000)).toEqual([]);
});

it('one whose file has no number can’t be followed: it is lost, and hides no other', () => {
  const vanished = new VanishedFiles();
  for (const path of ['a.jpg', 'b.jpg']) {
    const unknown = { path, bytes: 9, modifiedMs: 1 };
    vanished.saw(unknown);
    vanished.isGone({ file: unknown, copy: null }, 1_000);
  }
  expect(vanished.lost(1_000).map((lost) => lost.file.path)).toEqual(['a.jpg', 'b.jpg']);
});

it('at a stop the copies that are left are not waited for', () => {
  const vanished = new VanishedFiles();
  vanished.isGone({ file, copy }, 1_000);
  vanished.isGone({ file: { ...file, path: 'b.jpg', inode: '8' }, copy: null }, 1_000);
  expect(vanished.lost(0, true)).toMatchObject([{ file }]);
});

it('what went away with its folder is given back, with its copies', () => {
  const vanished = new VanishedFiles();
  vanished.isGone({ file, copy }, 1_000);
  expect(vanished.forget()).toMatchObject([{ copy }]);
  expect(vanished.waiting).toBe(0);
});
