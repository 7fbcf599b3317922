import type { BmpHeader } from '../picture/bmp-header.ts';
import type { PngPixels } from './png.ts';

/*
 * Run-length data of a BMP (BI_RLE8, BI_RLE4): `count value` repeats, `0 0` ends a line, `0 1` the picture, `0 2 dx dy`
 * moves, `0 n …` is n indexes as they are, filled up to an even number of bytes. Lines run from bottom to top. What is
 * moved over stays 0.
 */
function unpackRuns(
  data: Buffer,
  { width, height, nibbles }: { readonly width: number; readonly height: number; readonly nibbles: boolean },
): Uint8Array {
  const out = new Uint8Array(width * height);
  let [x, y, at] = [0, 0, 0];
  const put = (index: number): void => {
    if (x < width && y < height) out[(height - 1 - y) * width + x] = index;
    x += 1;
  };
  const next = (): number => {
    const byte = data[at];
    if (byte === undefined) throw new RangeError('its picture data ends too early');
    at += 1;
    return byte;
  };
  while (y < height) {
    const count = next();
    const value = next();
    if (count > 0) {
      for (let index = 0; index < count; index += 1) put(nibbles ? (index % 2 === 0 ? value >> 4 : value & 15) : value);
    } else if (value === 0) {
      x = 0;
      y += 1;
    } else if (value === 1) {
      return out;
    } else if (value === 2) {
      x += next();
      y += next();
    } else {
      const bytes = nibbles ? Math.ceil(value / 2) : value;
      for (let index = 0; index < bytes; index += 1) {
        const byte = next();
        put(nibbles ? byte >> 4 : byte);
        if (nibbles && 2 * index + 1 < value) put(byte & 15);
      }
      // The last fill byte may be missing at the file's end.
      if (bytes % 2 === 1 && at < data.length) at += 1;
    }
  }
  return out;
}

/** The pixels of a BMP file, 8 bits a sample. Throws `RangeError` where its data ends too early. */
export function bmpPixels(bytes: Buffer, header: BmpHeader): PngPixels {
  const { width, height, bitsPerPixel } = header;
  const shape = { width, height, depth: 8 } as const;
  if (bitsPerPixel > 8) return { ...shape, ...directColours(bytes, header) };
  const indexes = indexesOf(bytes, header);
  const { red, green, blue, isGrey } = paletteOf(bytes, header);
  if (isGrey) return { ...shape, channels: 1, data: indexes.map((index) => red[index] as number) };
  const data = new Uint8Array(3 * indexes.length);
  for (let pixel = 0, to = 0; pixel < indexes.length; pixel += 1, to += 3) {
    const index = indexes[pixel] as number;
    data[to] = red[index] as number;
    data[to + 1] = green[index] as number;
    data[to + 2] = blue[index] as number;
  }
  return { ...shape, channels: 3, data };
}

/** By index; what the palette does not have is black. */
function paletteOf(bytes: Buffer, { palette: { at, colours, bytesPerColour } }: BmpHeader) {
  const [red, green, blue] = [new Uint8Array(256), new Uint8Array(256), new Uint8Array(256)];
  let isGrey = true;
  for (let index = 0; index < colours; index += 1) {
    const place = at + index * bytesPerColour;
    blue[index] = bytes[place] ?? 0;
    green[index] = bytes[place + 1] ?? 0;
    red[index] = bytes[place + 2] ?? 0;
    isGrey &&= red[index] === green[index] && green[index] === blue[index];
  }
  return { red, green, blue, isGrey };
}

/** Where line `y` of the picture, counted from its top, begins. */
const lineAt = ({ topDown, height, pixelsAt, stride }: BmpHeader, y: number): number =>
  pixelsAt + (topDown ? y : height - 1 - y) * stride;

function indexesOf(bytes: Buffer, header: BmpHeader): Uint8Array {
  const { width, height, bitsPerPixel, compression, pixelsAt } = header;
  if (compression === 'rle8' || compression === 'rle4') {
    return unpackRuns(bytes.subarray(pixelsAt), { width, height, nibbles: compression === 'rle4' });
  }
  const out = new Uint8Array(width * height);
  const perByte = 8 / bitsPerPixel;
  const mask = (1 << bitsPerPixel) - 1;
  for (let y = 0, to = 0; y < height; y += 1) {
    const line = lineAt(header, y);
    for (let x = 0; x < width; x += 1, to += 1) {
      const byte = bytes[line + Math.floor(x / perByte)] as number;
      out[to] = (byte >> (8 - bitsPerPixel * ((x % perByte) + 1))) & mask;
    }
  }
  return out;
}

function directColours(bytes: Buffer, header: BmpHeader): Pick<PngPixels, 'channels' | 'data'> {
  const { width, height, bitsPerPixel, masks } = header;
  const samples = masks.map(sampleOf);
  const [red = none, green = none, blue = none, alpha = none] = samples;
  const channels = masks[3] === 0 ? 3 : 4;
  const data = new Uint8Array(channels * width * height);
  let opaque = 0;
  for (let y = 0, to = 0; y < height; y += 1) {
    for (let x = 0, at = lineAt(header, y); x < width; x += 1, to += channels) {
      if (bitsPerPixel === 24) {
        data[to] = bytes[at + 2] as number;
        data[to + 1] = bytes[at + 1] as number;
        data[to + 2] = bytes[at] as number;
        at += 3;
        continue;
      }
      const pixel = bitsPerPixel === 16 ? bytes.readUInt16LE(at) : bytes.readUInt32LE(at);
      at += bitsPerPixel / 8;
      data[to] = red(pixel);
      data[to + 1] = green(pixel);
      data[to + 2] = blue(pixel);
      if (channels === 4) {
        data[to + 3] = alpha(pixel);
        opaque |= data[to + 3] as number;
      }
    }
  }
  // Programs that write the field and leave it empty mean no transparency.
  return channels === 4 && opaque === 0 ? { channels: 3, data: withoutAlpha(data) } : { channels, data };
}

const none = (): number => 0;

/** A mask's bits of a pixel as 0–255. */
function sampleOf(mask: number): (pixel: number) => number {
  if (mask === 0) return none;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return most === 255
    ? (pixel) => (pixel & mask) >>> shift
    : (pixel) => Math.round((((pixel & mask) >>> shift) * 255) / most);
}

function withoutAlpha(data: Uint8Array): Uint8Array {
  const out = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) out.set(data.subarray(from, from + 3), to);
  return out;
}
