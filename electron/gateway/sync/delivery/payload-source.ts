import { type Message, message } from '../../../../shared/messages/message.ts';
import type { UploadPayload } from '../../cloud/acusight/upload-body.ts';
import type { DeliveryFailure } from '../../model/delivery.ts';
import type { LeasedEntry } from '../../model/outbox-entry.ts';
import { BufferPool } from '../../platform/buffer-pool.ts';
import { sleep, systemClock } from '../../platform/clock.ts';
import { isHeldByAnother, pausesWithin } from '../../platform/held-files.ts';
import { ReadingThread } from '../../platform/reading-thread.ts';
import type { PayloadStore } from '../../store/payloads/payload-store.ts';
import type { RecentPayloads } from '../../store/payloads/recent-payloads.ts';

/** Up to this size a picture is held in memory while it is sent, which is faster; a larger one is streamed from its file. */
const largestBuffer = 1_000_000;

/** Bytes to leave free before and after a picture in memory. */
export type Margin = { readonly before: number; readonly after: number };

/** What was read, and what to call once it was delivered, so that its memory serves the next. */
export type LoadedPayload = { readonly payload: UploadPayload; readonly free: () => void };

/** A scanner that looks at a new payload lets nobody read it meanwhile. */
const heldMilliseconds = 3_000;

/** More than are read ahead and under way at once as a rule. */
const mostSpareBytes = 12_000_000;

/**
 * Reads an entry's picture and checks it against its hash: what this PC's disk changed is never sent. One that was stored
 * a moment ago is still in memory.
 */
export class PayloadSource {
  readonly #payloads: Pick<PayloadStore, 'pathOf' | 'isAway'>;
  readonly #buffers = new BufferPool(mostSpareBytes, 2 * largestBuffer);
  readonly #thread: ReadingThread;

  readonly #recent: Pick<RecentPayloads, 'take'>;
  readonly #isHeld: (error: unknown) => boolean;

  /** `workerPath`: the reading worker's script. */
  constructor(
    payloads: Pick<PayloadStore, 'pathOf' | 'isAway'>,
    recent: Pick<RecentPayloads, 'take'>,
    workerPath: string,
    isHeld: (error: unknown) => boolean = isHeldByAnother,
  ) {
    this.#payloads = payloads;
    this.#recent = recent;
    this.#isHeld = isHeld;
    this.#thread = new ReadingThread(workerPath);
  }

  /** Whatever is being read is answered as unreadable for now. */
  stop(): Promise<void> {
    return this.#thread.stop();
  }

  async load(
    entry: Pick<LeasedEntry, 'sha256' | 'format' | 'bytes'>,
    room: Margin,
  ): Promise<LoadedPayload | DeliveryFailure> {
    const path = this.#payloads.pathOf(entry.sha256, entry.format);
    const length = entry.bytes;
    const recent = this.#recent.take(entry.sha256, room);
    if (recent !== null && recent.length === length)
      return loadedFrom(recent.buffer, recent.offset, length, room, recent.free);
    const isSmall = length <= largestBuffer;
    const into = isSmall
      ? { buffer: this.#buffers.take(room.before + length + Math.max(room.after, 1)), offset: room.before }
      : null;
    const { outcome, buffer } = await this.#read({ path, length, into });
    if (outcome.kind === 'failed') {
      if (buffer !== null) this.#buffers.give(buffer);
      if (outcome.code === 'ENOENT' && !(await this.#payloads.isAway())) return lost(message('payload-missing'), path);
      // Neither its fault nor the disk's: everything waits for the same, and no attempt is lost.
      const limit = limits[outcome.code];
      if (limit !== undefined) return { ...lost(limit, outcome.message), disposition: 'pause' };
      return { ...lost(message('payload-unreadable'), outcome.message), disposition: 'retry' };
    }
    if (outcome.sha256 !== entry.sha256) return lost(message('payload-damaged'), path);
    if (buffer === null) return { payload: { kind: 'file', path, length }, free: () => undefined };
    return loadedFrom(buffer, room.before, length, room, () => this.#buffers.give(buffer));
  }

  /** Waits a little for a program that holds the file. */
  async #read(job: Parameters<ReadingThread['read']>[0]): ReturnType<ReadingThread['read']> {
    const pauses = pausesWithin(heldMilliseconds);
    for (let { into } = job; ; ) {
      const read = await this.#thread.read({ ...job, into });
      if (read.outcome.kind === 'read' || !this.#isHeld(read.outcome)) return read;
      const pause = pauses.next();
      // The thread has ended, and what was to be filled with it.
      if (pause.done || (into !== null && read.buffer === null)) return read;
      if (into !== null && read.buffer !== null) into = { ...into, buffer: read.buffer };
      await sleep(systemClock, pause.value);
    }
  }
}

/** The picture lies in the buffer from `offset` on, with room for the ends of its form. */
function loadedFrom(
  buffer: ArrayBuffer,
  offset: number,
  length: number,
  room: Margin,
  free: () => void,
): LoadedPayload {
  const whole = Buffer.from(buffer, offset - room.before, room.before + length + room.after);
  const bytes = whole.subarray(room.before, room.before + length);
  return { payload: { kind: 'bytes', bytes, room: { whole, before: room.before } }, free };
}

const limits: Readonly<Record<string, Message | undefined>> = {
  EMFILE: message('files-held-up', { limit: message('file-limit', { context: 'gateway' }) }),
  ENFILE: message('files-held-up', { limit: message('file-limit', { context: 'pc' }) }),
};

/** Nothing of it was sent: its memory may serve the next. */
export const discard = (loaded: LoadedPayload | DeliveryFailure): void => {
  if ('free' in loaded) loaded.free();
};

const lost = (said: Message, technical: string): DeliveryFailure => ({
  message: said,
  technical,
  disposition: 'bury',
  pauseReason: 'trouble',
  ambiguous: false,
  retryAfterMilliseconds: null,
});
