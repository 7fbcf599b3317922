/** Of a payload that was stored a moment ago. */
export type RecentPayload = {
  readonly buffer: ArrayBuffer;
  /** Where the payload begins, and how long it is, bytes. */
  readonly offset: number;
  readonly length: number;
  /** To be called when nothing reads the buffer any more. */
  readonly free: () => void;
};

const [leastBytes, mostBytes] = [32_000_000, 256_000_000];
/** Of the PC's memory. */
const share = 1 / 64;
/** What nobody has asked for by then waits for a way to the cloud. */
const keptMilliseconds = 20_000;

/**
 * Payloads that were stored a moment ago, still in memory: on a line whose way is open they are sent next, and need not
 * be read from the disk again. When there is no room the newer one is left out: those stored first are sent first.
 */
export class RecentPayloads {
  readonly #monotonic: () => number;
  readonly #mostBytes: number;
  #isWanted: () => boolean = () => true;
  readonly #kept = new Map<string, RecentPayload & { readonly at: number }>();
  #bytes = 0;

  /** `memoryBytes`: of the whole PC; a burst may have a share of it. */
  constructor(monotonic: () => number, memoryBytes: number) {
    this.#monotonic = monotonic;
    this.#mostBytes = Math.min(mostBytes, Math.max(leastBytes, memoryBytes * share));
  }

  /** Pictures are kept only while somebody sends them. */
  onlyWhile(isWanted: () => boolean): void {
    this.#isWanted = isWanted;
  }

  /** Returns whether it is kept: the buffer is not the caller's any more then. */
  put(sha256: string, payload: RecentPayload): boolean {
    const now = this.#forgetOld();
    const { byteLength } = payload.buffer;
    if (!this.#isWanted() || this.#kept.has(sha256) || this.#bytes + byteLength > this.#mostBytes) return false;
    this.#kept.set(sha256, { ...payload, at: now });
    this.#bytes += byteLength;
    return true;
  }

  /** Null where it is not kept, or has not so many free bytes before and after. It is the caller's from then on. */
  take(sha256: string, room: { readonly before: number; readonly after: number }): RecentPayload | null {
    this.#forgetOld();
    const kept = this.#kept.get(sha256);
    if (kept === undefined) return null;
    const { buffer, offset, length } = kept;
    if (room.before > offset || room.after > buffer.byteLength - offset - length) return null;
    return this.#remove(sha256);
  }

  #forgetOld(): number {
    const now = this.#monotonic();
    for (const [key, { at }] of this.#kept) {
      if (now - at < keptMilliseconds) break;
      this.#remove(key)?.free();
    }
    return now;
  }

  #remove(sha256: string): RecentPayload | null {
    const kept = this.#kept.get(sha256);
    if (kept === undefined) return null;
    this.#kept.delete(sha256);
    this.#bytes -= kept.buffer.byteLength;
    return kept;
  }
}
