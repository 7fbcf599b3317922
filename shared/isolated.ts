/** Letters that are written from right to left, and signs that turn the direction of what is around them. */
const turning =
  /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefe\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const turningSigns = /[\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A name that is not ours (of a file, a class, a camera, a source), to be put between words of ours: one that is written
 * from right to left must not carry them away, as in `90 اسم %`. Within Unicode's isolate (FSI … PDI, UAX #9), for it
 * stands in tooltips and labels too. A name without such letters is returned as it is.
 */
export function isolated(name: string): string {
  return turning.test(name) ? `\u2068${name.replace(turningSigns, '')}\u2069` : name;
}
