import type { Dispatcher } from 'undici';

/** What became of one HTTP request, before anybody asks what it means. */
export type Exchange =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly complete: boolean;
    }
  /** No answer. `sent`: the whole request had been handed to a connected socket, so that the server may have acted on it. */
  | { readonly kind: 'lost'; readonly sent: boolean; readonly error: Error }
  | { readonly kind: 'aborted'; readonly sent: boolean };

/** A body is one buffer, or a stream of known length that is read once. */
export type RequestBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'buffer'; readonly bytes: Buffer }
  | { readonly kind: 'stream'; readonly length: number; readonly chunks: AsyncIterable<Uint8Array> };

export type ExchangeRequest = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestBody;
  /** Longest silence: while sending, and from the last byte sent to the end of the answer. */
  readonly silenceMilliseconds: number;
  readonly signal?: AbortSignal | undefined;
};

/** More of an answer than this is not read: no answer of the API is so long. */
const longestAnswer = 256 * 1024;

export class SilenceError extends Error {
  readonly code = 'ACUSIGHT_SILENCE';
}

/**
 * One request over an undici dispatcher. Never throws, never retries (the outbox owns retries), never follows a
 * redirect, and knows whether the body was sent: that is what tells "failed" from "ambiguous".
 */
export function exchange(dispatcher: Dispatcher, request: ExchangeRequest): Promise<Exchange> {
  return new Promise((resolve) => {
    let started = false;
    let streamed = request.body.kind !== 'stream';
    let abort: ((reason: Error) => void) | null = null;
    let stopReason: Error | null = null;
    let status = 0;
    let headers: Record<string, string> = {};
    const chunks: Buffer[] = [];
    let received = 0;
    let settled = false;

    const finish = (outcome: Exchange): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', onAbort);
      resolve(outcome);
    };
    const stop = (reason: Error): void => {
      stopReason = reason;
      abort?.(reason);
    };
    let timer = setTimeout(() => undefined, 0);
    const restart = (): void => {
      clearTimeout(timer);
      timer = setTimeout(
        () => stop(new SilenceError(`no answer for ${request.silenceMilliseconds} ms`)),
        request.silenceMilliseconds,
      );
    };
    const sent = (): boolean => started && streamed;
    const onAbort = (): void => {
      stop(new Error('stopped'));
      // A request that waits for a connection has no controller to abort it by; nothing of it was sent.
      if (abort === null) finish({ kind: 'aborted', sent: false });
    };
    if (request.signal?.aborted) return finish({ kind: 'aborted', sent: false });
    request.signal?.addEventListener('abort', onAbort, { once: true });

    async function* watched(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of source) {
        restart();
        yield chunk;
      }
      streamed = true;
      restart();
    }
    const text = (): string => Buffer.concat(chunks).toString('utf8');

    dispatcher.dispatch(
      {
        method: request.method,
        path: request.path,
        headers: {
          ...request.headers,
          ...(request.body.kind === 'stream' ? { 'content-length': String(request.body.length) } : {}),
        },
        body: bodyOf(request.body, watched) as Buffer | null,
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
          if (status !== 0) return finish({ kind: 'answer', status, headers, body: text(), complete: false });
          finish({ kind: 'lost', sent: sent(), error: stopReason ?? error });
        },
      },
    );
  });
}

function bodyOf(body: RequestBody, watched: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>): unknown {
  if (body.kind === 'none') return null;
  return body.kind === 'buffer' ? body.bytes : watched(body.chunks);
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
