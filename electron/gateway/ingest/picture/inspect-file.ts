import type { ConvertedFormat } from '../../../../shared/picture.ts';
import { bmpHeadBytes, isBmp } from './bmp-header.ts';
import { inspectPicture, sniffPicture } from './inspect.ts';
import { inspectBmp } from './inspect-bmp.ts';
import { inspectTiff } from './inspect-tiff.ts';
import { inspectWebp, isWebp } from './inspect-webp.ts';
import type { FileFormat, InspectionOf } from './inspection.ts';

/** So many bytes of a file's beginning are enough for `sniffFile`. */
export const headBytes = Math.max(bmpHeadBytes, 16);

/** The format of a file that holds a picture, by its first bytes, never by its name. */
export const sniffFile = (head: Uint8Array): FileFormat | null => sniffPicture(head) ?? sniffConverted(head);

/** As `sniffFile`, of the formats that are stored as PNG. */
export function sniffConverted(head: Uint8Array): ConvertedFormat | null {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const start = bytes.toString('latin1', 0, 4);
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(start)) return 'tiff';
  if (isWebp(bytes)) return 'webp';
  return isBmp(bytes) ? 'bmp' : null;
}

/** As `inspectPicture`, for the formats that are stored as PNG too. */
export function inspectFile(input: Uint8Array): InspectionOf<FileFormat> {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  switch (sniffConverted(bytes)) {
    case 'bmp':
      return inspectBmp(bytes);
    case 'tiff':
      return inspectTiff(bytes);
    case 'webp':
      return inspectWebp(bytes);
    case null:
      return inspectPicture(bytes);
  }
}
