/**
 * Finds out, while the bytes go by, whether they are a JPEG or a PNG and how large the picture is. By content only; it
 * stops at the frame header and decodes nothing, so a picture that ends early still passes, as it would in a service
 * that reads headers.
 *
 * Formats: ITU-T T.81 (JPEG) annex B: markers `FF xx`, segment lengths big-endian and including themselves, SOFn =
 * precision, height, width. PNG specification section 5.2 and 11.2.2: signature, then IHDR with width and height.
 */

export type ImageInfo = { readonly format: 'jpeg' | 'png'; readonly width: number; readonly height: number };

type Step = { readonly drop: number } | { readonly info: ImageInfo } | 'more' | 'failed';

const PNG_START = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const JPEG_START = Buffer.from([0xff, 0xd8, 0xff]);
const NOT_FRAMES = new Set([0xc4, 0xc8, 0xcc]);

const sized = (format: 'jpeg' | 'png', width: number, height: number): Step =>
  width > 0 && height > 0 ? { info: { format, width, height } } : 'failed';

function readStart(bytes: Buffer): Step | 'jpeg' {
  if (bytes.length < 3) return 'more';
  if (bytes.subarray(0, 3).equals(JPEG_START)) return 'jpeg';
  if (!bytes.subarray(0, 8).equals(PNG_START.subarray(0, bytes.length))) return 'failed';
  if (bytes.length < 24) return 'more';
  if (bytes.toString('latin1', 12, 16) !== 'IHDR') return 'failed';
  return sized('png', bytes.readUInt32BE(16), bytes.readUInt32BE(20));
}

/** What is no marker is passed over, as decoders do. */
function readMarker(bytes: Buffer): Step {
  if (bytes.length < 2) return 'more';
  if (bytes[0] !== 0xff) {
    const next = bytes.indexOf(0xff);
    return { drop: next === -1 ? bytes.length : next };
  }
  const marker = bytes[1] ?? 0;
  if (marker === 0xff) return { drop: 1 };
  if (marker === 0) return { drop: 2 };
  if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) return { drop: 2 };
  const endsBeforeFrame = marker >= 0xd8 && marker <= 0xda;
  if (endsBeforeFrame) return 'failed';
  if (bytes.length < 4) return 'more';
  const length = bytes.readUInt16BE(2);
  if (length < 2) return 'failed';
  if (marker < 0xc0 || marker > 0xcf || NOT_FRAMES.has(marker)) return { drop: 2 + length };
  if (bytes.length < 9) return 'more';
  return sized('jpeg', bytes.readUInt16BE(7), bytes.readUInt16BE(5));
}

export class ImageProbe {
  #held: Buffer = Buffer.alloc(0);
  #skip = 0;
  #inJpeg = false;
  #outcome: ImageInfo | 'failed' | null = null;

  /** Null while undecided, and for what is no picture. */
  get info(): ImageInfo | null {
    return this.#outcome === 'failed' ? null : this.#outcome;
  }

  push(chunk: Buffer): void {
    if (this.#outcome !== null) return;
    let bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    for (;;) {
      const skipped = Math.min(this.#skip, bytes.length);
      bytes = bytes.subarray(skipped);
      this.#skip -= skipped;
      const step = this.#step(bytes);
      if (step === 'more') break;
      if (step === 'failed' || 'info' in step) {
        this.#outcome = step === 'failed' ? step : step.info;
        this.#held = Buffer.alloc(0);
        return;
      }
      this.#skip = step.drop;
    }
    // A copy: the chunk may be a slice of a far larger buffer.
    this.#held = Buffer.from(bytes);
  }

  #step(bytes: Buffer): Step {
    if (this.#skip > 0) return 'more';
    if (this.#inJpeg) return readMarker(bytes);
    const start = readStart(bytes);
    if (start !== 'jpeg') return start;
    this.#inJpeg = true;
    return { drop: 2 };
  }
}
