import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigInput } from '../../shared/config.ts';
import { GatewayProcess, type GatewayStart } from './gateway-process.ts';
import { SandboxProcess } from './sandbox-process.ts';

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
const addressOf = (server: SandboxProcess, { serverHost }: Race): string =>
  serverHost === undefined ? server.baseUrl : server.baseUrl.replace('127.0.0.1', serverHost);

/** `curl --parallel` posts every file of the folder once. */
export async function curlRound(race: Race, onListening: (baseUrl: string) => Promise<void> = async () => undefined) {
  const server = await SandboxProcess.start(join(race.folder, 'server-curl'), ...serverFlags(race));
  try {
    await onListening(server.baseUrl);
    const baseUrl = addressOf(server, race);
    const entry = (name: string): string =>
      [
        `url = "${baseUrl}/device/images/upload"`,
        `header = "X-Device-Key: ${server.deviceKey}"`,
        `form = "image=@${join(race.input, name)};type=image/jpeg"`,
        'output = "/dev/null"',
      ].join('\n');
    const config = join(race.folder, 'curl.cfg');
    await writeFile(config, (await readdir(race.input)).map(entry).join('\nnext\n'));
    const began = performance.now();
    const flags = ['--silent', '--no-progress-meter', '--parallel', '--parallel-max', String(race.concurrency)];
    const [program = 'curl', ...words] = [...(race.within ?? []), 'curl', ...flags, '--config', config];
    const curl = spawn(program, words, { stdio: 'inherit' });
    const [code] = (await once(curl, 'exit')) as [number];
    const whole = performance.now() - began;
    if (code !== 0) throw new Error(`curl ended with ${code}`);
    return { whole, span: await spanAtServer(server, race.count) };
  } finally {
    await server.stop();
  }
}

export type GatewayRace = Race & {
  readonly expected: ReadonlySet<string>;
  /** `backlog`: everything is stored before the server may be reached, so that delivery alone is measured. */
  readonly kind: 'folder-to-cloud' | 'backlog';
};

export async function gatewayRound(
  race: GatewayRace,
  onListening: (baseUrl: string) => Promise<void> = async () => undefined,
): Promise<Measured> {
  const server = await SandboxProcess.start(join(race.folder, 'server-gateway'), ...serverFlags(race));
  try {
    await onListening(server.baseUrl);
    if (race.kind === 'backlog') await server.down();
    const config: ConfigInput = {
      cloud: { baseUrl: addressOf(server, race), deviceId: 'sandbox-device' },
      sources: [{ id: 'in', kind: 'folder', path: race.input, sidecar: { waitMilliseconds: 0 } }],
      sync: { concurrency: race.concurrency },
    };
    const start: GatewayStart = {
      folder: race.folder,
      deviceKey: server.deviceKey,
      config,
      ...(race.within === undefined ? {} : { within: race.within }),
    };
    let began = performance.now();
    const gateway = await GatewayProcess.start(start);
    try {
      if (race.kind === 'backlog') {
        await gateway.until(({ event, collected }) => event === 'progress' && collected === race.count);
        await server.up();
        began = performance.now();
      }
      const run = await gateway.ended;
      const whole = performance.now() - began;
      if (run.exitCode !== 0) throw new Error(`the gateway ended with ${run.exitCode}: ${run.stderr}`);
      const stored = new Set((await server.images()).map(({ sha256 }) => sha256));
      const missing = [...race.expected].filter((hash) => !stored.has(hash)).length;
      const { images, duplicates } = await server.stats();
      if (missing > 0 || images !== race.count || duplicates > 0)
        throw new Error(`${missing} missing, ${images} images, ${duplicates} duplicates`);
      return { whole, span: await spanAtServer(server, race.count) };
    } finally {
      gateway.kill();
      await gateway.ended;
    }
  } finally {
    await server.stop();
  }
}

async function spanAtServer(server: SandboxProcess, count: number): Promise<number> {
  const times = (await server.images()).map(({ at }) => at);
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
