import { createWords, inFull } from '../../shared/messages/words.ts';
import { failureOf } from '../gateway/platform/errors.ts';

/** Where a command writes: a line or several, without the last line end. */
export type Output = {
  /** Standard output. */
  readonly print: (text: string) => void;
  /** Standard error. */
  readonly complain: (text: string) => void;
};

/** What failed, and what to do about it where that is known. */
export function failureText(error: unknown): string {
  return inFull(createWords(), failureOf(error), '\n');
}

/** Lines of at most so many signs, broken between words. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

/** Columns as wide as their longest text; numbers (`>`) at the right. */
export function table(rows: readonly (readonly string[])[], align: readonly ('<' | '>')[]): string[] {
  const widths = align.map((_, column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    align
      .map((side, column) => {
        const text = row[column] ?? '';
        return side === '>' ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0);
      })
      .join('  ')
      .trimEnd(),
  );
}
