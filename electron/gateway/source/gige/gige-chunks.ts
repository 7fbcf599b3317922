import type { NodeMap } from '../genicam/node-map.ts';
import { textOf } from './gige-features.ts';
import { positive } from './gige-picture.ts';
import { isRefusal } from './gige-trigger.ts';

export type ChunkReading = {
  readonly exposureMicroseconds: number | null;
  /** Ticks. */
  readonly timestamp: bigint | null;
};

const nothing: ChunkReading = { exposureMicroseconds: null, timestamp: null };
const exposureNames = ['ChunkExposureTime', 'ChunkExposureTimeAbs'];
const timestampNames = ['ChunkTimestamp'];

type Map = Pick<NodeMap, 'has' | 'chunkValue'>;

/** What a picture's chunks say. Readings are in the order of their pictures. */
export class ChunkFacts {
  readonly #map: Map;
  readonly #isActive: boolean;
  #order: Promise<void> | null = null;
  #waiting = 0;

  static async of(map: NodeMap): Promise<ChunkFacts> {
    return new ChunkFacts(map, (await textOf(map, 'ChunkModeActive')) === 'true');
  }

  constructor(map: Map, isActive: boolean) {
    this.#map = map;
    this.#isActive = isActive;
  }

  /** At once where there is nothing to read and nothing that waits. */
  read(chunks: ReadonlyMap<number, Uint8Array>, take: (reading: ChunkReading) => void): void {
    const hasChunks = this.#isActive && chunks.size > 0;
    if (!hasChunks && this.#waiting === 0) return take(nothing);
    this.#waiting += 1;
    this.#order = (this.#order ?? Promise.resolve()).then(async () => {
      const reading = hasChunks ? await this.#reading(chunks) : nothing;
      this.#waiting -= 1;
      take(reading);
    });
  }

  /** Everything that was to be read has been. Never rejects. */
  settled(): Promise<void> {
    return this.#order ?? Promise.resolve();
  }

  async #reading(chunks: ReadonlyMap<number, Uint8Array>): Promise<ChunkReading> {
    try {
      const exposureMicroseconds = positive(await this.#first(exposureNames, chunks));
      const timestamp = await this.#first(timestampNames, chunks);
      return { exposureMicroseconds, timestamp: typeof timestamp === 'number' ? exact(timestamp) : null };
    } catch {
      // A picture is worth more than what is written on it.
      return nothing;
    }
  }

  async #first(names: readonly string[], chunks: ReadonlyMap<number, Uint8Array>) {
    for (const name of names) {
      if (!this.#map.has(name)) continue;
      try {
        const value = await this.#map.chunkValue(name, chunks);
        if (value !== null) return value;
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    }
    return null;
  }
}

/** Beyond 2^53 the value was rounded, and the time stamp of the leader says more. */
const exact = (value: number): bigint | null => (Number.isSafeInteger(value) && value > 0 ? BigInt(value) : null);
