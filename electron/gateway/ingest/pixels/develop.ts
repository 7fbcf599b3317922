import { message } from '../../../../shared/messages/message.ts';
import type { RawPicture } from '../../model/frame.ts';
import { type PixelFormat, pixelFormatName, pixelFormatOf } from '../../model/pixel-format.ts';
import { demosaic } from './demosaic.ts';
import { type Pixels, PixelsRefused } from './pixels.ts';
import { unpack } from './unpack.ts';
import { rgbFromYuv } from './yuv.ts';

/** Grey or RGB pixels from a camera's frame, at its own depth. Throws `PixelsRefused` for what can never be a picture. */
export function develop(picture: RawPicture): Pixels {
  const format = pixelFormatOf(picture.pixelFormat);
  if (format === null)
    throw new PixelsRefused(message('pixel-format-unknown', { format: pixelFormatName(picture.pixelFormat) }));
  const { width, height } = picture;
  const { depth } = format;
  const samples = unpack(format, picture);
  switch (format.family) {
    case 'mono':
      return { width, height, channels: 1, depth, data: samples };
    case 'bayer': {
      const out = depth > 8 ? new Uint16Array(3 * samples.length) : new Uint8Array(3 * samples.length);
      const data = demosaic(samples, { width, height, depth, order: format.order }, out);
      return { width, height, channels: 3, depth, data };
    }
    case 'rgb':
      return { width, height, channels: 3, depth, data: rgbOf(samples, width * height, format) };
    case 'yuv':
      return { width, height, channels: 3, depth, data: rgbFromYuv(samples as Uint8Array, width, height, format) };
  }
}

function rgbOf(
  samples: Uint8Array | Uint16Array,
  pixels: number,
  { samples: perPixel, red, green, blue }: Extract<PixelFormat, { family: 'rgb' }>,
): Uint8Array | Uint16Array {
  if (perPixel === 3 && red === 0) return samples;
  const out = samples instanceof Uint16Array ? new Uint16Array(3 * pixels) : new Uint8Array(3 * pixels);
  for (let pixel = 0, at = 0, to = 0; pixel < pixels; pixel += 1, at += perPixel, to += 3) {
    out[to] = samples[at + red] as number;
    out[to + 1] = samples[at + green] as number;
    out[to + 2] = samples[at + blue] as number;
  }
  return out;
}

/** With 8 bits a sample, by the format's own depth: full brightness stays full brightness. */
export function toEightBits({ depth, data, ...rest }: Pixels): Pixels & { readonly data: Uint8Array } {
  if (data instanceof Uint8Array) return { ...rest, depth, data };
  const shift = depth - 8;
  const out = new Uint8Array(data.length);
  for (let index = 0; index < data.length; index += 1) out[index] = (data[index] as number) >> shift;
  return { ...rest, depth: 8, data: out };
}
