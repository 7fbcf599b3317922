import type { ObjectStoreConfig } from '../../../../shared/config.ts';
import type { DeliveryContext, DeliveryFailure } from '../../model/delivery.ts';
import type { UploadPayload } from '../acusight/upload-body.ts';
import type { Exchange } from '../http/http-exchange.ts';
import type { Network } from '../http/network.ts';
import { storageKeyMissing, storageKeyUnusable } from './storage-failures.ts';
import { bucketMeaning, putMeaning, type StoreOutcome } from './storage-outcome.ts';
import { type AccessKey, StorageRequests, type StoredObject } from './storage-requests.ts';

export type { AccessKey } from './storage-requests.ts';

export type ObjectStoreOptions = {
  readonly config: ObjectStoreConfig;
  /** The access key now; null while there is none. */
  readonly accessKey: () => AccessKey | null;
  readonly network: Pick<Network, 'transportFor'>;
  readonly answerTimeoutMilliseconds: number;
  readonly userAgent: string;
  readonly now: () => number;
};

/** Printable ASCII without spaces: what a header may carry. */
const sendable = /^[\x21-\x7e]+$/;

/** Object storage, as deliveries see it. One attempt a call, as with the API. */
export class ObjectStore {
  readonly #options: ObjectStoreOptions;
  readonly #requests: StorageRequests;

  constructor(options: ObjectStoreOptions) {
    this.#options = options;
    this.#requests = new StorageRequests({
      ...options,
      transport: options.network.transportFor(options.config.endpoint),
    });
  }

  /** Stores a picture. The server checks the bytes against `sha256`; the same again is the same object. */
  put(
    object: StoredObject,
    payload: UploadPayload,
    context: Pick<DeliveryContext, 'pace' | 'signal'>,
  ): Promise<StoreOutcome> {
    return this.#call(putMeaning, (accessKey) => this.#requests.put(accessKey, object, payload, context));
  }

  /**
   * Asks where the bucket is: is the object storage there, does it know our key, is there such a bucket? A HEAD would
   * do, but its refusals have no words, and a key that may only write is refused there too.
   */
  probe(signal: AbortSignal): Promise<StoreOutcome> {
    return this.#call(bucketMeaning, (accessKey) =>
      this.#requests.send(accessKey, { method: 'GET', resource: '?location', signal }),
    );
  }

  async #call(
    meaning: (answer: Exchange, now: number) => StoreOutcome,
    send: (accessKey: AccessKey) => Promise<Exchange>,
  ): Promise<StoreOutcome> {
    const accessKey = this.#options.accessKey();
    if (accessKey === null) return failed(storageKeyMissing);
    if (!sendable.test(accessKey.accessKeyId)) return failed(storageKeyUnusable);
    return meaning(await send(accessKey), this.#options.now());
  }
}

const failed = (failure: DeliveryFailure): StoreOutcome => ({ kind: 'failed', failure });
