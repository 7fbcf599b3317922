import type { Orientation } from '../../../../shared/picture.ts';
import type { FileFormat } from './inspection.ts';
import { TiffReader } from './tiff-directory.ts';
import { exifBlock } from './tiff-text.ts';

const ORIENTATION = 0x0112;
const SHORT = 3;

/**
 * How a picture is to be turned to be upright (EXIF and TIFF tag 0x0112, one SHORT from 1 to 8). What is none, or stands
 * there more than once, so that viewers disagree, is 1: the picture is taken as it is stored. Never throws.
 */
export function orientationOf(bytes: Buffer, format: FileFormat): Orientation {
  const block = exifBlock(bytes, format);
  const tiff = block === null ? null : TiffReader.open(block);
  if (tiff === null) return 1;
  const directory = tiff.directory(tiff.firstDirectory);
  if (typeof directory === 'string') return 1;
  const found = directory.fields.get(ORIENTATION) ?? [];
  const [field] = found;
  if (field === undefined || found.length > 1 || field.type !== SHORT || field.count !== 1) return 1;
  const value = tiff.numbers(field, 1)?.[0] ?? 1;
  return value >= 1 && value <= 8 ? (value as Orientation) : 1;
}
