import { AwsV4Signer } from 'aws4fetch';
import type { ObjectStoreConfig } from '../../../../shared/config.ts';
import type { Pace } from '../../model/delivery.ts';
import { AnswerPatience, patiently } from '../acusight/answer-patience.ts';
import { fileChunks, lengthOf, type UploadPayload } from '../acusight/upload-body.ts';
import { type Exchange, exchange, type RequestBody, type Transport } from '../http/http-exchange.ts';
import { encodeKey } from './object-key.ts';
import { putMeaning, refusesChecksum } from './storage-outcome.ts';

export type AccessKey = { readonly accessKeyId: string; readonly secretAccessKey: string };

export type StorageRequestsOptions = {
  readonly config: ObjectStoreConfig;
  readonly transport: Transport;
  readonly answerTimeoutMilliseconds: number;
  readonly userAgent: string;
  /** Wall clock: signatures carry it. */
  readonly now: () => number;
};

export type StoredObject = {
  readonly key: string;
  readonly contentType: string;
  /** Hex. */
  readonly sha256: string;
};

type StorageRequest = {
  readonly method: 'PUT' | 'GET' | 'HEAD' | 'DELETE';
  /** Behind the bucket: `?location`, or a slash and a key. */
  readonly resource: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly sha256: string; readonly bytes: RequestBody };
  readonly answerMilliseconds?: number;
  readonly pace?: Pace | undefined;
  readonly signal: AbortSignal;
};

/** Of no bytes, hex. */
const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const checksumHeader = 'x-amz-checksum-sha256';

/** What goes to S3-compatible object storage, signed and addressed by path; deliveries and the doctor send the same. */
export class StorageRequests {
  readonly #options: StorageRequestsOptions;
  readonly #basePath: string;
  readonly #origin: string;
  readonly #patience: AnswerPatience;
  /** Derived signing keys: one a day, region and secret. */
  #signingKeys = new Map<string, ArrayBuffer>();
  #checksums: 'unknown' | 'taken' | 'refused' = 'unknown';

  constructor(options: StorageRequestsOptions) {
    const url = new URL(options.config.endpoint);
    this.#options = options;
    this.#origin = url.origin;
    this.#patience = new AnswerPatience(options.answerTimeoutMilliseconds);
    this.#basePath = url.pathname.replace(/\/+$/, '');
  }

  /** The storage has taken an object only without the header that has its checksum. */
  get refusesChecksums(): boolean {
    return this.#checksums === 'refused';
  }

  /**
   * Stores an object. Older storages, and some proxies, refuse the header that has its checksum: then the same goes again
   * without it, and all that come after. The signature covers the hash of the bytes all the same. This is no retry: a
   * failure of any other kind is the outbox's business.
   */
  async put(
    accessKey: AccessKey,
    { key, contentType, sha256 }: StoredObject,
    payload: UploadPayload,
    { pace, signal }: { readonly pace?: Pace | undefined; readonly signal: AbortSignal },
  ): Promise<Exchange> {
    const send = (more: Readonly<Record<string, string>>): Promise<Exchange> =>
      patiently(this.#patience, (answerMilliseconds) =>
        this.send(accessKey, {
          method: 'PUT',
          resource: `/${encodeKey(key)}`,
          headers: { 'content-type': contentType, ...more },
          body: { sha256, bytes: bodyOf(payload) },
          answerMilliseconds,
          pace,
          signal,
        }),
      );
    if (this.#checksums === 'refused') return send({});
    const answer = await send({ [checksumHeader]: Buffer.from(sha256, 'hex').toString('base64') });
    if (isStored(answer)) this.#checksums = 'taken';
    if (!refusesChecksum(answer, this.#checksums === 'taken')) return answer;
    const without = await send({});
    if (isStored(without)) this.#checksums = 'refused';
    return without;
  }

  async send(
    accessKey: AccessKey,
    { method, resource, headers = {}, body, answerMilliseconds, pace, signal }: StorageRequest,
  ): Promise<Exchange> {
    const { config, transport, answerTimeoutMilliseconds, userAgent } = this.#options;
    const path = `${this.#basePath}/${config.bucket}${resource}`;
    const signed = await this.#sign(accessKey, method, path, {
      ...headers,
      'x-amz-content-sha256': body?.sha256 ?? emptySha256,
    });
    return exchange(transport, {
      method,
      path,
      headers: { ...signed, 'user-agent': userAgent },
      body: body?.bytes ?? { kind: 'none' },
      silenceMilliseconds: answerTimeoutMilliseconds,
      answerMilliseconds,
      pace,
      signal,
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

const bodyOf = (payload: UploadPayload): RequestBody =>
  payload.kind === 'bytes'
    ? { kind: 'buffer', bytes: payload.bytes }
    : { kind: 'stream', length: lengthOf(payload), chunks: fileChunks(payload.path) };

const isStored = (answer: Exchange): boolean => putMeaning(answer, 0).kind === 'stored';
