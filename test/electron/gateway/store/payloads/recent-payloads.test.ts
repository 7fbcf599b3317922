import { expect, test } from 'vitest';
import { RecentPayloads } from '../../../../../electron/gateway/store/payloads/recent-payloads.ts';

function payload(bytes: number, freed: string[] = [], name = '') {
  return { buffer: new ArrayBuffer(bytes + 200), offset: 100, length: bytes, free: () => void freed.push(name) };
}
const room = { before: 100, after: 100 };

test('a payload is there once, for whoever asks first', () => {
  const recent = new RecentPayloads(() => 0, 0);
  const kept = payload(1_000);
  expect(recent.put('a', kept)).toBe(true);
  expect(recent.put('a', payload(1_000))).toBe(false);
  expect(recent.take('a', room)).toMatchObject({ buffer: kept.buffer, offset: 100, length: 1_000 });
  expect(recent.take('a', room)).toBeNull();
});

test('one without room for the ends of its form is read from the disk', () => {
  const recent = new RecentPayloads(() => 0, 0);
  recent.put('a', payload(1_000));
  expect(recent.take('a', { before: 101, after: 0 })).toBeNull();
  expect(recent.take('a', { before: 0, after: 101 })).toBeNull();
  expect(recent.take('a', room)).not.toBeNull();
});

test('when there is no room those that came first stay, until their time is over', () => {
  let now = 0;
  const freed: string[] = [];
  const recent = new RecentPayloads(() => now, 0);
  expect(recent.put('a', payload(20_000_000, freed, 'a'))).toBe(true);
  expect(recent.put('b', payload(20_000_000, freed, 'b'))).toBe(false);
  now = 20_000;
  expect(recent.put('b', payload(20_000_000, freed, 'b'))).toBe(true);
  expect(freed).toEqual(['a']);
  now = 40_000;
  expect(recent.take('b', room)).toBeNull();
  expect(freed).toEqual(['a', 'b']);
});

test('a PC with much memory keeps more of a burst', () => {
  const kept = (memoryBytes: number): number => {
    const recent = new RecentPayloads(() => 0, memoryBytes);
    let count = 0;
    while (recent.put(String(count), payload(10_000_000 - 200))) count += 1;
    return count;
  };
  expect([1e9, 4e9, 8e9, 64e9].map(kept)).toEqual([3, 6, 12, 25]);
});

test('nothing is kept while nothing can be sent', () => {
  let isOpen = false;
  const recent = new RecentPayloads(() => 0, 0);
  recent.onlyWhile(() => isOpen);
  expect(recent.put('a', payload(1_000))).toBe(false);
  isOpen = true;
  expect(recent.put('a', payload(1_000))).toBe(true);
});
