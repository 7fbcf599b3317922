import { expect, test } from 'vitest';
import type { SourceNow } from '../../../../electron/gateway/status/stopped-lines.ts';
import { StoppedLines } from '../../../../electron/gateway/status/stopped-lines.ts';
import { shiftsOf } from '../../../../electron/gateway/store/ledger/shifts.ts';
import { parseConfig } from '../../../../shared/config.ts';
import { message } from '../../../../shared/messages/message.ts';
import { said } from '../../../support/spoken.ts';

const minute = 60_000;
const hour = 60 * minute;
const start = Date.UTC(2026, 10, 23, 0);
const always = shiftsOf({ timeZone: 'UTC', shifts: [] });
const early = shiftsOf({ timeZone: 'UTC', shifts: [{ name: 'early', from: '06:00', to: '14:00' }] });

function source(limit: number | undefined, more: Partial<SourceNow> = {}): SourceNow {
  const parsed = parseConfig({
    cloud: { baseUrl: 'http://127.0.0.1/api', deviceId: 'line' },
    sources: [
      { id: 'aoi', kind: 'folder', path: '/in', ...(limit === undefined ? {} : { stoppedAfterMinutes: limit }) },
    ],
  });
  const config = parsed.ok ? parsed.config.sources[0] : undefined;
  if (config === undefined) throw new Error('no source');
  const status = {
    state: 'watching',
    message: message('source-watching'),
    settling: 0,
    unmatchedSidecars: 0,
    drained: true,
    polling: false,
  } as const;
  return { config, status, filter: null, camera: null, ...more };
}

test('silence is counted from the last picture, and from the start of the gateway where that is later', () => {
  const lines = new StoppedLines(always, start);
  expect(lines.warningOf(source(30), start - 8 * 24 * hour, start + 30 * minute)).toBeNull();
  expect(
    said(lines.warningOf(source(30), start - 8 * 24 * hour + 31 * minute, start + 31 * minute)?.message).text,
  ).toBe('No picture for 8 d (limit 30 min)');
  expect(lines.warningOf(source(30), start + hour, start + 90 * minute)).toBeNull();
  expect(lines.warningOf(source(undefined), null, start + 100 * hour)).toBeNull();
});

test('a near-duplicate that was not stored came all the same', () => {
  const lines = new StoppedLines(always, start);
  const filter = { threshold: 1, lastDifference: 0, lastAt: start + 5 * hour };
  expect(lines.warningOf(source(30, { filter }), start, start + 5 * hour + 20 * minute)).toBeNull();
  expect(lines.warningOf(source(30, { filter }), start, start + 5 * hour + 40 * minute)).not.toBeNull();
});

test('outside of the site’s shifts a line may rest, and has its limit from the beginning of the shift on', () => {
  const lines = new StoppedLines(early, start);
  const last = start - 10 * hour;
  const at = (time: number) => lines.warningOf(source(30), last, start + time);
  for (let time = 0; time < 6 * hour; time += minute) expect(at(time)).toBeNull();
  expect(at(6 * hour + 29 * minute)).toBeNull();
  expect(said(at(6 * hour + 31 * minute)?.message).text).toBe('No picture for 16 h 31 min (limit 30 min)');
  expect(at(14 * hour + minute)).toBeNull();
});

test('a source that is said to be missing is not said to be silent besides', () => {
  const lines = new StoppedLines(always, start);
  const { status } = source(30);
  for (const state of ['missing', 'finished'] as const)
    expect(lines.warningOf(source(30, { status: { ...status, state } }), null, start + hour)).toBeNull();
});
