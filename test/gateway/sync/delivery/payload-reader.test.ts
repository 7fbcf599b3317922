import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PayloadReader } from '../../../../electron/gateway/sync/delivery/payload-reader.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'payload-reader-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A clock by which each read takes so long. */
const readsOf = (milliseconds: number): (() => number) => {
  let now = 0;
  return () => {
    now += milliseconds;
    return now;
  };
};

describe.each([
  ['from the cache', 0],
  ['from a slow disk', 50],
] as const)('a payload %s', (_where, milliseconds) => {
  it.each([
    ['as long as it should be', 1_000, 1_000],
    ['longer than it should be', 1_200, 1_001],
    ['shorter than it should be', 700, 700],
    ['of no bytes', 0, 0],
  ])('that is %s', async (_what, length, read) => {
    const path = join(folder, 'payload');
    const content = Buffer.from(Array.from({ length }, (_, index) => index % 251));
    await writeFile(path, content);
    const reader = new PayloadReader(readsOf(milliseconds));
    for (let time = 0; time < 40; time += 1) {
      const into = Buffer.alloc(1_001);
      expect(await reader.read(path, into, 1_000)).toBe(read);
      expect(into.subarray(0, read).equals(content.subarray(0, read))).toBe(true);
    }
  });

  it('that is gone', async () => {
    const reader = new PayloadReader(readsOf(milliseconds));
    for (let time = 0; time < 3; time += 1)
      await expect(reader.read(join(folder, 'gone'), Buffer.alloc(10), 9)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

it('after a slow read it does not look at the clock again for 32 reads: other threads read them', async () => {
  const path = join(folder, 'payload');
  await writeFile(path, 'content');
  let looks = 0;
  const slow = readsOf(50);
  const reader = new PayloadReader(() => {
    looks += 1;
    return slow();
  });
  const readTimes = async (times: number): Promise<number> => {
    for (let time = 0; time < times; time += 1) await reader.read(path, Buffer.alloc(8), 7);
    return looks;
  };
  expect(await readTimes(1)).toBe(2);
  expect(await readTimes(32)).toBe(2);
  expect(await readTimes(1)).toBe(4);
});
