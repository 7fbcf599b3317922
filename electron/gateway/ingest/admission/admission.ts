import { join } from 'node:path';
import { type Message, message } from '../../../../shared/messages/message.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Files } from '../../platform/files.ts';
import { Mutex } from '../../platform/mutex.ts';
import { smallWriteFailure } from '../../platform/small-write.ts';
import type { Retention } from '../../store/payloads/retention.ts';
import type { RingBuffer } from '../../store/payloads/ring-buffer.ts';
import { type Tally, totalOf } from '../../store/tally.ts';

export type DiskLimits = { readonly maxBytes: number; readonly minFreeBytes: number };

export type DiskState = {
  /** `full`: frames are refused, or with `drop-oldest` undelivered ones are dropped to take them. */
  readonly state: 'ok' | 'low' | 'full' | 'failing';
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** What is used up; null while it is not full. */
  readonly fullOf: 'disk' | 'quota' | 'files' | null;
  readonly usedBytes: number;
  readonly message: Message;
  /** Until no frame can be taken (or one must be dropped for it), seconds; null when it is not filling. */
  readonly fullInSeconds: number | null;
  /** Other programs fill the disk. */
  readonly filledByOthers: boolean;
  readonly whenFull: 'refuse' | 'drop-oldest';
};

export type Admitted =
  | { readonly ok: true; readonly done: () => void }
  /** `why`: its hint is what a person can do; what the source does meanwhile is the intake's to say. */
  | { readonly ok: false; readonly why: Message };

/** How much may still be taken, in bytes: within the quota, and on the disk. */
type FreeSpace = { readonly quotaBytes: number; readonly diskBytes: number };
/** `FillForecast`, as far as it is needed here. */
type Forecast = {
  readonly record: (at: number, room: FreeSpace) => void;
  readonly secondsUntilFull: (room: FreeSpace) => number | null;
  readonly isFilledByOthers: (room: FreeSpace) => boolean;
};

export type AdmissionOptions = {
  readonly limits: DiskLimits;
  readonly tally: Tally;
  readonly retention: Retention;
  /** Null unless the site chose `store.whenFull = "drop-oldest"`. */
  readonly ring: Pick<RingBuffer, 'makeRoom'> | null;
  readonly forecast: Forecast;
  readonly files: Files;
  /** A folder on the disk that fills. */
  readonly root: string;
  readonly clock: Clock;
};

/** Rows, indexes and previews of a picture take some room too. */
const overheadBytes = 32_768;
/** When room must be made, make so much of the quota, so that it is not made picture by picture. */
const headroom = 0.02;
/** What was never delivered is dropped more sparingly. */
const mostDropHeadroom = 16_000_000;
const lowShare = 0.8;
const looksUntilForgotten = 30;
const droppingShownMilliseconds = 60_000;
const fruitlessMilliseconds = 60_000;
/** So many pictures of usual size, and this share of all, make room for files. */
const [leastFiles, filesHeadroom] = [16, 0.05];

