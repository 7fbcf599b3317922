import type { FileFormat } from './inspection.ts';

const EXIF_PREFIX = Buffer.from('Exif\0\0', 'latin1');
/** An APP1 segment holds at most 64 KiB; a PNG chunk could claim gigabytes. */
const MAX_EXIF_BYTES = 1_000_000;
const MAX_STEPS = 10_000;

/** The TIFF structure that holds a picture's EXIF fields, or null where there is none. Never throws. */
export function exifBlock(bytes: Buffer, format: FileFormat): Buffer | null {
  switch (format) {
    case 'jpeg':
      return fromJpeg(bytes);
    case 'png':
      return fromPng(bytes);
    case 'webp':
      return fromWebp(bytes);
    case 'tiff':
      return bytes;
    case 'bmp':
      return null;
  }
}

/** EXIF in an APP1 segment, which comes before the first scan. Stray bytes between segments are passed over. */
function fromJpeg(bytes: Buffer): Buffer | null {
  let position = 2;
  for (let step = 0; step < MAX_STEPS && position + 4 <= bytes.length; step += 1) {
    if (bytes[position] !== 0xff) {
      position = bytes.indexOf(0xff, position);
      if (position === -1) return null;
      continue;
    }
    const marker = bytes[position + 1] ?? 0;
    if (marker === 0xff || marker === 0) {
      position += marker === 0 ? 2 : 1;
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

/** EXIF in a RIFF chunk, at the file's end (WebP container specification); some programs write JPEG's prefix before it. */
function fromWebp(bytes: Buffer): Buffer | null {
  let position = 12;
  for (let step = 0; step < MAX_STEPS && position + 8 <= bytes.length; step += 1) {
    const length = bytes.readUInt32LE(position + 4);
    const end = position + 8 + length;
    if (end > bytes.length) return null;
    if (bytes.toString('latin1', position, position + 4) === 'EXIF') {
      if (length > MAX_EXIF_BYTES) return null;
      const body = bytes.subarray(position + 8, end);
      return body.subarray(0, EXIF_PREFIX.length).equals(EXIF_PREFIX) ? body.subarray(EXIF_PREFIX.length) : body;
    }
    position = end + (length % 2);
  }
  return null;
}
