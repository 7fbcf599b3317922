import type { FileOffer } from '../../model/file-sink.ts';
import type { FileVersion } from '../../model/file-version.ts';

const mostSeen = 8_192;

/** A version that lies on the disk no more. */
export type Copy = Pick<FileOffer, 'file' | 'quietMilliseconds'> & { readonly bytes: Buffer };

/** `copy`: what is left of it, if anything is. */
export type VanishedFile = { readonly file: FileVersion; readonly copy: Copy | null };

/**
 * Pictures whose file is gone before it could be read. One that was only renamed within the folder is not lost: it is
 * seen under its new name, before or soon after, with the number, size and time that it had.
 */
export class VanishedFiles {
  /** The name under which each file was seen last. */
  readonly #seen = new Map<string, string>();
  readonly #gone = new Map<string, VanishedFile & { readonly at: number }>();

  saw(file: FileVersion): void {
    const key = keyOf(file);
    if (key === null) return;
    this.#seen.delete(key);
    this.#seen.set(key, file.path);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > mostSeen && oldest !== undefined) this.#seen.delete(oldest);
    this.#gone.delete(key);
  }

  /** `now`: on the monotonic clock, milliseconds. */
  isGone(vanished: VanishedFile, now: number): void {
    const { file } = vanished;
    const key = keyOf(file) ?? `\0${file.path}`;
    const seenAs = this.#seen.get(key);
    if (seenAs === undefined || seenAs === file.path) this.#gone.set(key, { ...vanished, at: now });
  }

  /** Those that did not turn up again in time: gone since before `before` (monotonic), or any of which a copy is left. */
  lost(before: number, anyWithCopy = false): readonly VanishedFile[] {
    if (this.#gone.size === 0) return [];
    return [...this.#gone.values()].filter(({ at, copy }) => at <= before || (anyWithCopy && copy !== null));
  }

  /** They are counted, or taken from their copies. */
  settle(lost: readonly VanishedFile[]): void {
    for (const [key, vanished] of this.#gone) if (lost.includes(vanished)) this.#gone.delete(key);
  }

  get waiting(): number {
    return this.#gone.size;
  }

  /** The whole folder went away, or is another one now: nothing is known of its files. Returns what was gone. */
  forget(): readonly VanishedFile[] {
    const gone = [...this.#gone.values()];
    this.#gone.clear();
    this.#seen.clear();
    return gone;
  }
}

const keyOf = ({ inode, bytes, modifiedMs }: FileVersion): string | null =>
  inode === undefined ? null : `${inode} ${bytes} ${modifiedMs}`;
