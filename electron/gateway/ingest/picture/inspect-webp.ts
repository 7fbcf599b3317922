import { type InspectionOf, pictureFault } from './inspection.ts';

/*
 * WebP (RFC 9649): `RIFF size WEBP`, then a chunk `VP8 ` (RFC 6386), `VP8L` or `VP8X`, which names the canvas. The size in
 * the header is that of everything behind it.
 */

/** `bytes` begins as `isWebp` wants it. */
export function inspectWebp(bytes: Buffer): InspectionOf<'webp'> {
  if (bytes.length < 30 || bytes.readUInt32LE(4) + 8 > bytes.length) {
    return {
      kind: 'incomplete',
      format: 'webp',
      detail: pictureFault(
        `the WebP is cut off: the file stops after ${bytes.length} bytes or the rest is not written yet`,
      ),
    };
  }
  const size = canvasOf(bytes);
  return size === null
    ? { kind: 'invalid', format: 'webp', detail: pictureFault('the WebP can’t be read: its first chunk is damaged') }
    : { kind: 'complete', format: 'webp', ...size };
}

export const isWebp = (head: Buffer): boolean =>
  head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP';

function canvasOf(bytes: Buffer): { readonly width: number; readonly height: number } | null {
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      if (bytes.readUIntBE(23, 3) !== 0x9d012a) return null;
      return sized(bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff);
    case 'VP8L': {
      if (bytes[20] !== 0x2f) return null;
      const bits = bytes.readUInt32LE(21);
      return sized((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
    }
    case 'VP8X':
      return sized(bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1);
    default:
      return null;
  }
}

const sized = (width: number, height: number) => (width === 0 || height === 0 ? null : { width, height });
