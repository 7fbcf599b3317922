import { type InspectionOf, pictureFault } from './inspection.ts';
import { type TiffDirectory, TiffReader } from './tiff-directory.ts';

/*
 * The first picture of a TIFF file (Adobe TIFF 6.0; BigTIFF). It is complete when all its strips or tiles lie within the
 * file. Writers put the directory before the pixels or behind them, and its place into the header last: until then the
 * header names none.
 */

const tags = { kind: 254, width: 256, height: 257, strips: [273, 279], tiles: [324, 325], dng: 50706 } as const;
const MOST_PARTS = 262_144;
const REDUCED = 1;

/** `bytes` begins with a TIFF signature. */
export function inspectTiff(bytes: Buffer): InspectionOf<'tiff'> {
  const cutOff = (): InspectionOf<'tiff'> => ({
    kind: 'incomplete',
    format: 'tiff',
    detail: pictureFault(
      `the TIFF is cut off: the file stops after ${bytes.length} bytes or the rest is not written yet`,
    ),
  });
  const invalid = (what: string): InspectionOf<'tiff'> => ({
    kind: 'invalid',
    format: 'tiff',
    detail: pictureFault(`the TIFF can’t be read: ${what}`),
  });
  const tiff = TiffReader.open(bytes);
  if (tiff === null || tiff.firstDirectory === 0) return cutOff();
  const directory = tiff.directory(tiff.firstDirectory);
  if (directory === 'cut') return cutOff();
  if (directory === 'wrong') return isZero(bytes, tiff.firstDirectory) ? cutOff() : invalid('its directory is damaged');
  const isRaw = directory.fields.has(tags.dng) || bytes.toString('latin1', 8, 10) === 'CR';
  if (isRaw || ((numberOf(tiff, directory, tags.kind) ?? 0) & REDUCED) !== 0) {
    return invalid('it is a camera’s raw file, or begins with a small copy of its picture');
  }
  const width = numberOf(tiff, directory, tags.width) ?? 0;
  const height = numberOf(tiff, directory, tags.height) ?? 0;
  if (width === 0 || height === 0) return invalid(`its size is ${width} × ${height}`);
  for (const [offsetTag, countTag] of [tags.strips, tags.tiles]) {
    const end = endOfParts(tiff, directory, offsetTag, countTag);
    if (end === 'cut' || (end !== null && end > bytes.length)) return cutOff();
  }
  return { kind: 'complete', format: 'tiff', width, height };
}

function numberOf(tiff: TiffReader, directory: TiffDirectory, tag: number): number | null {
  const field = directory.fields.get(tag)?.[0];
  return field === undefined ? null : (tiff.numbers(field, 1)?.[0] ?? null);
}

/** Where the last strip or tile ends; null where there are none. */
function endOfParts(tiff: TiffReader, { fields }: TiffDirectory, offsetTag: number, countTag: number) {
  const [offsetField, countField] = [fields.get(offsetTag)?.[0], fields.get(countTag)?.[0]];
  if (offsetField === undefined) return null;
  const offsets = tiff.numbers(offsetField, MOST_PARTS);
  const counts = countField === undefined ? [] : tiff.numbers(countField, MOST_PARTS);
  if (offsets === null || counts === null) return 'cut' as const;
  let end = 0;
  for (const [index, offset] of offsets.entries()) end = Math.max(end, offset + (counts[index] ?? 0));
  return end;
}

const isZero = (bytes: Buffer, at: number): boolean => bytes.subarray(at, at + 2).every((byte) => byte === 0);
