import { describe, expect, test } from 'vitest';
import { PoisonEntries } from '../../../../electron/gateway/sync/poison-entries.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

function start() {
  const clock = new FakeClock();
  return { clock, suspects: new PoisonEntries({ monotonic: clock.monotonic, random: () => 0.999_999 }) };
}

const entries = (...seqs: number[]) => seqs.map((seq) => ({ seq }));

describe('an entry that closed the way', () => {
  test('lets the others go first', () => {
    const { suspects } = start();
    suspects.suspect(1);
    expect(suspects.choose(entries(1, 2, 3))).toEqual(entries(2, 3));
  });

  test('goes again after a while, which grows each time up to five minutes', () => {
    const { clock, suspects } = start();
    const waits = Array.from({ length: 12 }, () => {
      suspects.suspect(1);
      const began = clock.monotonic();
      while (suspects.choose(entries(1, 2)).length === 1) clock.advance(500);
      return clock.monotonic() - began;
    });
    expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(waits.slice(-2)).toEqual([300_000, 300_000]);
  });

  test('goes at once where there is no other, the one blamed longest ago first', () => {
    const { clock, suspects } = start();
    suspects.suspect(1);
    clock.advance(10);
    suspects.suspect(2);
    expect(suspects.choose(entries(2, 1))).toEqual(entries(1));
    suspects.suspect(1);
    expect(suspects.choose(entries(1, 2))).toEqual(entries(2));
  });

  test('is no suspect any more once it got through', () => {
    const { suspects } = start();
    suspects.suspect(1);
    suspects.clear(1);
    expect(suspects.choose(entries(1, 2))).toEqual(entries(1, 2));
    expect(suspects.count).toBe(0);
  });

  test('is stuck when it did so six times and others got through meanwhile, and not before', () => {
    const { suspects } = start();
    for (let times = 0; times < 5; times += 1) suspects.suspect(1);
    suspects.otherSucceeded(2);
    expect(suspects.isStuck(1)).toBe(false);
    suspects.suspect(1);
    expect(suspects.isStuck(1)).toBe(true);
    suspects.clear(1);
    expect(suspects.isStuck(1)).toBe(false);
  });

  test('is not stuck while nothing at all gets through: then it is the way', () => {
    const { suspects } = start();
    for (let times = 0; times < 50; times += 1) suspects.suspect(1);
    suspects.otherSucceeded(1);
    expect(suspects.isStuck(1)).toBe(false);
  });

  test('lets those under way go on: only who is free is chosen where others wait anyway', () => {
    const { clock, suspects } = start();
    suspects.suspect(1);
    expect(suspects.free(entries(1))).toEqual([]);
    expect(suspects.free(entries(1, 2))).toEqual(entries(2));
    clock.advance(1_000);
    expect(suspects.free(entries(1, 2))).toEqual(entries(1, 2));
  });

  test('is forgotten for newer ones when there are too many', () => {
    const { suspects } = start();
    for (let seq = 1; seq <= 1_000; seq += 1) suspects.suspect(seq);
    expect(suspects.count).toBe(32);
    expect(suspects.choose(entries(1, 968, 969, 1_000))).toEqual(entries(1, 968));
  });

  test('does not make entries out of nothing', () => {
    const { suspects } = start();
    suspects.suspect(1);
    expect(suspects.choose([])).toEqual([]);
  });
});
