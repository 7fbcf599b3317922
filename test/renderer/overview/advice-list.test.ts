import { expect, test } from 'vitest';
import { keyAt } from '../../../renderer/overview/advice-list.tsx';
import { legacy, message } from '../../../shared/messages/message.ts';
import type { Advice } from '../../../shared/snapshot.ts';

const broken = (source: string): Advice => ({
  message: message('source-broken', { source, what: legacy('The folder is not there') }),
  action: 'none',
});
const filling = (left: number): Advice => ({
  message: message('disk-filling', { context: 'online', left }),
  action: 'none',
});
const keysOf = (advice: readonly Advice[]): string[] => advice.map((_, place) => keyAt(advice, place));

test('an advice is the same one while its figures change, and no two have one key', () => {
  const before = keysOf([filling(9_000), broken('AOI'), broken('Press')]);
  expect(new Set(before).size).toBe(3);
  expect(keysOf([filling(8_000), broken('AOI'), broken('Press')])).toEqual(before);
});
