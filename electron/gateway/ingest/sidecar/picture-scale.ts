import { swapsSides } from '../../../../shared/picture.ts';
import { describeValue, readNumber } from './problems.ts';
import type { PictureFacts, Reader } from './reading.ts';

export type Size = { readonly width: number; readonly height: number };

/** How much the sides' ratio of a smaller or larger copy may differ from the picture's, for the rounding of its sides. */
const RATIO_TOLERANCE = 0.02;

/**
 * The size that a file's pixel coordinates refer to: what the file itself says, else the picture's. Annotations made
 * on a smaller or larger copy are scaled by it, and that is said.
 */
export function coordinateSize(reader: Reader, statedWidth: unknown, statedHeight: unknown): Size {
  const { picture, problems } = reader;
  const isStated = (value: unknown): boolean => value !== undefined && value !== null && value !== '';
  if (!isStated(statedWidth) && !isStated(statedHeight)) return picture;
  const width = readNumber(statedWidth) ?? 0;
  const height = readNumber(statedHeight) ?? 0;
  // Some programs write 0 × 0 when they did not look at the picture.
  if (width === 0 && height === 0 && readNumber(statedWidth) === 0) return picture;
  if (width <= 0 || height <= 0) {
    const what = width <= 0 ? `width ${describeValue(statedWidth)}` : `height ${describeValue(statedHeight)}`;
    problems.add(`the picture's ${what}; the real size ${picture.width} × ${picture.height} is used`);
    return picture;
  }
  const stated = { width, height };
  const own = considerFrame(reader, stated) ? storedSize(picture) : picture;
  if (width !== own.width || height !== own.height) {
    problems.add(
      `it was made for a picture of ${width} × ${height} pixels, this one has ${own.width} × ${own.height}; the boxes are scaled`,
    );
  }
  return stated;
}

/**
 * Boxes are those of the upright picture, as labelImg, labelme, CVAT, Ultralytics and OpenCV see it. A file that states
 * the size of the picture as it is stored (or of a copy of that shape) was made by a program that does not turn
 * pictures: its boxes are turned. Returns whether they are. Where both sizes are alike, nothing tells, and nothing is
 * turned.
 */
export function considerFrame({ picture, annotations }: Reader, stated: Size): boolean {
  const { orientation = 1 } = picture;
  if (!swapsSides(orientation)) return false;
  const stored = storedSize(picture);
  if (isSame(stated, picture) || stored.width === stored.height) return false;
  const isStored = isSame(stated, stored) || (isCopyOf(stated, stored) && !isCopyOf(stated, picture));
  if (isStored) annotations.turnBy(orientation);
  return isStored;
}

const storedSize = ({ width, height, orientation = 1 }: PictureFacts): Size =>
  swapsSides(orientation) ? { width: height, height: width } : { width, height };

const isSame = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height;

const isCopyOf = (copy: Size, size: Size): boolean =>
  Math.abs((copy.width * size.height) / (copy.height * size.width) - 1) < RATIO_TOLERANCE;
