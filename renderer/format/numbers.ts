const plain = new Intl.NumberFormat('en-GB');
const short = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 3 });

/** `1254331` -> `1,254,331`. */
export const formatCount = (value: number): string => plain.format(value);

/** For narrow places: exact up to 99,999, then three figures (`1.25 M`). Never rounds up into the next unit. */
export function formatShortCount(value: number): string {
  if (value < 100_000) return plain.format(value);
  for (const [unit, size] of [
    ['k', 1e3],
    ['M', 1e6],
    ['G', 1e9],
  ] as const) {
    const scaled = value / size;
    if (scaled < 1000 || unit === 'G') return `${short.format(floorTo3Figures(scaled))} ${unit}`;
  }
  return plain.format(value);
}

/** For the large figures: exact as long as there is room for its digits. */
export const formatBigCount = (value: number): string => (value < 1e9 ? formatCount(value) : formatShortCount(value));

function floorTo3Figures(value: number): number {
  const step = 10 ** Math.max(0, 2 - Math.floor(Math.log10(Math.max(value, 1))));
  return Math.floor(value * step) / step;
}

/** `1 picture`, `2 pictures`. */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${formatCount(value)} ${value === 1 ? one : many}`;
