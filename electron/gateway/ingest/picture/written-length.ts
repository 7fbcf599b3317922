const BLOCK = 4096;
const ZEROS = Buffer.alloc(BLOCK);

/**
 * Length of the file without its tail of zeros. Copy programs often set a file's final size first and fill it
 * afterwards, so a tail of zeros means "not written yet" as long as the picture's end has not been found before it.
 */
export function writtenLength(bytes: Buffer): number {
  let end = bytes.length;
  while (end >= BLOCK && bytes.compare(ZEROS, 0, BLOCK, end - BLOCK, end) === 0) end -= BLOCK;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return end;
}

/** True where at least `count` zeros begin at `offset`: a block that was skipped and may be written later. */
export function isHole(bytes: Buffer, offset: number, count: number): boolean {
  return offset + count <= bytes.length && bytes.compare(ZEROS, 0, count, offset, offset + count) === 0;
}

/**
 * True when a fault that was found in bytes before `end` may come from bytes that are not written yet: the zeros at
 * the file's end begin inside what was looked at, or directly behind it.
 */
export function reachesUnwritten(bytes: Buffer, end: number): boolean {
  const written = writtenLength(bytes);
  return written < bytes.length && end >= written;
}
