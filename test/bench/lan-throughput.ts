import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectStore, openObjectStore } from '../../scripts/run/object-store.mjs';
import { CloudProcess } from '../support/cloud-process.ts';
import { best, flag, type Measured } from '../support/cloud-race.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { fillFolder } from '../support/picture-folder.ts';
import { objectHashes, storedObjects } from '../support/stored-objects.ts';

/**
 * LAN mode beside `rclone copy` of the same files to the same S3 server with the same concurrency, in the same run.
 * rclone only puts the files there; the gateway also keeps each step durable and notifies the API of every picture.
 * Time from the first object to the last request.
 *
 *   npm run bench lan-throughput [-- --count 2000 --bytes 200000 --concurrency 4 --rounds 3]
 */
const count = flag('count', 2_000);
const bytes = flag('bytes', 200_000);
const concurrency = flag('concurrency', 4);
const rounds = flag('rounds', 3);

async function rcloneRound(input: string): Promise<Measured> {
  const store = await openObjectStore();
  try {
    const remote = `:s3,provider=Other,env_auth=false,access_key_id=S3RVER,secret_access_key=S3RVER,endpoint='${store.endpoint}':${store.bucket}`;
    const began = performance.now();
    const words = ['copy', input, remote, '--transfers', String(concurrency), '--checkers', String(concurrency)];
    const env: NodeJS.ProcessEnv = { ...process.env };
    // Settings of other S3 tools around us are not for this one.
    for (const name of Object.keys(env)) if (name.startsWith('AWS_')) delete env[name];
    const flags = ['--s3-no-check-bucket', '--config', '/dev/null'];
    const rclone = spawn('rclone', [...words, ...flags], { stdio: 'inherit', env });
    const [code] = (await once(rclone, 'exit')) as [number];
    const whole = performance.now() - began;
    if (code !== 0) throw new Error(`rclone ended with ${code}`);
    return { whole, span: span(await times(store)) };
  } finally {
    await store.stop();
  }
}

async function gatewayRound(folder: string, input: string, expected: ReadonlySet<string>): Promise<Measured> {
  const store = await openObjectStore();
  const server = await CloudProcess.start(join(folder, 'server'), '--store', 'hash-only');
  try {
    await server.down();
    const gateway = await GatewayProcess.start({
      folder,
      deviceKey: server.deviceKey,
      environment: store.env,
      config: {
        cloud: {
          baseUrl: server.baseUrl,
          deviceId: 'simulated-device',
          mode: 'lan',
          objectStore: { endpoint: store.endpoint, bucket: store.bucket },
        },
        sources: [{ id: 'in', kind: 'folder', path: input, sidecar: { waitMilliseconds: 0 } }],
        sync: { concurrency },
      },
    });
    try {
      await gateway.until(({ event, collected }) => event === 'progress' && collected === count);
      await server.up();
      const began = performance.now();
      const run = await gateway.ended;
      const whole = performance.now() - began;
      if (run.exitCode !== 0) throw new Error(`the gateway ended with ${run.exitCode}: ${run.stderr}`);
      const images = await server.images();
      const there = await objectHashes(store);
      const right = images.filter(({ storageKey, sha256 }) => there.get(storageKey ?? '') === sha256);
      const hashes = new Set(right.map(({ sha256 }) => sha256));
      if (images.length !== count || hashes.size !== expected.size)
        throw new Error(`${images.length} notices, ${hashes.size} of ${expected.size} pictures behind them`);
      return { whole, span: span([...(await times(store)), ...images.map(({ at }) => at)]) };
    } finally {
      gateway.kill();
      await gateway.ended;
    }
  } finally {
    await server.stop();
    await store.stop();
  }
}

const times = async (store: ObjectStore): Promise<number[]> =>
  (await storedObjects(store)).map(({ writtenAt }) => writtenAt);
const span = (at: readonly number[]): number => Math.max(...at) - Math.min(...at);
const perSecond = (milliseconds: number): string => `${Math.round((count * 1_000) / milliseconds)} images/s`;

const root = await mkdtemp(join(tmpdir(), 'acusight-bench-'));
try {
  const input = join(root, 'in');
  const expected = await fillFolder(input, { count, bytes });
  const rclone: Measured[] = [];
  const gateway: Measured[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    rclone.push(await rcloneRound(input));
    gateway.push(await gatewayRound(await mkdtemp(join(root, 'gateway-')), input, expected));
    const spans = [rclone, gateway].map((rows) => Math.round(rows.at(-1)?.span ?? 0));
    process.stderr.write(`round ${round}: rclone ${spans[0]} ms, gateway ${spans[1]} ms\n`);
  }
  const [r, g] = [best(rclone).span, best(gateway).span];
  process.stdout.write(
    [
      `${count} pictures of ${bytes} bytes, ${concurrency} at once, best of ${rounds} rounds, first object to last request`,
      `rclone copy        ${perSecond(r)} (${Math.round(r)} ms)`,
      `gateway, a backlog ${perSecond(g)} (${Math.round(g)} ms), with ${count} notices`,
      `ratio ${(g / r).toFixed(2)}`,
      '',
    ].join('\n'),
  );
} finally {
  await rm(root, { recursive: true, force: true });
}
