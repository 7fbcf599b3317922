import { join } from 'node:path';
import type { FileSink, FileStatus, Verdict } from '../model/file-sink.ts';
import { type FileVersion, sameVersion } from '../model/file-version.ts';
import type { LossCause } from '../model/ways-to-lose.ts';
import { Bell } from '../platform/bell.ts';
import { type Clock, sleep } from '../platform/clock.ts';
import { fileLimitOf } from '../platform/file-limit.ts';
import { EarlyCopies, isCertain, isRewritten } from './early-copies.ts';
import { identityOf } from './folder-presence.ts';
import { versionOf } from './folder-walk.ts';
import type { Originals } from './originals.ts';
import { type Candidate, Settling } from './settling.ts';
import type { SourceCondition } from './source-condition.ts';
import { type Copy, VanishedFiles } from './vanished-files.ts';

const tickMilliseconds = 25;
/**
 * What is asked of a folder at once. Each question to a share that hangs holds a thread of the pool that everybody's file
 * operations, and the look-up of names, go through (`thread-pool.ts`).
 */
const atOnce = {
  local: { offers: 24, finishing: 64, looks: 24 },
  share: { offers: 8, finishing: 12, looks: 4 },
} as const;
/** The scan waits while more candidates than this are in memory, so that a folder of a million files does not fill it. */
const mostCandidates = 4_000;
const idleMilliseconds = 1_000;
const roomRetryMilliseconds = 2_000;
const faultRetryMilliseconds = 1_000;
/** So long sidecars give way to pictures: those of a backlog, and those that come now, whose pictures are held for them. */
const yieldMilliseconds = { backlog: 10_000, live: 700 } as const;
/** A file that was renamed turns up under its new name within so long by an event; at a stop nobody waits so long. */
const graceMilliseconds = 3_000;
const stopGraceMilliseconds = 500;
const pictureName = /\.(jpe?g|png|bmp|tiff?|webp)$/i;

export type FileOffersOptions = {
  readonly root: string;
  readonly settleMilliseconds: number;
  readonly sink: FileSink;
  readonly originals: Originals;
  readonly clock: Clock;
  readonly condition: SourceCondition;
  readonly signal: AbortSignal;
};

/**
 * The files of a watched folder on their way in: each is offered to the sink once it was quiet for the settle time, and
 * what follows from the verdict is done, with the original last.
 */
export class FileOffers {
  readonly #options: FileOffersOptions;
  readonly #settling: Settling;
  readonly #underWay = new Set<Promise<void>>();
  /** Wakes the loop: a place is free, or a file was seen. */
  readonly #bell: Bell;
  readonly #vanished = new VanishedFiles();
  readonly #early = new EarlyCopies();
  /** The version of each that the sink has. */
  readonly #atSink = new Map<Candidate, FileVersion>();
  /** Whose version at the sink was replaced by another one meanwhile: lost unless the offer still takes it. */
  readonly #replaced = new Set<Candidate>();
  #folder: string | null = null;
  /** When the last full look at the folder began, monotonic. */
  #scannedAt = Number.NEGATIVE_INFINITY;
  #blockedUntil = 0;
  /** Early looks under way. */
  #looking = 0;

