/** Things a second: one decimal below ten, whole above. A rate that is not nothing is never shown as nothing. */
export function formatRate(perSecond: number): string {
  if (perSecond <= 0) return '0';
  if (perSecond < 0.1) return '<0.1';
  if (perSecond < 9.95) return perSecond.toFixed(1);
  return Math.round(perSecond).toLocaleString('en-GB');
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;
/** As `Intl` calls them. */
const unitNames = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

/** Decimal units, as disks are sold: `532 B`, `2.1 MB`, `50 GB`. Three figures at most. */
export function formatBytes(bytes: number, language = 'en'): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  // 999.5 would be shown as "1000": it belongs to the next unit.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const text = unit === 0 || value >= 99.95 ? Math.round(value).toString() : value.toFixed(1).replace(/\.0$/, '');
  return isEnglish(language) ? `${text} ${units[unit]}` : formatUnit(Number(text), unitNames[unit] ?? 'byte', language);
}

/** Its units are written here, shorter than `Intl` has them. */
export const isEnglish = (language: string): boolean => /^en(?:-|$)/i.test(language);

/** `2,1 Mo`, `3 Std.`: in the words of a language other than English. */
export const formatUnit = (value: number, unit: string, language: string): string =>
  new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', useGrouping: false }).format(value);

/** `used / total` as a fraction between 0 and 1; 0 where there is no total. */
export const fractionOf = (used: number, total: number): number =>
  total <= 0 ? 0 : Math.min(1, Math.max(0, used / total));

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