/**
 * Decides whether a frame may be taken. When the quota or the free space is reached, acknowledged payloads make room;
 * when nothing acknowledged is left, new frames are refused loudly and the folder's originals stay where they are; or,
 * only where the site chose so, a ring buffer drops what was never delivered.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  #reserved = 0;
  #space: { readonly freeBytes: number; readonly totalBytes: number } = { freeBytes: 0, totalBytes: 0 };
  #writtenSince = 0;
  /** What could not be taken for want of room; null while nothing is waiting for room. */
  #refused: number | null = null;
  #failing: 'full' | 'failing' | null = null;
  #measuredSinceFailure = 0;
  #droppedAt: number | null = null;
  #dropAgainAt = 0;
  readonly #making = new Mutex();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Asks the file system how much is free, and makes room for what was refused; called every second or so. */
  async measure(): Promise<void> {
    await this.#look();
    this.#options.forecast.record(this.#options.clock.monotonic(), this.#freeSpace());
    // Whoever still has something to store would have failed again by now: what is over is not shown for ever.
    this.#measuredSinceFailure += 1;
    if (this.#measuredSinceFailure > looksUntilForgotten) this.#failing = null;
    if (this.#failing === 'full' && this.#hasRoom) await this.#makeRoomForFiles();
    const refused = this.#refused;
    if (refused === null) return;
    // Nothing is dropped here: whether the frame that was refused still comes, nobody knows.
    await this.#makeRoom(refused, false);
    if (this.#shortage(refused) === null) this.#refused = null;
  }

  async #look(): Promise<void> {
    this.#space = await this.#options.files.space(this.#options.root);
    this.#writtenSince = 0;
  }

  /** The largest picture that the quota can hold at all. */
  get mostImageBytes(): number {
    return this.#options.limits.maxBytes - overheadBytes;
  }

  /** Whether the disk is full by the word of the system, whatever it says of its free bytes. Tried by a small file. */
  takesNothingMore = (): boolean => {
    const failure = smallWriteFailure(join(this.#options.root, 'gateway.sqlite.room'));
    return failure === 'ENOSPC' || failure === 'EDQUOT';
  };

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
    let shortage = this.#shortage(wanted);
    if (shortage !== null) {
      await this.#makeRoom(wanted, true);
      shortage = this.#shortage(wanted);
    }
    if (shortage !== null) {
      this.#refused = wanted;
      return { ok: false, why: shortage };
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
    const { tally, ring, forecast } = this.#options;
    const room = this.#freeSpace();
    return {
      ...this.#judge(room),
      freeBytes: this.#space.freeBytes,
      totalBytes: this.#space.totalBytes,
      usedBytes: tally.payloads().bytes,
      fullInSeconds: forecast.secondsUntilFull(room),
      filledByOthers: forecast.isFilledByOthers(room),
      whenFull: ring === null ? 'refuse' : 'drop-oldest',
    };
  }

  #judge(room: FreeSpace): Pick<DiskState, 'state' | 'fullOf' | 'message'> {
    if (this.#failing === 'failing') return { state: 'failing', fullOf: null, message: message('disk-failing') };
    if (this.#failing === 'full' || this.#refused !== null) {
      const fullOf = this.#fullOf();
      return { state: 'full', fullOf, message: message('room-full', { context: fullOf }) };
    }
    const sinceDrop = this.#droppedAt === null ? null : this.#options.clock.monotonic() - this.#droppedAt;
    if (sinceDrop !== null && sinceDrop < droppingShownMilliseconds)
      return { state: 'full', fullOf: 'disk', message: message('room-dropping') };
    const { maxBytes, minFreeBytes } = this.#options.limits;
    // A quota full of delivered pictures is as it should be: they make room. What nothing can make room for is not.
    const low = room.quotaBytes < maxBytes * (1 - lowShare) || this.#space.freeBytes < minFreeBytes * 1.1;
    return low
      ? { state: 'low', fullOf: null, message: message('room-low') }
      : { state: 'ok', fullOf: null, message: message('room-enough') };
  }

  #fullOf(): 'disk' | 'quota' | 'files' {
    if (this.#failing === 'full' && this.#hasRoom) return 'files';
    return this.#missingInQuota(this.#refused ?? overheadBytes) > 0 ? 'quota' : 'disk';
  }

  /** What is delivered makes room: only the rest takes it away. */
  #freeSpace(): FreeSpace {
    const { tally, limits } = this.#options;
    const { waitingBytes, deadBytes } = totalOf(tally.sources().values());
    const undelivered = waitingBytes + deadBytes;
    const evictable = Math.max(0, tally.payloads().bytes - undelivered);
    return {
      quotaBytes: limits.maxBytes - undelivered,
      diskBytes: this.#space.freeBytes - limits.minFreeBytes + evictable,
    };
  }

  /** As far as bytes go: a disk may be full all the same, of files (inodes) or of what one user may have (quota). */
  get #hasRoom(): boolean {
    return this.#shortage(overheadBytes) === null;
  }

  /** What is delivered goes where the disk says that it is full though bytes are free: its files are what is too many. */
  #makeRoomForFiles(): Promise<void> {
    const { retention, tally } = this.#options;
    return this.#making.run(async () => {
      const { files, bytes } = tally.payloads();
      if (files > 0) await retention.makeRoom(Math.max((bytes / files) * leastFiles, bytes * filesHeadroom));
      await this.#look();
    });
  }

  /** One at a time: several frames that find the disk full together must not each evict. */
  #makeRoom(wanted: number, mayDrop: boolean): Promise<void> {
    return this.#making.run(async () => {
      const { retention, limits, ring } = this.#options;
      await this.#look();
      if (this.#shortage(wanted) === null) return;
      const share = Math.round(limits.maxBytes * headroom);
      await retention.makeRoom(Math.max(wanted, this.#missing(wanted)) + share);
      await this.#look();
      if (!mayDrop || ring === null || this.#shortage(wanted) === null) return;
      // Where far more is missing (another program took it), little by little: each time it shows whether that helps.
      await this.#drop(ring, wanted, Math.min(wanted, this.#missing(wanted)) + Math.min(share, mostDropHeadroom));
    });
  }

  async #drop(ring: Pick<RingBuffer, 'makeRoom'>, wanted: number, bytes: number): Promise<void> {
    const { clock } = this.#options;
    if (clock.monotonic() < this.#dropAgainAt) return;
    const before = this.#space.freeBytes;
    const isForDisk = this.#missingOnDisk(wanted) > 0;
    const freed = await ring.makeRoom(bytes, clock.now());
    await this.#look();
    if (freed > 0) this.#droppedAt = clock.monotonic();
    // On a disk that gives nothing back (snapshots, another program that takes all) the whole line would be dropped in
    // vain: rather rest, and say that it is full.
    if (isForDisk && this.#space.freeBytes + this.#reserved < before + freed / 2)
      this.#dropAgainAt = clock.monotonic() + fruitlessMilliseconds;
  }

  #missingInQuota(wanted: number): number {
    const { tally, limits } = this.#options;
    return tally.payloads().bytes + this.#reserved + wanted - limits.maxBytes;
  }

  #missingOnDisk(wanted: number): number {
    return this.#options.limits.minFreeBytes + this.#writtenSince + this.#reserved + wanted - this.#space.freeBytes;
  }

  #missing(wanted: number): number {
    return Math.max(this.#missingInQuota(wanted), this.#missingOnDisk(wanted));
  }

  #shortage(wanted: number): Message | null {
    if (this.#missingInQuota(wanted) > 0)
      return message(this.#options.ring === null ? 'share-undelivered' : 'share-undroppable');
    return this.#missingOnDisk(wanted) > 0 ? message('disk-nearly-full') : null;
  }
}
