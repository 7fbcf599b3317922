import type { ConvertedFormat } from '../../../../shared/picture.ts';
import { bmpHeadBytes, isBmp, readBmpHeader } from './bmp-header.ts';
import { inspectPicture, sniffPicture } from './inspect.ts';
import { inspectTiff } from './inspect-tiff.ts';
import { inspectWebp, isWebp } from './inspect-webp.ts';
import { type FileFormat, type InspectionOf, pictureFault } from './inspection.ts';

/** `bytes` begins as `isBmp` wants it. */
function inspectBmp(bytes: Buffer): InspectionOf<'bmp'> {
  const cutOff = (): InspectionOf<'bmp'> => ({
    kind: 'incomplete',
    format: 'bmp',
    detail: pictureFault(
      `the BMP is cut off: the file stops after ${bytes.length} bytes or the rest is not written yet`,
    ),
  });
  const header = readBmpHeader(bytes);
  if (header === 'cut') return cutOff();
  if ('wrong' in header)
    return { kind: 'invalid', format: 'bmp', detail: pictureFault(`the BMP can’t be read: ${header.wrong}`) };
  const { width, height, pixelsAt, dataBytes } = header;
  // A compressed picture that does not say how long it is: the file does.
  const end = dataBytes === null ? bytes.readUInt32LE(2) : pixelsAt + dataBytes;
  return end > bytes.length ? cutOff() : { kind: 'complete', format: 'bmp', width, height };
}

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
