import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ObjectStore, openObjectStore } from '../../scripts/run/object-store.mjs';
import { CloudProcess } from '../support/cloud-process.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { fillFolder } from '../support/picture-folder.ts';
import { objectHashes } from '../support/stored-objects.ts';

/**
 * The whole program, told to end while it uploads, as a service is stopped: every process of its group at once. The
 * server honours no idempotency key, so that a picture that is sent again is there twice. ACUSIGHT_STOPS sets another
 * number of stops.
 */
const stops = Number(process.env['ACUSIGHT_STOPS'] ?? 4);
const perRun = 60;

let folder = '';
let server: CloudProcess | null = null;
let objects: ObjectStore | null = null;
let gateway: GatewayProcess | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acusight-stop-'));
});

afterEach(async () => {
  gateway?.kill();
  await gateway?.ended;
  await server?.stop();
  await objects?.stop();
  objects = null;
  await rm(folder, { recursive: true, force: true });
});

/** Stops a gateway so many times while it delivers, then lets one run to its end. No picture may be there twice. */
async function stopAgainAndAgain(cloud: CloudProcess): Promise<void> {
  const start = async (flags: readonly string[]): Promise<GatewayProcess> => {
    gateway = await GatewayProcess.start({
      folder,
      deviceKey: cloud.deviceKey,
      environment: objects?.env ?? {},
      flags,
      config: {
        cloud: {
          baseUrl: cloud.baseUrl,
          deviceId: 'simulated-device',
          ...(objects === null
            ? {}
            : { mode: 'lan', objectStore: { endpoint: objects.endpoint, bucket: objects.bucket } }),
        },
        sources: [
          {
            id: 'in',
            kind: 'folder',
            path: join(folder, 'in'),
            settleMilliseconds: 50,
            sidecar: { waitMilliseconds: 0 },
          },
        ],
        sync: { concurrency: 4 },
      },
    });
    return gateway;
  };
  await cloud.setFaults({ kind: 'latency', milliseconds: 150, endpoints: ['upload', 'notify'] });
  const expected = new Set<string>();
  for (let stop = 0; stop < stops; stop += 1) {
    for (const hash of await fillFolder(join(folder, 'in'), {
      count: perRun,
      bytes: 60_000,
      firstSeed: 1 + stop * perRun,
    }))
      expected.add(hash);
    const before = (await cloud.stats()).images;
    const running = await start(['--headless']);
    const over = running.ended.then(({ stderr }) => {
      throw new Error(`it ended by itself: ${stderr.slice(-800)}`);
    });
    const delivering = async (): Promise<void> => {
      while ((await cloud.stats()).images < before + 4) await sleep(20);
    };
    await Promise.race([delivering(), over]);
    over.catch(() => undefined);
    running.kill('SIGTERM');
    const { exitCode, log, stderr } = await running.ended;
    expect(exitCode, stderr).toBe(0);
    expect(log.map(({ event }) => event)).toContain('gateway-stopped');
  }
  // It was told to end in the middle of its work, and not after it.
  expect((await cloud.stats()).images).toBeLessThan(expected.size);
  await cloud.setFaults();
  const run = await (await start(['--headless', '--exit-when-drained'])).ended;
  expect(run.exitCode, run.stderr).toBe(0);
  const images = await cloud.images();
  // A notice is believed only as far as the object behind it goes.
  const there = objects === null ? null : await objectHashes(objects);
  expect(new Set(images.map(({ sha256, storageKey }) => there?.get(storageKey ?? '') ?? sha256))).toEqual(expected);
  expect(images).toHaveLength(expected.size);
  process.stdout.write(`${stops} stops without idempotency, ${expected.size} pictures, none twice\n`);
}

test(`stopped ${stops} times while it uploads, no picture is on the server twice`, async () => {
  server = await CloudProcess.start(join(folder, 'server'), '--store', 'hash-only', '--idempotency', 'off');
  await stopAgainAndAgain(server);
});

test(`stopped ${stops} times in LAN mode, no picture is behind two notices`, async () => {
  objects = await openObjectStore();
  server = await CloudProcess.start(join(folder, 'server'), '--idempotency', 'off');
  await stopAgainAndAgain(server);
});
