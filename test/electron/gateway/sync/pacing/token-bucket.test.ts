import { describe, expect, test } from 'vitest';
import { TokenBucket } from '../../../../../electron/gateway/sync/pacing/token-bucket.ts';

describe('a token bucket', () => {
  test('is empty at first and gives what time brings', () => {
    const bucket = new TokenBucket(1_000, 0);
    expect(bucket.spend(50, 0)).toBe(false);
    expect(bucket.millisecondsUntil(50, 0)).toBe(50);
    expect(bucket.spend(50, 49)).toBe(false);
    expect(bucket.spend(50, 50)).toBe(true);
    expect(bucket.spend(1, 50)).toBe(false);
  });

  test('saves up a tenth of a second’s worth and no more while nobody waits', () => {
    const bucket = new TokenBucket(1_000, 0);
    expect(bucket.spend(100, 60_000)).toBe(true);
    expect(bucket.spend(1, 60_000)).toBe(false);
  });

  test('owes whoever waits what it is late for, up to a second’s worth', () => {
    const bucket = new TokenBucket(1_000, 0);
    expect(bucket.spend(50, 0)).toBe(false);
    let spent = 0;
    while (bucket.spend(50, 400)) spent += 50;
    expect(spent).toBe(400);
    while (bucket.spend(50, 60_000)) spent += 50;
    expect(spent).toBe(1_400);
  });

  test('keeps what it owes while the next pieces are asked for a little later each, and forgets it in a pause', () => {
    const bucket = new TokenBucket(1_000, 0);
    expect(bucket.spend(50, 0)).toBe(false);
    for (let at = 500; at < 509; at += 1) expect(bucket.spend(50, at)).toBe(true);
    const late = new TokenBucket(1_000, 0);
    expect(late.spend(50, 0)).toBe(false);
    expect(late.spend(50, 500)).toBe(true);
    expect(late.spend(100, 700)).toBe(true);
    expect(late.spend(1, 700)).toBe(false);
  });

  test('gives what is larger than itself when it is full, and then waits for the debt', () => {
    const bucket = new TokenBucket(1_000, 0);
    expect(bucket.millisecondsUntil(500, 0)).toBe(100);
    expect(bucket.spend(500, 100)).toBe(true);
    expect(bucket.millisecondsUntil(1, 100)).toBeCloseTo(401);
  });

  test('gives nothing at a rate of nothing, and no burst when the rate falls', () => {
    const closed = new TokenBucket(0, 0);
    expect(closed.spend(1, 60_000)).toBe(false);
    expect(closed.millisecondsUntil(1, 60_000)).toBe(Number.POSITIVE_INFINITY);
    const bucket = new TokenBucket(1_000_000, 0);
    bucket.setRate(1_000, 1_000);
    expect(bucket.spend(101, 1_000)).toBe(true);
    expect(bucket.spend(1, 1_000)).toBe(false);
  });
});
