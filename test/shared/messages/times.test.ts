import { describe, expect, it } from 'vitest';
import { formatDuration, formatLatency, formatOffset, formatUntil, siteClock } from '../../../shared/messages/times.ts';

describe('durations', () => {
  it.each([
    [-5_000, '0 s'],
    [999, '0 s'],
    [42_900, '42 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3 * 60_000 + 59_000, '3 min'],
    [3_600_000, '1 h'],
    [2 * 3_600_000 + 5 * 60_000, '2 h 5 min'],
    [24 * 3_600_000, '1 d'],
    [99 * 3_600_000, '4 d 3 h'],
  ])('says %i ms as "%s", never more than has passed', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it('counts down without ever saying "in 0 s"', () => {
    expect([1, 999, 1_000, 1_001, 59_000, 61_000].map((left) => formatUntil(left, 0))).toEqual([
      'in 1 s',
      'in 1 s',
      'in 1 s',
      'in 2 s',
      'in 59 s',
      'in 1 min',
    ]);
    expect(formatUntil(0, 0)).toBe('now');
  });
});

describe('a time to come', () => {
  const noon = Date.UTC(2026, 10, 18, 12);
  const hour = 3_600_000;

  it('has a name so that it can’t be taken for another day', () => {
    const { untilMoment } = siteClock('UTC');
    expect(untilMoment(noon + hour, noon)).toBe('13:00');
    expect(untilMoment(noon + 24 * hour, noon)).toBe('Thu 12:00');
    expect(untilMoment(noon + 7 * 24 * hour, noon)).toBe('25 Nov 12:00');
  });

  it('is of the site’s day, which may have begun already', () => {
    expect(siteClock('Asia/Tokyo').untilMoment(noon + 4 * hour, noon)).toBe('Thu 01:00');
    expect(siteClock('UTC').untilMoment(noon + 4 * hour, noon)).toBe('16:00');
  });
});

it('an offset has its sign', () => {
  expect([0, 120, -210].map(formatOffset)).toEqual(['+00:00', '+02:00', '−03:30']);
});

it.each([
  [0.2, '1 ms'],
  [12.6, '13 ms'],
  [1_250, '1.3 s'],
])('a machine that takes %d ms takes %s', (milliseconds, text) => {
  expect(formatLatency(milliseconds)).toBe(text);
});
