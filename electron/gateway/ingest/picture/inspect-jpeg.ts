import { type Inspection, pictureFault } from './inspection.ts';
import { endOfEntropy, isRestart } from './jpeg-entropy.ts';
import { isHole, reachesUnwritten } from './written-length.ts';

/*
 * Structure of a JPEG file after ITU-T T.81, annex B: segments `FF marker length(2) body`, entropy-coded data after
 * each SOS in which FF is followed by 00 (stuffing) or a restart marker, and EOI at the end.
 *
 * Only the end marker decides that a picture is complete. Zeros inside entropy data prove nothing: a picture of one
 * colour may be coded as nothing but zeros. An embedded thumbnail lies inside its APP1 segment, which is skipped by
 * its length, so that the thumbnail's EOI is never seen. What follows EOI is not looked at: cameras append there.
 */

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DNL = 0xdc;
const TEM = 0x01;
const JPEG_LS = 0xf7;

/** Some cameras align segments with a few stray bytes; decoders skip them. More than this is a broken file. */
const MAX_PADDING = 16;
export const isFrameHeader = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** Index of the FF behind a little padding, or what is there instead. */
function nextMarker(bytes: Buffer, position: number): number | 'gap' | 'end' | 'none' {
  if (isHole(bytes, position, MAX_PADDING)) return 'gap';
  const found = bytes.subarray(position, position + MAX_PADDING + 1).indexOf(0xff);
  if (found !== -1) return position + found;
  return bytes.length - position <= MAX_PADDING ? 'end' : 'none';
}

type Size = { readonly width: number; readonly height: number };

/** `bytes` begins with a JPEG signature. Linear in the file's length; allocates nothing a byte. */
export function inspectJpeg(bytes: Buffer): Inspection {
  const incomplete = (what: string): Inspection => ({
    kind: 'incomplete',
    format: 'jpeg',
    detail: pictureFault(what),
  });
  const cutOff = (): Inspection =>
    incomplete(`the JPEG has no end marker: the file stops after ${bytes.length} bytes or the rest is not written yet`);
  const fault = (end: number, what: string): Inspection =>
    reachesUnwritten(bytes, end)
      ? cutOff()
      : { kind: 'invalid', format: 'jpeg', detail: pictureFault(`the JPEG is broken: ${what}`) };

  let position = 2;
  let size: Size | null = null;
  let scans = 0;
  for (;;) {
    const found = bytes[position] === 0xff ? position : nextMarker(bytes, position);
    if (found === 'gap') return incomplete(`the JPEG has a gap of zeros at byte ${position}`);
    if (found === 'end') return cutOff();
    if (found === 'none') return fault(position + MAX_PADDING, `there is no marker at byte ${position}`);
    let code = found + 1;
    while (bytes[code] === 0xff) code += 1;
    const marker = bytes[code];
    if (marker === undefined) return cutOff();
    position = code + 1;

    if (marker === EOI) {
      if (size === null || scans === 0) return fault(position, 'it ends before any picture data');
      if (size.height === 0) return fault(position, 'it does not say how high the picture is');
      return { kind: 'complete', format: 'jpeg', width: size.width, height: size.height };
    }
    if (marker === TEM || isRestart(marker)) continue;
    if (marker === 0 || marker === SOI) return fault(position, `a marker at byte ${found} is out of place`);
    if (marker === JPEG_LS) {
      return {
        kind: 'invalid',
        format: 'jpeg',
        detail: pictureFault('it is a JPEG-LS picture; only common JPEG, PNG, BMP, TIFF and WebP are taken'),
      };
    }

    const body = position + 2;
    if (body > bytes.length) return cutOff();
    const length = bytes.readUInt16BE(position);
    const end = position + length;
    if (length < 2) return fault(body, `the segment at byte ${found} has the impossible length ${length}`);
    if (end > bytes.length) return cutOff();
    position = end;

    if (isFrameHeader(marker)) {
      const components = length >= 8 ? (bytes[body + 5] ?? 0) : 0;
      if (components === 0 || length !== 8 + 3 * components) return fault(end, 'its frame header is malformed');
      if (size !== null) return fault(end, 'it has two frame headers');
      size = { height: bytes.readUInt16BE(body + 1), width: bytes.readUInt16BE(body + 3) };
      if (size.width === 0) return fault(end, 'its width is 0');
    } else if (marker === DNL) {
      // The height may be given after the first scan instead of in the frame header.
      if (length !== 4) return fault(end, 'its line count is malformed');
      if (size?.height === 0) size = { width: size.width, height: bytes.readUInt16BE(body) };
    } else if (marker === SOS) {
      const components = length > 2 ? (bytes[body] ?? 0) : 0;
      if (size === null) return fault(end, 'picture data comes before the frame header');
      if (components < 1 || components > 4 || length !== 6 + 2 * components) {
        return fault(end, 'a scan header is malformed');
      }
      position = endOfEntropy(bytes, end);
      if (position === -1) return cutOff();
      if (position > end) scans += 1;
    }
  }
}
