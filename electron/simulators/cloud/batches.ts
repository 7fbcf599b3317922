/**
 * Images are grouped by device and time window, as Acusight does: a batch takes images for 30 minutes from its first
 * one, at most 1,000 of them, and then closes by itself.
 */

export type BatchLimits = { readonly maxImages: number; readonly windowMilliseconds: number };

export type BatchSummary = {
  /** Counts from 1. */
  readonly batch: number;
  readonly deviceId: string;
  readonly status: 'open' | 'closed';
  readonly images: number;
  readonly openedAt: number;
  readonly closedAt: number | null;
};

type Batch = {
  readonly batch: number;
  readonly deviceId: string;
  readonly openedAt: number;
  images: number;
  lastAt: number;
};

export class Batches {
  readonly #limits: BatchLimits;
  readonly #all: Batch[] = [];
  readonly #newest = new Map<string, Batch>();

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#all.length;
  }

  /** Puts one image into the device's open batch, or into a new one; returns the batch's number. */
  place(deviceId: string, at: number): number {
    const newest = this.#newest.get(deviceId);
    if (newest !== undefined && this.#closedAt(newest, at) === null) {
      newest.images += 1;
      newest.lastAt = at;
      return newest.batch;
    }
    const batch = { batch: this.#all.length + 1, deviceId, openedAt: at, images: 1, lastAt: at };
    this.#all.push(batch);
    this.#newest.set(deviceId, batch);
    return batch.batch;
  }

  /** Takes in an image from the journal, whatever the limits are now. */
  restore(number: number, deviceId: string, at: number): void {
    const known = this.#all[number - 1];
    if (known !== undefined) {
      known.images += 1;
      known.lastAt = at;
      return;
    }
    const batch = { batch: number, deviceId, openedAt: at, images: 1, lastAt: at };
    this.#all[number - 1] = batch;
    this.#newest.set(deviceId, batch);
  }

  /** Oldest first; `page` counts from 1. */
  list(page: number, perPage: number, now: number): BatchSummary[] {
    return this.#all.slice((page - 1) * perPage, page * perPage).map((batch) => {
      const closedAt = this.#closedAt(batch, now);
      const { deviceId, images, openedAt } = batch;
      return {
        batch: batch.batch,
        deviceId,
        status: closedAt === null ? 'open' : 'closed',
        images,
        openedAt,
        closedAt,
      };
    });
  }

  clear(): void {
    this.#all.length = 0;
    this.#newest.clear();
  }

  #closedAt(batch: Batch, now: number): number | null {
    if (batch.images >= this.#limits.maxImages) return batch.lastAt;
    const end = batch.openedAt + this.#limits.windowMilliseconds;
    return now >= end ? end : null;
  }
}
