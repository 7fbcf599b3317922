import { createReadStream } from 'node:fs';
import { Pool } from 'undici';
import type { DeliveryFailure, DeliveryOutcome } from '../model/delivery.ts';
import type { ImageMetadata } from './acusight-schema.ts';
import { meaningOf } from './answer-meaning.ts';
import { exchange, type RequestBody } from './http-exchange.ts';
import { multipartFrame } from './multipart.ts';

export type ClientOptions = {
  /** Up to and including `/api`. */
  readonly baseUrl: string;
  /** The device key now; null while there is none. */
  readonly deviceKey: () => string | null;
  readonly connections: number;
  readonly connectTimeoutMilliseconds: number;
  readonly answerTimeoutMilliseconds: number;
  readonly userAgent: string;
  readonly now: () => number;
};

/** A payload as the client sends it: held in memory when it is small, read from its file when it is large. */
export type UploadPayload =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly path: string; readonly length: number };

/** What is handed to the socket at once shows no progress: on a slow line it must be gone before it counts as silence. */
const largestWhole = 256 * 1024;
const chunkBytes = 64 * 1024;

const keyMissing: DeliveryFailure = {
  code: 'key-missing',
  text: 'There is no device key yet.',
  hint: 'Enter the device key that the Acusight administrator gave for this device. Pictures are kept until then.',
  technical: '',
  disposition: 'pause',
  gate: 'key-missing',
  ambiguous: false,
  retryAfterMilliseconds: null,
};

/** Printable ASCII without spaces: what a header may carry. */
const sendable = /^[\x21-\x7e]+$/;
const keyUnusable: DeliveryFailure = {
  ...keyMissing,
  code: 'key-unusable',
  text: 'The device key has characters that no device key has.',
  hint: 'Enter the device key again, without spaces and line breaks: it begins with adk_. Pictures are kept until then.',
};

/** The Acusight device API. One attempt a call: the outbox is the only one that retries. */
export class AcusightClient {
  readonly #options: ClientOptions;
  readonly #pool: Pool;
  readonly #basePath: string;

  constructor(options: ClientOptions) {
    const url = new URL(options.baseUrl);
    this.#options = options;
    this.#basePath = url.pathname.replace(/\/+$/, '');
    this.#pool = new Pool(url.origin, {
      connections: options.connections,
      pipelining: 1,
      connect: { timeout: options.connectTimeoutMilliseconds },
      // Shorter than the usual idle limit of servers and proxies, so that they rarely close a connection we write to.
      keepAliveTimeout: 4_000,
      keepAliveMaxTimeout: 30_000,
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
    });
  }

  /** `POST /device/images/upload`, cloud mode. */
  upload(
    image: { readonly imageId: string; readonly contentType: string },
    metadata: ImageMetadata,
    payload: UploadPayload,
    signal: AbortSignal,
  ): Promise<DeliveryOutcome> {
    const frame = multipartFrame(JSON.stringify(metadata), metadata.filename, image.contentType);
    const length = payload.kind === 'bytes' ? payload.bytes.length : payload.length;
    const body: RequestBody =
      payload.kind === 'bytes' && length <= largestWhole
        ? { kind: 'buffer', bytes: Buffer.concat([frame.head, payload.bytes, frame.tail]) }
        : {
            kind: 'stream',
            length: frame.head.length + length + frame.tail.length,
            chunks: framed(frame.head, payload, frame.tail),
          };
    return this.#call(
      'POST',
      '/device/images/upload',
      { 'content-type': frame.contentType, 'idempotency-key': image.imageId },
      body,
      signal,
    );
  }

  /** `GET /device/self`: is the API there, and does it know us? Without an answer we are offline: no picture was sent. */
  self(signal: AbortSignal): Promise<DeliveryOutcome> {
    return this.#call('GET', '/device/self', {}, { kind: 'none' }, signal);
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  async #call(
    method: 'GET' | 'POST',
    path: string,
    headers: Record<string, string>,
    body: RequestBody,
    signal: AbortSignal,
  ): Promise<DeliveryOutcome> {
    const key = this.#options.deviceKey();
    if (key === null) return { kind: 'failed', failure: keyMissing };
    if (!sendable.test(key)) return { kind: 'failed', failure: keyUnusable };
    const outcome = await exchange(this.#pool, {
      method,
      path: `${this.#basePath}${path}`,
      headers: { ...headers, 'x-device-key': key, 'user-agent': this.#options.userAgent, accept: 'application/json' },
      body,
      silenceMilliseconds: this.#options.answerTimeoutMilliseconds,
      signal,
    });
    const carried = body.kind !== 'none';
    return meaningOf(
      outcome.kind === 'lost' ? { ...outcome, sent: outcome.sent && carried } : outcome,
      this.#options.now(),
    );
  }
}

async function* framed(head: Buffer, payload: UploadPayload, tail: Buffer): AsyncGenerator<Uint8Array> {
  yield head;
  if (payload.kind === 'file') {
    yield* createReadStream(payload.path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>;
  } else {
    for (let at = 0; at < payload.bytes.length; at += chunkBytes) yield payload.bytes.subarray(at, at + chunkBytes);
  }
  yield tail;
}
