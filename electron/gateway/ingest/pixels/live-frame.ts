import type { RawPicture } from '../../model/frame.ts';
import { type PixelFormat, pixelFormatOf } from '../../model/pixel-format.ts';
import { develop, toEightBits } from './develop.ts';
import { brightnessOf } from './measure.ts';
import type { Pixels } from './pixels.ts';
import { samplesPerPixel, unpack } from './unpack.ts';
import { rgbFromYuv } from './yuv.ts';

type Seen = { readonly pixels: Pixels & { readonly data: Uint8Array }; readonly focus: number };

/**
 * A camera's frame with fewer pixels and 8 bits, for the eye: every n-th pixel is taken, of a Bayer pattern every n-th
 * 2 × 2 square as one. The focus is measured at these places between direct neighbours of the whole frame, so that
 * it says how sharp the frame is and not how small the window.
 */
export function decimate(picture: RawPicture, maxEdge: number): Seen {
  const { width, height } = picture;
  const step = Math.max(1, Math.ceil(Math.max(width, height) / maxEdge));
  const format = pixelFormatOf(picture.pixelFormat);
  // `develop` says why where the format is not known; a small frame costs little in full.
  if (format === null || step === 1) {
    const pixels = toEightBits(develop(picture));
    return { pixels, focus: focusOf({ ...brightnessOf(pixels), step: 1 }) };
  }
  const samples = unpack(format, picture);
  const pixels = takeEvery(step, format, samples, width, height);
  return { pixels, focus: focusOf({ ...brightnessAt(format, samples, width, height), step }) };
}

/** Where in a frame's samples brightnesses lie: at `from + across * x + down * y`. */
type Plane = {
  readonly data: Uint8Array | Uint16Array;
  readonly from: number;
  readonly across: number;
  readonly down: number;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
};

/** Green stands for the brightness where there is no brightness by itself: the sensor's best, and half of its pixels. */
function brightnessAt(format: PixelFormat, data: Plane['data'], width: number, height: number): Plane {
  const { depth } = format;
  const across = samplesPerPixel(format);
  const plane = { data, across, down: across * width, width, height, depth };
  switch (format.family) {
    case 'mono':
      return { ...plane, from: 0 };
    case 'bayer': {
      const from = format.order.startsWith('G') ? 0 : 1;
      return { ...plane, from, across: 2, down: 2 * width, width: width >> 1, height: height >> 1 };
    }
    case 'rgb':
      return { ...plane, from: format.green };
    case 'yuv':
      return format.brightness.length > 2
        ? { ...plane, data: brightnessesOf(format, data, width * height), from: 0, across: 1, down: width }
        : { ...plane, from: format.brightness[0] ?? 0 };
  }
}

/** Of four pixels that share their colour the brightnesses lie at no even distance. */
function brightnessesOf(
  { brightness }: Extract<PixelFormat, { family: 'yuv' }>,
  data: Plane['data'],
  pixels: number,
): Uint8Array {
  const out = new Uint8Array(pixels);
  const shared = brightness.length;
  for (let at = 0, to = 0; to < pixels; at += shared + 2, to += shared)
    for (let pixel = 0; pixel < shared; pixel += 1) out[to + pixel] = data[at + (brightness[pixel] ?? 0)] ?? 0;
  return out;
}

/** Variance of the Laplacian, in levels of 255, at every `step`-th place that has all four neighbours. */
export function focusOf({ data, from, across, down, width, height, depth, step }: Plane & { step: number }): number {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y += step) {
    for (let x = 1, at = from + across + y * down; x < width - 1; x += step, at += step * across) {
      const value =
        4 * (data[at] as number) -
        (data[at - across] as number) -
        (data[at + across] as number) -
        (data[at - down] as number) -
        (data[at + down] as number);
      count += 1;
      sum += value;
      squares += value * value;
    }
  }
  if (count === 0) return 0;
  const scale = 255 / (2 ** depth - 1);
  return Math.max(0, squares / count - (sum / count) ** 2) * scale * scale;
}

function takeEvery(
  step: number,
  format: PixelFormat,
  samples: Uint8Array | Uint16Array,
  width: number,
  height: number,
): Pixels & { readonly data: Uint8Array } {
  const w = Math.ceil(width / step);
  const h = Math.ceil(height / step);
  const shift = format.depth - 8;
  if (format.family === 'yuv') return takeGroups(step, format, samples as Uint8Array, width, height);
  const channels = format.family === 'mono' ? 1 : 3;
  const out = new Uint8Array(w * h * channels);
  const perPixel = samplesPerPixel(format);
  const [red, greens, blue] = placesOf(format, width);
  let to = 0;
  for (let y = 0; y < h; y += 1) {
    // A square of a Bayer pattern begins on an even line and column, and lies wholly within the picture.
    const top = format.family === 'bayer' ? Math.min((y * step) & ~1, (height & ~1) - 2) : y * step;
    for (let x = 0; x < w; x += 1) {
      const left = format.family === 'bayer' ? Math.min((x * step) & ~1, (width & ~1) - 2) : x * step;
      const at = (top * width + left) * perPixel;
      if (channels === 1) out[to++] = (samples[at] as number) >> shift;
      else {
        out[to++] = (samples[at + red] as number) >> shift;
        out[to++] = ((samples[at + greens[0]] as number) + (samples[at + greens[1]] as number)) >> (shift + 1);
        out[to++] = (samples[at + blue] as number) >> shift;
      }
    }
  }
  return { width: w, height: h, channels, depth: 8, data: out };
}

/** Offsets of red, both greens and blue from a pixel's, or a Bayer square's, first sample. */
function placesOf(format: PixelFormat, width: number): [number, readonly [number, number], number] {
  if (format.family === 'rgb') return [format.red, [format.green, format.green], format.blue];
  if (format.family !== 'bayer') return [0, [0, 0], 0];
  const square = [0, 1, width, width + 1] as const;
  switch (format.order) {
    case 'RG':
      return [square[0], [square[1], square[2]], square[3]];
    case 'BG':
      return [square[3], [square[1], square[2]], square[0]];
    case 'GR':
      return [square[1], [square[0], square[3]], square[2]];
    case 'GB':
      return [square[2], [square[0], square[3]], square[1]];
  }
}

/** Of every n-th group of pixels that share their colour all. */
function takeGroups(
  step: number,
  format: Extract<PixelFormat, { family: 'yuv' }>,
  samples: Uint8Array,
  width: number,
  height: number,
): Pixels & { readonly data: Uint8Array } {
  const shared = format.brightness.length;
  const bytes = shared + 2;
  const inLine = width / shared;
  const h = Math.ceil(height / step);
  const groups = Math.max(1, Math.ceil(inLine / step));
  const few = new Uint8Array(groups * bytes * h);
  for (let y = 0; y < h; y += 1) {
    for (let group = 0; group < groups; group += 1) {
      const at = (y * step * inLine + Math.min(group * step, inLine - 1)) * bytes;
      few.set(samples.subarray(at, at + bytes), (y * groups + group) * bytes);
    }
  }
  const w = shared * groups;
  return { width: w, height: h, channels: 3, depth: 8, data: rgbFromYuv(few, w, h, format) };
}
