import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { UploadPayload } from '../../cloud/payload.ts';
import type { DeliveryFailure } from '../../model/delivery.ts';
import type { LeasedEntry } from '../../model/outbox-entry.ts';
import { describeCause, errnoCode } from '../../platform/errors.ts';
import type { PayloadStore } from '../../store/payload-store.ts';
import { PayloadReader } from './payload-reader.ts';
import { SpareBuffers } from './spare-buffers.ts';

/** Up to this size a picture is held in memory while it is sent, which is faster; a larger one is streamed from its file. */
const largestBuffer = 1_000_000;

/** Bytes to leave free before and after a picture in memory. */
export type Room = { readonly before: number; readonly after: number };

/** What was read, and what to call once it was delivered, so that its memory serves the next. */
export type LoadedPayload = { readonly payload: UploadPayload; readonly free: () => void };

/** More than deliveries are under way at once as a rule; 8 MB at the most. */
const mostSpare = 8;

/** Reads an entry's picture and checks it against its hash: what this PC's disk changed is never sent. */
export class PayloadSource {
  readonly #payloads: Pick<PayloadStore, 'pathOf'>;
  readonly #buffers = new SpareBuffers(mostSpare);
  readonly #reader = new PayloadReader();

  constructor(payloads: Pick<PayloadStore, 'pathOf'>) {
    this.#payloads = payloads;
  }

  async load(
    entry: Pick<LeasedEntry, 'sha256' | 'format' | 'bytes'>,
    room: Room,
  ): Promise<LoadedPayload | DeliveryFailure> {
    const path = this.#payloads.pathOf(entry.sha256, entry.format);
    try {
      const loaded =
        entry.bytes <= largestBuffer ? await this.#inMemory(path, entry.bytes, room) : await onDisk(path, entry.bytes);
      return loaded.sha256 === entry.sha256
        ? loaded
        : lost('payload-damaged', 'The stored picture was changed or damaged on this PC’s disk.', path);
    } catch (error) {
      if (errnoCode(error) === 'ENOENT')
        return lost('payload-missing', 'The stored picture is gone from this PC’s disk.', path);
      const text = 'The stored picture can’t be read from this PC’s disk.';
      return { ...lost('payload-unreadable', text, describeCause(error)), disposition: 'retry' };
    }
  }

  async #inMemory(path: string, length: number, room: Room): Promise<Loaded> {
    // One byte more than the picture is asked for: bytes behind its own would not show in the hash of its length.
    const buffer = this.#buffers.take(room.before + length + Math.max(room.after, 1));
    const bytes = buffer.subarray(room.before, room.before + length);
    const filled = await this.#reader.read(path, buffer.subarray(room.before, room.before + length + 1), length);
    const whole = buffer.subarray(0, room.before + length + room.after);
    return {
      payload: { kind: 'bytes', bytes, room: { whole, before: room.before } },
      free: () => this.#buffers.give(buffer),
      sha256: filled === length ? createHash('sha256').update(bytes).digest('hex') : '',
    };
  }
}

type Loaded = LoadedPayload & { readonly sha256: string };

async function onDisk(path: string, length: number): Promise<Loaded> {
  const hash = createHash('sha256');
  let read = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    read += chunk.length;
  }
  const sha256 = read === length ? hash.digest('hex') : '';
  return { payload: { kind: 'file', path, length }, free: () => undefined, sha256 };
}

const lost = (code: string, text: string, technical: string): DeliveryFailure => ({
  code,
  text,
  hint: 'Have the disk of this PC checked. Look for the original in its folder or archive and put it in again.',
  technical,
  disposition: 'bury',
  gate: 'trouble',
  ambiguous: false,
  retryAfterMilliseconds: null,
});
