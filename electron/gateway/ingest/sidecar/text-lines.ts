/** The lines of a text, as they are and trimmed, numbered from 1. One at a time: ten million empty lines must not become an array. */
export function* textLines(
  text: string,
): Generator<{ readonly raw: string; readonly line: string; readonly number: number }> {
  let start = 0;
  for (let number = 1; start <= text.length; number += 1) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const raw = text.slice(start, end);
    yield { raw, line: raw.trim(), number };
    start = end + 1;
  }
}
