import type { Orientation } from '../../../../shared/picture.ts';
import type { PlacedBox } from './box.ts';

/** A box in the frame of the picture as it is stored, in that of the upright picture; both relative (0–1). */
export function uprightBox({ xCenter: x, yCenter: y, width, height }: PlacedBox, orientation: Orientation): PlacedBox {
  switch (orientation) {
    case 1:
      return { xCenter: x, yCenter: y, width, height };
    case 2:
      return { xCenter: 1 - x, yCenter: y, width, height };
    case 3:
      return { xCenter: 1 - x, yCenter: 1 - y, width, height };
    case 4:
      return { xCenter: x, yCenter: 1 - y, width, height };
    case 5:
      return { xCenter: y, yCenter: x, width: height, height: width };
    case 6:
      return { xCenter: 1 - y, yCenter: x, width: height, height: width };
    case 7:
      return { xCenter: 1 - y, yCenter: 1 - x, width: height, height: width };
    case 8:
      return { xCenter: y, yCenter: 1 - x, width: height, height: width };
  }
}
