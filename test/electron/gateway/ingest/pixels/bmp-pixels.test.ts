import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBmpHeader } from '../../../../../electron/gateway/ingest/picture/bmp-header.ts';
import { inspectFile, sniffConverted } from '../../../../../electron/gateway/ingest/picture/inspect-file.ts';
import { bmpPixels } from '../../../../../electron/gateway/ingest/pixels/bmp-pixels.ts';
import { type BmpParts, bmpFile, makeBmp } from '../../../../support/bmp.ts';

/*
 * What the samples must be was worked out by hand from the format's description. Chromium 156 draws the same, and so does
 * Pillow 9.4, except that it does not follow moves in run-length data, nor take masks of another order.
 */
function samplesOf(file: Buffer): { channels: number; data: number[] } {
  expect(sniffConverted(file)).toBe('bmp');
  expect(inspectFile(file)).toMatchObject({ kind: 'complete', format: 'bmp' });
  const header = readBmpHeader(file);
  if (header === 'cut' || 'wrong' in header) throw new Error('it can’t be read');
  const { channels, data } = bmpPixels(file, header);
  return { channels, data: [...data] };
}

const colour = (blue: number, green: number, red: number): readonly number[] => [blue, green, red, 0];
const palette = (...colours: readonly (readonly number[])[]): Pick<BmpParts, 'behindHeader' | 'colours'> => ({
  behindHeader: Buffer.from(colours.flat()),
  colours: colours.length,
});
const masks = (...values: readonly number[]): Pick<BmpParts, 'behindHeader' | 'compression'> => {
  const behindHeader = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) behindHeader.writeUInt32LE(value, 4 * index);
  return { behindHeader, compression: 3 };
};

describe('the pixels of a BMP', () => {
  it('of 24 bits lie from bottom to top, or from top to bottom where the height is negative', () => {
    const rgb = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    expect(samplesOf(makeBmp(2, 2, Uint8Array.from(rgb)))).toEqual({ channels: 3, data: rgb });
    const pixels = Buffer.from([3, 2, 1, 6, 5, 4, 0, 0, 9, 8, 7, 12, 11, 10, 0, 0]);
    expect(samplesOf(bmpFile({ width: 2, height: -2, bitsPerPixel: 24, pixels }))).toEqual({ channels: 3, data: rgb });
  });

  it('of 1, 2, 4 and 8 bits are those of its palette; a grey palette makes a grey picture', () => {
    const red = colour(0, 0, 255);
    const blue = colour(255, 0, 0);
    const grey = (value: number) => colour(value, value, value);
    const of = (
      bitsPerPixel: number,
      width: number,
      colours: readonly (readonly number[])[],
      line: readonly number[],
    ) => samplesOf(bmpFile({ width, height: 1, bitsPerPixel, ...palette(...colours), pixels: Buffer.from(line) }));
    expect(of(1, 3, [red, blue], [0b01000000, 0, 0, 0])).toEqual({
      channels: 3,
      data: [255, 0, 0, 0, 0, 255, 255, 0, 0],
    });
    expect(of(1, 9, [grey(0), grey(255)], [0b10100000, 0x80, 0, 0])).toEqual({
      channels: 1,
      data: [255, 0, 255, 0, 0, 0, 0, 0, 255],
    });
    expect(of(2, 4, [grey(9), grey(8), grey(7), grey(6)], [0b00011011, 0, 0, 0])).toEqual({
      channels: 1,
      data: [9, 8, 7, 6],
    });
    expect(of(4, 3, [red, blue], [0x10, 0x10, 0, 0])).toEqual({ channels: 3, data: [0, 0, 255, 255, 0, 0, 0, 0, 255] });
    // What the palette does not have is black.
    expect(of(8, 3, [grey(70), grey(80)], [1, 0, 200, 0])).toEqual({ channels: 1, data: [80, 70, 0] });
  });

  it('of 16 bits are spread over the full range', () => {
    const pixels = Buffer.from([0x00, 0x7c, 0xe0, 0x03, 0x1f, 0x00, 0xff, 0x7f]);
    const data = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
    expect(samplesOf(bmpFile({ width: 4, height: 1, bitsPerPixel: 16, pixels }))).toEqual({ channels: 3, data });
    const six = Buffer.from([0x00, 0xf8, 0xe0, 0x07, 0x1f, 0x00, 0xff, 0xff]);
    const file = bmpFile({ width: 4, height: 1, bitsPerPixel: 16, ...masks(0xf800, 0x07e0, 0x001f), pixels: six });
    expect(samplesOf(file)).toEqual({ channels: 3, data });
  });

  it('of 32 bits are taken by their masks; the fourth byte is nothing where no mask names it', () => {
    const plain = bmpFile({ width: 1, height: 1, bitsPerPixel: 32, pixels: Buffer.from([3, 2, 1, 99]) });
    expect(samplesOf(plain)).toEqual({ channels: 3, data: [1, 2, 3] });
    const swapped = masks(0x000000ff, 0x0000ff00, 0x00ff0000);
    const pixels = Buffer.from([1, 2, 3, 0]);
    expect(samplesOf(bmpFile({ width: 1, height: 1, bitsPerPixel: 32, ...swapped, pixels }))).toEqual({
      channels: 3,
      data: [1, 2, 3],
    });
  });

  it('that are run-length coded, of 8 and of 4 bits, with moves, ends and runs as they are', () => {
    const greys = palette(...Array.from({ length: 16 }, (_, value) => colour(value, value, value)));
    const runs8 = Buffer.from([3, 7, 1, 5, 0, 0, 0, 3, 1, 2, 3, 0, 0, 2, 0, 0, 1, 9, 0, 1]);
    const of8 = bmpFile({ width: 4, height: 2, bitsPerPixel: 8, compression: 1, ...greys, pixels: runs8 });
    expect(samplesOf(of8)).toEqual({ channels: 1, data: [1, 2, 3, 9, 7, 7, 7, 5] });
    const runs4 = Buffer.from([3, 0x12, 0, 0, 0, 3, 0xab, 0xc0, 0, 1]);
    const of4 = bmpFile({ width: 3, height: 2, bitsPerPixel: 4, compression: 2, ...greys, pixels: runs4 });
    expect(samplesOf(of4)).toEqual({ channels: 1, data: [10, 11, 12, 1, 2, 1] });
  });

  it('of the oldest header, whose palette has three bytes a colour', () => {
    const file = Buffer.concat([
      Buffer.from('424d0000000000000000', 'hex'),
      Buffer.from([32, 0, 0, 0, 12, 0, 0, 0, 2, 0, 1, 0, 1, 0, 1, 0]),
      Buffer.from([0, 0, 255, 255, 0, 0]),
      Buffer.from([0b01000000, 0, 0, 0]),
    ]);
    expect(samplesOf(file)).toEqual({ channels: 3, data: [255, 0, 0, 0, 0, 255] });
  });
});

