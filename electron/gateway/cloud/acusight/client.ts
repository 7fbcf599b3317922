import { message } from '../../../../shared/messages/message.ts';
import type { DeliveryContext, DeliveryFailure, DeliveryOutcome, Pace } from '../../model/delivery.ts';
import { type Exchange, exchange, type RequestBody, type Transport } from '../http/http-exchange.ts';
import type { Network } from '../http/network.ts';
import type { Subject } from './answer-claims.ts';
import { AnswerPatience, patiently } from './answer-patience.ts';
import { actionsOf, type CheckinReport, checkinBody, type DeviceFacts, deviceFactsOf } from './device-api.ts';
import { looksLikeHtml, meaningOf, notApproved } from './response-outcome.ts';
import type { ImageMetadata } from './schema.ts';
import type { MultipartFrame, UploadPayload } from './upload-body.ts';
import { formBody } from './upload-body.ts';

export type ClientOptions = {
  /** Up to and including `/api`. */
  readonly baseUrl: string;
  /** The device key now; null while there is none. */
  readonly deviceKey: () => string | null;
  readonly network: Pick<Network, 'transportFor'>;
  readonly answerTimeoutMilliseconds: number;
  readonly userAgent: string;
  readonly now: () => number;
};

/** What the server said of us; `device` is null where it said nothing that we understand. */
export type SelfOutcome = DeliveryOutcome & { readonly device: DeviceFacts | null };

export type CheckinOutcome =
  /** `actions`: what the cloud asked for, in words; this gateway carries out none. */
  | { readonly kind: 'accepted'; readonly actions: readonly string[] }
  | { readonly kind: 'failed'; readonly failure: DeliveryFailure }
  | { readonly kind: 'aborted' };

const keyMissing: DeliveryFailure = {
  message: message('device-key-missing'),
  technical: '',
  disposition: 'pause',
  pauseReason: 'key-missing',
  ambiguous: false,
  retryAfterMilliseconds: null,
};

/** Printable ASCII without spaces: what a header may carry. */
const sendable = /^[\x21-\x7e]+$/;
const keyUnusable: DeliveryFailure = { ...keyMissing, message: message('key-unusable') };

type Call = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: RequestBody;
  readonly pace?: Pace;
  readonly signal: AbortSignal;
  /** What its answer speaks of. */
  readonly subject: Subject;
  /** For pictures: theirs may take long behind a thin line. */
  readonly patience?: AnswerPatience;
};

type Called = { readonly outcome: DeliveryOutcome; readonly answer: Extract<Exchange, { kind: 'answer' }> | null };

/** The Acusight device API. One attempt a call: the outbox is the only one that retries. */
export class AcusightClient {
  readonly #options: ClientOptions;
  readonly #transport: Transport;
  readonly #basePath: string;
  readonly #patience: AnswerPatience;
  #clockSkew: number | null = null;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#basePath = new URL(options.baseUrl).pathname.replace(/\/+$/, '');
    this.#transport = options.network.transportFor(options.baseUrl);
    this.#patience = new AnswerPatience(options.answerTimeoutMilliseconds);
  }

  /**
   * How much the server's clock is ahead of ours, milliseconds, as the last answer's `date` had it (to the second);
   * null before the first.
   */
  get clockSkewMilliseconds(): number | null {
    return this.#clockSkew;
  }

  /** `POST /device/images/upload`, cloud mode. */
  async upload(
    imageId: string,
    form: MultipartFrame,
    payload: UploadPayload,
    { pace, signal }: Pick<DeliveryContext, 'pace' | 'signal'>,
  ): Promise<DeliveryOutcome> {
    const { outcome } = await this.#call({
      method: 'POST',
      path: '/device/images/upload',
      headers: { 'content-type': form.contentType, 'idempotency-key': imageId },
      body: formBody(form, payload),
      pace,
      signal,
      subject: 'picture',
      patience: this.#patience,
    });
    return outcome;
  }

  /** `POST /data/agent/images/notify`, LAN mode: the picture lies in the object storage under `storageKey`. */
  async notify(
    imageId: string,
    metadata: ImageMetadata,
    storageKey: string,
    signal: AbortSignal,
  ): Promise<DeliveryOutcome> {
    const { outcome } = await this.#call({
      method: 'POST',
      path: '/data/agent/images/notify',
      headers: { 'content-type': 'application/json', 'idempotency-key': imageId },
      body: json({ ...metadata, storage_key: storageKey }),
      signal,
      subject: 'picture',
    });
    return outcome;
  }

  /**
   * `GET /device/self`: is the API there, does it know us, are we approved? Without an answer we are offline: no
   * picture was sent. A device that is not approved is told so as a failure: its pictures would be refused.
   */
  async self(signal: AbortSignal): Promise<SelfOutcome> {
    const { outcome, answer } = await this.#call({
      method: 'GET',
      path: '/device/self',
      body: { kind: 'none' },
      signal,
      subject: 'device',
    });
    if (outcome.kind !== 'acknowledged' || answer === null) return { ...outcome, device: null };
    const device = deviceFactsOf(answer.body);
    if (device?.status !== 'pending' && device?.status !== 'rejected') return { ...outcome, device };
    const failure = {
      ...notApproved(device.status),
      technical: `GET /device/self: status ${device.status}`,
      ambiguous: false,
      retryAfterMilliseconds: null,
    };
    return { kind: 'failed', failure, device };
  }

  /** `POST /device/checkin`. */
  async checkin(report: CheckinReport, signal: AbortSignal): Promise<CheckinOutcome> {
    const { outcome, answer } = await this.#call({
      method: 'POST',
      path: '/device/checkin',
      headers: { 'content-type': 'application/json' },
      body: json(checkinBody(report)),
      signal,
      subject: 'device',
    });
    if (outcome.kind === 'acknowledged') return { kind: 'accepted', actions: actionsOf(answer?.body ?? '') };
    return outcome.kind === 'aborted' ? { kind: 'aborted' } : outcome;
  }

  async #call({ method, path, headers, body, pace, signal, subject, patience }: Call): Promise<Called> {
    const { deviceKey, userAgent, answerTimeoutMilliseconds, now } = this.#options;
    const key = deviceKey();
    if (key === null) return { outcome: { kind: 'failed', failure: keyMissing }, answer: null };
    if (!sendable.test(key)) return { outcome: { kind: 'failed', failure: keyUnusable }, answer: null };
    const send = (answerMilliseconds?: number): Promise<Exchange> =>
      exchange(this.#transport, {
        method,
        path: `${this.#basePath}${path}`,
        headers: { ...headers, 'x-device-key': key, 'user-agent': userAgent, accept: 'application/json' },
        body,
        silenceMilliseconds: answerTimeoutMilliseconds,
        answerMilliseconds,
        pace,
        signal,
      });
    const result = await (patience === undefined ? send() : patiently(patience, send));
    const answer = result.kind === 'answer' ? result : null;
    if (answer !== null && !looksLikeHtml(answer)) this.#noteClock(answer.headers['date']);
    const carried = body.kind !== 'none';
    const heard = result.kind === 'answer' || carried ? result : { ...result, sent: false };
    const outcome = meaningOf(heard, now(), subject);
    return { outcome, answer };
  }

  #noteClock(date: string | undefined): void {
    const at = date === undefined ? Number.NaN : Date.parse(date);
    if (!Number.isNaN(at)) this.#clockSkew = at - this.#options.now();
  }
}

const json = (value: unknown): RequestBody => ({ kind: 'buffer', bytes: Buffer.from(JSON.stringify(value)) });
