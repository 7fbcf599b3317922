import type { FileVersion } from '../model/file-version.ts';

/** Only what is written now tells in which order a camera program writes: copies come in any. */
const liveMilliseconds = 10_000;
const correctedAfterMilliseconds = 60_000;

/**
 * Which picture a label file belongs to where a camera program uses one name again and again: the label of the picture
 * before may still lie there, and that of the next one may be there already. By the times at which they were written:
 *
 * - written after the picture, which still lies there: of this picture; but where the name was used before, labels come
 *   first here, and it came soon, it may be the next one's;
 * - written before the picture, the first of its name: of this picture;
 * - older than the picture before: not of this one;
 * - written between the two, and later after the one before than the site says that labels come: of this one;
 * - written between the two, sooner: of this one only where this source was seen to write labels first, and never last.
 *
 * In doubt it is nobody's: a wrong box is worse than none.
 */
export class LabelOrder {
  readonly #waitMilliseconds: number;
  #first = 0;
  #last = 0;

  /** `waitMilliseconds`: so long after its picture a label may come. */
  constructor(waitMilliseconds: number) {
    this.#waitMilliseconds = waitMilliseconds;
  }

  /** `before`: when the picture that had the name before was written, milliseconds since the epoch; null: there was none. */
  belongs(label: FileVersion, picture: FileVersion, before: number | null): boolean {
    if (label.modifiedMs >= picture.modifiedMs) return before === null || !this.mayBeOfNext(label, picture);
    if (before === null) return true;
    if (label.modifiedMs <= before) return false;
    return label.modifiedMs > before + this.#waitMilliseconds || this.#comesFirst;
  }

  /** Where labels come first, one that follows a picture soon may be the next one's; a later one is a correction. */
  mayBeOfNext(label: FileVersion, picture: FileVersion): boolean {
    const after = label.modifiedMs - picture.modifiedMs;
    return this.#comesFirst && after > 0 && after < correctedAfterMilliseconds;
  }

  get #comesFirst(): boolean {
    return this.#first > 0 && this.#last === 0;
  }

  /** A label and its picture, each the first of its name or surely of one another. `now`: milliseconds since the epoch. */
  learn(label: FileVersion, picture: FileVersion, now: number): void {
    if (now - picture.modifiedMs > liveMilliseconds) return;
    if (label.modifiedMs > picture.modifiedMs) this.#last += 1;
    else if (label.modifiedMs < picture.modifiedMs) this.#first += 1;
  }
}
