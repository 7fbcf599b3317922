import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openIntake } from '../../../support/intake.ts';
import { makeJpeg } from '../../../support/pictures.ts';

/** The filter within ingest. Pictures of different seeds have the same pixels and different bytes. */
const frames = await Promise.all([1, 2, 3, 4].map((seed) => makeJpeg({ width: 320, height: 240, seed })));
const [first, second, third, fourth] = frames as [Buffer, Buffer, Buffer, Buffer];
const nearDuplicates = { threshold: 1, keepEverySeconds: 0 };
const boxes = (count: number): string =>
  JSON.stringify({
    annotations: Array.from({ length: count }, () => ({
      class_value: 'scratch',
      confidence: 0.9,
      x_center: 0.5,
      y_center: 0.5,
      width: 0.2,
      height: 0.1,
    })),
  });

it('counts a near-duplicate in tally and ledger, stores nothing of it, and does not read it again', async () => {
  const { put, offer, statusOf, store, listed } = await openIntake({ nearDuplicates });
  await put('a.jpg', first);
  await put('b.jpg', second);
  expect(await offer('a.jpg')).toEqual({ kind: 'stored' });
  expect(await offer('b.jpg')).toEqual({ kind: 'gated' });
  expect(await statusOf('b.jpg')).toBe('finished');
  expect(store.totals()).toMatchObject({ collected: 1, gated: 1 });
  expect(store.tally.payloads().files).toBe(1);
  expect(store.ledger.page(null, 10).rows).toMatchObject([{ captured: 2, gated: 1, pending: 1, balanced: true }]);
  expect(listed()).toEqual([]);
});

it('leaves the original to be archived or deleted like that of a stored frame', async () => {
  const { put, offer, statusOf, intake } = await openIntake({ nearDuplicates, originalsStay: false });
  await put('a.jpg', first);
  await put('b.jpg', second);
  await offer('a.jpg');
  expect(await offer('b.jpg')).toEqual({ kind: 'gated' });
  expect(await statusOf('b.jpg')).toBe('stored');
  intake.registry.finish('b.jpg');
  await expect.poll(() => statusOf('b.jpg')).toBe('finished');
});

it('counts the same version once, and a frame that is in the store already is never a near-duplicate', async () => {
  const { put, offer, store } = await openIntake({ nearDuplicates });
  await put('a.jpg', first);
  await put('b.jpg', second);
  expect(await Promise.all([offer('a.jpg'), offer('a.jpg')])).toEqual([{ kind: 'stored' }, { kind: 'stored' }]);
  await Promise.all([offer('b.jpg'), offer('b.jpg')]);
  await offer('b.jpg');
  expect(await offer('a.jpg')).toEqual({ kind: 'stored' });
  expect(store.totals()).toMatchObject({ collected: 1, gated: 1 });
});

it('keeps every frame with annotations, and one whose sidecar can’t be read', async () => {
  const { put, offer, store } = await openIntake({ nearDuplicates });
  await put('a.jpg', first);
  await put('b.jpg', second);
  await put('b.json', boxes(1));
  await put('c.jpg', third);
  await put('c.json', '{ "annotations": [');
  expect(await offer('a.jpg')).toEqual({ kind: 'stored' });
  expect(await offer('b.jpg')).toEqual({ kind: 'stored', label: 'b.json' });
  expect(await offer('c.jpg')).toEqual({ kind: 'stored' });
  expect(store.totals()).toMatchObject({ collected: 3, gated: 0 });
});

it('deals with the empty sidecar of a near-duplicate together with it, and never lists it', async () => {
  const { put, offer, statusOf, store, listed, root } = await openIntake({ nearDuplicates, originalsStay: false });
  await put('a.jpg', first);
  await offer('a.jpg');
  await put('b.jpg', second);
  await put('b.json', boxes(0));
  expect(await offer('b.jpg')).toEqual({ kind: 'gated', label: 'b.json' });
  expect(await statusOf('b.json')).toBe('stored');
  expect(await offer('b.json')).toEqual({ kind: 'matched' });
  expect(listed()).toEqual([]);
  // Another version of it is another matter.
  await writeFile(join(root, 'b.json'), boxes(2));
  expect(await statusOf('b.json')).toBe('new');
  expect(store.totals()).toMatchObject({ collected: 1, gated: 1 });
});

it('needs no room for a near-duplicate', async () => {
  const { put, offer, files } = await openIntake({ nearDuplicates });
  await put('a.jpg', first);
  await put('b.jpg', second);
  await offer('a.jpg');
  files.failAt({ nth: 1, code: 'ENOSPC', lasts: 'from-then-on' });
  expect(await offer('b.jpg')).toEqual({ kind: 'gated' });
});

it('a frame that could not be stored is not dropped when it is offered again', async () => {
  const { put, offer, files, store } = await openIntake({ nearDuplicates });
  for (const [index, bytes] of [first, second, third, fourth].entries()) await put(`${index}.jpg`, bytes);
  files.failAt({ nth: 1, code: 'EIO', lasts: 'from-then-on' });
  const names = ['0.jpg', '1.jpg', '2.jpg', '3.jpg'];
  const blocked = await Promise.all(names.map((name) => offer(name)));
  expect(blocked.map(({ kind }) => kind)).toEqual(['no-room', 'no-room', 'no-room', 'no-room']);
  files.failAt(null);
  const verdicts = await Promise.all(names.map((name) => offer(name)));
  expect(verdicts.map(({ kind }) => kind)).toEqual(['stored', 'gated', 'gated', 'gated']);
  expect(store.totals()).toMatchObject({ collected: 1, gated: 3 });
});

it('without a filter every frame is stored', async () => {
  const { put, offer, store } = await openIntake();
  await put('a.jpg', first);
  await put('b.jpg', second);
  await offer('a.jpg');
  expect(await offer('b.jpg')).toEqual({ kind: 'stored' });
  expect(store.totals()).toMatchObject({ collected: 2, gated: 0 });
});
