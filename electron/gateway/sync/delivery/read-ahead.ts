import type { LeasedEntry } from '../../model/outbox-entry.ts';

/**
 * Payloads of the entries that go next, read while those before them are on their way: reading takes a fifth of a
 * delivery's time, and the connection would be idle meanwhile.
 */
export class ReadAhead<Loaded> {
  readonly #load: (entry: LeasedEntry) => Promise<Loaded>;
  readonly #discard: (loaded: Loaded) => void;
  /** By lease: an entry that was returned and leased again is read again. */
  readonly #loading = new Map<string, Promise<Loaded>>();

  /** `load` never rejects; `discard` is told what nobody will take. */
  constructor(load: (entry: LeasedEntry) => Promise<Loaded>, discard: (loaded: Loaded) => void) {
    this.#load = load;
    this.#discard = discard;
  }

  /** Reads these, and forgets what was read for others. */
  prepare(entries: readonly LeasedEntry[]): void {
    const wanted = new Set(entries.map(leaseOf));
    for (const [lease, loading] of this.#loading) {
      if (wanted.has(lease)) continue;
      this.#loading.delete(lease);
      void loading.then(this.#discard);
    }
    for (const entry of entries) {
      const lease = leaseOf(entry);
      if (!this.#loading.has(lease)) this.#loading.set(lease, this.#load(entry));
    }
  }

  /** What was read for this entry, or is now. */
  take(entry: LeasedEntry): Promise<Loaded> {
    const lease = leaseOf(entry);
    const loading = this.#loading.get(lease) ?? this.#load(entry);
    this.#loading.delete(lease);
    return loading;
  }
}

const leaseOf = ({ seq, token }: LeasedEntry): string => `${seq} ${token}`;
