import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { CodedError } from '../http/coded-error.ts';
import type { RequestBody } from '../http/http-exchange.ts';

/** A form's body around a picture. A picture that was read with room for it is not copied again. */
export function formBody(form: MultipartFrame, payload: UploadPayload): RequestBody {
  if (payload.kind === 'file') {
    return {
      kind: 'stream',
      length: form.head.length + lengthOf(payload) + form.tail.length,
      chunks: around(form, fileChunks(payload.path)),
    };
  }
  const { bytes, room } = payload;
  const end = form.head.length + bytes.length;
  if (room === undefined || room.before !== form.head.length || room.whole.length !== end + form.tail.length) {
    return { kind: 'buffer', bytes: Buffer.concat([form.head, bytes, form.tail]) };
  }
  form.head.copy(room.whole, 0);
  form.tail.copy(room.whole, end);
  return { kind: 'buffer', bytes: room.whole };
}

async function* around(form: MultipartFrame, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield form.head;
  yield* chunks;
  yield form.tail;
}

/** A picture as the clients send it: held in memory when it is small, read from its file when it is large. */
export type UploadPayload =
  | {
      readonly kind: 'bytes';
      readonly bytes: Uint8Array;
      /** A buffer that has `bytes` in its middle, and before and after them room for the ends of a form. */
      readonly room?: { readonly whole: Buffer; readonly before: number };
    }
  | { readonly kind: 'file'; readonly path: string; readonly length: number };

const chunkBytes = 64 * 1024;

export const lengthOf = (payload: UploadPayload): number =>
  payload.kind === 'bytes' ? payload.bytes.length : payload.length;

/** Throws `ACUSIGHT_PAYLOAD` where the file can't be read. */
export async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new CodedError('ACUSIGHT_PAYLOAD', 'the stored picture can’t be read', error);
  }
}

/** The two ends of a multipart/form-data body (RFC 7578) around a picture's bytes, and its content type. */
export type MultipartFrame = { readonly head: Buffer; readonly tail: Buffer; readonly contentType: string };

/** `metadata` first, so that a server can look at it while the picture is still on its way; then the file `image`. */
export function multipartFrame(metadata: string, filename: string, imageType: string): MultipartFrame {
  const boundary = `acusight-${randomUUID()}`;
  const head = [
    `--${boundary}`,
    'Content-Disposition: form-data; name="metadata"',
    '',
    metadata,
    `--${boundary}`,
    `Content-Disposition: form-data; name="image"; filename="${escapeName(filename)}"`,
    `Content-Type: ${imageType}`,
    '',
    '',
  ].join('\r\n');
  return {
    head: Buffer.from(head, 'utf8'),
    tail: Buffer.from(`\r\n--${boundary}--\r\n`, 'utf8'),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}

/**
 * As browsers do it (HTML Standard, multipart/form-data encoding): UTF-8, with quote and line breaks escaped. Escaped
 * too are the backslash, which many parsers take for the beginning of an escape, and control characters, which no
 * header may hold. The metadata has the name as it is.
 */
const escapeName = (name: string): string =>
  name.replace(
    /["\\\p{Cc}]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
