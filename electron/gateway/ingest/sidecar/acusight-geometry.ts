import { type Box, relativeEdges } from './box.ts';
import { isObject, type JsonObject } from './json-text.ts';
import type { Size } from './picture-scale.ts';
import { describeValue, readNumber } from './problems.ts';

/*
 * `geometry: [x, y, w, h]` stands in a public example without a word on what x and y are: a box's corner or its
 * centre. One file is written by one program, so all its boxes are looked at together: when one of them would leave
 * the picture in one reading and all fit in the other, that other reading holds for the file. When the boxes do not
 * decide, none is taken, because boxes in the wrong place are worse than boxes that are reported.
 */

export type ResolvedGeometry = { readonly ok: true; readonly box: Box } | { readonly ok: false; readonly why: string };

type Numbers = readonly [x: number, y: number, width: number, height: number];

const TOLERANCE = 0.01;

/** Returns the reading of one annotation's geometry within its list. */
export function resolveGeometry(list: readonly unknown[], picture: Size): (item: JsonObject) => ResolvedGeometry {
  let cornerFits = true;
  let centreFits = true;
  for (const item of list) {
    const numbers = isObject(item) ? numbersOf(item, picture) : null;
    if (numbers === null) continue;
    cornerFits &&= fits(cornerBox(numbers));
    centreFits &&= fits(centreBox(numbers));
  }
  return (item) => {
    const type = item.type;
    if (type !== undefined && type !== 'bbox')
      return { ok: false, why: `its type ${describeValue(type)}, expected "bbox"` };
    const numbers = numbersOf(item, picture);
    if (numbers === null) return { ok: false, why: 'its geometry is not a list of four numbers' };
    if (cornerFits !== centreFits) return { ok: true, box: cornerFits ? cornerBox(numbers) : centreBox(numbers) };
    return {
      ok: false,
      why: 'its geometry does not say whether x and y are a corner or the centre; write x_center, y_center, width and height',
    };
  };
}

/** Fractions as they are; numbers above 1 are pixels. */
function numbersOf(item: JsonObject, picture: Size): Numbers | null {
  const geometry = item.geometry;
  if (!Array.isArray(geometry) || geometry.length !== 4) return null;
  const [x, y, width, height] = geometry.map(readNumber);
  if (x == null || y == null || width == null || height == null) return null;
  if (Math.max(x, y, width, height) <= 1) return [x, y, width, height];
  return [x / picture.width, y / picture.height, width / picture.width, height / picture.height];
}

const centreBox = ([xCenter, yCenter, width, height]: Numbers): Box => ({
  kind: 'centred',
  xCenter,
  yCenter,
  width,
  height,
});

const cornerBox = ([left, top, width, height]: Numbers): Box =>
  relativeEdges({ left, top, right: left + width, bottom: top + height }, { width: 1, height: 1 });

function fits(box: Box): boolean {
  const [left, top, right, bottom] =
    box.kind === 'edges'
      ? [box.left, box.top, box.right, box.bottom]
      : [
          box.xCenter - box.width / 2,
          box.yCenter - box.height / 2,
          box.xCenter + box.width / 2,
          box.yCenter + box.height / 2,
        ];
  return left >= -TOLERANCE && top >= -TOLERANCE && right <= 1 + TOLERANCE && bottom <= 1 + TOLERANCE;
}
