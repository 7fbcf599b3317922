import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCaptureTime } from '../../../../../electron/gateway/ingest/picture/capture-time.ts';
import { exifBlock, pngChunk, withExif, withPngExif } from '../../../../support/exif.ts';

const fixture = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '../../../../fixtures/pictures', name));
const baseline = fixture('baseline.jpg');
const nowMs = Date.UTC(2025, 5, 1);

const ORIGINAL = 0x9003;
const DIGITIZED = 0x9004;
const OFFSET = 0x9010;
const OFFSET_ORIGINAL = 0x9011;
const FRACTION = 0x9291;
const taken = (fields: Record<number, string>, bigEndian = false) =>
  readCaptureTime(withExif(baseline, exifBlock({ fields, bigEndian })), 'jpeg', { nowMs });

describe('the capture time', () => {
  it('is read with its fraction and offset from the pictures in the fixtures', () => {
    const expected = { atMs: Date.parse('2024-05-17T08:15:30.125+02:00'), offsetMinutes: 120 };
    expect(readCaptureTime(fixture('exif-thumbnail.jpg'), 'jpeg', { nowMs })).toEqual(expected);
    expect(readCaptureTime(fixture('exif.png'), 'png', { nowMs })).toEqual(expected);
  });

  it('is null where a picture has no EXIF', () => {
    expect(readCaptureTime(baseline, 'jpeg', { nowMs })).toBeNull();
    expect(readCaptureTime(fixture('rgb.png'), 'png', { nowMs })).toBeNull();
  });

  it.each<[string, string, number]>([
    ['+05:30', '2024-05-17T02:45:30.000Z', 330],
    ['-03:30', '2024-05-17T11:45:30.000Z', -210],
    ['Z', '2024-05-17T08:15:30.000Z', 0],
    ['-00:00', '2024-05-17T08:15:30.000Z', 0],
  ])('uses the offset %s', (offset, utc, offsetMinutes) => {
    const fields = { [ORIGINAL]: '2024:05:17 08:15:30', [OFFSET_ORIGINAL]: offset };
    for (const bigEndian of [false, true]) {
      expect(taken(fields, bigEndian)).toEqual({ atMs: Date.parse(utc), offsetMinutes });
    }
  });

  it('falls back to the general offset, and to the digitized time', () => {
    expect(taken({ [DIGITIZED]: '2024:05:17 08:15:30', [OFFSET]: '+01:00' })).toEqual({
      atMs: Date.parse('2024-05-17T08:15:30+01:00'),
      offsetMinutes: 60,
    });
    expect(taken({ [ORIGINAL]: '0000:00:00 00:00:00', [DIGITIZED]: '2024:05:17 08:15:30', [OFFSET]: 'Z' })).toEqual({
      atMs: Date.parse('2024-05-17T08:15:30Z'),
      offsetMinutes: 0,
    });
  });

  it('is in the local zone of this computer without an offset', () => {
    expect(taken({ [ORIGINAL]: '2024:05:17 08:15:30', [FRACTION]: '5' })).toEqual({
      atMs: new Date(2024, 4, 17, 8, 15, 30, 500).getTime(),
      offsetMinutes: null,
    });
    const picture = withExif(baseline, exifBlock({ fields: { [ORIGINAL]: '2024:05:17 08:15:30', [OFFSET]: 'abc' } }));
    const localToEpoch = ({ hour, month }: { hour: number; month: number }): number => hour * 1_000 + month;
    expect(readCaptureTime(picture, 'jpeg', { nowMs, localToEpoch })).toEqual({ atMs: 8_005, offsetMinutes: null });
  });

  it.each([
    '1985:01:01 00:00:00',
    '2025:06:04 00:00:00',
    '2024:02:30 08:00:00',
    '2024:13:01 08:00:00',
    '2024:05:17 25:00:00',
    '    :  :     :  :  ',
    'yesterday at noon',
    '',
  ])('is null for the nonsense %j', (text) => {
    expect(taken({ [ORIGINAL]: text, [OFFSET]: 'Z' })).toBeNull();
  });

  it('is accepted up to two days ahead of now', () => {
    expect(taken({ [ORIGINAL]: '2025:06:02 23:00:00', [OFFSET]: 'Z' })).not.toBeNull();
  });

  it('never throws and never invents a time, whatever bytes are changed in the EXIF segment', () => {
    const jpeg = fixture('exif-thumbnail.jpg');
    const png = fixture('exif.png');
    const change = fc.array(fc.tuple(fc.nat(260), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(change, fc.nat(jpeg.length), (changes, length) => {
        for (const [bytes, format] of [
          [jpeg, 'jpeg'],
          [png, 'png'],
        ] as const) {
          const copy = Buffer.from(bytes);
          for (const [at, value] of changes) copy[at] = value;
          for (const candidate of [copy, copy.subarray(0, length)]) {
            const time = readCaptureTime(candidate, format, { nowMs });
            if (time !== null) expect(time.atMs).toBeLessThanOrEqual(nowMs + 2 * 86_400_000);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is not sought in directories that point to themselves or outside', () => {
    const block = exifBlock({ fields: { [ORIGINAL]: '2024:05:17 08:15:30' } });
    for (const offset of [0, 8, 0x7fff_ffff, 0xffff_ffff]) {
      const looped = Buffer.from(block);
      looped.writeUInt32LE(offset, 18);
      expect(readCaptureTime(withExif(baseline, looped), 'jpeg', { nowMs })).toBeNull();
    }
    const huge = withPngExif(fixture('rgb.png'), Buffer.alloc(0));
    huge.writeUInt32BE(0xffff_fff0, 33);
    expect(readCaptureTime(huge, 'png', { nowMs })).toBeNull();
    expect(
      readCaptureTime(Buffer.concat([huge.subarray(0, 8), pngChunk('eXIf', Buffer.alloc(2_000_000))]), 'png'),
    ).toBeNull();
  });
});
