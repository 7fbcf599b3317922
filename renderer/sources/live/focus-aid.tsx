import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import type { PictureAge } from './live-status.ts';
import { forgetPeak, useLive } from './live-store.ts';

/** The focus bar: values are compared with the best so far, never judged. */

type FocusMeter = {
  /** Right end of the bar. */
  readonly top: number;
  /** Fractions of the bar's length. */
  readonly value: number;
  readonly peak: number;
  /** Of the best, percent. */
  readonly percent: number;
  readonly word: string;
};

/** The next of 1, 2, 5, 10, 20, 50 … at or above: a scale that jumps rarely. */
function calmTop(value: number): number {
  if (!(value > 0)) return 1;
  const decade = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * decade >= value) ?? 10) * decade;
}

export function focusMeter(value: number, peak: number): FocusMeter {
  const best = Math.max(value, peak, 0);
  // Some room beyond the mark shows that there may be more to gain.
  const top = calmTop(best * 1.15);
  const percent = best <= 0 ? 0 : Math.max(0, Math.min(100, (value / best) * 100));
  const word =
    best <= 0 ? 'Nothing to focus on' : percent >= 98 ? 'Sharpest so far' : `${Math.floor(percent)} % of best`;
  return { top, value: Math.max(0, value) / top, peak: best / top, percent, word };
}

/** Three figures are enough to compare: `0.42`, `9.31`, `412`, `12,400`. */
export const formatFocus = (value: number): string =>
  value >= 100 ? Math.round(Number(value.toPrecision(3))).toLocaleString('en-GB') : value.toFixed(value >= 10 ? 1 : 2);

/** How sharp the picture is, beside the sharpest one so far: turn the lens until the bar reaches its mark. */
export function FocusAid({ age }: { readonly age: PictureAge }): ReactNode {
  const focus = useLive((live) => live.shown?.liveFrame.focus ?? null);
  const peak = useLive((live) => live.peak);
  const meter = focusMeter(focus ?? 0, peak);
  return (
    <section className="instrument focus-aid" aria-labelledby="focus-title" data-age={age}>
      <header>
        <h3 id="focus-title">Focus{age !== 'present' && focus !== null && <small> last picture</small>}</h3>
        <Button variant="quiet" disabled={focus === null} onClick={forgetPeak}>
          Reset best
        </Button>
      </header>
      <p className="focus-figure">
        <strong data-testid="focus-value">{focus === null ? '–' : formatFocus(focus)}</strong>
        <span>best {peak > 0 ? formatFocus(peak) : '–'}</span>
      </p>
      <meter
        className="visually-hidden"
        aria-label="Focus compared with the best so far"
        max={100}
        value={Math.round(meter.percent)}
      >
        {meter.word}
      </meter>
      <div className="focus-scale" aria-hidden="true" data-best={meter.percent >= 98 && focus !== null}>
        <span className="focus-fill" style={{ width: `${focus === null ? 0 : meter.value * 100}%` }} />
        {peak > 0 && <span className="focus-mark" style={{ left: `${meter.peak * 100}%` }} />}
      </div>
      <p className="focus-word">{focus === null ? 'No picture yet' : meter.word}</p>
    </section>
  );
}
