/** Percent of full brightness with the figures that matter when a threshold is chosen: `0.4 %`, `12 %`. */
export const formatPercent = (value: number): string =>
  value > 0 && value < 0.1 ? '<0.1 %' : `${value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)} %`;

export type NearDuplicateScale = {
  /** Right end of the bar, percent of full brightness. */
  readonly top: number;
  /** Fractions of the bar's length. */
  readonly threshold: number;
  readonly difference: number;
};

const STEPS = [2, 5, 10, 20, 50, 100] as const;

/** A calm scale on which both the threshold and the last difference lie; it changes in steps, so that it does not flicker. */
export function nearDuplicateScale(threshold: number, difference: number): NearDuplicateScale {
  const top = STEPS.find((step) => step >= threshold * 2 && step >= difference) ?? 100;
  return { top, threshold: Math.min(1, threshold / top), difference: Math.min(1, difference / top) };
}
