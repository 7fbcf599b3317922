import { quote } from './problems.ts';

export type JsonObject = Readonly<Record<string, unknown>>;
export type ParsedJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A second try on a longer text would take too long. */
const MAX_REPAIRED = 10_000_000;

/**
 * Parses JSON. `NaN` and `Infinity`, which Python's writer puts out although JSON has no such numbers, become null,
 * so that one bad number does not cost the whole file.
 */
export function parseJson(text: string): ParsedJson {
  if (text.trim() === '') return { ok: false, why: 'it is empty' };
  const first = tryParse(text);
  if (first.ok || text.length > MAX_REPAIRED || !/NaN|Infinity/.test(text)) return first;
  const second = tryParse(withoutImpossibleNumbers(text));
  return second.ok ? second : first;
}

function tryParse(text: string): ParsedJson {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    if (/unexpected end|unterminated/i.test(message))
      return { ok: false, why: 'it is not valid JSON (it stops in the middle)' };
    const position = /at position (\d+)/.exec(message)?.[1];
    if (position !== undefined) return { ok: false, why: `it is not valid JSON (${placeOf(text, Number(position))})` };
    // The engine gives the text around the fault instead of its position.
    const [, token, around] = /^Unexpected token (.+?), (.*) is not valid JSON$/s.exec(message) ?? [];
    const place =
      token === undefined
        ? quote(message)
        : `unexpected ${quote(token.replaceAll("'", ''))} in ${quote(around?.replace(/^"|"$/g, '') ?? '')}`;
    return { ok: false, why: `it is not valid JSON (${place})` };
  }
}

function placeOf(text: string, position: number): string {
  const before = text.slice(0, position);
  const lines = before.split('\n').length;
  return `line ${lines}, character ${position - before.lastIndexOf('\n')}`;
}

/** Replaces the words outside of strings. A scan by hand: a regular expression could be made to backtrack for hours. */
function withoutImpossibleNumbers(text: string): string {
  const parts: string[] = [];
  let kept = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '"') {
      index = endOfString(text, index);
    } else if (character === 'N' || character === 'I' || character === '-') {
      const word = ['NaN', '-Infinity', 'Infinity'].find((candidate) => text.startsWith(candidate, index));
      if (word === undefined) continue;
      parts.push(text.slice(kept, index), 'null');
      index += word.length - 1;
      kept = index + 1;
    }
  }
  return parts.join('') + text.slice(kept);
}

/** Index of the quote that ends the string which begins at `from`, or of the text's end. */
function endOfString(text: string, from: number): number {
  for (let index = from + 1; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '"') return index;
    if (character === '\\') index += 1;
  }
  return text.length;
}
