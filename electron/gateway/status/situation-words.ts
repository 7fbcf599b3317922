/** Words that statements, advice and losses share. */

/** So little time is left that somebody should act within this shift. */
export const soonSeconds = 8 * 3_600;

export const images = (count: number): string =>
  `${count.toLocaleString('en')} ${count === 1 ? 'picture' : 'pictures'}`;
export const files = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'file' : 'files'}`;
export const are = (count: number): string => (count === 1 ? 'is' : 'are');

/** `12 s`, `5 min`, `3 h`, `2 d 4 h`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  const hours = Math.round(seconds / 3_600);
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
