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

const MAX_TEXT = 256;

/** A text or number of a file as a bounded text, for classes, names and identifiers; undefined when there is none. */
export function readText(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') return undefined;
  // By way of bytes: half a surrogate pair becomes a replacement character, and the file's text is not held in memory.
  const text = Buffer.from(value.trim().slice(0, MAX_TEXT)).toString();
  return text === '' ? undefined : text;
}

/** More classes than any model has; a hostile list must not fill the memory. */
export const MAX_CLASSES = 100_000;

/** A file's text, or why it is none. `note` says that the encoding had to be guessed. */
export type DecodedText =
  | { readonly ok: true; readonly text: string; readonly note: string | null }
  | { readonly ok: false; readonly why: string };

/**
 * Decodes UTF-8 and UTF-16, with a byte order mark or without, and what an XML declaration names. Text that is
 * neither is read as Windows-1252, which older Windows programs write, and said so.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const encoding = encodingByMark(bytes) ?? encodingByZeros(bytes) ?? encodingByDeclaration(bytes) ?? 'utf-8';
  const text = decode(bytes, encoding);
  if (text !== null) return text.includes('\0') ? notText : { ok: true, text, note: null };
  if (encoding.startsWith('utf-16')) return { ok: false, why: 'it is cut off in the middle of a character (UTF-16)' };
  const guess = decode(bytes, 'windows-1252');
  if (guess === null || guess.includes('\0')) return notText;
  return {
    ok: true,
    text: guess,
    note: 'it is not UTF-8; names with accents may be wrong (it was read as Windows-1252)',
  };
}

const notText: DecodedText = { ok: false, why: 'it is not a text file' };

function decode(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function encodingByMark([first, second]: Uint8Array): string | null {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : null;
}

/** UTF-16 without a mark: the first two characters of every sidecar are ASCII, so every other byte is 0. */
function encodingByZeros(bytes: Uint8Array): string | null {
  const [first, second, third, fourth] = bytes;
  if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return 'utf-16le';
  return first === 0 && second !== 0 && third === 0 && fourth !== 0 && bytes.length >= 4 ? 'utf-16be' : null;
}

function encodingByDeclaration(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 200)).toString('latin1');
  const named = /^(?:ï»¿)?<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/.exec(head)?.[1]?.toLowerCase();
  // A file that can be read byte by byte up to here is not UTF-16, whatever it says.
  return named === undefined || named.startsWith('utf-16') ? null : named;
}