describe('a hostile BMP', () => {
  const good = makeBmp(
    5,
    4,
    Uint8Array.from({ length: 60 }, (_, at) => at),
  );

  it('makes nothing but a RangeError, whatever bytes are changed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 70 }), fc.nat({ max: 255 })), { maxLength: 6 }),
        fc.nat({ max: good.length }),
        (changes, length) => {
          const file = Buffer.from(good.subarray(0, Math.max(length, 40)));
          for (const [at, value] of changes) if (at < file.length) file[at] = value;
          if (sniffConverted(file) !== 'bmp') return;
          const inspection = inspectFile(file);
          if (inspection.kind !== 'complete' || inspection.width * inspection.height > 1_000_000) return;
          const header = readBmpHeader(file);
          if (header === 'cut' || 'wrong' in header) throw new Error('it was complete');
          try {
            bmpPixels(file, header);
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, (file: Buffer) => void]>([
    ['of no width', (file) => file.writeInt32LE(0, 18)],
    ['of a negative width', (file) => file.writeInt32LE(-5, 18)],
    ['of no height', (file) => file.writeInt32LE(0, 22)],
    ['of the smallest height there is', (file) => file.writeInt32LE(-0x8000_0000, 22)],
    ['with an unknown compression', (file) => file.writeUInt32LE(4, 30)],
    ['whose pixels begin in its header', (file) => file.writeUInt32LE(20, 10)],
  ])('%s is invalid', (_, change) => {
    const file = Buffer.from(good);
    change(file);
    expect(inspectFile(file)).toMatchObject({ kind: 'invalid', format: 'bmp' });
  });

  it('is no BMP when a text begins with BM', () => {
    expect(sniffConverted(Buffer.from('BMW part 4711 is good, and so are all of the others in this box\n'))).toBeNull();
  });
});
