import { describe, expect, test } from 'vitest';
import { ZonedTime } from '../../../../../electron/gateway/platform/zoned-time.ts';
import { type SendSchedule, SendWindows } from '../../../../../electron/gateway/sync/pacing/send-windows.ts';
import { type SendWindow, syncSchema, type Weekday, weekdays } from '../../../../../shared/config.ts';
import { createWords } from '../../../../../shared/messages/words.ts';

const minute = 60_000;
const working = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;

type WindowInput = Pick<SendWindow, 'days'> & Partial<SendWindow>;
const scheduleOf = (windows: readonly WindowInput[], maxBytesPerSecond?: number): SendSchedule =>
  syncSchema.parse({ windows, maxBytesPerSecond });
const open = (zone: string, windows: readonly WindowInput[], maxBytesPerSecond?: number) => {
  const made = new SendWindows(scheduleOf(windows, maxBytesPerSecond), new ZonedTime(zone));
  return {
    limit: (at: string) => made.limitAt(Date.parse(at)),
    next: (at: string) => {
      const next = made.nextChangeAt(Date.parse(at));
      return next === null ? null : new Date(next).toISOString();
    },
    words: (at: string) =>
      createWords({ timeZone: zone, now: () => Date.parse(at) }).text(made.describe(Date.parse(at))),
  };
};

describe('the limit', () => {
  test('is the one for all times where there is no window', () => {
    const none = open('Europe/Berlin', []);
    expect(none.limit('2026-11-20T12:00:00Z')).toBeNull();
    expect(none.next('2026-11-20T12:00:00Z')).toBeNull();
    expect(none.words('2026-11-20T12:00:00Z')).toBe('No speed limit');
    const always = open('Europe/Berlin', [], 500_000);
    expect(always.limit('2026-11-20T12:00:00Z')).toBe(500_000);
    expect(always.words('2026-11-20T12:00:00Z')).toBe('At most 500 kB/s');
  });

  test('08:00–18:00 at most 2 MB/s, else unlimited, Sundays closed', () => {
    const plant = open('Europe/Berlin', [
      { days: [...working, 'sat'], from: '08:00', to: '18:00', maxBytesPerSecond: 2_000_000 },
      { days: ['sun'], maxBytesPerSecond: 0 },
    ]);
    // Friday, 20 November 2026; Berlin is an hour ahead of UTC.
    expect(plant.limit('2026-11-20T06:59:59.999Z')).toBeNull();
    expect(plant.words('2026-11-20T06:59:59.999Z')).toBe('No speed limit');
    expect(plant.next('2026-11-20T06:59:59.999Z')).toBe('2026-11-20T07:00:00.000Z');
    expect(plant.limit('2026-11-20T07:00:00Z')).toBe(2_000_000);
    expect(plant.words('2026-11-20T07:00:00Z')).toBe('At most 2 MB/s until 18:00');
    expect(plant.next('2026-11-20T07:00:00Z')).toBe('2026-11-20T17:00:00.000Z');
    expect(plant.limit('2026-11-20T17:00:00Z')).toBeNull();
    expect(plant.limit('2026-11-21T22:59:59.999Z')).toBeNull();
    expect(plant.limit('2026-11-21T23:00:00Z')).toBe(0);
    expect(plant.words('2026-11-22T12:00:00Z')).toBe('Closed until Mon 00:00');
    expect(plant.next('2026-11-22T12:00:00Z')).toBe('2026-11-22T23:00:00.000Z');
    expect(plant.limit('2026-11-22T23:00:00Z')).toBeNull();
  });

  test('is that of the first window that holds the time', () => {
    const both = open(
      'UTC',
      [
        { days: ['fri'], from: '10:00', to: '11:00', maxBytesPerSecond: 1 },
        { days: ['fri'], from: '09:00', to: '12:00', maxBytesPerSecond: 2 },
      ],
      3,
    );
    const limits = ['08:59', '09:00', '10:00', '10:59', '11:00', '12:00'].map((time) =>
      both.limit(`2026-11-20T${time}:00Z`),
    );
    expect(limits).toEqual([3, 2, 1, 1, 2, 3]);
  });

  test('a window without a limit lifts the one for all times', () => {
    const night = open('UTC', [{ days: [...weekdays], from: '22:00', to: '06:00' }], 1_000);
    expect(night.limit('2026-11-20T21:59:00Z')).toBe(1_000);
    expect(night.limit('2026-11-20T22:00:00Z')).toBeNull();
    expect(night.limit('2026-11-21T05:59:00Z')).toBeNull();
    expect(night.limit('2026-11-21T06:00:00Z')).toBe(1_000);
  });

  test('a window that ends before it begins reaches into the next day, from Sunday into Monday too', () => {
    const night = open('UTC', [{ days: ['sun'], from: '22:00', to: '06:00', maxBytesPerSecond: 0 }]);
    expect(night.limit('2026-11-22T05:00:00Z')).toBeNull();
    expect(night.limit('2026-11-22T22:00:00Z')).toBe(0);
    expect(night.words('2026-11-22T22:00:00Z')).toBe('Closed until Mon 06:00');
    expect(night.limit('2026-11-23T05:59:59Z')).toBe(0);
    expect(night.words('2026-11-23T05:59:59Z')).toBe('Closed until 06:00');
    expect(night.limit('2026-11-23T06:00:00Z')).toBeNull();
    expect(night.next('2026-11-23T06:00:00Z')).toBe('2026-11-29T22:00:00.000Z');
  });

  test('a window from a time to the same time holds a whole day', () => {
    const day = open('UTC', [{ days: ['fri'], from: '08:00', to: '08:00', maxBytesPerSecond: 7 }]);
    expect(day.limit('2026-11-20T07:59:00Z')).toBeNull();
    expect(day.limit('2026-11-20T08:00:00Z')).toBe(7);
    expect(day.limit('2026-11-21T07:59:00Z')).toBe(7);
    expect(day.limit('2026-11-21T08:00:00Z')).toBeNull();
  });

  test('is the same for ever where the windows together say so', () => {
    const shut = open('Europe/Berlin', [{ days: [...weekdays], maxBytesPerSecond: 0 }]);
    expect(shut.limit('2026-11-20T12:00:00Z')).toBe(0);
    expect(shut.next('2026-11-20T12:00:00Z')).toBeNull();
    expect(shut.words('2026-11-20T12:00:00Z')).toBe('Closed');
  });

  test('is found anew when the wall clock jumps, back as well as ahead', () => {
    const plant = open('UTC', [{ days: [...weekdays], from: '08:00', to: '18:00', maxBytesPerSecond: 0 }]);
    const seen = ['09:00', '19:00', '09:30', '07:00', '17:59', '18:00'].map((time) =>
      plant.limit(`2026-11-20T${time}:00Z`),
    );
    expect(seen).toEqual([0, null, 0, null, 0, null]);
  });
});

