import type { PictureFormat } from './inspection.ts';

const EXIF_PREFIX = Buffer.from('Exif\0\0', 'latin1');
/** An APP1 segment holds at most 64 KiB; a PNG chunk could claim gigabytes. */
const MAX_EXIF_BYTES = 1_000_000;
const MAX_STEPS = 10_000;

/** The TIFF structure that holds a picture's EXIF fields, or null where there is none. Never throws. */
export function exifBlock(bytes: Buffer, format: PictureFormat): Buffer | null {
  return format === 'jpeg' ? fromJpeg(bytes) : fromPng(bytes);
}

/** EXIF in an APP1 segment, which comes before the first scan. */
function fromJpeg(bytes: Buffer): Buffer | null {
  let position = 2;
  for (let step = 0; step < MAX_STEPS && position + 4 <= bytes.length; step += 1) {
    if (bytes[position] !== 0xff) return null;
    const marker = bytes[position + 1] ?? 0;
    if (marker === 0xff) {
      position += 1;
      continue;
    }
    if (marker === 0xda || marker === 0xd9) return null;
    const length = bytes.readUInt16BE(position + 2);
    const end = position + 2 + length;
    if (length < 2 || end > bytes.length) return null;
    const body = bytes.subarray(position + 4, end);
    if (marker === 0xe1 && body.subarray(0, EXIF_PREFIX.length).equals(EXIF_PREFIX)) {
      return body.subarray(EXIF_PREFIX.length);
    }
    position = end;
  }
  return null;
}

/** EXIF in an eXIf chunk (PNG, third edition), before or after the picture data. */
function fromPng(bytes: Buffer): Buffer | null {
  let position = 8;
  for (let step = 0; step < MAX_STEPS && position + 12 <= bytes.length; step += 1) {
    const length = bytes.readUInt32BE(position);
    const end = position + 8 + length;
    if (end > bytes.length) return null;
    if (bytes.toString('latin1', position + 4, position + 8) === 'eXIf') {
      return length <= MAX_EXIF_BYTES ? bytes.subarray(position + 8, end) : null;
    }
    position = end + 4;
  }
  return null;
}
