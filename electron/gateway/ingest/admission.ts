import type { Files } from '../platform/files.ts';
import type { Retention } from '../store/retention.ts';
import { type Tally, totalOf } from '../store/tally.ts';

export type DiskLimits = { readonly maxBytes: number; readonly minFreeBytes: number };

export type DiskState = {
  readonly state: 'ok' | 'low' | 'full' | 'failing';
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly usedBytes: number;
  readonly text: string;
};

export type Admitted =
  | { readonly ok: true; readonly done: () => void }
  | { readonly ok: false; readonly text: string; readonly hint: string };

/** Rows, indexes and previews of a picture take some room too. */
const overheadBytes = 32_768;
/** When room must be made, make so much of the quota, so that it is not made picture by picture. */
const headroom = 0.02;
const lowShare = 0.8;
const looksUntilForgotten = 30;

/**
 * Decides whether a frame may be taken. When the quota or the free space is reached, acknowledged payloads make room;
 * when nothing acknowledged is left, new frames are refused loudly and the folder's originals stay where they are.
 */
export class Admission {
  readonly #limits: DiskLimits;
  readonly #tally: Tally;
  readonly #retention: Retention;
  readonly #files: Files;
  readonly #root: string;
  #reserved = 0;
  #space: { readonly freeBytes: number; readonly totalBytes: number } = { freeBytes: 0, totalBytes: 0 };
  #writtenSince = 0;
  /** What could not be taken for want of room; null while nothing is waiting for room. */
  #refused: number | null = null;
  #failing: 'full' | 'failing' | null = null;
  #measuredSinceFailure = 0;
  #making: Promise<unknown> = Promise.resolve();

  constructor(limits: DiskLimits, tally: Tally, retention: Retention, files: Files, root: string) {
    this.#limits = limits;
    this.#tally = tally;
    this.#retention = retention;
    this.#files = files;
    this.#root = root;
  }

  /** Asks the file system how much is free, and makes room for what was refused; called every second or so. */
  async measure(): Promise<void> {
    await this.#look();
    // Whoever still has something to store would have failed again by now: what is over is not shown for ever.
    this.#measuredSinceFailure += 1;
    if (this.#measuredSinceFailure > looksUntilForgotten) this.#failing = null;
    const refused = this.#refused;
    if (refused === null) return;
    await this.#makeRoom(refused);
    if (this.#shortage(refused) === null) this.#refused = null;
  }

  async #look(): Promise<void> {
    this.#space = await this.#files.space(this.#root);
    this.#writtenSince = 0;
  }

  /** The largest picture that the quota can hold at all. */
  get mostImageBytes(): number {
    return this.#limits.maxBytes - overheadBytes;
  }

  /** A write failed for a reason that lies with the disk. */
  reportFailure(kind: 'full' | 'failing'): void {
    this.#failing = kind;
    this.#measuredSinceFailure = 0;
  }

  reportSuccess(): void {
    this.#failing = null;
  }

  async admit(bytes: number): Promise<Admitted> {
    const wanted = bytes + overheadBytes;
    if (this.#shortage(wanted) !== null) await this.#makeRoom(wanted);
    const shortage = this.#shortage(wanted);
    if (shortage !== null) {
      this.#refused = wanted;
      return { ok: false, ...shortage };
    }
    this.#refused = null;
    this.#reserved += wanted;
    let open = true;
    return {
      ok: true,
      done: () => {
        if (!open) return;
        open = false;
        this.#reserved -= wanted;
        this.#writtenSince += wanted;
      },
    };
  }

  state(): DiskState {
    const usedBytes = this.#tally.payloads().bytes;
    const facts = { freeBytes: this.#space.freeBytes, totalBytes: this.#space.totalBytes, usedBytes };
    if (this.#failing === 'failing') return { state: 'failing', text: 'The disk refuses to write', ...facts };
    if (this.#failing === 'full' || this.#refused !== null)
      return { state: 'full', text: 'Full: no new pictures are taken', ...facts };
    const { maxBytes, minFreeBytes } = this.#limits;
    // A quota full of delivered pictures is as it should be: they make room. What nothing can make room for is not.
    const { waitingBytes, deadBytes } = totalOf(this.#tally.sources().values());
    const low = waitingBytes + deadBytes > maxBytes * lowShare || this.#space.freeBytes < minFreeBytes * 1.1;
    return low ? { state: 'low', text: 'Nearly full', ...facts } : { state: 'ok', text: 'Enough room', ...facts };
  }

  /** One at a time: several frames that find the disk full together must not each evict. */
  async #makeRoom(wanted: number): Promise<void> {
    const run = this.#making.then(async () => {
      await this.#look();
      if (this.#shortage(wanted) === null) return;
      await this.#retention.makeRoom(wanted + Math.round(this.#limits.maxBytes * headroom));
      await this.#look();
    });
    this.#making = run.catch(() => undefined);
    await run;
  }

  #shortage(wanted: number): { readonly text: string; readonly hint: string } | null {
    const used = this.#tally.payloads().bytes + this.#reserved;
    if (used + wanted > this.#limits.maxBytes) {
      return {
        text: 'The gateway’s share of the disk is full; nothing in it is delivered yet',
        hint: 'New pictures wait in their folder. Restore the connection to the cloud, or raise store.maxBytes.',
      };
    }
    if (this.#space.freeBytes - this.#writtenSince - this.#reserved - wanted < this.#limits.minFreeBytes) {
      return {
        text: 'The disk is nearly full',
        hint: 'New pictures wait in their folder. Free some space on this disk; collecting goes on by itself.',
      };
    }
    return null;
  }
}
