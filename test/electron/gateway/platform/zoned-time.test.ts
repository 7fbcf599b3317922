import { describe, expect, test } from 'vitest';
import {
  dateOf,
  dayMilliseconds,
  minuteOfDay,
  weekdayOf,
  ZonedTime,
} from '../../../../electron/gateway/platform/zoned-time.ts';

const hour = 3_600_000;
const shows = (zone: string, at: number): string => {
  const local = new ZonedTime(zone).localAt(at);
  return `${dateOf(local)} ${new Date(local).toISOString().slice(11, 16)}`;
};

describe('the clock on the wall', () => {
  test.each([
    ['Europe/Berlin', '2026-03-29T00:59:59Z', '2026-03-29 01:59'],
    ['Europe/Berlin', '2026-03-29T01:00:00Z', '2026-03-29 03:00'],
    ['Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-25 02:30'],
    ['Europe/Berlin', '2026-10-25T01:30:00Z', '2026-10-25 02:30'],
    ['America/Sao_Paulo', '2018-11-04T02:59:59Z', '2018-11-03 23:59'],
    ['America/Sao_Paulo', '2018-11-04T03:00:00Z', '2018-11-04 01:00'],
    ['Asia/Kolkata', '2026-06-01T18:30:00Z', '2026-06-02 00:00'],
    ['Asia/Kathmandu', '2026-06-01T18:15:00Z', '2026-06-02 00:00'],
    ['Australia/Lord_Howe', '2026-04-04T14:59:00Z', '2026-04-05 01:59'],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', '2026-04-05 01:30'],
    ['Australia/Lord_Howe', '2026-10-03T15:30:00Z', '2026-10-04 02:30'],
    ['Pacific/Apia', '2011-12-30T09:59:59Z', '2011-12-29 23:59'],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-31 00:00'],
    ['UTC', '1969-12-31T23:59:59.999Z', '1969-12-31 23:59'],
  ])('in %s at %s shows %s', (zone, at, expected) => {
    expect(shows(zone, Date.parse(at))).toBe(expected);
  });

  test('is that of the PC where no zone is named', () => {
    const at = Date.UTC(2026, 6, 1, 12);
    expect(new ZonedTime().offsetAt(at)).toBe(0 - new Date(at).getTimezoneOffset() * 60_000);
    expect(new ZonedTime().timeZone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  });

  test('is refused for a place that is none', () => {
    expect(() => new ZonedTime('Mars/Olympus')).toThrow(RangeError);
  });
});

describe('the next change of the clocks', () => {
  test.each([
    ['Europe/Berlin', '2026-03-20T00:00:00Z', '2026-03-29T01:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29T00:59:59.999Z', '2026-03-29T01:00:00.000Z'],
    ['Europe/Berlin', '2026-10-20T00:00:00Z', '2026-10-25T01:00:00.000Z'],
    ['Australia/Lord_Howe', '2026-03-25T00:00:00Z', '2026-04-04T15:00:00.000Z'],
    ['Australia/Lord_Howe', '2026-09-25T00:00:00Z', '2026-10-03T15:30:00.000Z'],
    ['America/Sao_Paulo', '2018-10-25T00:00:00Z', '2018-11-04T03:00:00.000Z'],
    ['Pacific/Apia', '2011-12-20T00:00:00Z', '2011-12-30T10:00:00.000Z'],
  ])('in %s after %s is at %s', (zone, from, expected) => {
    const at = Date.parse(from);
    const next = new ZonedTime(zone).nextShiftAt(at, at + 15 * dayMilliseconds);
    expect(next === null ? null : new Date(next).toISOString()).toBe(expected);
  });

  test('does not come where it is not changed, nor at the change itself', () => {
    const at = Date.UTC(2026, 2, 20);
    expect(new ZonedTime('Asia/Kolkata').nextShiftAt(at, at + 15 * dayMilliseconds)).toBeNull();
    const change = Date.parse('2026-03-29T01:00:00Z');
    expect(new ZonedTime('Europe/Berlin').nextShiftAt(change, change + 15 * dayMilliseconds)).toBeNull();
    expect(new ZonedTime('Europe/Berlin').nextShiftAt(change - hour, change - 1)).toBeNull();
  });
});

test('weekdays begin with Monday, also before the epoch', () => {
  expect(weekdayOf(Date.UTC(2026, 10, 23))).toBe(0);
  expect(weekdayOf(Date.UTC(2026, 10, 22, 23, 59, 59))).toBe(6);
  expect(weekdayOf(0)).toBe(3);
  expect(weekdayOf(-1)).toBe(2);
  expect(minuteOfDay(-1)).toBe(1_439);
});
