import { accessRefused, cameraUnreadable } from './genicam-errors.ts';
import { type ByteOrder, isRefusedAccess, type MemoryPort } from './memory-port.ts';

export type Place = { readonly address: number; readonly length: number };

export type CachePolicy = {
  /** Whose register it is; `forget` names it. */
  readonly node: string;
  readonly cachable: 'NoCache' | 'WriteThrough' | 'WriteAround';
  /** Of the number that it holds; null for bytes. */
  readonly order: ByteOrder | null;
  /** Read afresh, whatever is remembered. */
  readonly fresh: boolean;
};

type Entry = Place & { readonly bytes: Buffer; readonly readers: Set<string> };

const mostBytes = 4 * 1024 * 1024;

/**
 * A camera's memory with what is known of it. Nodes at the same place share what was read, so that two masks of one
 * register never disagree; a write forgets everything that overlaps it.
 */
export class RegisterCache {
  readonly #port: MemoryPort;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;
  /** Counts what made remembered bytes old: an answer that was under way meanwhile is not remembered. */
  #changes = 0;

  constructor(port: MemoryPort) {
    this.#port = port;
  }

  async read(place: Place, policy: CachePolicy): Promise<Buffer> {
    const key = keyOf(place, policy);
    const known = this.#entries.get(key);
    const cached = policy.cachable !== 'NoCache' && !policy.fresh;
    if (known !== undefined && cached) {
      known.readers.add(policy.node);
      return known.bytes;
    }
    const changes = this.#changes;
    const bytes = await asked(() => this.#port.readMemory(place.address, place.length, policy.order));
    if (bytes.byteLength !== place.length) {
      throw cameraUnreadable(new Error(`${bytes.byteLength} bytes came instead of ${place.length}`));
    }
    if (changes === this.#changes) this.#remember(key, place, bytes, policy);
    return bytes;
  }

  async write(place: Place, bytes: Buffer, policy: CachePolicy): Promise<void> {
    this.#forgetOverlapping(place);
    try {
      await asked(() => this.#port.writeMemory(place.address, bytes, policy.order));
    } finally {
      // A second time: a read may have been answered before the write was.
      this.#forgetOverlapping(place);
    }
    if (policy.cachable === 'WriteThrough' && !policy.fresh) this.#remember(keyOf(place, policy), place, bytes, policy);
  }

  /** What these nodes have read is old. */
  forget(nodes: ReadonlySet<string>): void {
    this.#changes += 1;
    for (const [key, entry] of this.#entries) {
      for (const reader of entry.readers) {
        if (nodes.has(reader)) this.#drop(key, entry);
      }
    }
  }

  forgetAll(): void {
    this.#changes += 1;
    this.#entries.clear();
    this.#bytes = 0;
  }

  #remember(key: string, place: Place, bytes: Buffer, policy: CachePolicy): void {
    const before = this.#entries.get(key);
    if (before !== undefined) this.#drop(key, before);
    if (this.#bytes + bytes.byteLength > mostBytes) this.forgetAll();
    const readers = before?.readers ?? new Set<string>();
    readers.add(policy.node);
    this.#entries.set(key, { ...place, bytes, readers });
    this.#bytes += bytes.byteLength;
  }

  #forgetOverlapping(place: Place): void {
    this.#changes += 1;
    for (const [key, entry] of this.#entries) {
      if (entry.address < place.address + place.length && place.address < entry.address + entry.length) {
        this.#drop(key, entry);
      }
    }
  }

  #drop(key: string, entry: Entry): void {
    if (this.#entries.delete(key)) this.#bytes -= entry.bytes.byteLength;
  }
}

/** A port may make the bytes as their order is said to be: those of one order are not those of another. */
function keyOf(place: Place, { order }: CachePolicy): string {
  return `${place.address}+${place.length} ${order}`;
}

async function asked<Result>(question: () => Promise<Result>): Promise<Result> {
  try {
    return await question();
  } catch (error) {
    if (isRefusedAccess(error)) throw accessRefused(error);
    // A camera's own errors say what to do; they are passed on as they are.
    if (error instanceof Error && 'said' in error) throw error;
    throw cameraUnreadable(error);
  }
}
