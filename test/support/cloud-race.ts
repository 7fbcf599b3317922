import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { link, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ConfigInput } from '../../shared/config.ts';
import { CloudProcess } from './cloud-process.ts';
import { GatewayProcess, type GatewayStart } from './gateway-process.ts';

/** Milliseconds: from the first commit to the last as the server saw it, and of the whole program. */
export type Measured = { readonly span: number; readonly whole: number };

export type Race = {
  readonly folder: string;
  readonly input: string;
  readonly count: number;
  readonly concurrency: number;
  /** Before the program and its words: `ip netns exec line`. */
  readonly within?: readonly string[];
  /** What the server is called from there; its own loopback address where it is not given. */
  readonly serverHost?: string;
};

const serverFlags = ({ serverHost }: Race): string[] => [
  '--store',
  'hash-only',
  ...(serverHost === undefined ? [] : ['--allow-host', serverHost]),
];
const addressOf = (server: CloudProcess, { serverHost }: Race): string =>
  serverHost === undefined ? server.baseUrl : server.baseUrl.replace('127.0.0.1', serverHost);

/**
 * What curl posts: the picture alone, or the same form as the gateway's, with its metadata and idempotency key, which the
 * server has to read and check too.
 */
export type CurlForm = 'picture' | 'whole-form';

/** `curl --parallel` posts every file of the folder once. */
export async function curlRound(
  race: Race,
  onListening: (baseUrl: string) => Promise<void> = async () => undefined,
  form: CurlForm = 'whole-form',
) {
  const server = await CloudProcess.start(join(race.folder, 'server-curl'), ...serverFlags(race));
  try {
    await onListening(server.baseUrl);
    const baseUrl = addressOf(server, race);
    const entry = async (name: string): Promise<string> =>
      [
        `url = "${baseUrl}/device/images/upload"`,
        `header = "X-Device-Key: ${server.deviceKey}"`,
        ...(form === 'picture' ? [] : await besidePicture(join(race.input, name))),
        `form = "image=@${join(race.input, name)};type=image/jpeg"`,
        'output = "/dev/null"',
      ].join('\n');
    const config = join(race.folder, 'curl.cfg');
    await writeFile(config, (await Promise.all((await readdir(race.input)).map(entry))).join('\nnext\n'));
    const began = performance.now();
    const flags = ['--silent', '--no-progress-meter', '--parallel', '--parallel-max', String(race.concurrency)];
    const [program = 'curl', ...words] = [...(race.within ?? []), 'curl', ...flags, '--config', config];
    const curl = spawn(program, words, { stdio: 'inherit' });
    const [code] = (await once(curl, 'exit')) as [number];
    const whole = performance.now() - began;
    if (code !== 0) throw new Error(`curl ended with ${code}`);
    return {
      whole,
      span: spanOf(
        (await server.images()).map(({ at }) => at),
        race.count,
      ),
    };
  } finally {
    await server.stop();
  }
}

/** Lines of curl's configuration: what the gateway sends beside a picture of `fillFolder`. */
async function besidePicture(path: string): Promise<readonly string[]> {
  const imageId = randomUUID();
  const metadata = {
    device_id: 'simulated-device',
    filename: basename(path),
    width: 1_024,
    height: 768,
    annotations: [],
    source: 'in',
    timestamp: '2026-11-21T06:00:00.000Z',
    sha256: createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
    client_image_id: imageId,
  };
  const quoted = JSON.stringify(metadata).replaceAll('"', '\\"');
  return [`header = "Idempotency-Key: ${imageId}"`, `form-string = "metadata=${quoted}"`];
}

export type GatewayRace = Race & {
  readonly expected: ReadonlySet<string>;
  /**
   * `backlog`: everything is stored while the server can't be reached, so that delivery alone is measured.
   * `backlog-of-a-day`: the same after an outage in a gateway that has delivered before; the pictures for it are in
   * `before`, a folder. A program that has just begun is slower for a second, until its code is compiled.
   */
  readonly kind: 'folder-to-cloud' | 'backlog' | 'backlog-of-a-day';
  readonly before?: string;
};

export async function gatewayRound(
  race: GatewayRace,
  onListening: (baseUrl: string) => Promise<void> = async () => undefined,
): Promise<Measured> {
  const server = await CloudProcess.start(join(race.folder, 'server-gateway'), ...serverFlags(race));
  try {
    await onListening(server.baseUrl);
    const before = race.before === undefined ? [] : await readdir(race.before);
    if (race.kind === 'backlog') await server.down();
    const line = race.kind === 'backlog-of-a-day' ? join(race.folder, 'line') : race.input;
    if (race.before !== undefined) await linkAll(race.before, line);
    const config: ConfigInput = {
      cloud: { baseUrl: addressOf(server, race), deviceId: 'simulated-device' },
      sources: [{ id: 'in', kind: 'folder', path: line, sidecar: { waitMilliseconds: 0 } }],
      sync: { concurrency: race.concurrency },
    };
    const start: GatewayStart = {
      folder: race.folder,
      deviceKey: server.deviceKey,
      config,
      ...(race.within === undefined ? {} : { within: race.within }),
      ...(race.kind === 'backlog-of-a-day' ? { flags: ['--headless'] } : {}),
    };
    let began = performance.now();
    const gateway = await GatewayProcess.start(start);
    try {
      const reached = (counted: 'collected' | 'acknowledged', images: number) =>
        gateway.until((record) => record.event === 'progress' && record[counted] === images);
      if (race.kind === 'backlog-of-a-day') {
        await reached('acknowledged', before.length);
        await server.down();
        await linkAll(race.input, line);
      }
      if (race.kind !== 'folder-to-cloud') {
        await reached('collected', before.length + race.count);
        await server.up();
        began = performance.now();
      }
      if (race.kind === 'backlog-of-a-day') {
        await reached('acknowledged', before.length + race.count);
        gateway.kill('SIGTERM');
      }
      const run = await gateway.ended;
      const whole = performance.now() - began;
      if (run.exitCode !== 0) throw new Error(`the gateway ended with ${run.exitCode}: ${run.stderr}`);
      const images = (await server.images()).filter(({ sha256 }) => race.expected.has(sha256 ?? ''));
      const missing = race.expected.size - new Set(images.map(({ sha256 }) => sha256)).size;
      const { duplicates } = await server.stats();
      if (missing > 0 || duplicates > 0) throw new Error(`${missing} missing, ${duplicates} duplicates`);
      return {
        whole,
        span: spanOf(
          images.map(({ at }) => at),
          race.count,
        ),
      };
    } finally {
      gateway.kill();
      await gateway.ended;
    }
  } finally {
    await server.stop();
  }
}

async function linkAll(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) await link(join(from, name), join(to, name));
}

function spanOf(times: readonly number[], count: number): number {
  if (times.length !== count) throw new Error(`${times.length} of ${count} pictures are on the server`);
  return Math.max(...times) - Math.min(...times);
}

export const best = (rows: readonly Measured[]): Measured => ({
  span: Math.min(...rows.map(({ span }) => span)),
  whole: Math.min(...rows.map(({ whole }) => whole)),
});

export const flag = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
