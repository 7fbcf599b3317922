import type { PixelFormat, YuvCoding } from '../../model/pixel-format.ts';

type Yuv = Extract<PixelFormat, { family: 'yuv' }>;

/**
 * RGB from brightness and colour differences. Machine-vision cameras code PFNC's YUV and YCbCr over the full 0–255, with
 * the weights of BT.601, as JPEG does (Basler's manuals of its scout and runner cameras: Y = 0.30 R + 0.59 G + 0.11 B, "on
 * a scale that ranges from 0 to 255"). A number in the name is that of a standard of video, with its weights and its
 * narrow range: brightness 16–235, differences 16–240. The header of OMRON SENTECH's library says both so, format by
 * format. Where pixels share a colour it is the
 * first one's, and the others lie between it and the next. `width`: a multiple of the pixels that share one.
 */
export function rgbFromYuv(yuv: Uint8Array, width: number, height: number, format: Yuv): Uint8Array {
  const { brightness, u, v } = format;
  const coding = codings[format.coding];
  const shared = brightness.length;
  const bytes = shared + 2;
  const lineBytes = (width / shared) * bytes;
  const out = new Uint8Array(width * height * 3);
  let to = 0;
  for (let begin = 0; begin < lineBytes * height; begin += lineBytes) {
    const last = begin + lineBytes - bytes;
    for (let at = begin; at <= last; at += bytes) {
      const next = at < last ? at + bytes : at;
      const blueness = yuv[at + u] as number;
      const redness = yuv[at + v] as number;
      const blueStep = ((yuv[next + u] as number) - blueness) / shared;
      const redStep = ((yuv[next + v] as number) - redness) / shared;
      for (let pixel = 0; pixel < shared; pixel += 1, to += 3) {
        const y = yuv[at + (brightness[pixel] as number)] as number;
        put(out, to, coding, y, blueness - 128 + pixel * blueStep, redness - 128 + pixel * redStep);
      }
    }
  }
  return out;
}

/** In parts of 65,536. */
type Coding = {
  readonly black: number;
  readonly y: number;
  readonly redOfV: number;
  readonly greenOfU: number;
  readonly greenOfV: number;
  readonly blueOfU: number;
};

/** The inverse of Y = red R + green G + blue B, U = (B − Y) / (2 − 2 blue), V = (R − Y) / (2 − 2 red). */
function codingOf(red: number, blue: number, range: 'full' | 'narrow'): Coding {
  const green = 1 - red - blue;
  const [y, c] = range === 'full' ? [1, 1] : [255 / 219, 255 / 224];
  const parts = (value: number): number => Math.round(value * 65_536);
  return {
    black: range === 'full' ? 0 : 16,
    y: parts(y),
    redOfV: parts(c * (2 - 2 * red)),
    greenOfU: parts((c * (2 - 2 * blue) * blue) / green),
    greenOfV: parts((c * (2 - 2 * red) * red) / green),
    blueOfU: parts(c * (2 - 2 * blue)),
  };
}

/** Weights of red and blue: ITU-R BT.601, BT.709, BT.2020. */
const codings: Readonly<Record<YuvCoding, Coding>> = {
  full: codingOf(0.299, 0.114, 'full'),
  bt601: codingOf(0.299, 0.114, 'narrow'),
  bt709: codingOf(0.2126, 0.0722, 'narrow'),
  bt2020: codingOf(0.2627, 0.0593, 'narrow'),
};

function put(out: Uint8Array, to: number, coding: Coding, y: number, u: number, v: number): void {
  const base = (y - coding.black) * coding.y + 32_768;
  const red = (base + coding.redOfV * v) >> 16;
  const green = (base - coding.greenOfU * u - coding.greenOfV * v) >> 16;
  const blue = (base + coding.blueOfU * u) >> 16;
  out[to] = red < 0 ? 0 : red > 255 ? 255 : red;
  out[to + 1] = green < 0 ? 0 : green > 255 ? 255 : green;
  out[to + 2] = blue < 0 ? 0 : blue > 255 ? 255 : blue;
}
