import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { PreviewStore, previewPathOf } from '../../../../../electron/gateway/store/payloads/preview-store.ts';
import { acknowledge, openStore, storeImage, type TestStore } from '../../../../support/store.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 5, 1);

async function openPreviews(wish: { keepDays?: number; maxBytes?: number } = {}) {
  const store = await openStore();
  const root = join(store.root, 'previews');
  const previews = new PreviewStore({ root, database: store.database, keepDays: 30, maxBytes: 1e9, ...wish });
  const put = async (sha256: string, ageDays: number, bytes = 100, ending = ''): Promise<void> => {
    const path = `${previewPathOf(root, sha256)}${ending}`;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, Buffer.alloc(bytes));
    const time = new Date(now - ageDays * day);
    await utimes(path, time, time);
  };
  const sweep = async (at = now): Promise<void> => {
    while (await previews.sweepSlice(at));
  };
  const left = async (): Promise<string[]> =>
    (await readdir(root, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name.replace('.jpg', ''))
      .sort();
  return { store, previews, root, put, sweep, left };
}

const hashOf = async (store: TestStore, name: string): Promise<string> =>
  (await storeImage(store, { name, bytes: Buffer.alloc(1_000, name) })).sha256;

it('keeps previews for their term after their picture made room, and as long as the picture is there', async () => {
  const { store, put, sweep, left } = await openPreviews();
  const [old, recent, present] = [await hashOf(store, 'a'), await hashOf(store, 'b'), await hashOf(store, 'c')];
  acknowledge(store, 2);
  await store.retention.makeRoom(2_000);
  await put(old, 31);
  await put(recent, 29);
  await put(present, 500);
  await sweep();
  expect(await left()).toEqual([recent, present].sort());
});

it('counts the term from when the picture made room, not from when the preview was made', async () => {
  const { store, previews, root, put, sweep, left } = await openPreviews();
  const hash = await hashOf(store, 'a');
  acknowledge(store, 1);
  await store.retention.makeRoom(1_000);
  await put(hash, 100);
  await previews.release(hash, now);
  expect((await stat(previewPathOf(root, hash))).mtimeMs).toBe(now);
  await sweep(now + 29 * day);
  expect(await left()).toEqual([hash]);
  await sweep(now + 31 * day);
  expect(await left()).toEqual([]);
  await previews.release(hash, now);
});

it('removes a preview with its picture where none are to be kept', async () => {
  const { store, previews, put, left } = await openPreviews({ keepDays: 0 });
  const hash = await hashOf(store, 'a');
  await put(hash, 0);
  await previews.release(hash, now);
  expect(await left()).toEqual([]);
});

it('removes what no image needs, and what a decoder left half-written', async () => {
  const { store, put, sweep, left } = await openPreviews();
  await put('ab'.repeat(32), 0);
  const hash = await hashOf(store, 'a');
  await put(hash, 0);
  await put(hash, 1, 50, '.part');
  await sweep();
  expect(await left()).toEqual([hash]);
});

it('stays within its bytes: the oldest go, whatever their term', async () => {
  const { store, put, sweep, left, previews } = await openPreviews({ maxBytes: 1_000 });
  const hashes: string[] = [];
  for (let index = 0; index < 20; index += 1) {
    const hash = await hashOf(store, `p${index}`);
    hashes.push(hash);
    await put(hash, 20 - index, 100);
  }
  await sweep();
  expect(previews.bytes).toBeLessThanOrEqual(1_000);
  expect(await left()).toEqual(hashes.slice(11).sort());
});
