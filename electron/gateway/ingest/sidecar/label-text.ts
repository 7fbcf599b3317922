const MAX_TEXT = 256;

/** A text or number of a file as a bounded text, for classes, names and identifiers; undefined when there is none. */
export function readText(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') return undefined;
  // By way of bytes: half a surrogate pair becomes a replacement character, and the file's text is not held in memory.
  const text = Buffer.from(value.trim().slice(0, MAX_TEXT)).toString();
  return text === '' ? undefined : text;
}
