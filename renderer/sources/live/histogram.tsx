import type { ReactNode } from 'react';
import { StuckIcon } from '../../ui/icons.tsx';
import { exposureWords, histogramPath } from './histogram-path.ts';
import type { PictureAge } from './live-status.ts';
import { useLive } from './live-store.ts';

const WIDTH = 256;
const HEIGHT = 72;

/** Brightness from black to white, and what is lost at both ends in words. */
export function Histogram({ age }: { readonly age: PictureAge }): ReactNode {
  const look = useLive((live) => live.shown?.look ?? null);
  const words = look === null ? null : exposureWords(look.overexposed, look.underexposed);
  return (
    <section className="instrument histogram" aria-labelledby="histogram-title" data-age={age}>
      <header>
        <h3 id="histogram-title">Brightness{age !== 'present' && look !== null && <small> last picture</small>}</h3>
      </header>
      <svg
        className="histogram-plot"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={words === null ? 'No picture yet' : `Histogram. ${words.under}. ${words.over}.`}
      >
        <path d={look === null ? '' : histogramPath(look.histogram, WIDTH, HEIGHT)} />
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
