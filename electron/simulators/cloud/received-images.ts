import { hash } from 'node:crypto';
import { Refusal } from './answers.ts';
import { Batches, type BatchLimits } from './batches.ts';
import type { Journal } from './journal.ts';
import { annotationCount, type ImageDraft, type ImageRecord } from './records.ts';

export type LedgerRules = BatchLimits & {
  readonly idempotency: boolean;
  readonly onKnownContent: 'store' | 'refuse';
  /** False in discard mode: images are counted and forgotten. */
  readonly record: boolean;
};

export type ImageTotals = {
  images: number;
  bytes: number;
  annotations: number;
  duplicates: number;
  repeatedContent: number;
  replays: number;
  conflicts: number;
};

const noTotals = (): ImageTotals => ({
  images: 0,
  bytes: 0,
  annotations: 0,
  duplicates: 0,
  repeatedContent: 0,
  replays: 0,
  conflicts: 0,
});

/** 22 characters instead of up to some hundreds, so that the memory an image takes is small and known. */
const digest = (...parts: readonly string[]): string => hash('sha256', parts.join('\n'), 'base64url').slice(0, 22);

/**
 * The stored images. What an image is lies in the journal; memory holds its position there and three 22-character
 * marks (idempotency key, client image id, content), some 300 bytes an image whatever its metadata.
 *
 * An image is in the journal before its commit returns. Two requests with one idempotency key never store two images,
 * not even at the same instant: the second waits for the first.
 */
export class Ledger {
  readonly #journal: Journal;
  readonly #rules: LedgerRules;
  readonly #now: () => number;
  readonly #positions: number[] = [];
  readonly #byKey = new Map<string, number>();
  readonly #busyKeys = new Map<string, Promise<unknown>>();
  readonly #clientImages = new Set<string>();
  readonly #contents = new Set<string>();
  readonly batches: Batches;
  totals: ImageTotals = noTotals();

  constructor(journal: Journal, rules: LedgerRules, now: () => number) {
    this.#journal = journal;
    this.#rules = rules;
    this.#now = now;
    this.batches = new Batches(rules);
  }

  restore(record: ImageRecord, position: number): void {
    this.batches.restore(record.batch, record.deviceId, record.at);
    this.#index(record, position);
  }

  /**
   * Stores an image, or finds the one that its idempotency key already stored. `keepPayload` moves the received bytes
   * to their place and returns it. Throws a Refusal: 400 for a key used for another image, 409 for known content where
   * the rules refuse it.
   */
  async commit(
    draft: ImageDraft,
    keepPayload: () => Promise<string | null>,
  ): Promise<Pick<ImageRecord, 'image' | 'batch'>> {
    if (!this.#rules.idempotency || draft.idempotencyKey === null) return this.#store(draft, keepPayload);
    const key = digest(draft.deviceId, draft.idempotencyKey);
    for (let busy = this.#busyKeys.get(key); busy !== undefined; busy = this.#busyKeys.get(key)) {
      await busy.catch(() => undefined);
    }
    const known = this.#byKey.get(key);
    if (known !== undefined) return this.#replay(draft, known);
    const storing = this.#store(draft, keepPayload);
    this.#busyKeys.set(key, storing);
    try {
      return await storing;
    } finally {
      this.#busyKeys.delete(key);
    }
  }

  async image(number: number): Promise<ImageRecord | null> {
    const from = this.#positions[number - 1];
    if (from === undefined) return null;
    const [record] = await this.#journal.read(from, this.#positions[number]);
    return record?.type === 'image' ? record : null;
  }

  /** In the order of their commits; `page` counts from 1. */
  async images(page: number, perPage: number): Promise<ImageRecord[]> {
    const from = this.#positions[(page - 1) * perPage];
    if (from === undefined) return [];
    const records = await this.#journal.read(from, this.#positions[page * perPage]);
    return records.filter((record) => record.type === 'image');
  }

  /** Forgets everything; the journal is the caller's to clear. */
  clear(): void {
    this.#positions.length = 0;
    this.#byKey.clear();
    this.#clientImages.clear();
    this.#contents.clear();
    this.batches.clear();
    this.totals = noTotals();
  }

  async #store(draft: ImageDraft, keepPayload: () => Promise<string | null>): Promise<ImageRecord> {
    const payload = await keepPayload();
    const content = contentMark(draft);
    if (this.#rules.onKnownContent === 'refuse' && content !== null && this.#contents.has(content)) {
      this.totals.conflicts += 1;
      throw new Refusal(409, 'Resource already exists', 'an image with this hash and filename is already stored');
    }
    const at = this.#now();
    const image = this.#positions.length + 1;
    const batch = this.batches.place(draft.deviceId, at);
    const record: ImageRecord = { type: 'image', image, batch, at, payload, ...draft };
    if (!this.#rules.record) {
      this.#count(record);
      return { ...record, image: this.totals.images };
    }
    this.#index(record, this.#journal.append(record));
    return record;
  }

  async #replay(draft: ImageDraft, known: number): Promise<Pick<ImageRecord, 'image' | 'batch'>> {
    const first = await this.image(known);
    if (first === null) throw new Error(`image ${known} is indexed but not in the journal`);
    if (first.sha256 !== draft.sha256 || first.storageKey !== draft.storageKey) {
      throw new Refusal(400, 'Invalid request', 'Idempotency-Key was used before for another image');
    }
    this.totals.replays += 1;
    return first;
  }

  #count(record: ImageRecord): void {
    this.totals.images += 1;
    this.totals.bytes += record.bytes ?? 0;
    this.totals.annotations += annotationCount(record.metadata);
  }

  #index(record: ImageRecord, position: number): void {
    this.#positions.push(position);
    this.#count(record);
    if (record.clientImageId !== null) {
      const mark = digest(record.deviceId, record.clientImageId);
      if (this.#clientImages.has(mark)) this.totals.duplicates += 1;
      this.#clientImages.add(mark);
    }
    const content = contentMark(record);
    if (content !== null) {
      if (this.#contents.has(content)) this.totals.repeatedContent += 1;
      this.#contents.add(content);
    }
    if (this.#rules.idempotency && record.idempotencyKey !== null) {
      const key = digest(record.deviceId, record.idempotencyKey);
      if (!this.#byKey.has(key)) this.#byKey.set(key, record.image);
    }
  }
}

function contentMark(image: Pick<ImageDraft, 'deviceId' | 'filename' | 'sha256'>): string | null {
  return image.sha256 === null ? null : digest(image.deviceId, image.filename, image.sha256);
}
