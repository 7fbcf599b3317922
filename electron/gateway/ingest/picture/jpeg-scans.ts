/*
 * Which coefficients the scans of a JPEG have brought (ITU-T T.81, B.2.3 and G.1): a sequential scan brings all 64 of its
 * components, a progressive one those from Ss to Se, without their lowest Al bits. Where scans are missing a decoder says
 * nothing and shows a blurred or discoloured picture.
 */

const COEFFICIENTS = 64;
const NOTHING_YET = 255;

export class JpegScans {
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
