import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RunningMark } from '../../../electron/runtime/running-mark.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acusight-mark-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = (): string => join(folder, 'running.json');

test('ends without a word are counted in a row, until one is in order', () => {
  const began = Date.now();
  expect(new RunningMark(folder).put(began)).toBeNull();
  expect(new RunningMark(folder).put(began + 5_000)).toEqual({ times: 1, since: began });
  const third = new RunningMark(folder);
  expect(third.put(began + 9_000)).toEqual({ times: 2, since: began });
  third.remove();
  expect(new RunningMark(folder).put()).toBeNull();
});

test('a program that ended with its PC is none of them', async () => {
  new RunningMark(folder).put();
  const mark = JSON.parse(await readFile(file(), 'utf8')) as Record<string, unknown>;
  await writeFile(file(), JSON.stringify({ ...mark, boot: 'another', bootedAt: 5 }));
  expect(new RunningMark(folder).put()).toBeNull();
  // Where the system has no name for a start of the PC, its time tells.
  await writeFile(file(), JSON.stringify({ ...mark, boot: null, bootedAt: Number(mark['bootedAt']) - 3_600_000 }));
  expect(new RunningMark(folder).put()).toBeNull();
  await writeFile(file(), JSON.stringify({ ...mark, boot: null }));
  expect(new RunningMark(folder).put()).toMatchObject({ times: 1 });
});

test('what a kill left of a mark, and a folder that is not there, stop nothing', async () => {
  await writeFile(file(), '{"pid":');
  expect(new RunningMark(folder).put()).toBeNull();
  const gone = new RunningMark(join(folder, 'gone'));
  expect(gone.put()).toBeNull();
  gone.remove();
});
