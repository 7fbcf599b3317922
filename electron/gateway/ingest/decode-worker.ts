import { readFile, rename, writeFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { describeCause } from '../platform/errors.ts';
import { giveWay } from '../platform/thread-priority.ts';
import type {
  CheckReply,
  CheckRequest,
  DecodeReply,
  DecodeRequest,
  DecodeWorkerData,
  SignatureReply,
  SignatureRequest,
} from './decode-protocol.ts';
import { blockMeans, signatureEdge } from './signature.ts';
import { loadVips, type VipsModule, wordsOfVips } from './vips-module.ts';

/**
 * Decodes pictures in full, away from everything else: libvips compiled to WebAssembly, in a worker thread. A hostile
 * picture can at worst spoil the WebAssembly memory or end this worker, which is then replaced. One decode gives both
 * answers: is the picture whole (every warning of the decoder counts), and its preview.
 *
 * Why not native code or a hidden window: docs/decisions/0004-previews-in-webassembly.md.
 */
const previewEdge = 320;
/** Interlaced PNGs are decoded as a whole: 4 bytes a pixel of the 4 GB that WebAssembly can address, with room to spare. */
const mostPngPixels = 100_000_000;

// Before the library starts threads of its own.
if ((workerData as DecodeWorkerData).inBackground) giveWay();
const ready = loadVips();
const outOfMemory = /out of memory|unable to allocate|memory exhausted/i;

async function check({ path, format, previewPath }: CheckRequest): Promise<CheckReply> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return { kind: 'uncheckable', detail: describeCause(error) };
  }
  const vips = await ready;
  let preview: Uint8Array;
  takeWarnings(vips);
  try {
    preview = makePreview(vips, bytes, format);
    const warnings = takeWarnings(vips);
    if (warnings !== '') return { kind: 'damaged', detail: warnings };
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'uncheckable', detail: error.message };
    const said = wordsOfVips(error);
    // Whatever libvips did not say itself says nothing about the picture.
    if (said === null) throw error;
    return { kind: outOfMemory.test(said) ? 'uncheckable' : 'damaged', detail: said };
  }
  try {
    await writeFile(`${previewPath}.part`, preview);
    await rename(`${previewPath}.part`, previewPath);
  } catch (error) {
    return { kind: 'uncheckable', detail: describeCause(error) };
  }
  return { kind: 'sound' };
}

/** The picture shrunk while it is decoded (at an eighth, for a JPEG, the mean of each 8 × 8), and its block means. */
async function sign({ bytes, format }: SignatureRequest): Promise<SignatureReply> {
  const vips = await ready;
  const opened: { delete: () => void }[] = [];
  const keep = <T extends { delete: () => void }>(image: T): T => {
    opened.push(image);
    return image;
  };
  try {
    const access = vips.Access.sequential;
    let image: InstanceType<VipsModule['Image']>;
    let width: number;
    let height: number;
    if (format === 'jpeg') {
      const header = keep(vips.Image.jpegloadBuffer(bytes));
      ({ width, height } = header);
      image = keep(
        vips.Image.jpegloadBuffer(bytes, { access, shrink: shrinkFor(Math.min(width, height), signatureEdge) }),
      );
    } else {
      image = keep(vips.Image.pngloadBuffer(bytes, { access }));
      ({ width, height } = image);
      if (width * height > mostPngPixels) throw new RangeError('too large to decode here');
      if (image.format === 'ushort') image = keep(keep(image.multiply(1 / 257)).cast('uchar'));
      const factor = Math.floor(Math.min(width, height) / signatureEdge);
      if (factor > 1) image = keep(image.shrink(factor, factor));
    }
    const small = { width: image.width, height: image.height, channels: image.bands };
    const means = blockMeans(new Uint8Array(image.writeToMemory()), small);
    return { kind: 'signature', signature: { width, height, channels: small.channels, means } };
  } catch (error) {
    const said = error instanceof RangeError ? error.message : wordsOfVips(error);
    if (said === null) throw error;
    return { kind: 'uncheckable', detail: said };
  } finally {
    for (const image of opened.reverse()) image.delete();
  }
}

function makePreview(vips: VipsModule, bytes: Buffer, format: 'jpeg' | 'png'): Uint8Array {
  const strict = { fail_on: vips.FailOn.warning, access: vips.Access.sequential } as const;
  const opened: { delete: () => void }[] = [];
  const keep = <T extends { delete: () => void }>(image: T): T => {
    opened.push(image);
    return image;
  };
  try {
    let image: InstanceType<VipsModule['Image']>;
    if (format === 'jpeg') {
      const header = keep(vips.Image.jpegloadBuffer(bytes));
      image = keep(
        vips.Image.jpegloadBuffer(bytes, {
          ...strict,
          shrink: shrinkFor(Math.max(header.width, header.height), previewEdge),
        }),
      );
    } else {
      image = keep(vips.Image.pngloadBuffer(bytes, strict));
      if (image.width * image.height > mostPngPixels) throw new RangeError('too large to decode here');
    }
    // The boxes are relative to the stored pixels: the preview keeps their orientation.
    const small = keep(image.thumbnailImage(previewEdge, { height: previewEdge, size: 'down', no_rotate: true }));
    return small.writeToBuffer('.jpg', { Q: 80, keep: vips.ForeignKeep.none, background: [255, 255, 255] });
  } finally {
    for (const image of opened.reverse()) image.delete();
  }
}

/** JPEG decodes at 1/2, 1/4 or 1/8 for less work; every bit of the file is still read and checked. */
function shrinkFor(edge: number, least: number): number {
  for (const shrink of [8, 4, 2]) if (edge / shrink >= least) return shrink;
  return 1;
}

/** A few stray bytes behind the last coded line: many cameras leave them, and no pixel is concerned. */
const harmless = /extraneous bytes before marker 0xd9/;

/**
 * What libvips noted and did not fail on. It looks at the decoder's warnings before each strip of lines, so that those
 * about the last strip (a picture whose end is cut off before the end marker) are left in its list of errors; the next
 * operation that fails brings that list with it.
 */
function takeWarnings(vips: VipsModule): string {
  try {
    vips.Image.pngloadBuffer(Buffer.alloc(8)).delete();
    return '';
  } catch (error) {
    const lines = (wordsOfVips(error) ?? '').split('; ').filter((line) => !harmless.test(line));
    return lines.filter((line) => line.startsWith('VipsJpeg:')).join('; ');
  }
}

parentPort?.on('message', (request: DecodeRequest) => {
  (request.kind === 'check' ? check(request) : sign(request)).then(
    (reply) => parentPort?.postMessage({ id: request.id, ...reply } satisfies DecodeReply),
    (error: unknown) => {
      // The decoder trapped or never came up: its memory is not to be trusted. The checker starts another worker.
      setImmediate(() => {
        throw error;
      });
    },
  );
});
