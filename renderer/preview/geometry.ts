import type { Annotation } from '../../shared/annotation.ts';

/**
 * The arithmetic of looking at a picture: where it lies on the stage, and where its boxes lie. All lengths are CSS
 * pixels; `scale` is CSS pixels per picture pixel; the view's `x`, `y` are the picture's upper left corner on the stage.
 */
export type Size = { readonly width: number; readonly height: number };
export type Point = { readonly x: number; readonly y: number };
export type Rect = Point & Size;
export type View = Point & { readonly scale: number };

/** Nothing is gained by showing one picture pixel larger than this. */
const LARGEST_PIXEL = 32;

/** The whole picture, as large as fits, in the middle. */
export function fitView(picture: Size, stage: Size): View {
  const scale = Math.min(stage.width / picture.width, stage.height / picture.height);
  const safe = Number.isFinite(scale) && scale > 0 ? scale : 1;
  return { scale: safe, x: (stage.width - picture.width * safe) / 2, y: (stage.height - picture.height * safe) / 2 };
}

const clampAxis = (start: number, length: number, room: number): number =>
  length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, start));

/** Keeps the picture on the stage: in the middle where it is smaller, without a gap at any edge where it is larger. */
export const clampView = (view: View, picture: Size, stage: Size): View => ({
  scale: view.scale,
  x: clampAxis(view.x, picture.width * view.scale, stage.width),
  y: clampAxis(view.y, picture.height * view.scale, stage.height),
});

/** Zooms by a factor so that the picture's point under `at` stays under it. Never smaller than the whole picture. */
export function zoomAt(view: View, factor: number, at: Point, picture: Size, stage: Size): View {
  const smallest = Math.min(fitView(picture, stage).scale, 1);
  const scale = Math.min(LARGEST_PIXEL, Math.max(smallest, view.scale * factor));
  const ratio = scale / view.scale;
  return clampView({ scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio }, picture, stage);
}

export const panBy = (view: View, dx: number, dy: number, picture: Size, stage: Size): View =>
  clampView({ ...view, x: view.x + dx, y: view.y + dy }, picture, stage);

/** True where the picture is larger than the stage in some direction, so that there is something to pan. */
export const canPan = (view: View, picture: Size, stage: Size): boolean =>
  picture.width * view.scale > stage.width + 0.5 || picture.height * view.scale > stage.height + 0.5;

/** Where a box lies on the stage. What reaches over the picture's edge is cut off. */
export function boxRect(annotation: Annotation, picture: Size, view: View): Rect {
  const left = Math.max(0, annotation.xCenter - annotation.width / 2);
  const top = Math.max(0, annotation.yCenter - annotation.height / 2);
  const right = Math.min(1, annotation.xCenter + annotation.width / 2);
  const bottom = Math.min(1, annotation.yCenter + annotation.height / 2);
  return {
    x: view.x + left * picture.width * view.scale,
    y: view.y + top * picture.height * view.scale,
    width: Math.max(0, right - left) * picture.width * view.scale,
    height: Math.max(0, bottom - top) * picture.height * view.scale,
  };
}
