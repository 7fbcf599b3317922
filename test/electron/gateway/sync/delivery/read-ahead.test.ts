import { expect, test } from 'vitest';
import type { LeasedEntry } from '../../../../../electron/gateway/model/outbox-entry.ts';
import { ReadAhead } from '../../../../../electron/gateway/sync/delivery/read-ahead.ts';

const entry = (seq: number, token = 'lease') => ({ seq, token }) as LeasedEntry;

function start() {
  const loads: string[] = [];
  const discarded: string[] = [];
  const ahead = new ReadAhead<string>(
    async ({ seq, token }) => {
      loads.push(`${seq} ${token}`);
      return `${seq} ${token}`;
    },
    (loaded) => void discarded.push(loaded),
  );
  return { ahead, loads, discarded };
}

test('what was read ahead is not read again', async () => {
  const { ahead, loads } = start();
  ahead.prepare([entry(1), entry(2)]);
  ahead.prepare([entry(1), entry(2)]);
  expect(await ahead.take(entry(1))).toBe('1 lease');
  expect(loads).toEqual(['1 lease', '2 lease']);
});

test('what was not named before is read when it is its turn', async () => {
  const { ahead, loads } = start();
  expect(await ahead.take(entry(7))).toBe('7 lease');
  expect(loads).toEqual(['7 lease']);
});

test('what does not go next after all is discarded, and read again when it does', async () => {
  const { ahead, loads, discarded } = start();
  ahead.prepare([entry(1), entry(2)]);
  ahead.prepare([entry(2)]);
  await Promise.resolve();
  expect(discarded).toEqual(['1 lease']);
  await ahead.take(entry(1));
  expect(loads).toEqual(['1 lease', '2 lease', '1 lease']);
});

test('an entry under another lease is another one: its facts may have changed', async () => {
  const { ahead } = start();
  ahead.prepare([entry(1, 'first')]);
  expect(await ahead.take(entry(1, 'second'))).toBe('1 second');
});

test('what was taken is its taker’s to discard', async () => {
  const { ahead, discarded } = start();
  ahead.prepare([entry(1)]);
  await ahead.take(entry(1));
  ahead.prepare([]);
  await Promise.resolve();
  expect(discarded).toEqual([]);
});
