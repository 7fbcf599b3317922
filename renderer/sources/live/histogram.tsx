import type { ReactNode } from 'react';
import { StuckIcon } from '../../ui/shapes.tsx';
import { formatPercent } from '../near-duplicate-scale.ts';
import type { PictureAge } from './live-status.ts';
import { useLive } from './live-store.ts';

/**
 * Path of a histogram's area, `width` × `height`, origin at the top left. Heights are square roots of the shares:
 * beside a large even ground, the few pixels of a defect could not be seen otherwise.
 */
export function histogramPath(bins: readonly number[], width: number, height: number): string {
  const top = Math.max(...bins, 0);
  if (bins.length === 0 || !(top > 0)) return '';
  const step = width / bins.length;
  const steps = bins.map((share, index) => {
    const y = height * (1 - Math.sqrt(Math.max(0, share) / top));
    return `L${round(index * step)} ${round(y)}L${round((index + 1) * step)} ${round(y)}`;
  });
  return `M0 ${height}${steps.join('')}L${width} ${height}Z`;
}

const round = (value: number): number => Math.round(value * 100) / 100;

type ExposureWords = {
  /** All white and all black, each as a sentence. */
  readonly over: string;
  readonly under: string;
  /** So much that a person should look: one pixel in a hundred. */
  readonly overMany: boolean;
  readonly underMany: boolean;
};

const MANY = 0.01;

/** `over` and `under`: shares of all pixels, 0 to 1. */
export const exposureWords = (over: number, under: number): ExposureWords => ({
  over: over > 0 ? `${formatPercent(over * 100)} all white (overexposed)` : 'Nothing overexposed',
  under: under > 0 ? `${formatPercent(under * 100)} all black (underexposed)` : 'Nothing underexposed',
  overMany: over >= MANY,
  underMany: under >= MANY,
});

const WIDTH = 256;
const HEIGHT = 72;

/** Brightness from black to white, and what is lost at both ends in words. */
export function Histogram({ age }: { readonly age: PictureAge }): ReactNode {
  const liveFrame = useLive((live) => live.shown?.liveFrame ?? null);
  const words = liveFrame === null ? null : exposureWords(liveFrame.overexposed, liveFrame.underexposed);
  return (
    <section className="instrument histogram" aria-labelledby="histogram-title" data-age={age}>
      <header>
        <h3 id="histogram-title">
          Brightness{age !== 'present' && liveFrame !== null && <small> last picture</small>}
        </h3>
      </header>
      <svg
        className="histogram-plot"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={words === null ? 'No picture yet' : `Histogram. ${words.under}. ${words.over}.`}
      >
        <path d={liveFrame === null ? '' : histogramPath(liveFrame.histogram, WIDTH, HEIGHT)} />
      </svg>
      <p className="histogram-ends" aria-hidden="true">
        <span>black</span>
        <span>white</span>
      </p>
      <ul className="exposure">
        <li data-many={words?.underMany === true}>
          {words?.underMany === true && <StuckIcon />}
          {words?.under ?? '\u00a0'}
        </li>
        <li data-many={words?.overMany === true}>
          {words?.overMany === true && <StuckIcon />}
          {words?.over ?? '\u00a0'}
        </li>
      </ul>
    </section>
  );
}
