import { expect, it } from 'vitest';
import { message } from '../../../../../shared/messages/message.ts';
import { newImage, openStore, type TestStore } from '../../../../support/store.ts';

const error = { message: message('internal-error'), technical: 'x', at: 1 };
const leaseOne = (store: TestStore, now = 2_000) => {
  const [entry] = store.outbox.lease(1, now, 60_000);
  if (entry === undefined) throw new Error('nothing was leased');
  return entry;
};

it('an object that lies in the storage is known to the next attempt, also after the dead letter comes back', async () => {
  const store = await openStore();
  const { image } = newImage();
  store.outbox.enqueue([image], 1_000);
  let entry = leaseOne(store);
  expect(entry.objectKey).toBeNull();
  const { seq, token } = entry;
  expect(store.outbox.recordObjects([{ seq, token, objectKey: 'raw/1_a.jpg' }])).toBe(1);
  expect(store.catalogue.detail(image.imageId)?.objectKey).toBe('raw/1_a.jpg');
  const retry = { kind: 'retry', nextAttemptAt: 0, ambiguous: true, stuck: false, error } as const;
  store.outbox.settle([{ seq, token, settlement: retry }], 2_000);

  entry = leaseOne(store);
  expect(entry.objectKey).toBe('raw/1_a.jpg');
  store.outbox.settle([{ seq, token: entry.token, settlement: { kind: 'bury', error } }], 2_000);
  expect(store.deadLetters.requeue([image.imageId], 3_000)).toBe(1);
  expect(leaseOne(store).objectKey).toBe('raw/1_a.jpg');
});

it('an object is recorded only by who holds the lease, many in one transaction', async () => {
  const store = await openStore();
  store.outbox.enqueue([newImage({ name: 'a' }).image, newImage({ name: 'b' }).image], 1_000);
  const entries = store.outbox.lease(2, 2_000, 1_000);
  const keys = entries.map(({ seq, token }, index) => ({
    seq,
    token: index === 0 ? token : 'another',
    objectKey: `key-${seq}`,
  }));
  expect(store.outbox.recordObjects(keys)).toBe(1);
  store.outbox.expireLeases(9_000);
  expect(store.outbox.recordObjects(keys)).toBe(0);
  expect(store.outbox.lease(2, 9_000, 1_000).map(({ objectKey }) => objectKey)).toEqual(['key-1', null]);
});
