import { quote } from './problems.ts';
import { MAX_CLASSES, textLines } from './text.ts';

/*
 * The `names` of a YOLO data.yaml, in the forms that its tools write: a list or a map by class number, as a block or
 * in brackets, names plain or quoted; and its `kpt_shape`. Only these keys are read. A whole YAML parser is not safe here: hostile files of a
 * few kilobytes keep the common one busy for minutes.
 */

export type YamlNames =
  | { readonly ok: true; readonly names: readonly string[] }
  | { readonly ok: false; readonly why: string };

/** Keypoints of an object of a pose data set, and numbers of each: x and y, or x, y and visibility. */
export type KeypointShape = { readonly count: number; readonly numbers: 2 | 3 };

const KEYPOINTS = /^kpt_shape[ \t]*:\s*(?:\[\s*(\d{1,4})\s*,\s*([23])\s*\]|-[ \t]+(\d{1,4})\s+-[ \t]+([23])\b)/m;

export function readKeypointShape(text: string): KeypointShape | null {
  const found = KEYPOINTS.exec(text);
  const count = Number(found?.[1] ?? found?.[3] ?? 0);
  return count === 0 ? null : { count, numbers: (found?.[2] ?? found?.[4]) === '3' ? 3 : 2 };
}

const KEY = /^(?:names|"names"|'names')[ \t]*:/m;
const MAX_NAME = 256;
const MAX_SCALAR = 2_000;

/** Null when the file has no `names`. */
export function readYamlNames(text: string): YamlNames | null {
  const key = KEY.exec(text);
  if (key === null) return null;
  const after = text.slice(key.index + key[0].length);
  const names = new Names();
  const start = /^\s*([[{])/.exec(after);
  const why =
    start === null ? readBlock(after, names) : readBrackets(after.slice(start[0].length), start[1] === '{', names);
  return why === null ? names.finish() : { ok: false, why: `its "names" cannot be read: ${why}` };
}

class Names {
  readonly #names: string[] = [];

  /** What is wrong with the entry, or null. Without a number it goes behind the last. */
  add(name: string, number: string | null): string | null {
    const index = number === null ? this.#names.length : Number(number);
    if (!Number.isSafeInteger(index) || index < 0 || index >= MAX_CLASSES)
      return `class number ${quote(String(number))}`;
    while (this.#names.length < index) this.#names.push('');
    this.#names[index] = name.slice(0, MAX_NAME);
    return null;
  }

  finish(): YamlNames {
    return this.#names.length === 0 ? { ok: false, why: 'its "names" is empty' } : { ok: true, names: this.#names };
  }
}

/** `- name` or `0: name`, a line each, up to the next key. */
function readBlock(text: string, names: Names): string | null {
  for (const { line, raw } of textLines(text)) {
    if (line === '' || line.startsWith('#')) continue;
    const listed = /^-(?:\s+(.*))?$/.exec(line);
    if (listed === null && !/^\s/.test(raw)) return null;
    const numbered = /^(["']?)(\d{1,9})\1\s*:(?:\s+(.*))?$/.exec(line);
    if (listed === null && numbered === null) return `${quote(line)}, expected "- name" or "0: name"`;
    const wrong = names.add(scalar(listed?.[1] ?? numbered?.[3] ?? ''), numbered?.[2] ?? null);
    if (wrong !== null) return wrong;
  }
  return null;
}

/** `a, b]` or `0: a, 1: b}`, over any number of lines. Scanned by hand so that no text makes it backtrack. */
function readBrackets(text: string, isMap: boolean, names: Names): string | null {
  let position = 0;
  const skipBlank = (): void => {
    for (; position < text.length; position += 1) {
      const character = text.charAt(position);
      if (character === '#') {
        const length = text.slice(position).search(/[\r\n]/);
        position = length === -1 ? text.length : position + length;
      } else if (!/\s/.test(character)) return;
    }
  };
  const token = (isEnd: (character: string) => boolean): string => {
    const start = position;
    const opening = text.charAt(start);
    if (opening === '"' || opening === "'") {
      position = endOfQuoted(text, start);
      return scalar(text.slice(start, position));
    }
    while (position < text.length && !isEnd(text.charAt(position))) position += 1;
    return text.slice(start, position).trim();
  };
  for (;;) {
    skipBlank();
    const next = text.charAt(position);
    if (next === '') return 'its bracket is not closed';
    if (next === ']' || next === '}') return null;
    if (next === ',') {
      position += 1;
      continue;
    }
    let number: string | null = null;
    if (isMap) {
      number = token((character) => !/\d/.test(character));
      skipBlank();
      if (!/^\d{1,9}$/.test(number) || text.charAt(position) !== ':')
        return `${quote(text.slice(position, position + 40))}, expected "0: name"`;
      position += 1;
      skipBlank();
    }
    const start = position;
    const name = token((character) => ',[]{}#\r\n'.includes(character));
    if (position === start) return `${quote(text.slice(start, start + 40))}, expected a name`;
    const wrong = names.add(name, number);
    if (wrong !== null) return wrong;
  }
}

/** Index after the quote that closes the one at `from`, or the text's end. */
function endOfQuoted(text: string, from: number): number {
  const closing = text.charAt(from);
  for (let index = from + 1; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (closing === '"' && character === '\\') index += 1;
    else if (character === closing) {
      if (closing !== "'" || text.charAt(index + 1) !== "'") return index + 1;
      index += 1;
    }
  }
  return text.length;
}

/** A name without its quotes, or without a comment behind it. */
function scalar(whole: string): string {
  const text = whole.slice(0, MAX_SCALAR);
  const opening = text.charAt(0);
  if (opening !== '"' && opening !== "'") return text.replace(/(?:^|\s)#.*$/s, '').trim();
  const inside = text.slice(1, endOfQuoted(text, 0) - 1);
  return opening === '"' ? inside.replace(/\\(["\\/])/g, '$1') : inside.replaceAll("''", "'");
}
