import { describe, expect, it } from 'vitest';
import { shiftsOf } from '../../../../../electron/gateway/store/ledger/shifts.ts';

const timeZone = 'Europe/Berlin';
const three = [
  { name: 'early', from: '06:00', to: '14:00' },
  { name: 'late', from: '14:00', to: '22:00' },
  { name: 'night', from: '22:00', to: '06:00' },
];
const name = (shiftOf: (time: number) => string, iso: string): string => shiftOf(Date.parse(iso));

describe('the shift of a time', () => {
  it('is the day at the site where it has no shifts', () => {
    const shiftOf = shiftsOf({ timeZone, shifts: [] });
    expect(name(shiftOf, '2026-11-21T22:59:59.999Z')).toBe('2026-11-21');
    expect(name(shiftOf, '2026-11-21T23:00:00.000Z')).toBe('2026-11-22');
    expect(name(shiftsOf({ timeZone: 'Asia/Kathmandu', shifts: [] }), '2026-11-21T18:15:00Z')).toBe('2026-11-22');
  });

  it('begins with the minute it is said to begin with, and ends before the one it ends with', () => {
    const shiftOf = shiftsOf({ timeZone, shifts: three });
    expect(name(shiftOf, '2026-11-21T04:59:59.999Z')).toBe('2026-11-20 night');
    expect(name(shiftOf, '2026-11-21T05:00:00.000Z')).toBe('2026-11-21 early');
    expect(name(shiftOf, '2026-11-21T12:59:59.999Z')).toBe('2026-11-21 early');
    expect(name(shiftOf, '2026-11-21T13:00:00.000Z')).toBe('2026-11-21 late');
  });

  it('over midnight belongs to the day on which it began, over the end of a year as well', () => {
    const shiftOf = shiftsOf({ timeZone, shifts: three });
    expect(name(shiftOf, '2026-12-31T22:30:00Z')).toBe('2026-12-31 night');
    expect(name(shiftOf, '2026-12-31T23:30:00Z')).toBe('2026-12-31 night');
    expect(name(shiftOf, '2027-01-01T04:30:00Z')).toBe('2026-12-31 night');
    expect(name(shiftOf, '2028-03-01T02:00:00Z')).toBe('2028-02-29 night');
  });

  it('is off where no shift holds it, and the first of the list where two do', () => {
    const shiftOf = shiftsOf({
      timeZone: 'UTC',
      shifts: [
        { name: 'early', from: '06:00', to: '14:00' },
        { name: 'long', from: '13:00', to: '24:00' },
      ],
    });
    expect(name(shiftOf, '2026-11-21T05:59:00Z')).toBe('2026-11-21 off');
    expect(name(shiftOf, '2026-11-21T13:30:00Z')).toBe('2026-11-21 early');
    expect(name(shiftOf, '2026-11-21T23:59:00Z')).toBe('2026-11-21 long');
    expect(name(shiftOf, '2026-11-22T00:00:00Z')).toBe('2026-11-22 off');
  });

  it('goes by the clock on the wall when the clocks change', () => {
    const shiftOf = shiftsOf({ timeZone, shifts: three });
    // 25 October 2026: 03:00 summer time becomes 02:00; the night is nine hours long.
    expect(name(shiftOf, '2026-10-25T00:30:00Z')).toBe('2026-10-24 night');
    expect(name(shiftOf, '2026-10-25T04:59:00Z')).toBe('2026-10-24 night');
    expect(name(shiftOf, '2026-10-25T05:00:00Z')).toBe('2026-10-25 early');
    // 29 March 2026: 02:00 becomes 03:00.
    expect(name(shiftOf, '2026-03-29T03:59:00Z')).toBe('2026-03-28 night');
    expect(name(shiftOf, '2026-03-29T04:00:00Z')).toBe('2026-03-29 early');
  });

  it('does not depend on what was asked before', () => {
    const shiftOf = shiftsOf({ timeZone, shifts: three });
    const times = ['2026-11-21T05:00:00Z', '2026-11-21T04:59:59Z', '2026-11-21T05:00:30Z', '2026-11-21T04:59:00Z'];
    expect(times.map((time) => name(shiftOf, time))).toEqual(
      times.map((time) => name(shiftsOf({ timeZone, shifts: three }), time)),
    );
  });

  it('of a whole day begins with its hour', () => {
    const shiftOf = shiftsOf({ timeZone: 'UTC', shifts: [{ name: 'day', from: '06:00', to: '06:00' }] });
    expect(name(shiftOf, '2026-11-21T05:59:00Z')).toBe('2026-11-20 day');
    expect(name(shiftOf, '2026-11-21T06:00:00Z')).toBe('2026-11-21 day');
  });
});
