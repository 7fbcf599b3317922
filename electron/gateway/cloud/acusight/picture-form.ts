import type { RequestBody } from '../http/http-exchange.ts';
import { fileChunks, lengthOf, type UploadPayload } from './payload.ts';
import type { MultipartFrame } from './upload-body.ts';

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
