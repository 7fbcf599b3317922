import { isFrameHeader } from './inspect-jpeg.ts';

export type JpegFrame = {
  /** SOF0 to SOF15. */
  readonly marker: number;
  readonly bitsPerSample: number;
  readonly width: number;
  readonly height: number;
};

/** The frame header of a JPEG (ITU-T T.81, B.2.2), past whatever stray bytes are before it; null where there is none. */
export function jpegFrame(bytes: Buffer): JpegFrame | null {
  for (let position = 2; position + 9 < bytes.length; ) {
    if (bytes[position] !== 0xff) {
      position = bytes.indexOf(0xff, position);
      if (position === -1) return null;
      continue;
    }
    const marker = bytes[position + 1] ?? 0;
    if (marker === 0xda || marker === 0xd9) return null;
    if (isFrameHeader(marker)) {
      return {
        marker,
        bitsPerSample: bytes[position + 4] ?? 0,
        height: bytes.readUInt16BE(position + 5),
        width: bytes.readUInt16BE(position + 7),
      };
    }
    const hasLength = marker >= 0xc0 && marker !== 0xff && !(marker >= 0xd0 && marker <= 0xd8);
    position += hasLength ? 2 + Math.max(2, bytes.readUInt16BE(position + 2)) : marker === 0xff ? 1 : 2;
  }
  return null;
}

/**
 * What is uncommon about a JPEG, so that neither browsers nor the decoder here show it ("a lossless JPEG"); null for a
 * common one.
 */
export function uncommonJpeg(bytes: Buffer): string | null {
  const frame = jpegFrame(bytes);
  if (frame === null) return null;
  const { marker, bitsPerSample, height } = frame;
  if (marker === 0xc3 || marker === 0xcb) return 'a lossless JPEG';
  if (marker >= 0xc5 && marker !== 0xc9 && marker !== 0xca) return 'a hierarchical JPEG';
  if (bitsPerSample !== 8) return `a JPEG of ${bitsPerSample} bits a sample`;
  return height === 0 ? 'a JPEG that gives its height behind the picture (DNL)' : null;
}
