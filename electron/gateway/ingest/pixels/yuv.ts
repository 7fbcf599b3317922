import type { PixelFormat } from '../../model/pixel-format.ts';
import { PixelsRefused } from './pixels.ts';

/**
 * RGB from YUV 4:2:2. Machine-vision cameras code brightness and both colour differences over the full 0–255, with the
 * weights of BT.601, as JPEG does (Basler's manuals of its scout and runner cameras: Y = 0.30 R + 0.59 G + 0.11 B, "on a
 * scale that ranges from 0 to 255"). PFNC has other names for the narrow range of video (`YCbCr601_…`), which are not in
 * our table. The colour of every second pixel lies half-way between its neighbours'.
 */
export function rgbFromYuv(
  yuv: Uint8Array,
  width: number,
  height: number,
  places: Extract<PixelFormat, { family: 'yuv' }>,
): Uint8Array {
  if (width % 2 !== 0) {
    throw new PixelsRefused(
      `A YUV picture can’t be ${width} pixels wide: two pixels share their colour.`,
      'Set the camera to an even width.',
    );
  }
  const { y0, u, y1, v } = places;
  const out = new Uint8Array(width * height * 3);
  const lastPair = width * 2 - 4;
  let to = 0;
  for (let line = 0; line < height; line += 1) {
    const begin = line * width * 2;
    for (let pair = 0; pair <= lastPair; pair += 4, to += 6) {
      const at = begin + pair;
      const next = pair < lastPair ? at + 4 : at;
      const blueness = yuv[at + u] as number;
      const redness = yuv[at + v] as number;
      put(out, to, yuv[at + y0] as number, blueness - 128, redness - 128);
      const blueBetween = (blueness + (yuv[next + u] as number)) / 2 - 128;
      put(out, to + 3, yuv[at + y1] as number, blueBetween, (redness + (yuv[next + v] as number)) / 2 - 128);
    }
  }
  return out;
}

/** The inverse of BT.601's weights (0.299, 0.587, 0.114), in parts of 65,536. */
function put(out: Uint8Array, to: number, y: number, u: number, v: number): void {
  const base = y * 65_536 + 32_768;
  const red = (base + 91_881 * v) >> 16;
  const green = (base - 22_554 * u - 46_802 * v) >> 16;
  const blue = (base + 116_130 * u) >> 16;
  out[to] = red < 0 ? 0 : red > 255 ? 255 : red;
  out[to + 1] = green < 0 ? 0 : green > 255 ? 255 : green;
  out[to + 2] = blue < 0 ? 0 : blue > 255 ? 255 : blue;
}
