import type { ReactNode } from 'react';
import { focusMeter, formatFocus } from './focus-meter.ts';
import type { PictureAge } from './live-status.ts';
import { forgetPeak, useLive } from './live-store.ts';

/** How sharp the picture is, beside the sharpest one so far: turn the lens until the bar reaches its mark. */
export function FocusAid({ age }: { readonly age: PictureAge }): ReactNode {
  const focus = useLive((live) => live.shown?.look.focus ?? null);
  const peak = useLive((live) => live.peak);
  const meter = focusMeter(focus ?? 0, peak);
  return (
    <section className="instrument focus-aid" aria-labelledby="focus-title" data-age={age}>
      <header>
        <h3 id="focus-title">Focus{age !== 'present' && focus !== null && <small> last picture</small>}</h3>
        <button type="button" className="button quiet" disabled={focus === null} onClick={forgetPeak}>
          Reset best
        </button>
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
