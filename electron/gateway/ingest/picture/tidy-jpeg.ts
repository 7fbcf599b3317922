import { isFrameHeader } from './inspect-jpeg.ts';
import { endOfEntropy, isRestart } from './jpeg-entropy.ts';
import { isHole } from './written-length.ts';

/*
 * Which coefficients the scans of a JPEG have brought (ITU-T T.81, B.2.3 and G.1): a sequential scan brings all 64 of its
 * components, a progressive one those from Ss to Se, without their lowest Al bits. Where scans are missing a decoder says
 * nothing and shows a blurred or discoloured picture.
 */

const COEFFICIENTS = 64;
const NOTHING_YET = 255;

class JpegScans {
  readonly #isProgressive: boolean;
  /** By component: the bits that are still missing of each coefficient. */
  readonly #missing = new Map<number, Uint8Array>();

  /** `frame`: the body of the frame header. */
  constructor(marker: number, frame: Buffer) {
    this.#isProgressive = marker === 0xc2 || marker === 0xca;
    for (let at = 6; at + 2 < frame.length; at += 3)
      this.#missing.set(frame[at] ?? 0, new Uint8Array(COEFFICIENTS).fill(NOTHING_YET));
  }

  /** `scan`: the body of a scan header. */
  add(scan: Buffer): void {
    const components = scan[0] ?? 0;
    const [first = 0, last = 0, bits = 0] = scan.subarray(1 + 2 * components);
    for (let index = 0; index < components; index += 1) {
      const missing = this.#missing.get(scan[1 + 2 * index] ?? 0);
      if (this.#isProgressive) missing?.fill(bits & 15, first, last + 1);
      else missing?.fill(0);
    }
  }

  get areComplete(): boolean {
    return this.#missing.size > 0 && [...this.#missing.values()].every((bits) => bits.every((count) => count === 0));
  }
}

/*
 * Decoders pass over bytes between the segments of a JPEG that belong to none, and end a picture whose end marker is
 * missing where the file ends (libjpeg: `next_marker`, `fill_input_buffer`). They note the first thing that is wrong and
 * keep quiet about all that follow: so a picture is tidied first, and what the decoder then notes is about its pixels.
 */

export type TidyJpeg = {
  /** The same picture without stray bytes between its segments, with an end marker. */
  readonly bytes: Buffer;
  readonly strayBytes: number;
  readonly endWasMissing: boolean;
  /** Every scan that the picture needs is there, as far as its headers tell. */
  readonly scansComplete: boolean;
};

const END = Buffer.from([0xff, 0xd9]);
const MOST_SEGMENTS = 100_000;
/** What is reserved and not written yet reads as zeros, which decode as a picture too. */
const UNWRITTEN = 16;

/** `bytes` begins with a JPEG signature. Null for what no decoder gets through. Linear in the length. */
export function tidyJpeg(bytes: Buffer): TidyJpeg | null {
  const pieces: Buffer[] = [bytes.subarray(0, 2)];
  let scans: JpegScans | null = null;
  let hasPicture = false;
  let strayBytes = 0;
  let position = 2;
  const whole = (endWasMissing: boolean): TidyJpeg | null => {
    if (!hasPicture || (endWasMissing && isHole(bytes, bytes.length - UNWRITTEN, UNWRITTEN))) return null;
    const tidied = Buffer.concat([...pieces, END]);
    return { bytes: tidied, strayBytes, endWasMissing, scansComplete: scans?.areComplete ?? false };
  };
  for (let segments = 0; segments < MOST_SEGMENTS; segments += 1) {
    const found = bytes.indexOf(0xff, position);
    if (found === -1) return whole(true);
    strayBytes += found - position;
    let code = found + 1;
    while (bytes[code] === 0xff) code += 1;
    const marker = bytes[code];
    if (marker === undefined) return whole(true);
    position = code + 1;
    if (marker === 0xd9) return whole(false);
    if (marker === 0 || marker === 0x01 || isRestart(marker)) {
      strayBytes += 2;
      continue;
    }
    if (marker === 0xd8) return null;
    if (position + 2 > bytes.length) return whole(true);
    const end = position + bytes.readUInt16BE(position);
    if (end < position + 2 || end > bytes.length) return null;
    const body = bytes.subarray(position + 2, end);
    pieces.push(Buffer.from([0xff, marker]), bytes.subarray(position, end));
    position = end;
    if (isFrameHeader(marker)) scans = new JpegScans(marker, body);
    if (marker !== 0xda) continue;
    scans?.add(body);
    hasPicture = true;
    const endOfScan = endOfEntropy(bytes, position);
    pieces.push(bytes.subarray(position, endOfScan === -1 ? bytes.length : endOfScan));
    if (endOfScan === -1) return whole(true);
    position = endOfScan;
  }
  return null;
}
