import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Encoder } from '../../electron/gateway/ingest/codec/encoder.ts';
import type { RawPicture } from '../../electron/gateway/model/frame.ts';
import { pixelFormatNamed } from '../../electron/gateway/model/pixel-format.ts';
import { systemClock } from '../../electron/gateway/platform/clock.ts';
import type { EncodeConfig } from '../../shared/source-config.ts';
import { withVips } from '../support/pictures.ts';
import { encodeWorker } from '../support/workers.ts';

/**
 * How long a camera's frame takes to become a file: `node test/bench/frame-encoding.ts [workers]`. The scene is a
 * photograph of the demo, enlarged, with a sensor's noise added.
 */
const workers = Number(process.argv[2] ?? '1');
const scene = await readFile(join(import.meta.dirname, '../../resources/demo/packaging/books.jpg'));

/** RGB of a photograph with noise. */
const photograph = (width: number, height: number): Promise<Uint8Array> =>
  withVips((vips) => {
    const base = vips.Image.newFromBuffer(scene);
    const noise = vips.Image.gaussnoise(width, height, { sigma: 3, mean: 0, seed: 1 });
    const large = base.resize(width / base.width, { vscale: height / base.height });
    return new Uint8Array(large.add(noise).cast('uchar').writeToMemory());
  });

function frameOf(name: string, rgb: Uint8Array, width: number, height: number): RawPicture {
  const format = pixelFormatNamed(name);
  if (format === null) throw new Error(name);
  const sampled = (x: number, y: number): number => {
    const at = (y * width + x) * 3;
    // RGGB; of a grey sensor green.
    return (format.family === 'bayer' ? rgb[at + (y & 1) + (x & 1)] : rgb[at + 1]) ?? 0;
  };
  const bytes = format.packing === 'words' ? 2 : 1;
  const data = format.family === 'rgb' ? rgb : new Uint8Array(width * height * bytes);
  if (format.family !== 'rgb') {
    for (let y = 0, at = 0; y < height; y += 1)
      for (let x = 0; x < width; x += 1, at += bytes) data[at + bytes - 1] = sampled(x, y);
  }
  return { kind: 'raw', pixelFormat: format.code, width, height, linePadding: 0, bigEndian: false, data };
}

const encoder = new Encoder({ workerPath: encodeWorker, workers, clock: systemClock, limitMilliseconds: 60_000 });
const rounds = 8;
const round = (value: number): string => value.toFixed(1).padStart(7);

/** Of several rounds: what else runs on the machine only ever makes it slower. */
async function best(work: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let count = 0; count < rounds; count += 1) {
    const began = performance.now();
    await work();
    least = Math.min(least, performance.now() - began);
  }
  return least;
}

for (const [width, height] of [
  [1920, 1080],
  [2048, 2048],
] as const) {
  const rgb = await photograph(width, height);
  for (const name of ['Mono8', 'Mono16', 'BayerRG8', 'RGB8']) {
    const picture = frameOf(name, rgb, width, height);
    const label = `${width} × ${height} ${name.padEnd(9)}`;
    for (const form of [
      { format: 'jpeg', quality: 90 },
      { format: 'png', quality: 90 },
    ] satisfies EncodeConfig[]) {
      const reply = await encoder.encode(picture, form);
      const each = await best(() => Promise.all(Array.from({ length: workers }, () => encoder.encode(picture, form))));
      const size = reply.kind === 'encoded' ? reply.bytes.length : 0;
      const speed = `${round(each / workers)} ms/frame ${Math.round(size / 1_000)} kB`;
      process.stdout.write(`${label} ${form.format.padEnd(4)} ${speed}\n`);
    }
    process.stdout.write(`${label} look ${round(await best(() => encoder.liveFrame(picture, 960)))} ms\n`);
  }
}
await encoder.stop();
