import { readBmpHeader } from './bmp-header.ts';
import { type InspectionOf, pictureFault } from './inspection.ts';

/** `bytes` begins as `isBmp` wants it. */
export function inspectBmp(bytes: Buffer): InspectionOf<'bmp'> {
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
