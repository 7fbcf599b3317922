import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudProcess } from '../support/cloud-process.ts';
import { openCloudLine } from './cloud-line.ts';

/**
 * How well the bandwidth cap is held: store, syncer and client as in the gateway, the embedded server in a process of
 * its own, a backlog that lasts for longer than the measurement. Measured at the server, from the first picture that
 * was complete there to the last: what a cap promises to the plant's network.
 *
 *   npm run bench pacing [-- --limit 2000000 --seconds 30 --bytes 200000 --concurrency 4]
 */
const flag = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const limit = flag('limit', 2_000_000);
const seconds = flag('seconds', 30);
const bytes = flag('bytes', 200_000);
const concurrency = flag('concurrency', 4);
const count = Math.ceil((limit * (seconds + 3)) / bytes);

const root = await mkdtemp(join(tmpdir(), 'acusight-pacing-'));
const server = await CloudProcess.start(join(root, 'server'), '--store', 'hash-only');
try {
  const line = await openCloudLine({
    root,
    baseUrl: server.baseUrl,
    deviceKey: server.deviceKey,
    sync: { concurrency, maxBytesPerSecond: limit },
  });
  const expected = await line.put(count, bytes);
  line.syncer.start();
  const deadline = performance.now() + (seconds + 3) * 2_000;
  while (line.counts().acknowledged < count) {
    if (performance.now() > deadline) throw new Error(`not delivered in time: ${JSON.stringify(line.counts())}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await line.close();
  const images = await server.images();
  const stored = new Set(images.map(({ sha256 }) => sha256));
  if ([...expected].some((hash) => !stored.has(hash)) || images.length !== count)
    throw new Error('pictures are missing');
  const times = images.map(({ at }) => at).sort((a, b) => a - b);
  const first = times[0] as number;
  const within = times.filter((at) => at <= first + seconds * 1_000);
  const span = (within.at(-1) as number) - first;
  const rate = ((within.length - 1) * bytes * 1_000) / span;
  const eachSecond = Array.from(
    { length: seconds },
    (_, second) =>
      (within.filter((at) => at >= first + second * 1_000 && at < first + (second + 1) * 1_000).length * bytes) / limit,
  );
  process.stdout.write(
    [
      `${bytes} bytes a picture, ${concurrency} at once, limit ${limit} bytes/s, ${(span / 1_000).toFixed(1)} s`,
      `at the server: ${Math.round(rate)} bytes/s of pictures, ${((rate / limit - 1) * 100).toFixed(2)} % off the limit`,
      `single seconds: ${Math.round(Math.min(...eachSecond) * 100)} % to ${Math.round(Math.max(...eachSecond) * 100)} % of it (whole pictures counted)`,
      '',
    ].join('\n'),
  );
} finally {
  await server.stop();
  await rm(root, { recursive: true, force: true });
}
