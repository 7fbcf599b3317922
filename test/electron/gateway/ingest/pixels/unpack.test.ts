import { describe, expect, it } from 'vitest';
import { unpack } from '../../../../../electron/gateway/ingest/pixels/unpack.ts';
import type { RawPicture } from '../../../../../electron/gateway/model/frame.ts';
import { frameBytesOf, pixelFormats, sharedColour } from '../../../../../electron/gateway/model/pixel-format.ts';
import { formatNamed, rawFrame, samplesIn, spread } from '../../../../support/raw-frames.ts';
import { refusalOf } from '../../../../support/spoken.ts';

const read = (picture: RawPicture, name: string): number[] => [...unpack(formatNamed(name), picture)];
const raw = (name: string, width: number, bytes: number[]): RawPicture => ({
  kind: 'raw',
  pixelFormat: formatNamed(name).code,
  width,
  height: 1,
  linePadding: 0,
  bigEndian: false,
  data: Uint8Array.from(bytes),
});

describe('unpacking', () => {
  it('finds two samples in three bytes as GigE Vision packs them', () => {
    expect(read(raw('Mono12Packed', 2, [0xab, 0x6c, 0x45]), 'Mono12Packed')).toEqual([0xabc, 0x456]);
    expect(read(raw('Mono10Packed', 2, [0xff, 0x13, 0x80]), 'Mono10Packed')).toEqual([0x3ff, 0x201]);
    expect(read(raw('Mono12Packed', 1, [0xab, 0x0c]), 'Mono12Packed')).toEqual([0xabc]);
  });

  it('finds samples in a stream of bits as the naming convention packs them', () => {
    expect(read(raw('Mono12p', 2, [0xbc, 0x6a, 0x45]), 'Mono12p')).toEqual([0xabc, 0x456]);
    // 1, 2, 3, 1023 at ten bits each.
    expect(read(raw('Mono10p', 4, [0x01, 0x08, 0x30, 0xc0, 0xff]), 'Mono10p')).toEqual([1, 2, 3, 1023]);
  });

  it('reads words of either order, without what lies above their significant bits', () => {
    expect(read(raw('Mono12', 2, [0xbc, 0xfa, 0x56, 0x04]), 'Mono12')).toEqual([0xabc, 0x456]);
    expect(read({ ...raw('Mono16', 1, [0x12, 0x34]), bigEndian: true }, 'Mono16')).toEqual([0x1234]);
  });

  for (const format of pixelFormats) {
    it(`gives back every sample of ${format.name}, whatever the lines are`, () => {
      for (const [width, height] of [
        [1, 1],
        [2, 1],
        [3, 5],
        [7, 3],
        [4, 3],
        [16, 2],
        [33, 4],
      ] as const) {
        if (width % sharedColour(format) !== 0) continue;
        const samples = spread(width * height * samplesIn(format), 2 ** format.depth, width);
        for (const wish of [{}, { linePadding: 3 }, { ownBytes: true }, { bigEndian: true }]) {
          const frame = rawFrame(format.name, width, height, samples, wish);
          // Of a few tiny pictures both layouts take as many bytes: nothing could tell them apart.
          if ('ownBytes' in wish && frame.data.length === frameBytesOf(format, width, height)) continue;
          const label = `${width} × ${height} ${JSON.stringify(wish)}`;
          expect([...unpack(format, frame)], label).toEqual(samples);
          // Something behind the picture changes nothing.
          if (!('ownBytes' in wish))
            expect([
              ...unpack(format, { ...frame, data: Uint8Array.from([...frame.data, 1, 2, 3, 4, 5, 6, 7, 8]) }),
            ]).toEqual(samples);
        }
      }
    });
  }

  it('refuses lines that end among pixels that share their colour', () => {
    for (const format of pixelFormats) {
      const shared = sharedColour(format);
      if (shared === 1) continue;
      const frame = { ...raw(format.name, shared + 1, []), data: new Uint8Array(100) };
      expect(refusalOf(() => unpack(format, frame))).toContain(
        `can’t be ${shared + 1} pixels wide: ${shared} pixels share`,
      );
    }
  });

  it('refuses a frame with one byte too few, and never makes up the rest', () => {
    for (const format of pixelFormats) {
      const samples = spread(8 * 3 * samplesIn(format), 2 ** format.depth);
      for (const wish of [{}, { linePadding: 5 }]) {
        const frame = rawFrame(format.name, 8, 3, samples, wish);
        const needed = frame.data.length - (wish.linePadding ?? 0);
        expect([...unpack(format, { ...frame, data: frame.data.subarray(0, needed) })]).toEqual(samples);
        expect(refusalOf(() => unpack(format, { ...frame, data: frame.data.subarray(0, needed - 1) }))).toContain(
          `incomplete: ${format.name} of 8 × 3 takes ${needed} B, and 1 B of it did not come`,
        );
      }
    }
  });
});
