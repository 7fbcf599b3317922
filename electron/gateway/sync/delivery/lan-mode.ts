import type { AcusightClient, SelfOutcome } from '../../cloud/acusight/client.ts';
import { metadataOf } from '../../cloud/acusight/schema.ts';
import { objectKeyOf } from '../../cloud/s3/object-key.ts';
import type { ObjectStore } from '../../cloud/s3/object-store.ts';
import type { StoreOutcome } from '../../cloud/s3/storage-outcome.ts';
import type { DeliveryContext, DeliveryFailure, DeliveryOutcome } from '../../model/delivery.ts';
import { contentTypeOf } from '../../model/image.ts';
import type { LeasedEntry } from '../../model/outbox-entry.ts';
import type { Delivery } from './delivery.ts';
import { discard, type LoadedPayload, type PayloadSource } from './payload-source.ts';
import { ReadAhead } from './read-ahead.ts';

const noRoom = { before: 0, after: 0 } as const;

export type LanModeParts = {
  readonly client: AcusightClient;
  readonly objects: ObjectStore;
  readonly payloads: PayloadSource;
  readonly deviceId: string;
  /** Before each object's name. */
  readonly prefix: string;
};

/**
 * LAN mode: the picture to the object storage, then a notice to the API that names it. What the first step reached is
 * durable before the second begins, so that after a crash between them only the notice is repeated.
 */
export class LanModeDelivery implements Delivery {
  readonly #parts: LanModeParts;
  readonly #ahead: ReadAhead<LoadedPayload | DeliveryFailure>;

  constructor(parts: LanModeParts) {
    this.#parts = parts;
    this.#ahead = new ReadAhead((entry) => parts.payloads.load(entry, noRoom), discard);
  }

  prepare(entries: readonly LeasedEntry[]): void {
    this.#ahead.prepare(entries.filter(({ objectKey }) => objectKey === null));
  }

  async deliver(entry: LeasedEntry, context: DeliveryContext): Promise<DeliveryOutcome> {
    const { client, deviceId, prefix } = this.#parts;
    let key = entry.objectKey;
    if (key === null) {
      key = objectKeyOf(prefix, entry.imageId, entry.filename);
      const outcome = await this.#store(entry, key, context);
      if (outcome.kind !== 'stored') return outcome;
      await context.stored(key);
    }
    return client.notify(entry.imageId, metadataOf(entry, deviceId), key, context.signal);
  }

  /** Is the way open, all of it? The object storage is asked once the API has answered well. */
  async probe(signal: AbortSignal): Promise<SelfOutcome> {
    const { client, objects } = this.#parts;
    const self = await client.self(signal);
    if (self.kind !== 'acknowledged') return self;
    const bucket = await objects.probe(signal);
    return bucket.kind === 'stored' ? self : { ...bucket, device: self.device };
  }

  async #store(entry: LeasedEntry, key: string, context: DeliveryContext): Promise<StoreOutcome> {
    const loaded = await this.#ahead.take(entry);
    if ('disposition' in loaded) return { kind: 'failed', failure: loaded };
    const { sha256, format } = entry;
    const picture = { key, sha256, contentType: contentTypeOf(format) };
    const outcome = await this.#parts.objects.put(picture, loaded.payload, context);
    if (outcome.kind === 'stored') loaded.free();
    return outcome;
  }
}
