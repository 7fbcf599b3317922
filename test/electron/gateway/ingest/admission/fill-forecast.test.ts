import { describe, expect, it } from 'vitest';
import { FillForecast } from '../../../../../electron/gateway/ingest/admission/fill-forecast.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const plenty = 1e15;

/** Looks every second while the room for undelivered pictures goes from `from` by `perSecond` bytes a second. */
function watch(forecast: FillForecast, start: number, seconds: number, from: number, perSecond: number) {
  let quotaBytes = from;
  for (let index = 0; index <= seconds; index += 1) {
    quotaBytes = from + index * perSecond;
    forecast.record(start + index * second, { quotaBytes, diskBytes: plenty });
  }
  return { quotaBytes, diskBytes: plenty };
}

describe('the fill forecast', () => {
  it('says nothing before it has seen fifteen minutes', () => {
    const forecast = new FillForecast();
    const room = watch(forecast, 0, 899, 1e9, -1_000);
    expect(forecast.secondsUntilFull(room)).toBeNull();
    const later = watch(forecast, 900 * second, 5, room.quotaBytes, -1_000);
    expect(forecast.secondsUntilFull(later)).not.toBeNull();
  });

  it('divides the room by the rate, from the first minutes on', () => {
    for (const seconds of [905, 1_800, 7_200]) {
      const forecast = new FillForecast();
      const room = watch(forecast, 0, seconds, 1e9, -20_000);
      const exact = room.quotaBytes / 20_000;
      expect(forecast.secondsUntilFull(room) ?? 0, `after ${seconds} s`).toBeCloseTo(exact, -1);
    }
  });

  it('says nothing while the queue stays or shrinks', () => {
    const still = new FillForecast();
    expect(still.secondsUntilFull(watch(still, 0, 1_200, 1e9, 0))).toBeNull();
    const shrinking = new FillForecast();
    expect(shrinking.secondsUntilFull(watch(shrinking, 0, 1_200, 1e9, 5_000))).toBeNull();
  });

  it('follows a change within half an hour, and forgets the filling once it is over', () => {
    const forecast = new FillForecast();
    const steady = watch(forecast, 0, 3_600, 1e10, 0);
    const filling = watch(forecast, hour, 1_800, steady.quotaBytes, -100_000);
    const exact = filling.quotaBytes / 100_000;
    const said = forecast.secondsUntilFull(filling) ?? 0;
    expect(said).toBeGreaterThan(exact * 0.95);
    expect(said).toBeLessThan(exact * 1.1);
    const draining = watch(forecast, hour + 1_800 * second, 1_200, filling.quotaBytes, 100_000);
    expect(forecast.secondsUntilFull(draining)).toBeNull();
  });

  it('is not turned over by one burst', () => {
    const forecast = new FillForecast();
    const before = watch(forecast, 0, 3_600, 1e10, -10_000);
    const calm = forecast.secondsUntilFull(before) ?? 0;
    const after = watch(forecast, hour, 10, before.quotaBytes, -100_000);
    expect(forecast.secondsUntilFull(after) ?? 0).toBeGreaterThan(calm * 0.8);
  });

  it('takes the disk where it is full before the quota, whoever fills it', () => {
    const forecast = new FillForecast();
    let diskBytes = 9e9;
    for (let at = 0; at <= 20 * minute; at += second) {
      diskBytes -= 1e6;
      forecast.record(at, { quotaBytes: 1e12, diskBytes });
    }
    expect(forecast.secondsUntilFull({ quotaBytes: 1e12, diskBytes }) ?? 0).toBeCloseTo(diskBytes / 1e6, -1);
    expect(forecast.isFilledByOthers({ quotaBytes: 1e12, diskBytes })).toBe(true);
  });

  it('tells our own pictures from what others write', () => {
    const forecast = new FillForecast();
    let room = { quotaBytes: 50e9, diskBytes: 9e9 };
    for (let at = 0; at <= 20 * minute; at += second) {
      room = { quotaBytes: room.quotaBytes - 1e6, diskBytes: room.diskBytes - 1.2e6 };
      forecast.record(at, room);
    }
    expect(forecast.secondsUntilFull(room)).not.toBeNull();
    expect(forecast.isFilledByOthers(room)).toBe(false);
  });

  it('says 0 once there is no room, also at once after a start', () => {
    expect(new FillForecast().secondsUntilFull({ quotaBytes: 0, diskBytes: 1e9 })).toBe(0);
    expect(new FillForecast().secondsUntilFull({ quotaBytes: 1e9, diskBytes: -1 })).toBe(0);
  });

  it('says nothing of what would take years', () => {
    const forecast = new FillForecast();
    expect(forecast.secondsUntilFull(watch(forecast, 0, 600, 1e12, -10))).toBeNull();
  });
});
