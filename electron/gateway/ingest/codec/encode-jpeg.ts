import { message } from '../../../../shared/messages/message.ts';
import type { EncodedPicture } from '../../model/frame.ts';
import { toEightBits } from '../pixels/develop.ts';
import { type Pixels, PixelsRefused } from '../pixels/pixels.ts';
import { type VipsModule, wordsOfVips } from './vips-module.ts';

/** libjpeg's own limit, a little under the format's. */
const longestEdge = 65_500;

/** Grey pixels become a grey file. More than 8 bits are scaled to 8 by their own depth. */
export function encodeJpeg(vips: VipsModule, pixels: Pixels, quality: number): Uint8Array {
  const { width, height, channels, data } = toEightBits(pixels);
  if (Math.max(width, height) > longestEdge) {
    throw new PixelsRefused(message('frame-too-long-for-jpeg', { width, height, most: longestEdge }));
  }
  return inMemory(vips, data, width, height, channels, (image) => image.jpegsaveBuffer({ Q: quality }));
}

type Image = InstanceType<VipsModule['Image']>;

function inMemory(
  vips: VipsModule,
  data: Uint8Array,
  width: number,
  height: number,
  channels: 1 | 3,
  work: (image: Image) => Uint8Array,
): Uint8Array {
  const plain = vips.Image.newFromMemory(data, width, height, channels, vips.BandFormat.uchar);
  try {
    const image = plain.copy({ interpretation: channels === 1 ? 'b-w' : 'srgb' });
    try {
      return work(image);
    } finally {
      image.delete();
    }
  } finally {
    // What libvips holds of a picture lies in memory that no garbage collector sees.
    plain.delete();
  }
}

/** A camera's own JPEG made small; decoded at a half, a quarter or an eighth where that is enough. */
export function shrinkEncoded(
  vips: VipsModule,
  { data }: EncodedPicture,
  maxEdge: number,
): Pixels & { readonly data: Uint8Array } {
  const opened: { delete: () => void }[] = [];
  const keep = <T extends { delete: () => void }>(image: T): T => {
    opened.push(image);
    return image;
  };
  try {
    let image = keep(vips.Image.thumbnailBuffer(data, maxEdge, { height: maxEdge, size: 'down', no_rotate: true }));
    if (image.hasAlpha()) image = keep(image.flatten());
    if (image.bands !== 1 && image.bands !== 3) image = keep(image.colourspace('srgb'));
    if (image.format !== 'uchar') image = keep(image.colourspace(image.bands === 1 ? 'b-w' : 'srgb'));
    const { width, height } = image;
    const channels = image.bands === 1 ? 1 : 3;
    return { width, height, channels, depth: 8, data: new Uint8Array(image.writeToMemory()) };
  } catch (error) {
    const said = wordsOfVips(error);
    if (said === null) throw error;
    throw new PixelsRefused(message('frame-not-decoded', { technical: said }));
  } finally {
    for (const image of opened.reverse()) image.delete();
  }
}
