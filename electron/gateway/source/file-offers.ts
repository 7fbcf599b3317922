import { join } from 'node:path';
import type { FileSink, Verdict } from '../model/file-sink.ts';
import type { FileVersion } from '../model/image.ts';
import { Bell } from '../platform/bell.ts';
import { type Clock, sleep } from '../platform/clock.ts';
import { sameVersion, versionOf } from './folder-walk.ts';
import type { Originals } from './originals.ts';
import { type Candidate, Settling } from './settling.ts';
import type { SourceCondition } from './source-condition.ts';

const tickMilliseconds = 25;
const offersAtOnce = 24;
/** The scan waits while more candidates than this are in memory, so that a folder of a million files does not fill it. */
const mostCandidates = 4_000;
/** Originals that the scan found undone, archived or deleted at once. */
const mostFinishing = 64;
const idleMilliseconds = 1_000;
const roomRetryMilliseconds = 2_000;
const faultRetryMilliseconds = 1_000;

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
  #blockedUntil = 0;

  constructor(options: FileOffersOptions) {
    this.#options = options;
    this.#settling = new Settling(options.settleMilliseconds);
    this.#bell = new Bell(options.clock);
  }

  /** Files that still have to become images. */
  get waiting(): number {
    return this.#settling.waiting;
  }

  /** Sidecars that have no picture (yet). */
  get unclaimed(): number {
    return this.#settling.unclaimed;
  }

  get isDrained(): boolean {
    return this.#settling.waiting === 0 && this.#underWay.size === 0;
  }

  /** A file was seen. `quietBefore`: for how many milliseconds it is known not to have changed. */
  see(file: FileVersion, quietBefore: number): void {
    const { sink, clock, originals } = this.#options;
    const status = sink.status(file);
    switch (status) {
      case 'new':
      case 'listed':
        this.#settling.see(file, clock.monotonic(), status === 'new' ? quietBefore : Number.POSITIVE_INFINITY);
        return this.#bell.ring();
      case 'stored':
        return this.#track(originals.finish(file));
      case 'finished':
      case 'refused':
        return;
    }
  }

  /** Resolves once there is room for another file that a scan finds, or at the stop. */
  async room(): Promise<void> {
    const { clock, signal } = this.#options;
    while ((this.#settling.waiting > mostCandidates || this.#underWay.size >= mostFinishing) && !signal.aborted)
      await sleep(clock, tickMilliseconds, signal);
  }

  /** Offers until the stop. */
  async run(): Promise<void> {
    const { clock, signal } = this.#options;
    while (!signal.aborted) {
      const now = clock.monotonic();
      if (now >= this.#blockedUntil) {
        for (const candidate of this.#settling.due(now, offersAtOnce - this.#underWay.size)) {
          candidate.offered = true;
          this.#track(this.#step(candidate));
        }
      }
      // With every place taken, go on as soon as one is free; with no file in sight, as soon as one is seen.
      const { waiting, unclaimed } = this.#settling;
      if (signal.aborted) return;
      if (this.#underWay.size >= offersAtOnce || waiting + unclaimed === 0) await this.#bell.sleep(idleMilliseconds);
      else await sleep(clock, tickMilliseconds, signal);
    }
  }

  /** Lets the loop look at the signal. */
  wake(): void {
    this.#bell.ring();
  }

  /** Resolves once what is under way now has come to its end. */
  async end(): Promise<void> {
    await Promise.allSettled([...this.#underWay]);
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => {
      this.#underWay.delete(tracked);
      this.#bell.ring();
    });
    this.#underWay.add(tracked);
  }

  async #step(candidate: Candidate): Promise<void> {
    const { root, sink, clock, settleMilliseconds, condition } = this.#options;
    try {
      const file = await versionOf(root, candidate.path);
      const now = clock.monotonic();
      if (file === null) return this.#settling.drop(candidate);
      if (!sameVersion(file, candidate.file)) return this.#settling.changed(candidate, file, now);
      if (!this.#settling.isQuiet(candidate, now)) {
        return this.#settling.again(candidate, now, settleMilliseconds, candidate.unclaimed);
      }
      const verdict = await sink.offer({
        file,
        absolutePath: join(root, candidate.path),
        quietMilliseconds: this.#settling.quietFor(candidate, now),
      });
      await this.#follow(candidate, file, verdict);
    } catch (error) {
      condition.log('warn', 'offer-failed', { path: candidate.path, error });
      this.#settling.again(candidate, clock.monotonic(), faultRetryMilliseconds, candidate.unclaimed);
    } finally {
      candidate.offered = false;
    }
  }

  async #follow(candidate: Candidate, file: FileVersion, verdict: Verdict): Promise<void> {
    const { clock, condition, originals } = this.#options;
    const now = clock.monotonic();
    if (verdict.kind === 'stored' && condition.said.state === 'blocked') condition.sayWatching();
    switch (verdict.kind) {
      case 'stored':
      case 'gated':
      case 'claimed':
        this.#dismiss(candidate, file);
        return originals.finish(file);
      case 'shared':
      case 'refused':
        return this.#dismiss(candidate, file);
      case 'not-yet':
        return this.#settling.again(candidate, now, verdict.milliseconds, verdict.why === 'unclaimed');
      case 'no-room':
        condition.say('blocked', verdict.text, verdict.hint);
        this.#blockedUntil = now + roomRetryMilliseconds;
        return this.#settling.again(candidate, now, roomRetryMilliseconds, false);
    }
  }

  /** This version is dealt with; one that was seen while it was on offer still has to be. */
  #dismiss(candidate: Candidate, file: FileVersion): void {
    if (sameVersion(candidate.file, file)) this.#settling.drop(candidate);
  }
}
