import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { invalid, Refusal } from './answers.ts';

/** The client went away before its request was complete: there is nobody to answer. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

const MAX_JSON_BYTES = 1 << 20;

/** The body at a bounded speed; the pieces come ten times a second. */
export function throttled(request: IncomingMessage, bytesPerSecond: number): Readable {
  const piece = Math.max(1, Math.floor(bytesPerSecond / 10));
  async function* slowly(): AsyncGenerator<Buffer> {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; at += piece) {
        const part = chunk.subarray(at, at + piece);
        await wait((part.length / bytesPerSecond) * 1000);
        yield part;
      }
    }
  }
  return Readable.from(slowly(), { objectMode: false });
}

/** Reads what is left of the body and forgets it. Throws ConnectionLost when it breaks off. */
export async function drained(body: Readable): Promise<void> {
  try {
    for await (const _ of body) {
      // Nothing to do: the bytes are not wanted.
    }
  } catch {
    throw new ConnectionLost('the connection ended within the request');
  }
}

/** The JSON value of a body of at most 1 MiB. Throws 400, 413 or ConnectionLost. */
export async function readJson(body: Readable, contentType: string | undefined): Promise<unknown> {
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? '')) {
    throw invalid('the Content-Type must be application/json');
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= MAX_JSON_BYTES) chunks.push(chunk);
    }
  } catch (cause) {
    throw new ConnectionLost('the connection ended within the request', { cause });
  }
  if (bytes > MAX_JSON_BYTES) {
    throw new Refusal(413, 'Request too large', `the body is larger than ${MAX_JSON_BYTES} bytes`);
  }
  return parseJson(Buffer.concat(chunks).toString('utf8'), 'the body');
}

/** Throws a 400 that names `what`. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(`${what} is not valid JSON`);
  }
}
