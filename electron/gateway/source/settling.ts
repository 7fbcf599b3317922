import type { FileVersion } from '../model/image.ts';
import { sameVersion } from './folder-walk.ts';

/** A file on its way in. Durations are on the monotonic clock, in milliseconds. */
export type Candidate = {
  readonly path: string;
  file: FileVersion;
  /** When this version was first seen. */
  changedAt: number;
  /** What is already known of how long it had not changed when it was first seen. */
  quietBefore: number;
  dueAt: number;
  offered: boolean;
  unclaimed: boolean;
};

/**
 * Files that were seen and are not yet quiet and complete. Pure bookkeeping: who looks at the disk is the watched
 * folder. Each path stands in it once, whatever number of events it has.
 */
export class Settling {
  readonly #candidates = new Map<string, Candidate>();
  readonly #quiet: number;
  #unclaimed = 0;

  constructor(quietMilliseconds: number) {
    this.#quiet = quietMilliseconds;
  }

  /** Files that still have to become images. */
  get waiting(): number {
    return this.#candidates.size - this.#unclaimed;
  }

  get unclaimed(): number {
    return this.#unclaimed;
  }

  /** A version of a file was seen. `quietBefore`: how long it is known not to have changed. */
  see(file: FileVersion, now: number, quietBefore = 0): void {
    const known = this.#candidates.get(file.path);
    if (known === undefined) {
      this.#candidates.set(file.path, {
        path: file.path,
        file,
        changedAt: now,
        quietBefore,
        dueAt: now + Math.max(0, this.#quiet - quietBefore),
        offered: false,
        unclaimed: false,
      });
    } else if (!sameVersion(known.file, file)) {
      this.changed(known, file, now);
    }
  }

  /** The version on the disk is another than the one we knew: the quiet time begins again. */
  changed(candidate: Candidate, file: FileVersion, now: number): void {
    candidate.file = file;
    candidate.changedAt = now;
    candidate.quietBefore = 0;
    candidate.dueAt = now + this.#quiet;
    this.#mark(candidate, false);
  }

  /** Behind all others: a crowd that is never ready must not keep the rest from its turn. */
  again(candidate: Candidate, now: number, milliseconds: number, unclaimed: boolean): void {
    if (this.#candidates.get(candidate.path) === candidate) {
      this.#candidates.delete(candidate.path);
      this.#candidates.set(candidate.path, candidate);
    }
    candidate.dueAt = now + milliseconds;
    this.#mark(candidate, unclaimed);
  }

  quietFor(candidate: Candidate, now: number): number {
    return candidate.quietBefore + (now - candidate.changedAt);
  }

  isQuiet(candidate: Candidate, now: number): boolean {
    return this.quietFor(candidate, now) >= this.#quiet;
  }

  drop(candidate: Candidate): void {
    if (this.#candidates.get(candidate.path) !== candidate) return;
    this.#mark(candidate, false);
    this.#candidates.delete(candidate.path);
  }

  /** Candidates to look at now, those longest due not necessarily first, at most `limit`. */
  due(now: number, limit: number): Candidate[] {
    const found: Candidate[] = [];
    if (limit <= 0) return found;
    for (const candidate of this.#candidates.values()) {
      if (candidate.offered || candidate.dueAt > now) continue;
      found.push(candidate);
      if (found.length >= limit) break;
    }
    return found;
  }

  #mark(candidate: Candidate, unclaimed: boolean): void {
    if (candidate.unclaimed === unclaimed) return;
    candidate.unclaimed = unclaimed;
    this.#unclaimed += unclaimed ? 1 : -1;
  }
}
