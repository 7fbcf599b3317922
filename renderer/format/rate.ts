/** Things a second: one decimal below ten, whole above. A rate that is not nothing is never shown as nothing. */
export function formatRate(perSecond: number): string {
  if (perSecond <= 0) return '0';
  if (perSecond < 0.1) return '<0.1';
  if (perSecond < 9.95) return perSecond.toFixed(1);
  return Math.round(perSecond).toLocaleString('en-GB');
}
