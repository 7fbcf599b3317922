import { createReadStream } from 'node:fs';
import { CodedError } from '../http/coded-error.ts';

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
