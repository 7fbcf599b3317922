import { type Orientation, swapsSides } from '../../shared/picture.ts';
import type { Size } from './geometry.ts';

/** The size that a picture has as it is stored, where it is so large when it is upright. */
export const storedSize = ({ width, height }: Size, orientation: Orientation): Size =>
  swapsSides(orientation) ? { width: height, height: width } : { width, height };

/**
 * The CSS transform, about the upper left corner, that turns a stored picture of `width` × `height` CSS pixels upright.
 * Chromium's own turning is switched off: the boxes lie in the gateway's reading of the file, and so must the picture.
 */
export function uprightTransform(orientation: Orientation, { width, height }: Size): string {
  switch (orientation) {
    case 1:
      return '';
    case 2:
      return `matrix(-1, 0, 0, 1, ${width}, 0)`;
    case 3:
      return `matrix(-1, 0, 0, -1, ${width}, ${height})`;
    case 4:
      return `matrix(1, 0, 0, -1, 0, ${height})`;
    case 5:
      return 'matrix(0, 1, 1, 0, 0, 0)';
    case 6:
      return `matrix(0, 1, -1, 0, ${height}, 0)`;
    case 7:
      return `matrix(0, -1, -1, 0, ${height}, ${width})`;
    case 8:
      return `matrix(0, -1, 1, 0, 0, ${width})`;
  }
}
