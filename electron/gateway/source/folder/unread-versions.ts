import { join } from 'node:path';
import type { FileReading, FileRegistry, FileSink } from '../../model/file-sink.ts';
import { type FileVersion, sameVersion } from '../../model/file-version.ts';
import type { LossCause } from '../../model/ways-to-lose.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SourceCondition } from '../frame-source.ts';
import { EarlyCopies, isCertain, isRewritten, lifeOf } from './early-copies.ts';
import { identityOf } from './folder-presence.ts';
import { versionOf } from './folder-walk.ts';
import type { Candidate, Settling } from './settling.ts';
import { type Copy, VanishedFiles } from './vanished-files.ts';

/** A file that was renamed turns up under its new name within so long by an event; at a stop nobody waits so long. */
const graceMilliseconds = 3_000;
const stopGraceMilliseconds = 500;
const pictureName = /\.(jpe?g|png|bmp|tiff?|webp)$/i;

export type UnreadVersionsOptions = {
  readonly root: string;
  readonly settleMilliseconds: number;
  readonly sink: FileSink;
  readonly registry: Pick<FileRegistry, 'lose'>;
  readonly reading: FileReading;
  readonly clock: Clock;
  readonly condition: SourceCondition;
  readonly settling: Settling;
  /** Work that the folder's end waits for. */
  readonly track: (work: Promise<void>) => void;
};

/**
 * Versions of files that may be gone before they are offered: they are looked at early, and one that was overwritten or
 * removed is taken from what was read then, or counted as lost.
 */
export class UnreadVersions {
  /** When the last full look at the folder began, monotonic. */
  scannedAt = Number.NEGATIVE_INFINITY;
  readonly #options: UnreadVersionsOptions;
  readonly #vanished = new VanishedFiles();
  readonly #early = new EarlyCopies();
  /** The version of each that the sink has. */
  readonly #atSink = new Map<Candidate, FileVersion>();
  /** Whose version at the sink was replaced by another one meanwhile: lost unless the offer still takes it. */
  readonly #replaced = new Set<Candidate>();
  #folder: string | null = null;
  /** Early looks under way. */
  #looking = 0;

  constructor(options: UnreadVersionsOptions) {
    this.#options = options;
  }

  /** Files that are gone, and may still turn up under another name. */
  get vanished(): number {
    return this.#vanished.waiting;
  }

  saw(file: FileVersion): void {
    this.#vanished.saw(file);
  }