  constructor(options: FileOffersOptions) {
    this.#options = options;
    this.#settling = new Settling({
      quietMilliseconds: options.settleMilliseconds,
      onReplaced: (candidate, by, now) => this.#onReplaced(candidate, by, now),
    });
    this.#bell = new Bell(options.clock);
  }

  get #atOnce(): (typeof atOnce)['local' | 'share'] {
    return atOnce[this.#options.condition.polling ? 'share' : 'local'];
  }

  /** Files that still have to become images. */
  get waiting(): number {
    return this.#settling.waiting;
  }

  /** Sidecars that have no picture (yet). */
  get unclaimed(): number {
    return this.#settling.unclaimed;
  }

  unclaimedPaths(limit: number): readonly string[] {
    return this.#settling.unclaimedPaths(limit);
  }

  get isDrained(): boolean {
    return this.#settling.waiting === 0 && this.#underWay.size === 0 && this.#vanished.waiting === 0;
  }

  /** A file was seen. `quietBefore`: for how many milliseconds it is known not to have changed. */
  see(file: FileVersion, quietBefore: number): void {
    const { sink, clock, originals } = this.#options;
    this.#vanished.saw(file);
    const status = sink.status(file);
    switch (status) {
      case 'new':
      case 'listed': {
        const yields = yieldMilliseconds[quietBefore > 0 ? 'backlog' : 'live'];
        this.#settling.see(
          file,
          clock.monotonic(),
          status === 'new' ? quietBefore : Number.POSITIVE_INFINITY,
          sink.comesAfter(file.path) ? yields : null,
        );
        return this.#bell.ring();
      }
      case 'stored': {
        // Its row may be there and not on the disk yet, or its flush has failed: its own offer, which is under way or due,
        // deals with the original once it is.
        const candidate = this.#settling.at(file.path);
        if (candidate !== null && sameVersion(candidate.file, file)) return;
        return this.#track(originals.finish(file));
      }
      case 'finished':
      case 'refused':
        return;
    }
  }

  /** What a scan met that was taken aside, and left there by a kill: finished, or put back and seen. */
  recover(path: string): void {
    this.#track(this.#recover(path));
  }

  async #recover(path: string): Promise<void> {
    const { root, originals, condition } = this.#options;
    try {
      for (const restored of await originals.recover(path)) {
        const file = await versionOf(root, restored);
        if (file !== null) this.see(file, 0);
      }
    } catch (error) {
      condition.log('warn', 'restored-not-seen', { path, error });
    }
  }

  /** Resolves once there is room for another file that a scan finds, or at the stop. */
  async room(): Promise<void> {
    const { clock, signal } = this.#options;
    while (
      (this.#settling.waiting > mostCandidates || this.#underWay.size >= this.#atOnce.finishing) &&
      !signal.aborted
    )
      await sleep(clock, tickMilliseconds, signal);
  }

  /** Offers until the stop. */
  async run(): Promise<void> {
    const { clock, condition, signal } = this.#options;
    while (!signal.aborted) {
      const now = clock.monotonic();
      // Of a folder that does not answer nothing more is asked.
      if (now >= this.#blockedUntil && !condition.silent) {
        for (const candidate of this.#settling.due(now, this.#atOnce.offers - this.#underWay.size)) {
          candidate.offered = true;
          this.#track(this.#step(candidate));
        }
      }
      for (const candidate of this.#settling.toLookAt(now, this.#atOnce.looks - this.#looking)) {
        const { path } = candidate;
        this.#looking += 1;
        this.#lookAt(candidate)
          .catch((error: unknown) => condition.log('warn', 'early-look-failed', { path, error }))
          .finally(() => {
            this.#looking -= 1;
          });
      }
      await this.#countVanished(now - graceMilliseconds);
      // With every place taken, go on as soon as one is free; with no file in sight, as soon as one is seen.
      const { waiting, unclaimed } = this.#settling;
      if (signal.aborted) return;
      if (this.#underWay.size >= this.#atOnce.offers || waiting + unclaimed === 0)
        await this.#bell.sleep(idleMilliseconds);
      else await sleep(clock, tickMilliseconds, signal);
    }
  }

  /** What folder it is (`FolderPresence`), or that there is none: files that went away with their folder are not lost. */
  folderIs(identity: string | null): void {
    if (identity !== this.#folder) for (const { copy } of this.#vanished.forget()) this.#giveUp(copy);
    this.#folder = identity;
    this.#options.originals.folderIs(identity);
  }

  /** A full look at the folder that began then has come to its end. */
  scanned(beganAt: number): void {
    this.#scannedAt = beganAt;
  }

  /**
   * Pictures that are gone since `before` and did not turn up under another name: where no events tell of that, a full
   * look at the folder has to have begun since.
   */
  async #countVanished(before: number, atStop = false): Promise<void> {
    const { root, sink, condition } = this.#options;
    const lost = this.#vanished.lost(condition.polling ? Math.min(before, this.#scannedAt) : before, atStop);
    if (lost.length === 0 || this.#folder === null || (await identityOf(root)) !== this.#folder) return;
    this.#vanished.settle(lost);
    for (const { file, copy } of lost) {
      if (copy === null) sink.lose(file.path, 'vanished');
      else this.#track(this.#offerCopy(copy, 'vanished'));
    }
  }

  /** Lets the loop look at the signal. */
  wake(): void {
    this.#bell.ring();
  }

  /** Resolves once what is under way now has come to its end. */
  async end(): Promise<void> {
    await Promise.allSettled([...this.#underWay]);
    // A copy under the old name of what was renamed is known by its content when the new one is met.
    await this.#countVanished(this.#options.clock.monotonic() - stopGraceMilliseconds, true);
    await Promise.allSettled([...this.#underWay]);
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => {
      this.#underWay.delete(tracked);
      this.#bell.ring();
    });
    this.#underWay.add(tracked);
  }

  /**
   * Looks at a new version before it is quiet, and reads it. If it stays as it is, it needs not be read again; if it is
   * overwritten, a picture is lost, and the copy can still be taken. Events that come close together are told as one, so
   * that this may be the first that is known of what a file became after it was emptied.
   */
  async #lookAt(candidate: Candidate): Promise<void> {
    const { root, sink, clock } = this.#options;
    const { path } = candidate;
    if (sink.comesAfter(path)) return;
    const knownAt = clock.monotonic();
    const present = await versionOf(root, path);
    if (present === null || !this.#settling.has(candidate)) return;
    // What is at the sink is read there; what took its name meanwhile is looked at after it.
    if (candidate.offered) return this.#settling.lookAgain(candidate, clock.monotonic());
    if (!sameVersion(present, candidate.file)) {
      const now = clock.monotonic();
      const sinceWritten = Math.min(Math.max(0, clock.now() - present.modifiedMs), knownAt - candidate.changedAt);
      this.#settling.changed(candidate, present, now, Math.max(0, sinceWritten), true);
    } else {
      candidate.stoodStill = true;
    }
    const { changedAt } = candidate;
    const mayRead = this.#early.reserve(present.bytes);
    const readAt = clock.now();
    const { whole, bytes } = await sink.lookEarly(join(root, path), present, mayRead);
    const isCurrent = candidate.changedAt === changedAt && this.#settling.has(candidate);
    if (isCurrent) candidate.whole ??= whole;
    if (bytes !== null && isCurrent && !candidate.offered)
      this.#early.keep(candidate, { bytes, isCertain: isCertain(present, readAt) });
    else if (mayRead) this.#early.release(present.bytes);
  }

  /**
   * Whether a version that is gone now was a picture that could have been taken. Where nobody could tell in time, one with
   * a picture's name that stood still is taken for one.
   */
  #wasPicture(candidate: Candidate, now: number): boolean {
    const { whole, path, file, stoodStill } = candidate;
    if (whole !== null) return whole;
    return pictureName.test(path) && file.bytes > 0 && (stoodStill || this.#settling.isQuiet(candidate, now));
  }

  #onReplaced(candidate: Candidate, by: FileVersion, now: number): void {
    const { sink, clock } = this.#options;
    const copy = this.#copyOf(candidate, now);
    const isLost =
      this.#wasPicture(candidate, now) &&
      !(candidate.whole === null && !this.#settling.isQuiet(candidate, now) && hasGrown(candidate.file, by)) &&
      isRewritten(candidate.file, by, clock.now() - (now - candidate.changedAt) - candidate.quietBefore);
    const atSink = this.#atSink.get(candidate);
    if (isLost && atSink !== undefined && sameVersion(atSink, candidate.file)) {
      this.#replaced.add(candidate);
    } else if (isLost && copy !== null) {
      this.#track(this.#offerCopy(copy, 'overwritten'));
    } else {
      this.#giveUp(copy);
      if (isLost) sink.lose(candidate.path, 'overwritten');
    }
  }

  /**
   * What is left of a version that is gone: whole, and still for as long as hardly a writer pauses within a picture. It is
   * the caller's from then on.
   */
  #copyOf(candidate: Candidate, now: number): Copy | null {
    // What the sink has is being read there.
    if (this.#atSink.has(candidate)) return null;
    const quietMilliseconds = this.#settling.quietFor(candidate, now);
    if (quietMilliseconds < this.#options.settleMilliseconds / 2) {
      this.#early.drop(candidate);
      return null;
    }
    const copy = this.#early.take(candidate);
    return copy === null ? null : { file: candidate.file, bytes: copy.bytes, quietMilliseconds };
  }

  #giveUp(copy: Copy | null): void {
    if (copy !== null) this.#early.release(copy.bytes.length);
  }

  async #offerCopy(copy: Copy, cause: LossCause): Promise<void> {
    const { root, sink, condition } = this.#options;
    const { path } = copy.file;
    try {
      const verdict = await sink.offer({ ...copy, absolutePath: join(root, path), isCopy: true });
      if (verdict.kind === 'not-yet' || verdict.kind === 'no-room') sink.lose(path, cause);
    } catch (error) {
      condition.log('warn', 'offer-failed', { path, error });
      sink.lose(path, cause);
    } finally {
      this.#giveUp(copy);
    }
  }

  async #step(candidate: Candidate): Promise<void> {
    const { root, sink, clock, settleMilliseconds, condition, originals } = this.#options;
    let taken = false;
    try {
      // Most sidecars were dealt with together with their picture meanwhile.
      const status = sink.comesAfter(candidate.path) ? sink.status(candidate.file) : 'new';
      if (isDealtWith(status)) {
        this.#settling.drop(candidate);
        return status === 'stored' ? await originals.finish(candidate.file) : undefined;
      }
      // Whoever reads a file looks whether it is this version: of a backlog nobody needs to look before.
      const file = candidate.stale ? await versionOf(root, candidate.path) : candidate.file;
      const now = clock.monotonic();
      if (file === null) {
        if (this.#wasPicture(candidate, now))
          this.#vanished.isGone({ file: candidate.file, copy: this.#copyOf(candidate, now) }, now);
        return this.#settling.drop(candidate);
      }
      if (!sameVersion(file, candidate.file)) return this.#settling.changed(candidate, file, now);
      if (!this.#settling.isQuiet(candidate, now)) {
        return this.#settling.again(candidate, now, settleMilliseconds, candidate.unclaimed);
      }
      this.#atSink.set(candidate, file);
      const early = this.#early.of(candidate);
      const verdict = await sink.offer({
        file,
        absolutePath: join(root, candidate.path),
        quietMilliseconds: this.#settling.quietFor(candidate, now),
        bytes: early?.isCertain ? early.bytes : undefined,
      });
      taken = verdict.kind !== 'not-yet' && verdict.kind !== 'no-room';
      await this.#follow(candidate, file, verdict);
    } catch (error) {
      const limit = fileLimitOf(error);
      if (limit === null) condition.log('warn', 'offer-failed', { path: candidate.path, error });
      else this.#pause('failed', limit);
      this.#settling.again(candidate, clock.monotonic(), faultRetryMilliseconds, candidate.unclaimed);
    } finally {
      candidate.offered = false;
      this.#atSink.delete(candidate);
      // It may still be overwritten before it is offered again.
      if (taken || !this.#settling.has(candidate)) this.#early.drop(candidate);
      if (this.#replaced.delete(candidate) && !taken) sink.lose(candidate.path, 'overwritten');
    }
  }

  async #follow(candidate: Candidate, file: FileVersion, verdict: Verdict): Promise<void> {
    const { sink, clock, condition, originals } = this.#options;
    const now = clock.monotonic();
    // One that was only looked at says nothing about the room for others.
    const isBetter = verdict.kind === 'stored' || (verdict.kind !== 'no-room' && condition.said.state === 'failed');
    if (condition.waitsForOffer && isBetter) condition.sayWatching();
    switch (verdict.kind) {
      case 'stored':
      case 'gated':
        if (verdict.label !== undefined) this.#dismissLabel(verdict.label);
        this.#dismiss(candidate, file);
        return originals.finish(file);
      case 'known':
      case 'claimed':
        this.#dismiss(candidate, file);
        return originals.finish(file);
      case 'shared':
      case 'refused':
        return this.#dismiss(candidate, file);
      case 'not-yet':
        if (verdict.why === 'incomplete' && sameVersion(candidate.file, file)) candidate.whole = false;
        return this.#settling.again(
          candidate,
          now,
          verdict.milliseconds,
          verdict.why === 'unclaimed' && !isDealtWith(sink.status(file)),
        );
      case 'no-room':
        // A picture, and whole: whoever overwrites it now destroys it.
        if (sameVersion(candidate.file, file)) candidate.whole = true;
        this.#pause('blocked', verdict);
        return this.#settling.again(candidate, now, roomRetryMilliseconds, false);
    }
  }

  /** Nothing more is offered for a while: the others would fare the same. */
  #pause(state: 'blocked' | 'failed', { text, hint }: { readonly text: string; readonly hint: string }): void {
    const { condition, clock } = this.#options;
    condition.say(state, text, hint);
    condition.waitsForOffer = true;
    this.#blockedUntil = clock.monotonic() + roomRetryMilliseconds;
  }

  /** A label that was dealt with together with its picture, and waits here too. */
  #dismissLabel(path: string): void {
    const candidate = this.#settling.at(path);
    if (candidate === null || candidate.offered) return;
    const status = this.#options.sink.status(candidate.file);
    if (!isDealtWith(status)) return;
    this.#settling.drop(candidate);
    if (status === 'stored') this.#track(this.#options.originals.finish(candidate.file));
  }

  /** This version is dealt with; one that was seen while it was on offer still has to be. */
  #dismiss(candidate: Candidate, file: FileVersion): void {
    if (sameVersion(candidate.file, file)) this.#settling.drop(candidate);
  }
}

/**
 * The same file with more in it: of one that nobody has looked at and that was not quiet yet, a first part rather than a
 * picture that is overwritten.
 */
const hasGrown = (before: FileVersion, after: FileVersion): boolean =>
  before.inode !== undefined && before.inode === after.inode && after.bytes > before.bytes;

const isDealtWith = (status: FileStatus): boolean => status === 'stored' || status === 'finished';
