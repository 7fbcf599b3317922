import { join } from 'node:path';
import type { Message } from '../../../../shared/messages/message.ts';
import type { FileReading, FileRegistry, FileSink, FileStatus, Verdict } from '../../model/file-sink.ts';
import { type FileVersion, sameVersion } from '../../model/file-version.ts';
import { type Clock, sleep } from '../../platform/clock.ts';
import { fileLimitOf } from '../../platform/file-limit.ts';
import { WakeSignal } from '../../platform/wake-signal.ts';
import type { SourceCondition } from '../frame-source.ts';
import { versionOf } from './folder-walk.ts';
import type { Originals } from './originals.ts';
import { type Candidate, Settling } from './settling.ts';
import { UnreadVersions } from './unread-versions.ts';

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

export type FileOffersOptions = {
  readonly root: string;
  readonly settleMilliseconds: number;
  readonly sink: FileSink;
  readonly registry: FileRegistry;
  readonly reading: FileReading;
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
  readonly #wake: WakeSignal;
  readonly #unread: UnreadVersions;
  #blockedUntil = 0;

  constructor(options: FileOffersOptions) {
    this.#options = options;
    this.#settling = new Settling({
      quietMilliseconds: options.settleMilliseconds,
      onReplaced: (candidate, by, now) => this.#unread.replaced(candidate, by, now),
    });
    this.#unread = new UnreadVersions({ ...options, settling: this.#settling, track: (work) => this.#track(work) });
    this.#wake = new WakeSignal(options.clock);
  }

  get #atOnce(): (typeof atOnce)['local' | 'share'] {
    return atOnce[this.#options.condition.polling ? 'share' : 'local'];
  }

  /** Files that still have to become images. */
  get waiting(): number {
    return this.#settling.waiting;
  }

  /** Sidecars that have no picture (yet). */
  get unmatched(): number {
    return this.#settling.unmatched;
  }

  unclaimedPaths(limit: number): readonly string[] {
    return this.#settling.unclaimedPaths(limit);
  }

  get isDrained(): boolean {
    return this.#settling.waiting === 0 && this.#underWay.size === 0 && this.#unread.vanished === 0;
  }

  /** A file was seen. `quietBefore`: for how many milliseconds it is known not to have changed. */
  see(file: FileVersion, quietBefore: number): void {
    const { registry, reading, clock, originals } = this.#options;
    this.#unread.saw(file);
    const status = registry.status(file);
    switch (status) {
      case 'new':
      case 'listed': {
        const yields = yieldMilliseconds[quietBefore > 0 ? 'backlog' : 'live'];
        this.#settling.see(
          file,
          clock.monotonic(),
          status === 'new' ? quietBefore : Number.POSITIVE_INFINITY,
          reading.comesAfter(file.path) ? yields : null,
        );
        return this.#wake.notify();
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
      this.#unread.look(now, this.#atOnce.looks);
      await this.#unread.countVanished(now);
      // With every place taken, go on as soon as one is free; with no file in sight, as soon as one is seen.
      const { waiting, unmatched } = this.#settling;
      if (signal.aborted) return;
      if (this.#underWay.size >= this.#atOnce.offers || waiting + unmatched === 0)
        await this.#wake.sleep(idleMilliseconds);
      else await sleep(clock, tickMilliseconds, signal);
    }
  }

  /** What folder it is (`FolderPresence`), or that there is none: files that went away with their folder are not lost. */
  folderIs(identity: string | null): void {
    this.#unread.folderIs(identity);
    this.#options.originals.folderIs(identity);
  }

  /** A full look at the folder that began then has come to its end. */
  scanned(beganAt: number): void {
    this.#unread.scannedAt = beganAt;
  }

  /** Lets the loop look at the signal. */
  wake(): void {
    this.#wake.notify();
  }

  /** Resolves once what is under way now has come to its end. */
  async end(): Promise<void> {
    await Promise.allSettled([...this.#underWay]);
    // A copy under the old name of what was renamed is known by its content when the new one is met.
    await this.#unread.countVanished(this.#options.clock.monotonic(), true);
    await Promise.allSettled([...this.#underWay]);
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => {
      this.#underWay.delete(tracked);
      this.#wake.notify();
    });
    this.#underWay.add(tracked);
  }

  async #step(candidate: Candidate): Promise<void> {
    const { root, sink, registry, reading, clock, settleMilliseconds, condition, originals } = this.#options;
    let taken = false;
    try {
      // Most sidecars were dealt with together with their picture meanwhile.
      const status = reading.comesAfter(candidate.path) ? registry.status(candidate.file) : 'new';
      if (isDealtWith(status)) {
        this.#settling.drop(candidate);
        return status === 'stored' ? await originals.finish(candidate.file) : undefined;
      }
      // Whoever reads a file looks whether it is this version: of a backlog nobody needs to look before.
      const file = candidate.stale ? await versionOf(root, candidate.path) : candidate.file;
      const now = clock.monotonic();
      if (file === null) {
        this.#unread.gone(candidate, now);
        return this.#settling.drop(candidate);
      }
      if (!sameVersion(file, candidate.file)) return this.#settling.changed(candidate, file, now);
      if (!this.#settling.isQuiet(candidate, now)) {
        return this.#settling.again(candidate, now, settleMilliseconds, candidate.unmatched);
      }
      const bytes = this.#unread.offered(candidate, file);
      const verdict = await sink.offer({
        file,
        absolutePath: join(root, candidate.path),
        quietMilliseconds: this.#settling.quietFor(candidate, now),
        bytes,
      });
      taken = verdict.kind !== 'not-yet' && verdict.kind !== 'no-room';
      await this.#follow(candidate, file, verdict);
    } catch (error) {
      const limit = fileLimitOf(error);
      if (limit === null) condition.log('warn', 'offer-failed', { path: candidate.path, error });
      else this.#pause('failed', limit);
      this.#settling.again(candidate, clock.monotonic(), faultRetryMilliseconds, candidate.unmatched);
    } finally {
      candidate.offered = false;
      this.#unread.answered(candidate, taken);
    }
  }

  async #follow(candidate: Candidate, file: FileVersion, verdict: Verdict): Promise<void> {
    const { registry, clock, condition, originals } = this.#options;
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
      case 'matched':
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
          verdict.why === 'unmatched' && !isDealtWith(registry.status(file)),
        );
      case 'no-room':
        // A picture, and whole: whoever overwrites it now destroys it.
        if (sameVersion(candidate.file, file)) candidate.whole = true;
        this.#pause('blocked', verdict.message);
        return this.#settling.again(candidate, now, roomRetryMilliseconds, false);
    }
  }

  /** Nothing more is offered for a while: the others would fare the same. */
  #pause(state: 'blocked' | 'failed', why: Message): void {
    const { condition, clock } = this.#options;
    condition.say(state, why);
    condition.waitsForOffer = true;
    this.#blockedUntil = clock.monotonic() + roomRetryMilliseconds;
  }

  /** A label that was dealt with together with its picture, and waits here too. */
  #dismissLabel(path: string): void {
    const candidate = this.#settling.at(path);
    if (candidate === null || candidate.offered) return;
    const status = this.#options.registry.status(candidate.file);
    if (!isDealtWith(status)) return;
    this.#settling.drop(candidate);
    if (status === 'stored') this.#track(this.#options.originals.finish(candidate.file));
  }

  /** This version is dealt with; one that was seen while it was on offer still has to be. */
  #dismiss(candidate: Candidate, file: FileVersion): void {
    if (sameVersion(candidate.file, file)) this.#settling.drop(candidate);
  }
}

const isDealtWith = (status: FileStatus): boolean => status === 'stored' || status === 'finished';
