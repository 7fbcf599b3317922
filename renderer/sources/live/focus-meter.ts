/** The focus bar: values are compared with the best so far, never judged. */

export type FocusMeter = {
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
