import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createDeflate } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CheckRequest } from '../../../../../electron/gateway/ingest/codec/decoder.ts';
import { Decoder } from '../../../../../electron/gateway/ingest/codec/decoder.ts';
import { systemClock } from '../../../../../electron/gateway/platform/clock.ts';
import { pngChunk } from '../../../../support/exif.ts';
import { makeJpeg } from '../../../../support/pictures.ts';
import { temporaryFolder } from '../../../../support/store.ts';
import { decodeWorker } from '../../../../support/workers.ts';

function startDecoder(workerPath: string): Decoder {
  const decoder = new Decoder(workerPath, systemClock, 120_000);
  onTestFinished(() => decoder.stop());
  return decoder;
}

/** One colour, interlaced: a file of some hundred kilobytes that has to be unpacked as a whole. */
async function writeInterlaced(path: string, width: number, height: number): Promise<void> {
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ] as const;
  const lines = function* (): Generator<Buffer> {
    for (const [x, y, stepX, stepY] of passes) {
      const line = Buffer.alloc(1 + 3 * Math.ceil((width - x) / stepX));
      for (let at = y; at < height; at += stepY) yield line;
    }
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 1], 8);
  const pixels = await buffer(Readable.from(lines()).pipe(createDeflate({ level: 1 })));
  const file = createWriteStream(path);
  for (const part of [
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', pixels),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
    file.write(part);
  await new Promise<void>((resolve) => file.end(resolve));
}

const residentMegabytes = (): number => {
  globalThis.gc?.();
  return Math.round(process.memoryUsage.rss() / 1e6);
};

describe('the memory of a decoder', { timeout: 120_000 }, () => {
  it('is given back after a picture of a hundred megapixels', async () => {
    const folder = await temporaryFolder();
    const [large, small] = [join(folder, 'large.png'), join(folder, 'small.jpg')];
    await writeInterlaced(large, 10_000, 10_000);
    await writeFile(small, await makeJpeg({ width: 800, height: 600, seed: 1 }));
    const decoder = startDecoder(decodeWorker);
    const check = (path: string, format: 'jpeg' | 'png') =>
      decoder.ask({ kind: 'check', path, format, orientation: 1, previewPath: join(folder, 'preview.jpg') });
    expect(await check(small, 'jpeg')).toMatchObject({ kind: 'sound' });
    const before = residentMegabytes();
    expect(await check(large, 'png')).toMatchObject({ kind: 'sound' });
    // While it holds the picture it has 300 MB more.
    await expect.poll(residentMegabytes, { timeout: 20_000, interval: 100 }).toBeLessThan(before + 150);
    expect(await check(small, 'jpeg')).toMatchObject({ kind: 'sound' });
  });

  it('is that of another worker for whatever comes after a spent one, and of the same one else', async () => {
    const path = join(await temporaryFolder(), 'worker.mjs');
    await writeFile(
      path,
      `import { parentPort, threadId } from 'node:worker_threads';
      parentPort.on('message', ({ id, path }) =>
        parentPort.postMessage({ id, isSpent: path === 'large', kind: 'damaged', detail: String(threadId) }));`,
    );
    const decoder = startDecoder(path);
    const check = (name: string) =>
      decoder.ask({ kind: 'check', path: name, format: 'png', orientation: 1, previewPath: '' } satisfies CheckRequest);
    // Asked at once: those that wait for their turn must not meet a worker that ends.
    const replies = await Promise.all(['a', 'b', 'large', 'large', 'c', 'd'].map(check));
    const threads = replies.map((reply) => ('detail' in reply ? reply.detail : ''));
    expect(new Set(threads).size).toBe(3);
    expect(threads).toEqual([threads[0], threads[0], threads[0], threads[3], threads[4], threads[4]]);
  });
});

describe('a decoder that never comes up', () => {
  it('is not waited for by who compares frames of a line, and is tried again for everyone else', async () => {
    const path = join(await temporaryFolder(), 'worker.mjs');
    await writeFile(path, "throw new Error('no WebAssembly here');");
    const decoder = startDecoder(path);
    const compare = () => decoder.ask({ kind: 'signature', bytes: new Uint8Array(1), format: 'png' });
    const convert = () => decoder.ask({ kind: 'convert', bytes: new Uint8Array(1), format: 'bmp', orientation: 1 });
    const ended = { kind: 'uncheckable', detail: 'no WebAssembly here' };
    for (let time = 0; time < 3; time += 1) expect(await compare()).toEqual(ended);
    expect(await compare()).toEqual({ kind: 'uncheckable', detail: 'the decoder keeps ending' });
    expect(await convert()).toEqual(ended);
  });
});
