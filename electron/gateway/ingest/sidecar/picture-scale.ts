import { describeValue, readNumber } from './number.ts';
import type { Reader } from './reading.ts';

/**
 * The size that a file's pixel coordinates refer to: what the file itself says, else the picture's. Annotations made
 * on a smaller or larger copy are scaled by it, and that is said.
 */
export function coordinateSize(
  reader: Reader,
  statedWidth: unknown,
  statedHeight: unknown,
): { readonly width: number; readonly height: number } {
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
  if (width !== picture.width || height !== picture.height) {
    problems.add(
      `it was made for a picture of ${width} × ${height} pixels, this one has ${picture.width} × ${picture.height}; the boxes are scaled`,
    );
  }
  return { width, height };
}
