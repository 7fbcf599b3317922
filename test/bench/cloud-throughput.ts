import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayProcess } from '../support/gateway-process.ts';
import { fillFolder } from '../support/picture-folder.ts';
import { SandboxProcess } from '../support/sandbox-process.ts';

/**
 * The whole way, folder to server, beside the plainest thing that posts files: `curl --parallel` with the same files,
 * the same concurrency, the same server, in the same run. curl only reads and posts; the gateway also makes each
 * picture durable, keeps its row, and reads it back to check its hash before it sends it.
 *
 *   npm run bench cloud-throughput [-- --count 2000 --bytes 200000 --concurrency 4 --rounds 3]
 */
const flag = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const count = flag('count', 2_000);
const bytes = flag('bytes', 200_000);
const concurrency = flag('concurrency', 4);
const rounds = flag('rounds', 3);

type Measured = { readonly span: number; readonly whole: number };

async function curlRound(folder: string, input: string): Promise<Measured> {
  const server = await SandboxProcess.start(join(folder, 'server-curl'), '--store', 'hash-only');
  try {
    const names = await readdir(input);
    const entry = (name: string): string =>
      [
        `url = "${server.baseUrl}/device/images/upload"`,
        `header = "X-Device-Key: ${server.deviceKey}"`,
        `form = "image=@${join(input, name)};type=image/jpeg"`,
        'output = "/dev/null"',
      ].join('\n');
    const config = join(folder, 'curl.cfg');
    await writeFile(config, names.map(entry).join('\nnext\n'));
    const began = performance.now();
    const curl = spawn(
      'curl',
      ['--silent', '--no-progress-meter', '--parallel', '--parallel-max', String(concurrency), '--config', config],
      {
        stdio: 'inherit',
      },
    );
    const [code] = (await once(curl, 'exit')) as [number];
    const whole = performance.now() - began;
    if (code !== 0) throw new Error(`curl ended with ${code}`);
    return { whole, span: await spanAtServer(server) };
  } finally {
    await server.stop();
  }
}

async function gatewayRound(folder: string, input: string, expected: ReadonlySet<string>): Promise<Measured> {
  const server = await SandboxProcess.start(join(folder, 'server-gateway'), '--store', 'hash-only');
  try {
    const began = performance.now();
    const gateway = await GatewayProcess.start({
      folder,
      deviceKey: server.deviceKey,
      config: {
        cloud: { baseUrl: server.baseUrl, deviceId: 'sandbox-device' },
        sources: [{ id: 'in', kind: 'folder', path: input, sidecar: { waitMilliseconds: 0 } }],
        sync: { concurrency },
      },
    });
    const run = await gateway.ended;
    const whole = performance.now() - began;
    if (run.exitCode !== 0) throw new Error(`the gateway ended with ${run.exitCode}: ${run.stderr}`);
    const stored = new Set((await server.images()).map(({ sha256 }) => sha256));
    const missing = [...expected].filter((hash) => !stored.has(hash)).length;
    const { images, duplicates } = await server.stats();
    if (missing > 0 || images !== count || duplicates > 0)
      throw new Error(`${missing} missing, ${images} images, ${duplicates} duplicates`);
    return { whole, span: await spanAtServer(server) };
  } finally {
    await server.stop();
  }
}

/** From the first commit to the last, as the server saw it, in milliseconds. */
async function spanAtServer(server: SandboxProcess): Promise<number> {
  const times = (await server.images()).map(({ at }) => at);
  if (times.length !== count) throw new Error(`${times.length} of ${count} pictures are on the server`);
  return Math.max(...times) - Math.min(...times);
}

const best = (rows: readonly Measured[]): Measured => ({
  span: Math.min(...rows.map(({ span }) => span)),
  whole: Math.min(...rows.map(({ whole }) => whole)),
});
const perSecond = (milliseconds: number): string => `${Math.round((count * 1_000) / milliseconds)} images/s`;

const root = await mkdtemp(join(tmpdir(), 'acusight-bench-'));
try {
  const input = join(root, 'in');
  const expected = await fillFolder(input, { count, bytes });
  const curl: Measured[] = [];
  const gateway: Measured[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    curl.push(await curlRound(await mkdtemp(join(root, 'curl-')), input));
    gateway.push(await gatewayRound(await mkdtemp(join(root, 'gateway-')), input, expected));
    process.stderr.write(
      `round ${round}: curl ${Math.round(curl.at(-1)?.span ?? 0)} ms, gateway ${Math.round(gateway.at(-1)?.span ?? 0)} ms at the server\n`,
    );
  }
  const [c, g] = [best(curl), best(gateway)];
  process.stdout.write(
    [
      `${count} pictures of ${bytes} bytes, ${concurrency} at once, best of ${rounds} rounds`,
      `curl --parallel       ${perSecond(c.span)} at the server (${Math.round(c.span)} ms), ${Math.round(c.whole)} ms in all`,
      `gateway, folder->cloud ${perSecond(g.span)} at the server (${Math.round(g.span)} ms), ${Math.round(g.whole)} ms from start to end of the program`,
      `ratio of time at the server: ${(g.span / c.span).toFixed(2)}`,
      '',
    ].join('\n'),
  );
} finally {
  await rm(root, { recursive: true, force: true });
}
