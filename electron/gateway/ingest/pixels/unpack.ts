import type { RawPicture } from '../../model/frame.ts';
import type { PixelFormat } from '../../model/pixel-format.ts';
import { layoutOf } from './line-layout.ts';

/**
 * The samples of a frame, right-aligned, lines without gaps. Frames of bytes without padding are not copied: the result
 * is then a part of the frame's own memory. Throws `PixelsRefused` for too few bytes.
 */
export function unpack(format: PixelFormat, picture: RawPicture): Uint8Array | Uint16Array {
  const { width, height, data } = picture;
  const layout = layoutOf(format, picture);
  const perLine = width * samplesPerPixel(format);
  if (format.packing === 'bytes') {
    if (layout.kind === 'continuous') return data.subarray(0, layout.bytes);
    const out = new Uint8Array(perLine * height);
    for (let y = 0; y < height; y += 1)
      out.set(data.subarray(y * layout.stride, y * layout.stride + perLine), y * perLine);
    return out;
  }
  const out = new Uint16Array(perLine * height);
  const read = readers(format, picture.bigEndian);
  if (layout.kind === 'continuous') read(data, 0, out, 0, out.length);
  else for (let y = 0; y < height; y += 1) read(data, y * layout.stride, out, y * perLine, perLine);
  return out;
}

/** One and a half, where four pixels share their colour. */
export function samplesPerPixel(format: PixelFormat): number {
  if (format.family === 'rgb') return format.samples;
  return format.family === 'yuv' ? format.bitsPerPixel / 8 : 1;
}

/** Reads `count` samples from the byte at `from` on into `out` from `to` on. */
type Reader = (data: Uint8Array, from: number, out: Uint16Array, to: number, count: number) => void;

function readers(format: PixelFormat, bigEndian: boolean): Reader {
  const mask = (1 << format.depth) - 1;
  switch (format.packing) {
    case 'packed':
      return format.depth === 10 ? readPacked10 : readPacked12;
    case 'bit-stream':
      if (format.depth === 12) return readStream12;
      return (data, from, out, to, count) => readStream(data, from, out, to, count, format.depth);
    default:
      // A camera may leave noise above its significant bits.
      return (data, from, out, to, count) => readWords(data, from, out, to, count, bigEndian ? 0 : 1, mask);
  }
}

/** `high`: which of the two bytes is the most significant. */
function readWords(
  data: Uint8Array,
  from: number,
  out: Uint16Array,
  to: number,
  count: number,
  high: 0 | 1,
  mask: number,
): void {
  const low = 1 - high;
  for (let index = 0, at = from; index < count; index += 1, at += 2)
    out[to + index] = (((data[at + high] as number) << 8) | (data[at + low] as number)) & mask;
}

/** Two samples in three bytes: the upper eight bits of each in the first and the third, the rest of both in the second. */
function readPacked12(data: Uint8Array, from: number, out: Uint16Array, to: number, count: number): void {
  const even = count & ~1;
  let at = from;
  for (let index = 0; index < even; index += 2, at += 3) {
    const rest = data[at + 1] as number;
    out[to + index] = ((data[at] as number) << 4) | (rest & 0x0f);
    out[to + index + 1] = ((data[at + 2] as number) << 4) | (rest >> 4);
  }
  if (even < count) out[to + even] = ((data[at] as number) << 4) | ((data[at + 1] as number) & 0x0f);
}

function readPacked10(data: Uint8Array, from: number, out: Uint16Array, to: number, count: number): void {
  const even = count & ~1;
  let at = from;
  for (let index = 0; index < even; index += 2, at += 3) {
    const rest = data[at + 1] as number;
    out[to + index] = ((data[at] as number) << 2) | (rest & 0x03);
    out[to + index + 1] = ((data[at + 2] as number) << 2) | ((rest >> 4) & 0x03);
  }
  if (even < count) out[to + even] = ((data[at] as number) << 2) | ((data[at + 1] as number) & 0x03);
}

function readStream12(data: Uint8Array, from: number, out: Uint16Array, to: number, count: number): void {
  const even = count & ~1;
  let at = from;
  for (let index = 0; index < even; index += 2, at += 3) {
    const middle = data[at + 1] as number;
    out[to + index] = (data[at] as number) | ((middle & 0x0f) << 8);
    out[to + index + 1] = (middle >> 4) | ((data[at + 2] as number) << 4);
  }
  if (even < count) out[to + even] = (data[at] as number) | (((data[at + 1] as number) & 0x0f) << 8);
}

function readStream(data: Uint8Array, from: number, out: Uint16Array, to: number, count: number, depth: number): void {
  const mask = (1 << depth) - 1;
  let held = 0;
  let bits = 0;
  let at = from;
  for (let index = 0; index < count; index += 1) {
    while (bits < depth) {
      held |= (data[at] as number) << bits;
      at += 1;
      bits += 8;
    }
    out[to + index] = held & mask;
    held >>>= depth;
    bits -= depth;
  }
}
