/**
 * The lines of a text, as they are and trimmed, numbered from 1; they end with LF, CR LF, or CR alone. One at a time:
 * ten million empty lines must not become an array.
 */
export function* textLines(
  text: string,
): Generator<{ readonly raw: string; readonly line: string; readonly number: number }> {
  const end = /\r\n?|\n/g;
  for (let [start, number] = [0, 1]; ; number += 1) {
    const found = end.exec(text);
    const raw = text.slice(start, found?.index ?? text.length);
    yield { raw, line: raw.trim(), number };
    if (found === null) return;
    start = end.lastIndex;
  }
}
