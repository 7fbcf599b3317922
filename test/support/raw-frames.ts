import type { RawPicture } from '../../electron/gateway/model/frame.ts';
import { lineBytesOf, type PixelFormat, pixelFormatNamed } from '../../electron/gateway/model/pixel-format.ts';

export function formatNamed(name: string): PixelFormat {
  const format = pixelFormatNamed(name);
  if (format === null) throw new Error(`no pixel format ${name}`);
  return format;
}

export const samplesIn = (format: PixelFormat): number =>
  format.family === 'rgb' ? format.samples : format.family === 'yuv' ? format.bitsPerPixel / 8 : 1;

/** Bit by bit, as slowly and plainly as the layouts are described: the opposite of what is tested. */
function packLine(format: PixelFormat, samples: readonly number[], bigEndian = false): number[] {
  const { depth, packing } = format;
  const bytes: number[] = [];
  const setBit = (bit: number, value: number): void => {
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (value << (bit & 7));
  };
  samples.forEach((sample, index) => {
    if (packing === 'bytes') bytes.push(sample);
    else if (packing === 'words')
      bytes.push(...(bigEndian ? [sample >> 8, sample & 255] : [sample & 255, sample >> 8]));
    else if (packing === 'bit-stream') {
      for (let bit = 0; bit < depth; bit += 1) setBit(index * depth + bit, (sample >> bit) & 1);
    } else {
      // Two samples in three bytes: the upper eight bits of each outside, the others between them.
      const group = (index >> 1) * 3;
      const rest = depth - 8;
      for (let bit = rest; bit < depth; bit += 1)
        setBit((group + (index & 1) * 2) * 8 + bit - rest, (sample >> bit) & 1);
      for (let bit = 0; bit < rest; bit += 1) setBit((group + 1) * 8 + (index & 1) * 4 + bit, (sample >> bit) & 1);
    }
  });
  return Array.from(bytes, (byte) => byte ?? 0);
}

export type RawWish = {
  readonly bigEndian?: boolean;
  readonly linePadding?: number;
  /** Each line begins with a byte of its own. */
  readonly ownBytes?: boolean;
};

/** A frame whose samples (of a pixel together, line by line) are those. */
export function rawFrame(
  name: string,
  width: number,
  height: number,
  samples: ArrayLike<number>,
  { bigEndian = false, linePadding = 0, ownBytes = false }: RawWish = {},
): RawPicture {
  const format = formatNamed(name);
  const all = Array.from(samples);
  const perLine = width * samplesIn(format);
  let data: Uint8Array;
  if (linePadding === 0 && !ownBytes) data = Uint8Array.from(packLine(format, all, bigEndian));
  else {
    const stride = lineBytesOf(format, width) + linePadding;
    data = new Uint8Array(stride * height).fill(0xaa);
    for (let y = 0; y < height; y += 1)
      data.set(packLine(format, all.slice(y * perLine, (y + 1) * perLine), bigEndian), y * stride);
  }
  return { kind: 'raw', pixelFormat: format.code, width, height, linePadding, bigEndian, data };
}

/** Repeatable numbers below `end`, well spread. */
export function spread(count: number, end: number, seed = 1): number[] {
  let state = seed * 2_654_435_761;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  });
}
