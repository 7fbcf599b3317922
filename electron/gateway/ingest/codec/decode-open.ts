import type { Orientation } from '../../../../shared/picture.ts';
import type { PictureFormat } from '../../model/image.ts';
import { noteLoad } from './decode-load.ts';
import type { VipsModule } from './vips-module.ts';

export type VipsImage = InstanceType<VipsModule['Image']>;
type Deletable = { delete: () => void };

/** Runs `use` with a register of images that are deleted afterwards: WebAssembly memory is nobody's to collect. */
export function withImages<T>(use: (keep: <Image extends Deletable>(image: Image) => Image) => T): T {
  const opened: Deletable[] = [];
  try {
    return use((image) => {
      opened.push(image);
      return image;
    });
  } finally {
    for (const image of opened.reverse()) image.delete();
  }
}

/** Interlaced PNGs are decoded as a whole: 4 bytes a pixel of the 4 GB that WebAssembly can address, with room to spare. */
const mostPngPixels = 100_000_000;

type Size = { readonly width: number; readonly height: number };

/**
 * Opens a picture to be read once from top to bottom. A JPEG may be decoded at 1/2, 1/4 or 1/8 for less work: every bit of
 * the file is still read and checked. Whatever a JPEG's decoder notes is not failed on (see
 * `takeWarnings`). Throws `RangeError` for what is too large to be decoded here.
 */
export function openPicture(
  vips: VipsModule,
  bytes: Uint8Array,
  format: PictureFormat,
  keep: <Image extends Deletable>(image: Image) => Image,
  shrink: (size: Size) => 1 | 2 | 4 | 8,
): VipsImage {
  const access = vips.Access.sequential;
  if (format === 'jpeg') {
    const header = keep(vips.Image.jpegloadBuffer(bytes));
    // A progressive one is held whole, as its coefficients.
    const isHeld = header.getTypeof('jpeg-multiscan') !== 0;
    noteLoad(bytes.length + (isHeld ? 2 * unpackedBytes(header) : 0));
    return keep(vips.Image.jpegloadBuffer(bytes, { access, fail_on: vips.FailOn.none, shrink: shrink(header) }));
  }
  const image = keep(vips.Image.pngloadBuffer(bytes, { access, fail_on: vips.FailOn.warning }));
  // An interlaced one is unpacked as a whole, any other a few lines at a time.
  noteLoad(bytes.length + (image.getTypeof('interlaced') === 0 ? 0 : unpackedBytes(image)));
  if (image.width * image.height > mostPngPixels) throw new RangeError('it is too large to be decoded here');
  return image;
}

export const unpackedBytes = ({ width, height, bands, format }: VipsImage): number =>
  width * height * bands * (format === 'ushort' ? 2 : 1);

/** By how much a JPEG may be shrunk so that `edge` keeps `least` pixels, and its shortest edge one. */
export function shrinkFor({ width, height }: Size, edge: number, least: number): 1 | 2 | 4 | 8 {
  for (const shrink of [8, 4, 2] as const) {
    if (edge / shrink >= least && Math.min(width, height) >= shrink) return shrink;
  }
  return 1;
}

/** The picture turned to be upright. It must be held in memory, or small. */
export function turnUpright(
  image: VipsImage,
  orientation: Orientation,
  keep: <Image extends Deletable>(image: Image) => Image,
): VipsImage {
  switch (orientation) {
    case 1:
      return image;
    case 2:
      return keep(image.flipHor());
    case 3:
      return keep(image.rot180());
    case 4:
      return keep(image.flipVer());
    case 5:
      return keep(keep(image.rot90()).flipHor());
    case 6:
      return keep(image.rot90());
    case 7:
      return keep(keep(image.rot90()).flipVer());
    case 8:
      return keep(image.rot270());
  }
}
