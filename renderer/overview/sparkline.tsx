import type { ReactNode } from 'react';

/** Points of a curve over the last seconds, for an SVG of `width` × `height`; the newest value is at the right edge. */
type SparkPoint = { readonly x: number; readonly y: number };

/**
 * `slots` values span the full width; a shorter history begins further right. `top` is the value drawn at the upper
 * edge. Values above it are cut.
 */
export function sparkPoints(
  history: readonly number[],
  slots: number,
  top: number,
  width: number,
  height: number,
): readonly SparkPoint[] {
  const step = width / Math.max(1, slots - 1);
  const shown = history.slice(-slots);
  return shown.map((value, index) => ({
    x: width - (shown.length - 1 - index) * step,
    y: height - Math.min(1, Math.max(0, top <= 0 ? 0 : value / top)) * height,
  }));
}

const text = (value: number): string => value.toFixed(1);

const linePath = (points: readonly SparkPoint[]): string =>
  points.map((point, index) => `${index === 0 ? 'M' : 'L'}${text(point.x)} ${text(point.y)}`).join('');

/** The line closed down to the base, for filling. */
export function areaPath(points: readonly SparkPoint[], height: number): string {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return '';
  return `${linePath(points)}L${text(last.x)} ${text(height)}L${text(first.x)} ${text(height)}Z`;
}

/** A calm upper edge for both curves: the next of 1, 2, 5, 10, 20, 50 …, so that the scale does not flicker. */
export function sparkTop(...histories: readonly (readonly number[])[]): number {
  const most = Math.max(1, ...histories.flat());
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= most) ?? most;
}

const SLOTS = 60;
const WIDTH = 240;
const HEIGHT = 44;

type Props = { readonly collected: readonly number[]; readonly delivered: readonly number[] };

/** The last 60 s: delivered as a filled area, collected as a dashed line, so that they differ without colour. */
export function Sparkline({ collected, delivered }: Props): ReactNode {
  const top = sparkTop(collected, delivered);
  const into = sparkPoints(collected, SLOTS, top, WIDTH, HEIGHT);
  const out = sparkPoints(delivered, SLOTS, top, WIDTH, HEIGHT);
  return (
    <svg className="sparkline" viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`} preserveAspectRatio="none" aria-hidden="true">
      <path className="spark-base" d={`M0 ${HEIGHT}H${WIDTH}`} />
      <path className="spark-area" d={areaPath(out, HEIGHT)} />
      <path className="spark-out" d={linePath(out)} />
      <path className="spark-in" d={linePath(into)} />
    </svg>
  );
}
