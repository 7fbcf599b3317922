import type { Size } from './geometry.ts';

export type Rect = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
export type Labelled = { readonly box: Rect; readonly text: string };
export type LabelPlace = { readonly x: number; readonly y: number };

/** Stage pixels; the style sheet gives labels this height, and letters of at most about this width. */
export const LABEL_HEIGHT = 24;
const LETTER_WIDTH = 8;
const PADDING = 28;
/** Share of the stage that labels may cover. */
const MOST_COVERED = 0.18;

/**
 * Where each box's label goes so that no label hides another: above its box, inside its upper edge, below, or nowhere
 * (null) when every place is taken, or when the labels would hide the picture. Large boxes choose first.
 */
export function placeLabels(boxes: readonly Labelled[], stage: Size): readonly (LabelPlace | null)[] {
  const places: (LabelPlace | null)[] = boxes.map(() => null);
  const taken: Rect[] = [];
  let left = stage.width * stage.height * MOST_COVERED;
  const order = boxes.map((_, index) => index).sort((a, b) => area(boxes[b]) - area(boxes[a]));
  for (const index of order) {
    const labelled = boxes[index];
    if (labelled === undefined || outside(labelled.box, stage)) continue;
    const place = candidates(labelled, stage).find((rect) => !taken.some((other) => overlap(rect, other)));
    if (place === undefined || place.width * place.height > left) continue;
    left -= place.width * place.height;
    taken.push(place);
    places[index] = { x: place.x, y: place.y };
  }
  return places;
}

/** The first place, whatever else is there: for the one box that somebody points at. */
export function placeAlone(labelled: Labelled, stage: Size): LabelPlace {
  const { x, y } = candidates(labelled, stage)[0] ?? { x: 0, y: 0 };
  return { x, y };
}

function candidates({ box, text }: Labelled, stage: Size): Rect[] {
  const width = text.length * LETTER_WIDTH + PADDING;
  const right = Math.max(0, stage.width - width);
  const left = Math.min(Math.max(0, box.x), right);
  const end = Math.min(Math.max(0, box.x + box.width - width), right);
  const above = box.y - LABEL_HEIGHT;
  const below = box.y + box.height;
  const rows = [above, box.y, below].filter((y) => y >= 0 && y + LABEL_HEIGHT <= stage.height);
  if (rows.length === 0) rows.push(Math.max(0, Math.min(box.y, stage.height - LABEL_HEIGHT)));
  return rows.flatMap((y) => [left, end].map((x) => ({ x, y, width, height: LABEL_HEIGHT })));
}

const area = (labelled: Labelled | undefined): number =>
  labelled === undefined ? 0 : labelled.box.width * labelled.box.height;
const outside = (box: Rect, stage: Size): boolean =>
  box.x > stage.width || box.y > stage.height || box.x + box.width < 0 || box.y + box.height < 0;
const overlap = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
