import { type FileVersion, sameVersion } from '../../model/file-version.ts';
import type { Candidate } from './settling.ts';

/** Held of versions that are not quiet yet, bytes: together, and the most of one. */
const mostBytes = 64_000_000;
const mostBytesOfOne = 16_000_000;
/** Times of files are as fine as the system's ticks; a file system that knows whole seconds only may be as coarse as FAT. */
const tickMilliseconds = 20;
const coarseMilliseconds = 2_000;

export type EarlyCopy = {
  /** Whose content it is: another one may lie under the name by now. */
  readonly file: FileVersion;
  readonly bytes: Buffer;
  /** Whatever is written after it was read has another time: the version is the content. */
  readonly isCertain: boolean;
};

/**
 * What was read of files before they were quiet: all that is left of a picture that is overwritten before it is. Bounded
 * over all that is being read, held, and on its way into the store.
 */
export class EarlyCopies {
  readonly #copies = new Map<Candidate, EarlyCopy>();
  #held = 0;

  /** Whether so many bytes may be read now; they are held until `release`. */
  reserve(bytes: number): boolean {
    if (bytes > mostBytesOfOne || this.#held + bytes > mostBytes) return false;
    this.#held += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#held -= bytes;
  }

  /** Its bytes were reserved. */
  keep(candidate: Candidate, copy: EarlyCopy): void {
    this.drop(candidate);
    this.#copies.set(candidate, copy);
  }

  /** Of this version; one of another is dropped. */
  of(candidate: Candidate, file: FileVersion): EarlyCopy | null {
    const copy = this.#copies.get(candidate) ?? null;
    if (copy === null || sameVersion(copy.file, file)) return copy;
    this.drop(candidate);
    return null;
  }

  /** Of this version, as `of` has it. Its bytes stay reserved, for whoever has it now. */
  take(candidate: Candidate, file: FileVersion): EarlyCopy | null {
    const copy = this.of(candidate, file);
    this.#copies.delete(candidate);
    return copy;
  }

  drop(candidate: Candidate): void {
    const copy = this.#copies.get(candidate);
    if (this.#copies.delete(candidate) && copy !== undefined) this.release(copy.bytes.length);
  }
}

/** Whether a version that was read at `now` (wall clock) can't be written again without another time. */
export function isCertain({ modifiedMs, changedMs }: FileVersion, now: number): boolean {
  const age = now - Math.max(modifiedMs, changedMs ?? 0);
  return age > (isCoarse({ modifiedMs, changedMs }) ? coarseMilliseconds : tickMilliseconds);
}

const isCoarse = ({ modifiedMs, changedMs }: Pick<FileVersion, 'modifiedMs' | 'changedMs'>): boolean =>
  modifiedMs % 1_000 === 0 && (changedMs ?? 0) % 1_000 === 0;

/**
 * For how many milliseconds at most a file was this version, by its own times; Infinity where they don't tell: a program
 * can set the time of modification back, or leave it as it was.
 */
export function lifeOf(before: FileVersion, after: FileVersion): number {
  if (isCoarse(before) || isCoarse(after)) return Number.POSITIVE_INFINITY;
  const isKnown = before.changedMs !== undefined && after.changedMs !== undefined;
  const life = (after.changedMs ?? after.modifiedMs) - (before.changedMs ?? before.modifiedMs);
  if (isKnown ? life < 0 : after.changedMs !== before.changedMs || life <= 0) return Number.POSITIVE_INFINITY;
  return life + tickMilliseconds;
}

/**
 * Whether a version is another content than the one before, or the same one of which only the facts were changed: its
 * rights, or its time by a program that gives a file the time of its origin. `seenAt`: when the one before was seen, wall
 * clock; whatever is written after that has a later time.
 */
export function isRewritten(before: FileVersion, after: FileVersion, seenAt: number): boolean {
  if (before.bytes !== after.bytes) return true;
  if (before.inode !== undefined && after.inode !== undefined && before.inode !== after.inode) return true;
  return before.modifiedMs !== after.modifiedMs && after.modifiedMs >= seenAt - coarseMilliseconds;
}
