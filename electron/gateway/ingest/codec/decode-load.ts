/**
 * What a worker's pictures took, for its WebAssembly memory only ever grows: after one of 300 MB the worker would hold more
 * than a gigabyte for weeks.
 */

/** As much as a TIFF of 28 megapixels in colour. A worker that is replaced costs a third of a second: not for each picture of a line. */
const mostBytes = 256_000_000;

let largest = 0;

/** Bytes that the library held at once: of a file, of a picture that is unpacked as a whole. */
export function noteLoad(bytes: number): void {
  largest = Math.max(largest, bytes);
}

/** Whether, since the last question, a picture took so much that this worker is better replaced. */
export function takeIsSpent(): boolean {
  const isSpent = largest > mostBytes;
  largest = 0;
  return isSpent;
}
