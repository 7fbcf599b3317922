import { expect, it } from 'vitest';
import { Rates } from '../../../../electron/gateway/status/rates.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

const start = (): { clock: FakeClock; rates: Rates } => {
  const clock = new FakeClock();
  return { clock, rates: new Rates(clock.monotonic) };
};

it('counts whole seconds: what happens now is not yet in', () => {
  const { clock, rates } = start();
  for (let index = 0; index < 30; index += 1) rates.collected();
  expect(rates.read().collectedPerSecond).toBe(0);
  clock.advance(1_000);
  const read = rates.read();
  expect(read.collectedPerSecond).toBe(3);
  expect(read.collectedHistory).toHaveLength(60);
  expect(read.collectedHistory.at(-1)).toBe(30);
  expect(read.collectedHistory.slice(0, -1).every((count) => count === 0)).toBe(true);
});

it('averages the last ten seconds and remembers sixty, oldest first', () => {
  const { clock, rates } = start();
  for (let second = 0; second < 90; second += 1) {
    for (let index = 0; index < second; index += 1) rates.acknowledged(100);
    clock.advance(1_000);
  }
  const { acknowledgedHistory, acknowledgedPerSecond, bytesPerSecond } = rates.read();
  expect(acknowledgedHistory).toEqual(Array.from({ length: 60 }, (_, index) => 30 + index));
  expect(acknowledgedPerSecond).toBe(84.5);
  expect(bytesPerSecond).toBe(8_450);
});

it('forgets what was long ago, however long nobody asked', () => {
  const { clock, rates } = start();
  rates.collected();
  clock.advance(1_000_000);
  expect(rates.read().collectedHistory).toEqual(Array(60).fill(0));
  rates.collected();
  clock.advance(59_000);
  expect(rates.read().collectedHistory.filter((count) => count > 0)).toEqual([1]);
  clock.advance(2_000);
  expect(rates.read().collectedHistory.filter((count) => count > 0)).toEqual([]);
});
