import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { develop } from '../pixels/develop.ts';
import { decimate, focusOf } from '../pixels/live-frame.ts';
import { brightnessOf, exposureOf } from '../pixels/measure.ts';
import { PixelsRefused } from '../pixels/pixels.ts';
import { encodePng } from '../pixels/png.ts';
import { encodeJpeg, shrinkEncoded } from './encode-jpeg.ts';
import type {
  EncodeReply,
  EncodeRequest,
  Failed,
  LiveFrameReply,
  LiveFrameRequest,
  Refused,
  WorkReply,
  WorkRequest,
} from './encode-protocol.ts';
import { loadVips, type VipsModule, wordsOfVips } from './vips-module.ts';

/**
 * Makes files of cameras' frames, and small pictures of them for the window, away from everything else. JPEG by libvips
 * in WebAssembly, PNG by Node's zlib; libvips is loaded with the first JPEG.
 */
let loaded: Promise<VipsModule> | null = null;
const vipsModule = (): Promise<VipsModule> => {
  loaded ??= loadVips();
  return loaded;
};

const liveQuality = 75;

async function encode({ picture, form }: EncodeRequest): Promise<EncodeReply> {
  const pixels = develop(picture);
  const bytes = form.format === 'png' ? encodePng(pixels) : encodeJpeg(await vipsModule(), pixels, form.quality);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { kind: 'encoded', format: form.format, bytes: alone(bytes), sha256 };
}

async function liveFrame({ picture, maxEdge }: LiveFrameRequest): Promise<LiveFrameReply> {
  const { width, height } = picture;
  const vips = await vipsModule();
  let pixels: Parameters<typeof exposureOf>[0];
  let focus: number;
  if (picture.kind === 'raw') ({ pixels, focus } = decimate(picture, maxEdge));
  else {
    pixels = shrinkEncoded(vips, picture, maxEdge);
    focus = focusOf({ ...brightnessOf(pixels), step: 1 });
  }
  const jpeg = alone(encodeJpeg(vips, pixels, liveQuality));
  return { kind: 'live-frame', jpeg, width, height, focus, ...exposureOf(pixels) };
}

/** The bytes in memory of their own, which can be given away. */
function alone(bytes: Uint8Array): Uint8Array {
  const { buffer } = bytes;
  // Not slice(): that of a Buffer is a view of memory that others use.
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length
    ? new Uint8Array(buffer)
    : new Uint8Array(bytes);
}

/** Null: nothing that we know; the worker's memory is not to be trusted any more. */
function explain(error: unknown): Refused | Failed | null {
  if (error instanceof PixelsRefused) return { kind: 'refused', message: error.said };
  if (error instanceof RangeError) return { kind: 'failed', detail: error.message };
  const said = wordsOfVips(error);
  return said === null ? null : { kind: 'failed', detail: said };
}

parentPort?.on('message', (request: WorkRequest) => {
  const spare = request.picture.data.buffer as ArrayBuffer;
  const answer = (reply: EncodeReply | LiveFrameReply): void => {
    const file = reply.kind === 'encoded' ? reply.bytes : reply.kind === 'live-frame' ? reply.jpeg : null;
    const given = file === null ? [spare] : [spare, file.buffer as ArrayBuffer];
    parentPort?.postMessage({ id: request.id, spare, ...reply } satisfies WorkReply, given);
  };
  (request.kind === 'encode' ? encode(request) : liveFrame(request)).then(answer, (error: unknown) => {
    const reply = explain(error);
    if (reply !== null) answer(reply);
    else
      setImmediate(() => {
        throw error;
      });
  });
});
