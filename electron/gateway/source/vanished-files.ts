import type { FileVersion } from '../model/file-version.ts';
import type { Copy } from './file-offers.ts';

/** A file that was renamed turns up under its new name within so long, by an event or the next look. */
const graceMilliseconds = 3_000;
const mostSeen = 8_192;

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

  /** Those that did not turn up again in time; each is told once. */
  lost(now: number): readonly VanishedFile[] {
    if (this.#gone.size === 0) return [];
    const found = [...this.#gone].filter(([, { at }]) => now - at >= graceMilliseconds);
    for (const [key] of found) this.#gone.delete(key);
    return found.map(([, vanished]) => vanished);
  }

  get waiting(): number {
    return this.#gone.size;
  }

  /** The whole folder went away, or is another one now: nothing is known of its files. */
  forget(): void {
    this.#gone.clear();
    this.#seen.clear();
  }
}

const keyOf = ({ inode, bytes, modifiedMs }: FileVersion): string | null =>
  inode === undefined ? null : `${inode} ${bytes} ${modifiedMs}`;
