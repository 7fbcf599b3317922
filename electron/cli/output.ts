/** Where a command writes: a line or several, without the last line end. */
export type Output = {
  /** Standard output. */
  readonly print: (text: string) => void;
  /** Standard error. */
  readonly complain: (text: string) => void;
};

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
