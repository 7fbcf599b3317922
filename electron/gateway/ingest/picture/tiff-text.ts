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

/*
 * Reads text fields from a TIFF structure as EXIF uses it (CIPA DC-008: header `II*\0` or `MM\0*`, then directories
 * of 12-byte entries `tag(2) type(2) count(4) value-or-offset(4)`). Only what the capture time needs: the text fields
 * of the first directory and of the EXIF directory it points to. Two directories are read, each once, and every
 * offset is checked, so that no file can make it loop or read outside `block`.
 */

const ASCII = 2;
const ENTRY_BYTES = 12;
const EXIF_DIRECTORY = 0x8769;
const MAX_TEXT = 64;

/** Tag -> text, for the wanted tags that exist. */
export function readTiffText(block: Buffer, wanted: ReadonlySet<number>): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  const order = block.toString('latin1', 0, 2);
  if (block.length < 8 || (order !== 'II' && order !== 'MM')) return found;
  const little = order === 'II';
  const short = (at: number): number => (little ? block.readUInt16LE(at) : block.readUInt16BE(at));
  const long = (at: number): number => (little ? block.readUInt32LE(at) : block.readUInt32BE(at));
  if (short(2) !== 42) return found;

  const readDirectory = (offset: number): number | null => {
    if (offset < 8 || offset + 2 > block.length) return null;
    let exif: number | null = null;
    const first = offset + 2;
    const count = Math.min(short(offset), Math.floor((block.length - first) / ENTRY_BYTES));
    for (let entry = first; entry < first + count * ENTRY_BYTES; entry += ENTRY_BYTES) {
      const tag = short(entry);
      if (tag === EXIF_DIRECTORY) exif = long(entry + 8);
      if (!wanted.has(tag) || found.has(tag) || short(entry + 2) !== ASCII) continue;
      const length = Math.min(long(entry + 4), MAX_TEXT);
      const start = length <= 4 ? entry + 8 : long(entry + 8);
      if (start + length > block.length) continue;
      const text = block.toString('latin1', start, start + length);
      const end = text.indexOf('\0');
      found.set(tag, (end === -1 ? text : text.slice(0, end)).trim());
    }
    return exif;
  };

  const exif = readDirectory(long(4));
  if (exif !== null) readDirectory(exif);
  return found;
}
