import { createHash } from 'node:crypto';
import type { FileVersion } from '../model/file-version.ts';
import { extensionOf, type PictureFormat } from '../model/image.ts';

type Named = {
  readonly capturedAt: number;
  readonly frameNumber: number | null;
  readonly format: PictureFormat;
  readonly imageId: string;
};

const mostSuffixes = 1_000;

/**
 * Names for a camera's frames: `top-20261121T101112.345Z-000042.jpg`, source, time of capture in UTC, the camera's
 * number of the frame or our own. Cameras begin to count anew when they are switched on, and clocks jump back: a name
 * that this source has in the store, or is about to have, gets a suffix.
 */
export class FrameNames {
  readonly #sourceId: string;
  readonly #isStored: (stem: string) => boolean;
  readonly #underWay = new Set<string>();
  #counted = 0;

  /** `isStored`: whether an image of this source has the name, without its ending. */
  constructor(sourceId: string, isStored: (stem: string) => boolean) {
    this.#sourceId = sourceId;
    this.#isStored = isStored;
  }

  /** Takes the name; `release` is to be called once the image is stored, or is not. */
  take({ capturedAt, frameNumber, format, imageId }: Named): { readonly name: string; readonly release: () => void } {
    this.#counted += 1;
    const time = new Date(capturedAt).toISOString().replaceAll(/[-:]/g, '');
    const isNumber = frameNumber !== null && Number.isSafeInteger(frameNumber) && frameNumber >= 0;
    const number = String(isNumber ? frameNumber : this.#counted).padStart(6, '0');
    const base = `${this.#sourceId}-${time}-${number}`;
    let stem = base;
    for (let suffix = 2; this.#isTaken(stem); suffix += 1)
      stem = suffix <= mostSuffixes ? `${base}-${suffix}` : `${base}-${imageId}`;
    this.#underWay.add(stem);
    return { name: `${stem}.${extensionOf(format)}`, release: () => void this.#underWay.delete(stem) };
  }

  #isTaken(stem: string): boolean {
    return this.#underWay.has(stem) || this.#isStored(stem);
  }
}

/**
 * The client image id, which is the idempotency key too: a UUID (version 8, RFC 9562) derived from what makes a frame
 * of a folder one and the same after a crash. Two files with equal bytes are two frames.
 */
export function imageIdOf(sourceId: string, file: FileVersion, sha256: string): string {
  const identity = JSON.stringify([sourceId, file.path, file.bytes, file.modifiedMs, sha256]);
  const digest = createHash('sha256').update(identity).digest().subarray(0, 16);
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const slice = 4 * 1024 * 1024;

/** SHA-256 in lower-case hex. Large pictures are hashed in slices, so that the program answers in between. */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let start = 0; start < bytes.length; start += slice) {
    if (start > 0) await new Promise((resolve) => setImmediate(resolve));
    hash.update(bytes.subarray(start, start + slice));
  }
  return hash.digest('hex');
}
