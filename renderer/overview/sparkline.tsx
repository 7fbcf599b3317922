import type { ReactNode } from 'react';
import { areaPath, linePath, sparkPoints, sparkTop } from './spark-path.ts';

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
