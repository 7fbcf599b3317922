import type { Dispatcher } from 'undici';
import type { Pace } from '../../model/delivery.ts';
import { CodedError } from './coded-error.ts';

/** What became of one HTTP request, before anybody asks what it means. */
export type Exchange =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly complete: boolean;
    }
  /** No answer. `sent`: the system had taken the whole request for a connected socket, so that the server may have acted on it. */
  | { readonly kind: 'lost'; readonly sent: boolean; readonly error: Error }
  | { readonly kind: 'aborted'; readonly sent: boolean };

/** A body is one buffer, or a stream of known length that is read once. */
export type RequestBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'buffer'; readonly bytes: Uint8Array }
  | { readonly kind: 'stream'; readonly length: number; readonly chunks: AsyncIterable<Uint8Array> };

export type ExchangeRequest = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestBody;
  /**
   * Longest silence while sending, and the longest time from the last byte sent to the end of the answer: a server
   * that drips a byte a second holds no place for longer. Waiting for the pace is no silence.
   */
  readonly silenceMilliseconds: number;
  /** From the last byte sent to the end of the answer, where that is another time. */
  readonly answerMilliseconds?: number | undefined;
  readonly pace?: Pace | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** What requests are dispatched over: undici's pools, and the ways through a proxy. */
export type Transport = Pick<Dispatcher, 'dispatch'>;

/** More of an answer than this is not read: no answer of the API is so long. */
const longestAnswer = 256 * 1024;
/** What is handed to the socket at once shows no progress: on a slow line it must be gone before it counts as silence. */
const largestWhole = 256 * 1024;
const chunkBytes = 64 * 1024;

/**
 * One request over an undici dispatcher. Never throws, never retries (the outbox owns retries), never follows a
 * redirect, and knows whether the body was sent: that is what tells "failed" from "ambiguous".
 */
export function exchange(transport: Transport, request: ExchangeRequest): Promise<Exchange> {
  return new Promise((resolve) => {
    const { body } = request;
    let started = false;
    let handedOver = body.kind === 'none';
    let abort: ((reason: Error) => void) | null = null;
    let stopReason: Error | null = null;
    let status = 0;
    let headers: Record<string, string> = {};
    const chunks: Buffer[] = [];
    let received = 0;
    let settled = false;
    /** Ends a wait for the pace whose request is over. Made when it is needed: most bodies are not paced. */
    let over: AbortController | null = null;

    const finish = (outcome: Exchange): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', onAbort);
      over?.abort();
      resolve(outcome);
    };
    const stop = (reason: Error): void => {
      stopReason = reason;
      abort?.(reason);
    };
    let timer = setTimeout(() => undefined, 0);
    const restart = (): void => {
      clearTimeout(timer);
      if (settled) return;
      const longest = (handedOver ? request.answerMilliseconds : undefined) ?? request.silenceMilliseconds;
      timer = setTimeout(() => stop(new CodedError('ACUSIGHT_SILENCE', `no answer for ${longest} ms`)), longest);
    };
    const sent = (): boolean => started && handedOver;
    const onAbort = (): void => {
      stop(new Error('stopped'));
      // A request that waits for a connection has no controller to abort it by; nothing of it was sent.
      if (abort === null) finish({ kind: 'aborted', sent: false });
    };
    if (request.signal?.aborted) return finish({ kind: 'aborted', sent: false });
    request.signal?.addEventListener('abort', onAbort, { once: true });

    /**
     * undici asks for the next piece once the system has taken the last one. So a small picture too goes this way, in
     * one piece: when the connection breaks while the system still holds a part of it back, it was not sent.
     */
    async function* outgoing(): AsyncGenerator<Uint8Array> {
      let left = lengthOf(body);
      for await (const piece of body.kind === 'buffer' ? [body.bytes] : body.kind === 'stream' ? body.chunks : []) {
        left -= piece.length;
        if (left < 0) throw otherLength();
        for (let at = 0; at < piece.length; ) {
          const pace = request.pace?.limited ? request.pace : null;
          const most = pace?.chunkBytes ?? (piece.length <= largestWhole ? piece.length : chunkBytes);
          const slice = piece.subarray(at, at + Math.max(1, most));
          if (pace !== null) {
            clearTimeout(timer);
            over ??= new AbortController();
            if (settled) over.abort();
            await take(pace, slice.length, over.signal);
          }
          at += slice.length;
          restart();
          yield slice;
        }
      }
      if (left > 0) throw otherLength();
      handedOver = true;
      restart();
    }
    const text = (): string => Buffer.concat(chunks).toString('utf8');

    transport.dispatch(
      {
        method: request.method,
        path: request.path,
        headers: { ...request.headers, ...lengthHeader(body) },
        // undici's type leaves out iterables, which it documents and takes.
        body: (body.kind === 'none' ? null : outgoing()) as unknown as null,
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      {
        onRequestStart: (controller) => {
          abort = (reason) => controller.abort(reason);
          if (stopReason !== null) return abort(stopReason);
          started = true;
          restart();
        },
        onResponseStart: (_controller, statusCode, fields) => {
          // Informational answers (100–199) come before the real one.
          if (statusCode < 200) return;
          status = statusCode;
          headers = flatten(fields);
        },
        onResponseData: (controller, chunk) => {
          received += chunk.length;
          if (received <= longestAnswer) chunks.push(chunk);
          else controller.abort(new Error('the answer is too long'));
        },
        onResponseEnd: () => finish({ kind: 'answer', status, headers, body: text(), complete: true }),
        onResponseError: (_controller, error) => {
          if (request.signal?.aborted) return finish({ kind: 'aborted', sent: sent() });
          if (error instanceof PaceRefusal) return finish({ kind: 'aborted', sent: false });
          if (status !== 0) return finish({ kind: 'answer', status, headers, body: text(), complete: false });
          finish({ kind: 'lost', sent: sent(), error: stopReason ?? error });
        },
      },
    );
  });
}

/** The way was closed while a body waited for its turn: no failure, and it goes again when the way opens. */
class PaceRefusal extends Error {}

async function take(pace: Pace, bytes: number, signal: AbortSignal): Promise<void> {
  try {
    await pace.take(bytes, signal);
  } catch (error) {
    throw new PaceRefusal('the pace lets nothing more leave', { cause: error });
  }
}

const lengthOf = (body: RequestBody): number =>
  body.kind === 'none' ? 0 : body.kind === 'buffer' ? body.bytes.length : body.length;

const lengthHeader = (body: RequestBody): Record<string, string> =>
  body.kind === 'none' ? {} : { 'content-length': String(lengthOf(body)) };

/** A file that was changed after it was looked at. */
const otherLength = (): CodedError => new CodedError('ACUSIGHT_PAYLOAD', 'the body has another length than was said');

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
