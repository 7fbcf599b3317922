import type { FileFormat } from './inspection.ts';
import { exifBlock, readTiffText } from './tiff-text.ts';

const earliestYear = 1990;
const latestLeadMilliseconds = 2 * 24 * 60 * 60 * 1_000;

/**
 * Whether a time, milliseconds since the epoch, may be that of a capture. Clocks without a battery and file systems
 * without a time begin at 1970 or 1980, broken ones lie in the future: before 1990 or more than two days ahead of `now`
 * is none.
 */
export const isSensibleTime = (milliseconds: number, now: number): boolean =>
  milliseconds >= Date.UTC(earliestYear, 0, 1) && milliseconds <= now + latestLeadMilliseconds;

/** A picture whose time makes no sense was captured now, as far as anybody knows. */
export const sensibleTime = (milliseconds: number, now: number): number =>
  isSensibleTime(milliseconds, now) ? milliseconds : now;

/** When a picture was taken: milliseconds since the epoch, and minutes east of UTC where the picture says so. */
export type CaptureTime = { readonly atMs: number; readonly offsetMinutes: number | null };

/** A time of day without a zone, as EXIF writes it. `month` is 1–12. */
export type WallClock = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
};

export type CaptureTimeOptions = {
  /** The present, against which a time in the future is recognised as nonsense. */
  readonly nowMs?: number;
  /** Milliseconds since the epoch of a wall-clock time in the PC's own zone. */
  readonly localToEpoch?: (wallClock: WallClock) => number;
};

/** Field numbers of CIPA DC-008 (EXIF 2.32): a time, its fraction of a second, its offset from UTC. */
const original = { time: 0x9003, fraction: 0x9291, offset: 0x9011 } as const;
const digitized = { time: 0x9004, fraction: 0x9292, offset: 0x9012 } as const;
const OFFSET_TIME = 0x9010;
const wanted: ReadonlySet<number> = new Set([...Object.values(original), ...Object.values(digitized), OFFSET_TIME]);

const MAX_OFFSET_MINUTES = 14 * 60;

/**
 * The capture time in a picture's EXIF fields: DateTimeOriginal, else CreateDate (DateTimeDigitized). Null where
 * there is none or it makes no sense (before 1990, more than two days ahead of `nowMs`, no calendar date): cameras
 * without a battery invent times. Reads only the EXIF segment; never throws.
 */
export function readCaptureTime(
  bytes: Uint8Array,
  format: FileFormat,
  { nowMs = Date.now(), localToEpoch = localEpoch }: CaptureTimeOptions = {},
): CaptureTime | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const block = exifBlock(buffer, format);
  if (block === null) return null;
  const fields = readTiffText(block, wanted);
  for (const tags of [original, digitized]) {
    const wallClock = parseWallClock(fields.get(tags.time), fields.get(tags.fraction));
    if (wallClock === null) continue;
    const offsetMinutes = parseOffset(fields.get(tags.offset)) ?? parseOffset(fields.get(OFFSET_TIME));
    const atMs = offsetMinutes === null ? localToEpoch(wallClock) : utcEpoch(wallClock) - offsetMinutes * 60_000;
    if (Number.isFinite(atMs) && atMs <= nowMs + latestLeadMilliseconds) return { atMs, offsetMinutes };
  }
  return null;
}

function parseWallClock(time: string | undefined, fraction: string | undefined): WallClock | null {
  const match = /^(\d{4})[:-](\d{2})[:-](\d{2})[ T](\d{2}):(\d{2}):(\d{2})/.exec(time ?? '');
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  if (year < earliestYear || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return null;
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (day < 1 || day > daysInMonth) return null;
  const digits = /^\d+/.exec(fraction ?? '')?.[0] ?? '';
  const millisecond = Number(digits.slice(0, 3).padEnd(3, '0'));
  return { year, month, day, hour, minute, second, millisecond };
}

/** `+01:00`, `-0330` or `Z` as minutes east of UTC; null for anything else. */
function parseOffset(text: string | undefined): number | null {
  if (text === 'Z') return 0;
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(text ?? '');
  if (match === null) return null;
  const [, sign, hours, minutes] = match;
  const size = Number(hours) * 60 + Number(minutes);
  if (size > MAX_OFFSET_MINUTES || Number(minutes) > 59) return null;
  return sign === '-' && size > 0 ? -size : size;
}

const utcEpoch = (clock: WallClock): number =>
  Date.UTC(clock.year, clock.month - 1, clock.day, clock.hour, clock.minute, clock.second, clock.millisecond);

const localEpoch = (clock: WallClock): number =>
  new Date(clock.year, clock.month - 1, clock.day, clock.hour, clock.minute, clock.second, clock.millisecond).getTime();
