import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ImageBatch } from '../../../../../electron/gateway/ingest/image-batch.ts';
import { systemClock } from '../../../../../electron/gateway/platform/clock.ts';
import type { StagedPayload } from '../../../../../electron/gateway/store/payloads/payload-store.ts';
import { PayloadStore } from '../../../../../electron/gateway/store/payloads/payload-store.ts';
import { PayloadSource } from '../../../../../electron/gateway/sync/delivery/payload-source.ts';
import { FakeClock } from '../../../../support/fake-clock.ts';
import { heldFiles, scannedFiles } from '../../../../support/scanned-files.ts';
import { newImage, openStore, temporaryFiles } from '../../../../support/store.ts';
import { readingWorker } from '../../../../support/workers.ts';

const names = Array.from({ length: 30 }, (_, index) => `frame-${index}`);

it('a scanner that holds each new payload costs no picture, and none is acknowledged before it has its name', async () => {
  const store = await openStore(undefined, scannedFiles(60));
  const commits = new ImageBatch(store.payloads, store.outbox, store.journal, systemClock);
  await Promise.all(
    names.map(async (name) => {
      const { image, bytes } = newImage({ name });
      const staged = await store.payloads.stage(image.sha256, 'jpeg', bytes);
      expect(await commits.commit(image, staged)).toMatchObject({ isNew: true });
      expect(await store.payloads.size(image.sha256, 'jpeg')).toBe(bytes.length);
    }),
  );
  expect(store.totals()).toMatchObject({ collected: 30, pending: 30 });
  expect(await temporaryFiles(store.payloads.root)).toEqual([]);
});

/** A store in which one payload is held until it is let go. */
async function openHeld() {
  const held = new Set<string>();
  const store = await openStore(
    undefined,
    heldFiles((path) => held.has(path)),
  );
  const clock = new FakeClock();
  const commits = new ImageBatch(store.payloads, store.outbox, store.journal, clock);
  const stage = async (name: string) => {
    const { image, bytes } = newImage({ name });
    return { image, payload: await store.payloads.stage(image.sha256, 'jpeg', bytes) };
  };
  const { image, payload } = await stage('held');
  held.add(payload.temporaryPath);
  const letGo = ({ temporaryPath }: StagedPayload): void => void held.delete(temporaryPath);
  return { store, clock, commits, stage, image, payload, letGo };
}

/** Lets the clock run until the promise is settled. */
async function running<T>(clock: FakeClock, promise: Promise<T>): Promise<T> {
  let isDone = false;
  const done = promise.finally(() => {
    isDone = true;
  });
  done.catch(() => undefined);
  while (!isDone) {
    clock.advance(100);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return done;
}

it('a payload that is held keeps no other from its row, not even of its own group', async () => {
  const { store, clock, commits, stage, image, payload, letGo } = await openHeld();
  const late = commits.commit(image, payload);
  const others = await Promise.all(['a', 'b', 'c'].map(stage));
  await Promise.all(others.map((other) => commits.commit(other.image, other.payload)));
  expect(store.totals()).toMatchObject({ collected: 3 });
  letGo(payload);
  expect(await running(clock, late)).toMatchObject({ isNew: true });
  expect(store.totals()).toMatchObject({ collected: 4 });
});

it('draining waits for what is held', async () => {
  const { store, clock, commits, image, payload, letGo } = await openHeld();
  void commits.commit(image, payload);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const drained = commits.drain();
  letGo(payload);
  await running(clock, drained);
  expect(store.totals()).toMatchObject({ collected: 1 });
});

it('one that is never let go is refused, and what is left of it removed as soon as it can be', async () => {
  const { store, clock, commits, image, payload, letGo } = await openHeld();
  await expect(running(clock, commits.commit(image, payload))).rejects.toMatchObject({ name: 'PayloadHeldError' });
  expect(store.totals()).toMatchObject({ collected: 0 });
  await store.payloads.discard(payload);
  expect(await temporaryFiles(store.payloads.root)).toHaveLength(1);
  for (let tries = 0; tries < 5; tries += 1) await store.payloads.clearLeftOvers();
  expect(store.payloads.leftOvers).toBe(1);
  letGo(payload);
  await store.payloads.clearLeftOvers();
  expect(store.payloads.leftOvers).toBe(0);
  expect(await temporaryFiles(store.payloads.root)).toEqual([]);
});

it('half-written files of a process that was killed neither stop the start nor the audit where they are held', async () => {
  const held = new Set<string>();
  const files = heldFiles((path) => held.has(path));
  const store = await openStore(undefined, files);
  const killed = new PayloadStore(store.payloads.root, files);
  held.add((await killed.stage('ab'.repeat(32), 'png', Buffer.from('half'))).temporaryPath);
  await store.payloads.prepare();
  expect(await store.audit.run(new AbortController().signal, () => 1)).toEqual({ orphans: 0, missing: 0 });
  expect(await temporaryFiles(store.payloads.root)).toHaveLength(1);
  held.clear();
  await store.payloads.clearLeftOvers();
  expect(await temporaryFiles(store.payloads.root)).toEqual([]);
});

it('a payload that a scanner lets nobody read is waited for, and costs its entry no attempt', async () => {
  const store = await openStore();
  const { image, bytes } = newImage();
  const isHeld = (error: unknown): boolean => (error as { code: string }).code === 'ENOENT';
  const source = new PayloadSource(
    { pathOf: () => join(store.root, 'payload'), isAway: async () => false },
    { take: () => null },
    readingWorker,
    isHeld,
  );
  const loading = source.load({ ...image, bytes: bytes.length }, { before: 0, after: 0 });
  await new Promise((resolve) => setTimeout(resolve, 150));
  await writeFile(join(store.root, 'payload'), bytes);
  const loaded = await loading;
  await source.stop();
  expect('payload' in loaded && loaded.payload).toMatchObject({ kind: 'bytes', bytes: Buffer.from(bytes) });
});
