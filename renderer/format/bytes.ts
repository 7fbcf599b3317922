const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Decimal units, as disks are sold: `532 B`, `2.1 MB`, `50 GB`. Three figures at most. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  // 999.5 would be shown as "1000": it belongs to the next unit.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const text = unit === 0 || value >= 99.95 ? Math.round(value).toString() : value.toFixed(1).replace(/\.0$/, '');
  return `${text} ${units[unit]}`;
}

/** `used / total` as a fraction between 0 and 1; 0 where there is no total. */
export const fractionOf = (used: number, total: number): number =>
  total <= 0 ? 0 : Math.min(1, Math.max(0, used / total));
