import { describe, expect, test } from 'vitest';
import { longestRetryAfter, parseRetryAfter } from '../../../../../electron/gateway/cloud/acusight/retry-after.ts';

const now = Date.UTC(2025, 10, 21, 12, 0, 0);

describe('Retry-After', () => {
  test.each([
    ['120', 120_000],
    [' 7 ', 7_000],
    ['0', 0],
    ['Fri, 21 Nov 2025 12:00:30 GMT', 30_000],
    ['Friday, 21-Nov-25 12:01:00 GMT', 60_000],
    ['Fri Nov 21 12:02:00 2025', 120_000],
  ])('%j is a time from now', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });

  test('a date that has passed asks for no time', () => {
    expect(parseRetryAfter('Fri, 21 Nov 2025 11:00:00 GMT', now)).toBe(0);
  });

  test.each(['999999999', 'Fri, 21 Nov 2035 12:00:00 GMT'])('%j is cut to an hour', (value) => {
    expect(parseRetryAfter(value, now)).toBe(longestRetryAfter);
  });

  test.each([
    undefined,
    '',
    'soon',
    'soon 5',
    'in 5 minutes',
    'May 5',
    '-5',
    '1.5',
    '1e9',
    '12 34',
    '2025-11-21 12:00:30',
    '99999999999999999999',
    'Infinity',
    'NaN',
  ])('%j makes no sense and counts as none', (value) => {
    expect(parseRetryAfter(value, now)).toBeNull();
  });
});