describe('where the clocks are changed', () => {
  test('a window that is skipped in spring does not come, and one over the gap is an hour shorter', () => {
    const spring = open('Europe/Berlin', [{ days: ['sun'], from: '02:15', to: '02:45', maxBytesPerSecond: 0 }]);
    expect(spring.limit('2026-03-29T00:59:59Z')).toBeNull();
    expect(spring.limit('2026-03-29T01:00:00Z')).toBeNull();
    expect(spring.next('2026-03-29T00:00:00Z')).toBe('2026-04-05T00:15:00.000Z');
    const wide = open('Europe/Berlin', [{ days: ['sun'], from: '01:30', to: '04:00', maxBytesPerSecond: 0 }]);
    expect(wide.next('2026-03-29T00:00:00Z')).toBe('2026-03-29T00:30:00.000Z');
    expect(wide.next('2026-03-29T00:30:00Z')).toBe('2026-03-29T02:00:00.000Z');
    const begins = open('Europe/Berlin', [{ days: ['sun'], from: '02:30', to: '04:00', maxBytesPerSecond: 0 }]);
    expect(begins.next('2026-03-29T00:00:00Z')).toBe('2026-03-29T01:00:00.000Z');
  });

  test('a window whose time comes twice in autumn comes twice', () => {
    const autumn = open('Europe/Berlin', [{ days: ['sun'], from: '02:15', to: '02:45', maxBytesPerSecond: 0 }]);
    const edges: string[] = [];
    for (let at: string | null = '2026-10-25T00:00:00Z'; at !== null && edges.length < 5; ) {
      at = autumn.next(at);
      if (at !== null) edges.push(at);
    }
    expect(edges).toEqual([
      '2026-10-25T00:15:00.000Z',
      '2026-10-25T00:45:00.000Z',
      '2026-10-25T01:15:00.000Z',
      '2026-10-25T01:45:00.000Z',
      '2026-11-01T01:15:00.000Z',
    ]);
    const wide = open('Europe/Berlin', [{ days: ['sun'], from: '01:30', to: '04:00', maxBytesPerSecond: 0 }]);
    expect(wide.next('2026-10-25T00:00:00Z')).toBe('2026-10-25T03:00:00.000Z');
  });

  test('an edge at a midnight that does not exist is at the hour that follows', () => {
    const sunday = open('America/Sao_Paulo', [{ days: ['sun'], maxBytesPerSecond: 0 }]);
    expect(sunday.next('2018-11-03T12:00:00Z')).toBe('2018-11-04T03:00:00.000Z');
    expect(sunday.next('2018-11-04T12:00:00Z')).toBe('2018-11-05T02:00:00.000Z');
  });

  const zones: readonly [string, string][] = [
    ['Europe/Berlin', '2026-03-25T00:00:00Z'],
    ['Europe/Berlin', '2026-10-21T00:00:00Z'],
    ['America/Sao_Paulo', '2018-10-31T00:00:00Z'],
    ['America/Sao_Paulo', '2018-02-14T00:00:00Z'],
    ['Asia/Kolkata', '2026-05-01T00:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-01T00:00:00Z'],
    ['Australia/Lord_Howe', '2026-09-30T00:00:00Z'],
    ['Africa/Casablanca', '2026-02-12T00:00:00Z'],
    ['Pacific/Apia', '2011-12-27T00:00:00Z'],
  ];
  test.each(zones)('in %s, from %s on, each minute of a week has the limit that the wall clock says', (zone, from) => {
    const schedules = [
      scheduleOf(
        [
          { days: ['sat', 'sun'], from: '23:30', to: '02:15', maxBytesPerSecond: 0 },
          { days: ['sun'], from: '02:10', to: '02:20', maxBytesPerSecond: 5 },
          { days: [...working], from: '08:00', to: '18:00', maxBytesPerSecond: 9 },
        ],
        3,
      ),
      scheduleOf([{ days: ['sun'], from: '01:45', to: '24:00' }], 3),
    ];
    const wall = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    for (const schedule of schedules) {
      const windows = new SendWindows(schedule, new ZonedTime(zone));
      let expectedChange = windows.nextChangeAt(Date.parse(from));
      let before: number | null | undefined;
      for (let at = Date.parse(from); at < Date.parse(from) + 8 * 1_440 * minute; at += minute) {
        const [day = '', time = ''] = wall.format(at).toLowerCase().split(/,? /);
        const limit = plainly(schedule, day, time);
        if (windows.limitAt(at) !== limit) expect(`${day} ${time}: ${windows.limitAt(at)}`).toBe(`${limit}`);
        if (before !== undefined && limit !== before) {
          expect(at).toBe(expectedChange);
          expectedChange = windows.nextChangeAt(at);
        }
        before = limit;
      }
    }
  });
});

