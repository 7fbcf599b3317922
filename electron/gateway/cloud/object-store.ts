import { AwsV4Signer } from 'aws4fetch';
import type { ObjectStoreConfig } from '../../../shared/config.ts';
import type { DeliveryContext, DeliveryFailure } from '../model/delivery.ts';
import { exchange, type RequestBody, type Transport } from './http-exchange.ts';
import type { Network } from './network.ts';
import { encodeKey } from './object-key.ts';
import { fileChunks, lengthOf, type UploadPayload } from './payload.ts';
import { bucketMeaning, putMeaning, type StoreOutcome } from './storage-meaning.ts';
import { storageKeyMissing, storageKeyUnusable } from './storage-words.ts';

export type AccessKey = { readonly accessKeyId: string; readonly secretAccessKey: string };

export type ObjectStoreOptions = {
  readonly config: ObjectStoreConfig;
  /** The access key now; null while there is none. */
  readonly accessKey: () => AccessKey | null;
  readonly network: Pick<Network, 'transportFor'>;
  readonly answerTimeoutMilliseconds: number;
  readonly userAgent: string;
  readonly now: () => number;
};

export type StoredObject = {
  readonly key: string;
  readonly contentType: string;
  /** Hex. */
  readonly sha256: string;
};

/** Of no bytes, hex. */
const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Printable ASCII without spaces: what a header may carry. */
const sendable = /^[\x21-\x7e]+$/;

/** S3-compatible object storage, addressed by path. One attempt a call, as with the API. */
export class ObjectStore {
  readonly #options: ObjectStoreOptions;
  readonly #transport: Transport;
  readonly #basePath: string;
  readonly #origin: string;
  /** Derived signing keys: one a day, region and secret. */
  #signingKeys = new Map<string, ArrayBuffer>();

  constructor(options: ObjectStoreOptions) {
    const url = new URL(options.config.endpoint);
    this.#options = options;
    this.#origin = url.origin;
    this.#basePath = url.pathname.replace(/\/+$/, '');
    this.#transport = options.network.transportFor(options.config.endpoint);
  }

  /** Stores a picture. The server checks the bytes against `sha256`; the same again is the same object. */
  put(
    { key, contentType, sha256 }: StoredObject,
    payload: UploadPayload,
    { pace, signal }: Pick<DeliveryContext, 'pace' | 'signal'>,
  ): Promise<StoreOutcome> {
    const body: RequestBody =
      payload.kind === 'bytes'
        ? { kind: 'buffer', bytes: payload.bytes }
        : { kind: 'stream', length: lengthOf(payload), chunks: fileChunks(payload.path) };
    const headers = {
      'content-type': contentType,
      'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
    };
    return this.#call('PUT', `/${encodeKey(key)}`, headers, sha256, async (request) =>
      putMeaning(await exchange(this.#transport, { ...request, body, pace, signal }), this.#options.now()),
    );
  }

  /**
   * Asks where the bucket is: is the object storage there, does it know our key, is there such a bucket? A HEAD would
   * do, but its refusals have no words, and a key that may only write is refused there too.
   */
  probe(signal: AbortSignal): Promise<StoreOutcome> {
    return this.#call('GET', '?location', {}, emptySha256, async (request) =>
      bucketMeaning(
        await exchange(this.#transport, { ...request, body: { kind: 'none' }, signal }),
        this.#options.now(),
      ),
    );
  }

  async #call(
    method: 'PUT' | 'GET',
    resource: string,
    headers: Readonly<Record<string, string>>,
    sha256: string,
    send: (request: Signed) => Promise<StoreOutcome>,
  ): Promise<StoreOutcome> {
    const accessKey = this.#options.accessKey();
    if (accessKey === null) return failed(storageKeyMissing);
    if (!sendable.test(accessKey.accessKeyId)) return failed(storageKeyUnusable);
    const { config, answerTimeoutMilliseconds, userAgent } = this.#options;
    const path = `${this.#basePath}/${config.bucket}${resource}`;
    const signed = await this.#sign(accessKey, method, path, { ...headers, 'x-amz-content-sha256': sha256 });
    return send({
      method,
      path,
      headers: { ...signed, 'user-agent': userAgent },
      silenceMilliseconds: answerTimeoutMilliseconds,
    });
  }

  async #sign(
    accessKey: AccessKey,
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Record<string, string>> {
    if (this.#signingKeys.size > 8) this.#signingKeys = new Map();
    const signer = new AwsV4Signer({
      ...accessKey,
      method,
      url: `${this.#origin}${path}`,
      headers: { ...headers },
      service: 's3',
      region: this.#options.config.region,
      datetime: new Date(this.#options.now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
      cache: this.#signingKeys,
    });
    return Object.fromEntries((await signer.sign()).headers);
  }
}

type Signed = {
  readonly method: 'PUT' | 'GET';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly silenceMilliseconds: number;
};

const failed = (failure: DeliveryFailure): StoreOutcome => ({ kind: 'failed', failure });
