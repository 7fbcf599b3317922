import { type FileVersion, sameVersion } from '../../model/file-version.ts';

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
  unmatched: boolean;
  /** Whether this version is a whole picture; null: nobody has looked. */
  whole: boolean | null;
  /** A sidecar: until then it gives way where many others wait, with which most of them are dealt with. */
  readonly yieldsUntil: number | null;
  /** What is known of its version may be old: it is looked at again before it is offered. */
  stale: boolean;
  willBeLookedAt: boolean;
  /** It was the same version when it was seen and when it was looked at. */
  stoodStill: boolean;
};

export type SettlingOptions = {
  /** How long a file must not have changed. */
  readonly quietMilliseconds: number;
  /** Called before another version takes the place of one that was not dealt with. */
  readonly onReplaced?: (candidate: Candidate, by: FileVersion, now: number) => void;
};

/** So soon a new version is looked at. */
const lookAfterMilliseconds = 60;
/** With more pictures than this on their way, sidecars give way. */
const crowd = 24;
/** In a larger crowd of new files none is looked at: names that are used again and again are known already. */
const mostToLookAt = 64;

/**
 * Files that were seen and are not yet quiet and complete. Pure bookkeeping: who looks at the disk is the watched
 * folder. Each path stands in it once, whatever number of events it has.
 */
export class Settling {
  readonly #candidates = new Map<string, Candidate>();
  readonly #options: SettlingOptions;
  readonly #quiet: number;
  #unmatched = 0;
  #sidecars = 0;
  /** Whose version has just come, in that order, each once; and whether the file itself has. */
  #fresh: { readonly candidate: Candidate; readonly lookAt: number; readonly isNew: boolean }[] = [];

  constructor(options: SettlingOptions) {
    this.#options = options;
    this.#quiet = options.quietMilliseconds;
  }

  /** Files that still have to become images. */
  get waiting(): number {
    return this.#candidates.size - this.#unmatched;
  }

  get unmatched(): number {
    return this.#unmatched;
  }

  /** The first of the unmatched, by path. */
  unclaimedPaths(limit: number): readonly string[] {
    const paths: string[] = [];
    for (const { path, unmatched } of this.#candidates.values()) {
      if (paths.length >= limit) break;
      if (unmatched) paths.push(path);
    }
    return paths;
  }

  /**
   * A version of a file was seen. `quietBefore`: how long it is known not to have changed. `yields`: a sidecar, which
   * gives way to pictures for so long.
   */
  see(file: FileVersion, now: number, quietBefore = 0, yields: number | null = null): void {
    const known = this.#candidates.get(file.path);
    if (known === undefined) {
      const candidate: Candidate = {
        path: file.path,
        file,
        changedAt: now,
        quietBefore,
        dueAt: now + Math.max(0, this.#quiet - quietBefore),
        offered: false,
        unmatched: false,
        whole: null,
        yieldsUntil: yields === null ? null : now + yields,
        stale: quietBefore < this.#quiet,
        willBeLookedAt: false,
        stoodStill: false,
      };
      this.#candidates.set(file.path, candidate);
      if (yields !== null) this.#sidecars += 1;
      if (quietBefore < this.#quiet) this.lookAgain(candidate, now, true);
    } else if (!sameVersion(known.file, file)) {
      this.changed(known, file, now);
    }
  }

  /**
   * The version on the disk is another than the one we knew: the quiet time begins again, less what is known of it.
   * `isLookedAt`: it is just being looked at.
   */
  changed(candidate: Candidate, file: FileVersion, now: number, quietBefore = 0, isLookedAt = false): void {
    this.#options.onReplaced?.(candidate, file, now);
    candidate.file = file;
    candidate.changedAt = now;
    candidate.quietBefore = quietBefore;
    candidate.dueAt = now + Math.max(0, this.#quiet - quietBefore);
    candidate.whole = null;
    candidate.stoodStill = false;
    candidate.stale = true;
    if (!isLookedAt) this.lookAgain(candidate, now);
    this.#mark(candidate, false);
  }

  /** Behind all others: a crowd that is never ready must not keep the rest from its turn. */
  again(candidate: Candidate, now: number, milliseconds: number, unmatched: boolean): void {
    if (this.#candidates.get(candidate.path) === candidate) {
      this.#candidates.delete(candidate.path);
      this.#candidates.set(candidate.path, candidate);
    }
    candidate.dueAt = now + milliseconds;
    candidate.stale = true;
    this.#mark(candidate, unmatched);
  }

  at(path: string): Candidate | null {
    return this.#candidates.get(path) ?? null;
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
    if (candidate.yieldsUntil !== null) this.#sidecars -= 1;
  }

  has(candidate: Candidate): boolean {
    return this.#candidates.get(candidate.path) === candidate;
  }

  /** Candidates to look at now, those longest due not necessarily first, at most `limit`. */
  due(now: number, limit: number): Candidate[] {
    const found: Candidate[] = [];
    if (limit <= 0) return found;
    const isCrowded = this.#candidates.size - this.#sidecars > crowd;
    const yielding: Candidate[] = [];
    for (const candidate of this.#candidates.values()) {
      if (candidate.offered || candidate.dueAt > now) continue;
      const { yieldsUntil } = candidate;
      if (yieldsUntil === null || yieldsUntil <= now) found.push(candidate);
      else if (!isCrowded && yielding.length < limit) yielding.push(candidate);
      if (found.length >= limit) break;
    }
    return [...found, ...yielding.slice(0, limit - found.length)];
  }

  /** The version is to be looked at soon; one that keeps changing is looked at all the same. */
  lookAgain(candidate: Candidate, now: number, isNew = false): void {
    if (candidate.willBeLookedAt) return;
    candidate.willBeLookedAt = true;
    this.#fresh.push({ candidate, lookAt: now + lookAfterMilliseconds, isNew });
  }

  /** Whose version it is time to look at, each once, at most so many. */
  toLookAt(now: number, limit: number): Candidate[] {
    if (this.#fresh.length > mostToLookAt) {
      for (const { candidate, isNew } of this.#fresh) if (isNew) candidate.willBeLookedAt = false;
      this.#fresh = this.#fresh.filter(({ isNew }) => !isNew);
    }
    const found: Candidate[] = [];
    for (
      let next = this.#fresh[0];
      next !== undefined && next.lookAt <= now && found.length < limit;
      next = this.#fresh[0]
    ) {
      this.#fresh.shift();
      next.candidate.willBeLookedAt = false;
      if (this.has(next.candidate)) found.push(next.candidate);
    }
    return found;
  }

  #mark(candidate: Candidate, unmatched: boolean): void {
    if (candidate.unmatched === unmatched) return;
    candidate.unmatched = unmatched;
    this.#unmatched += unmatched ? 1 : -1;
  }
}
