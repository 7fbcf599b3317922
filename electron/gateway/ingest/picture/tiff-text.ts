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