  /** Begins early looks, with so many under way at most. `now`: monotonic. */
  look(now: number, most: number): void {
    const { settling, condition } = this.#options;
    for (const candidate of settling.toLookAt(now, most - this.#looking)) {
      const { path } = candidate;
      this.#looking += 1;
      this.#lookAt(candidate)
        .catch((error: unknown) => condition.log('warn', 'early-look-failed', { path, error }))
        .finally(() => {
          this.#looking -= 1;
        });
    }
  }

  /** The sink has this version from now on. Returns its bytes where they were read already and can't be others meanwhile. */
  offered(candidate: Candidate, file: FileVersion): Buffer | undefined {
    this.#atSink.set(candidate, file);
    const early = this.#early.of(candidate, file);
    return early?.isCertain ? early.bytes : undefined;
  }

  /** The end of each offer, and of a step that came to none. */
  answered(candidate: Candidate, taken: boolean): void {
    const { settling, registry, track, settleMilliseconds } = this.#options;
    const file = this.#atSink.get(candidate);
    this.#atSink.delete(candidate);
    const isReplaced = this.#replaced.delete(candidate);
    if (isReplaced && !taken) {
      const copy = file === undefined ? null : this.#early.take(candidate, file);
      if (file === undefined || copy === null) registry.lose(candidate.path, 'overwritten');
      else track(this.#offerCopy({ file, bytes: copy.bytes, quietMilliseconds: settleMilliseconds }, 'overwritten'));
    }
    // It may still be overwritten before it is offered again.
    if (taken || isReplaced || !settling.has(candidate)) this.#early.drop(candidate);
  }

  /** Another version lies under the name of this one. */
  replaced(candidate: Candidate, by: FileVersion, now: number): void {
    const { registry, clock, track } = this.#options;
    const copy = this.#copyOf(candidate, now);
    const isLost =
      this.#wasPicture(candidate, now) &&
      !this.#wasFirstPart(candidate, by, now) &&
      isRewritten(candidate.file, by, clock.now() - (now - candidate.changedAt) - candidate.quietBefore);
    const atSink = this.#atSink.get(candidate);
    if (isLost && atSink !== undefined && sameVersion(atSink, candidate.file)) {
      this.#replaced.add(candidate);
    } else if (isLost && copy !== null) {
      track(this.#offerCopy(copy, 'overwritten'));
    } else {
      this.#giveUp(copy);
      if (isLost) registry.lose(candidate.path, 'overwritten');
    }
  }

  /** Nothing lies under its name any more. */
  gone(candidate: Candidate, now: number): void {
    if (this.#wasPicture(candidate, now))
      this.#vanished.isGone({ file: candidate.file, copy: this.#copyOf(candidate, now) }, now);
  }

  /** What folder it is, or that there is none: files that went away with their folder are not lost. */
  folderIs(identity: string | null): void {
    if (identity !== this.#folder) for (const { copy } of this.#vanished.forget()) this.#giveUp(copy);
    this.#folder = identity;
  }

  /**
   * Pictures that are gone for a while before `now` and did not turn up under another name: where no events tell of that, a
   * full look at the folder has to have begun since.
   */
  async countVanished(now: number, atStop = false): Promise<void> {
    const { root, registry, condition, track } = this.#options;
    const before = now - (atStop ? stopGraceMilliseconds : graceMilliseconds);
    const lost = this.#vanished.lost(condition.polling ? Math.min(before, this.scannedAt) : before, atStop);
    if (lost.length === 0 || this.#folder === null || (await identityOf(root)) !== this.#folder) return;
    this.#vanished.settle(lost);
    for (const { file, copy } of lost) {
      if (copy === null) registry.lose(file.path, 'vanished');
      else track(this.#offerCopy(copy, 'vanished'));
    }
  }

  /**
   * Looks at a new version before it is quiet, and reads it. If it stays as it is, it needs not be read again; if it is
   * overwritten, a picture is lost, and the copy can still be taken. Events that come close together are told as one, so
   * that this may be the first that is known of what a file became after it was emptied.
   */
  async #lookAt(candidate: Candidate): Promise<void> {
    const { root, reading, clock, settling } = this.#options;
    const { path } = candidate;
    if (reading.comesAfter(path)) return;
    const knownAt = clock.monotonic();
    const present = await versionOf(root, path);
    if (present === null || !settling.has(candidate)) return;
    // What is at the sink is read there; what took its name meanwhile is looked at after it.
    if (candidate.offered) return settling.lookAgain(candidate, clock.monotonic());
    if (!sameVersion(present, candidate.file)) {
      const now = clock.monotonic();
      const sinceWritten = Math.min(Math.max(0, clock.now() - present.modifiedMs), knownAt - candidate.changedAt);
      settling.changed(candidate, present, now, Math.max(0, sinceWritten), true);
    } else {
      candidate.stoodStill = true;
    }
    const { changedAt } = candidate;
    const mayRead = this.#early.reserve(present.bytes);
    const readAt = clock.now();
    const { whole, bytes } = await reading.lookEarly(join(root, path), present, mayRead);
    const isCurrent = candidate.changedAt === changedAt && settling.has(candidate);
    if (isCurrent) candidate.whole ??= whole;
    if (bytes !== null && isCurrent && !candidate.offered)
      this.#early.keep(candidate, { file: present, bytes, isCertain: isCertain(present, readAt) });
    else if (mayRead) this.#early.release(present.bytes);
  }

  /**
   * Whether a version that is gone now was a picture that could have been taken. Where nobody could tell in time, one with
   * a picture's name that stood still is taken for one.
   */
  #wasPicture(candidate: Candidate, now: number): boolean {
    const { whole, path, file, stoodStill } = candidate;
    if (whole !== null) return whole;
    return pictureName.test(path) && file.bytes > 0 && (stoodStill || this.#options.settling.isQuiet(candidate, now));
  }

  /**
   * The same file with more in it soon after: of a version that nobody has looked at, a first part rather than a picture
   * that is overwritten. The file's own times tell how soon, for whoever was kept busy meets both parts late.
   */
  #wasFirstPart({ file, whole, quietBefore, changedAt }: Candidate, by: FileVersion, now: number): boolean {
    const isGrown = file.inode !== undefined && file.inode === by.inode && by.bytes > file.bytes;
    const lived = Math.min(quietBefore + (now - changedAt), lifeOf(file, by));
    return whole === null && isGrown && lived < this.#options.settleMilliseconds;
  }

  /**
   * What is left of a version that is gone: whole, and still for as long as hardly a writer pauses within a picture. It is
   * the caller's from then on.
   */
  #copyOf(candidate: Candidate, now: number): Copy | null {
    // What the sink has is being read there.
    if (this.#atSink.has(candidate)) return null;
    const { settling, settleMilliseconds } = this.#options;
    const quietMilliseconds = settling.quietFor(candidate, now);
    if (quietMilliseconds < settleMilliseconds / 2) {
      this.#early.drop(candidate);
      return null;
    }
    const copy = this.#early.take(candidate, candidate.file);
    return copy === null ? null : { file: candidate.file, bytes: copy.bytes, quietMilliseconds };
  }

  #giveUp(copy: Copy | null): void {
    if (copy !== null) this.#early.release(copy.bytes.length);
  }

  async #offerCopy(copy: Copy, cause: LossCause): Promise<void> {
    const { root, sink, registry, condition } = this.#options;
    const { path } = copy.file;
    try {
      const verdict = await sink.offer({ ...copy, absolutePath: join(root, path), isCopy: true });
      if (verdict.kind === 'not-yet' || verdict.kind === 'no-room') registry.lose(path, cause);
    } catch (error) {
      condition.log('warn', 'offer-failed', { path, error });
      registry.lose(path, cause);
    } finally {
      this.#giveUp(copy);
    }
  }
}
