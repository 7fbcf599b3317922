import { crc32 } from 'node:zlib';
import { type Inspection, pictureFault } from './inspection.ts';
import { isHole, reachesUnwritten } from './written-length.ts';

/*
 * Structure of a PNG file after ISO/IEC 15948: signature, then chunks `length(4) type(4) data crc(4)`, IHDR first,
 * IEND last. Every chunk's checksum is verified. A wrong checksum is final (`invalid`) unless the chunk runs into the
 * zeros at the file's end, for then its remaining bytes may not be written yet (`incomplete`).
 */

const SIGNATURE_BYTES = 8;
const FRAME_BYTES = 12;
const MAX_LENGTH = 0x7fff_ffff;
/** Encoders write some kilobytes a chunk; this many chunks are an attempt to keep us busy. */
const MAX_CHUNKS = 1_000_000;

const IHDR = 0x49484452;
const IDAT = 0x49444154;
const IEND = 0x49454e44;

const bitDepths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

const isLetter = (byte: number): boolean => (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);

function isChunkType(type: number): boolean {
  return isLetter(type >>> 24) && isLetter((type >>> 16) & 255) && isLetter((type >>> 8) & 255) && isLetter(type & 255);
}

/** What is wrong with the header, or null. `data` is the offset of IHDR's 13 bytes. */
function headerFault(bytes: Buffer, data: number): string | null {
  const width = bytes.readUInt32BE(data);
  const height = bytes.readUInt32BE(data + 4);
  if (width === 0 || height === 0 || width > MAX_LENGTH || height > MAX_LENGTH)
    return `its size is ${width} × ${height}`;
  const depth = bytes[data + 8] ?? 0;
  const colour = bytes[data + 9] ?? 0;
  if (!bitDepths[colour]?.includes(depth)) return `it has the impossible colour type ${colour} with ${depth} bits`;
  if (bytes[data + 10] !== 0 || bytes[data + 11] !== 0) return 'it uses an unknown compression';
  return (bytes[data + 12] ?? 2) > 1 ? 'it uses an unknown interlacing' : null;
}

/** `bytes` begins with the PNG signature. Linear in the file's length. */
export function inspectPng(bytes: Buffer): Inspection {
  const incomplete = (what: string): Inspection => ({ kind: 'incomplete', format: 'png', detail: pictureFault(what) });
  const cutOff = (): Inspection =>
    incomplete(`the PNG has no end chunk: the file stops after ${bytes.length} bytes or the rest is not written yet`);
  const fault = (end: number, what: string): Inspection =>
    reachesUnwritten(bytes, end)
      ? cutOff()
      : { kind: 'invalid', format: 'png', detail: pictureFault(`the PNG is broken: ${what}`) };

  let position = SIGNATURE_BYTES;
  let width = 0;
  let height = 0;
  let dataChunks = 0;
  for (let chunks = 0; chunks < MAX_CHUNKS; chunks += 1) {
    const data = position + 8;
    if (data > bytes.length) return cutOff();
    if (isHole(bytes, position, 8)) return incomplete(`the PNG has a gap of zeros at byte ${position}`);
    const length = bytes.readUInt32BE(position);
    const type = bytes.readUInt32BE(position + 4);
    if (!isChunkType(type) || length > MAX_LENGTH) return fault(data, `there is no chunk at byte ${position}`);
    if (chunks === 0 && (type !== IHDR || length !== 13)) return fault(data, 'it does not begin with its header chunk');
    const end = position + FRAME_BYTES + length;
    if (end > bytes.length) return cutOff();

    if (crc32(bytes.subarray(position + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) {
      const name = bytes.toString('latin1', position + 4, data);
      return fault(end, `the checksum of the ${name} chunk at byte ${position} is wrong`);
    }
    if (chunks === 0) {
      const wrong = headerFault(bytes, data);
      if (wrong !== null) return fault(end, wrong);
      width = bytes.readUInt32BE(data);
      height = bytes.readUInt32BE(data + 4);
    } else if (type === IDAT) {
      dataChunks += 1;
    } else if (type === IEND) {
      if (dataChunks === 0) return fault(end, 'it ends before any picture data');
      return { kind: 'complete', format: 'png', width, height };
    }
    position = end;
  }
  return { kind: 'invalid', format: 'png', detail: pictureFault(`the PNG has more than ${MAX_CHUNKS} chunks`) };
}
