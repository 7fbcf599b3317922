/** A box relative to its picture (0–1), as a format gives it: by centre and size, or by its edges. */
export type Box =
  | {
      readonly kind: 'centred';
      readonly xCenter: number;
      readonly yCenter: number;
      readonly width: number;
      readonly height: number;
    }
  | {
      readonly kind: 'edges';
      readonly left: number;
      readonly top: number;
      readonly right: number;
      readonly bottom: number;
    };

export type PlacedBox = {
  readonly xCenter: number;
  readonly yCenter: number;
  readonly width: number;
  readonly height: number;
};

export type Placement =
  | { readonly kind: 'placed'; readonly box: PlacedBox; readonly wasCut: boolean }
  | { readonly kind: 'unusable'; readonly why: string };

/** Rounding and drawing a little over the edge: a box that sticks out no further is cut without a word. */
const TOLERANCE = 0.01;
/** Rounding of fractions; below it a box by centre and size is kept exactly as written. */
const ROUNDING = 1e-6;

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/** Cuts a box to its picture. Empty boxes and boxes outside of the picture cannot be used. */
export function placeBox(box: Box): Placement {
  const edges = box.kind === 'edges' ? box : edgesOf(box);
  const { left, top, right, bottom } = edges;
  if (![left, top, right, bottom].every(Number.isFinite)) return { kind: 'unusable', why: 'has a number out of range' };
  if (right <= left || bottom <= top) return { kind: 'unusable', why: 'is empty' };
  const overhang = Math.max(-left, -top, right - 1, bottom - 1);
  if (box.kind === 'centred' && overhang <= ROUNDING) {
    const { xCenter, yCenter, width, height } = box;
    return {
      kind: 'placed',
      box: { xCenter: clamp(xCenter), yCenter: clamp(yCenter), width: clamp(width), height: clamp(height) },
      wasCut: false,
    };
  }
  const [cutLeft, cutTop, cutRight, cutBottom] = [clamp(left), clamp(top), clamp(right), clamp(bottom)];
  if (cutRight <= cutLeft || cutBottom <= cutTop) return { kind: 'unusable', why: 'lies outside of the picture' };
  return {
    kind: 'placed',
    box: {
      xCenter: (cutLeft + cutRight) / 2,
      yCenter: (cutTop + cutBottom) / 2,
      width: cutRight - cutLeft,
      height: cutBottom - cutTop,
    },
    wasCut: overhang > TOLERANCE,
  };
}

function edgesOf(box: PlacedBox): { left: number; top: number; right: number; bottom: number } {
  return {
    left: box.xCenter - box.width / 2,
    top: box.yCenter - box.height / 2,
    right: box.xCenter + box.width / 2,
    bottom: box.yCenter + box.height / 2,
  };
}

/** The smallest upright box around points, given as x, y, x, y, …; null where a number is not finite. */
export function boxAround(numbers: readonly number[]): Box | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let index = 0; index + 1 < numbers.length; index += 2) {
    const x = numbers[index] ?? Number.NaN;
    const y = numbers[index + 1] ?? Number.NaN;
    if (!Number.isFinite(x) || !Number.isFinite(y)) return null;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { kind: 'edges', left, top, right, bottom };
}

/** Edges in pixels as fractions of a picture of this size. */
export function relativeEdges(
  pixels: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number },
  size: { readonly width: number; readonly height: number },
): Box {
  return {
    kind: 'edges',
    left: pixels.left / size.width,
    top: pixels.top / size.height,
    right: pixels.right / size.width,
    bottom: pixels.bottom / size.height,
  };
}
