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
