import { open } from 'node:fs/promises';

const headBytes = 16;
const tailBytes = 64;
const jpegEnd = Buffer.from([0xff, 0xd9]);
const pngEnd = Buffer.from('IEND');

/**
 * Whether a file has the beginning and the end of a picture, by a few bytes of each: what was there was a whole picture,
 * as far as can be told without reading it. Never rejects; null where it can't be read.
 */
export async function looksWhole(path: string): Promise<boolean | null> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const head = Buffer.alloc(headBytes);
      const tail = Buffer.alloc(Math.min(tailBytes, size));
      await file.read(head, 0, headBytes, 0);
      await file.read(tail, 0, tail.length, size - tail.length);
      return isWhole(head, tail, size);
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}

function isWhole(head: Buffer, tail: Buffer, size: number): boolean {
  if (head.readUInt16BE(0) === 0xffd8) return tail.includes(jpegEnd);
  if (head.toString('latin1', 1, 4) === 'PNG') return tail.includes(pngEnd);
  if (head.toString('latin1', 0, 2) === 'BM') return head.readUInt32LE(2) === size;
  if (head.toString('latin1', 0, 4) === 'RIFF') return head.readUInt32LE(4) + 8 === size;
  // A TIFF may have its directory anywhere: that it is not all zeros at its end says as much as can be said.
  return /^(II\*\0|MM\0\*)/.test(head.toString('latin1', 0, 4)) && tail.some((byte) => byte !== 0);
}