/** The rule as the configuration words it, word by word. */
function plainly({ windows, maxBytesPerSecond }: SendSchedule, day: string, time: string): number | null {
  const yesterday = weekdays[(weekdays.indexOf(day as Weekday) + 6) % 7];
  for (const window of windows) {
    const has = (name: string | undefined): boolean => window.days.some((each) => each === name);
    const holds =
      window.to > window.from
        ? has(day) && time >= window.from && time < window.to
        : (has(day) && time >= window.from) || (has(yesterday) && time < window.to);
    if (holds) return window.maxBytesPerSecond ?? null;
  }
  return maxBytesPerSecond ?? null;
}

test('asking again within the same stretch costs next to nothing', () => {
  const windows = new SendWindows(
    scheduleOf([{ days: [...working], from: '08:00', to: '18:00', maxBytesPerSecond: 2_000_000 }]),
    new ZonedTime('Europe/Berlin'),
  );
  const at = Date.parse('2026-11-20T07:00:00Z');
  windows.limitAt(at);
  const format = Intl.DateTimeFormat.prototype.formatToParts;
  let asked = 0;
  Intl.DateTimeFormat.prototype.formatToParts = function (...given) {
    asked += 1;
    return format.apply(this, given);
  };
  try {
    for (let chunk = 0; chunk < 10_000; chunk += 1) windows.limitAt(at + chunk);
  } finally {
    Intl.DateTimeFormat.prototype.formatToParts = format;
  }
  expect(asked).toBe(0);
});
