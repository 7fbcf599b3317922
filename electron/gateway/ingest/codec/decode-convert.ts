import { type Message, message } from '../../../../shared/messages/message.ts';
import type { Orientation } from '../../../../shared/picture.ts';
import { readBmpHeader } from '../picture/bmp-header.ts';
import { type OtherColours, tiffColours } from '../picture/tiff-colours.ts';
import { bmpPixels } from '../pixels/bmp-pixels.ts';
import { encodePng, type PngPixels } from '../pixels/png.ts';
import { noteLoad } from './decode-load.ts';
import { turnUpright, unpackedBytes, type VipsImage, withImages } from './decode-open.ts';
import { isOutOfMemory, takeWarnings } from './decode-warnings.ts';
import type { ConvertReply, ConvertRequest } from './decoder.ts';
import { type VipsModule, wordsOfVips } from './vips-module.ts';

/**
 * BMP, TIFF and WebP as PNG: the same samples, upright. Of several pictures in a file the first is taken, and that is
 * said. What a PNG can't hold sample by sample is refused: a picture that looks alike is not the picture.
 */
export function convert(vips: VipsModule, { bytes, format, orientation }: ConvertRequest): ConvertReply {
  try {
    if (format === 'bmp') return converted(readBmp(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)), []);
    return convertDecoded(vips, bytes, format, orientation);
  } catch (error) {
    if (error instanceof Unsupported) return { kind: 'unsupported', detail: error.detail };
    if (error instanceof RangeError)
      return { kind: isOutOfMemory(error.message) ? 'uncheckable' : 'damaged', detail: error.message };
    const said = wordsOfVips(error);
    if (said === null) throw error;
    if (isOutOfMemory(said)) return { kind: 'uncheckable', detail: said };
    return { kind: 'damaged', detail: said === '' ? 'the decoder can’t read it and does not say why' : said };
  }
}

/** Bytes of the picture in memory: some copies of it exist at a time. */
const mostDecodedBytes = 500_000_000;

class Unsupported extends Error {
  readonly detail: Message;

  constructor(detail: Message) {
    super(detail.code);
    this.detail = detail;
  }
}

function readBmp(bytes: Buffer): PngPixels {
  const header = readBmpHeader(bytes);
  if (typeof header === 'string' || 'wrong' in header) throw new RangeError('its header is damaged');
  const unpacked = header.width * header.height * 4;
  refuseTooLarge(unpacked);
  return bmpPixels(bytes, header);
}

function convertDecoded(
  vips: VipsModule,
  bytes: Uint8Array,
  format: 'tiff' | 'webp',
  orientation: Orientation,
): ConvertReply {
  return withImages((keep) => {
    if (format === 'tiff') refuseColours(tiffColours(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
    takeWarnings(vips);
    const options = { fail_on: vips.FailOn.error, access: vips.Access.sequential };
    const image = keep(
      format === 'tiff' ? vips.Image.tiffloadBuffer(bytes, options) : vips.Image.webploadBuffer(bytes, options),
    );
    refuseWhatPngCannotHold(image);
    const unpacked = unpackedBytes(image);
    // The picture, and its copy for the PNG.
    noteLoad(bytes.length + 2 * unpacked);
    refuseTooLarge(unpacked);
    const upright = orientation === 1 ? image : turnUpright(keep(image.copyMemory()), orientation, keep);
    const memory = upright.writeToMemory();
    const is16 = bytesOf(image) === 2;
    const pixels: PngPixels = {
      width: upright.width,
      height: upright.height,
      channels: image.bands as PngPixels['channels'],
      depth: is16 ? 16 : 8,
      data: is16 ? new Uint16Array(memory.buffer, memory.byteOffset, memory.byteLength / 2) : new Uint8Array(memory),
    };
    return converted(pixels, notesOf(image, format), profileOf(image));
  });
}

const bytesOf = (image: VipsImage): number => (image.format === 'ushort' ? 2 : 1);

function refuseTooLarge(bytes: number): void {
  if (bytes > mostDecodedBytes) throw new Unsupported(message('png-too-large', { bytes }));
}

function refuseWhatPngCannotHold(image: VipsImage): void {
  const kind = sampleKinds[image.format];
  if (kind !== undefined) throw new Unsupported(message('png-samples', { context: kind }));
  if (image.bands > 4) throw new Unsupported(message('png-channels', { channels: image.bands }));
}

function refuseColours(colours: OtherColours | null): void {
  if (colours !== null) throw new Unsupported(message('png-colours', { context: colours }));
}

const sampleKinds: Readonly<Record<string, 'float' | 'complex' | 'signed' | 'long'>> = {
  float: 'float',
  double: 'float',
  complex: 'complex',
  dpcomplex: 'complex',
  char: 'signed',
  short: 'signed',
  int: 'signed',
  uint: 'long',
};

function notesOf(image: VipsImage, format: 'tiff' | 'webp'): readonly Message[] {
  const pages = image.getTypeof('n-pages') === 0 ? 1 : image.getInt('n-pages');
  return pages <= 1 ? [] : [message('first-picture-taken', { context: format, pictures: pages })];
}

function profileOf(image: VipsImage): Uint8Array | null {
  return image.getTypeof('icc-profile-data') === 0 ? null : new Uint8Array(image.getBlob('icc-profile-data'));
}

function converted(pixels: PngPixels, notes: readonly Message[], profile: Uint8Array | null = null): ConvertReply {
  const { width, height } = pixels;
  // A copy outside of Node's pool, whose memory can't be handed over.
  const png = new Uint8Array(encodePng(pixels, profile));
  return { kind: 'converted', png, width, height, notes };
}
