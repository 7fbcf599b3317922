import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SimulatedCamera } from '../../electron/simulators/camera/simulated-camera.ts';
import { seededRandom } from '../../electron/simulators/cloud/faults.ts';
import type { ImageRecord } from '../../electron/simulators/cloud/records.ts';
import type { ConfigInput } from '../../shared/config.ts';
import { CloudProcess } from '../support/cloud-process.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { HangingShare } from '../support/hanging-share.ts';
import { LostDisk } from '../support/lost-disk.ts';
import { unmount } from '../support/memory-disk.ts';
import { type Metered, medianOf, meter } from '../support/soak/process-meter.ts';
import {
  canKeepFiles,
  endings,
  lineFaults,
  type SoakSite,
  shuffled,
  troubleCloud,
} from '../support/soak/soak-faults.ts';
import { SoakLine } from '../support/soak/soak-line.ts';

/**
 * The whole program with its window, four cameras that write into folders, one of them on a share, and a GigE camera,
 * while everything around it fails in a random order. In the last two thirds of the time nothing ends it any more, so
 * that it can be seen whether it grows.
 *
 * Run by hand, for as long as is said; what one random order shows is no judgement of the change that happens to be tested.
 *
 *   ACUSIGHT_SOAK_MINUTES=30 ACUSIGHT_SOAK_SEED=7 npx vitest run --project crash test/crash/soak.test.ts
 */
const minutes = Number(process.env['ACUSIGHT_SOAK_MINUTES'] ?? 0);
const seed = Number(process.env['ACUSIGHT_SOAK_SEED'] ?? 1);
/** A growth can only be told from a start after a while. */
const longEnoughToGrow = 10;
const cameraAddress = '127.0.0.91';

let folder = '';
let server: CloudProcess;
let camera: SimulatedCamera | null = null;
let share: HangingShare | null = null;
let gateway: GatewayProcess | null = null;
let line: SoakLine | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acusight-soak-'));
  server = await CloudProcess.start(join(folder, 'server'), '--store', 'hash-only');
});
afterEach(async () => {
  await line?.stop().catch(() => undefined);
  gateway?.kill();
  share?.end();
  await gateway?.ended;
  await camera?.stop();
  await server.stop();
  unmount(join(folder, 'data'));
  await rm(folder, { recursive: true, force: true });
});

const config = (): ConfigInput => {
  const common = { kind: 'folder', settleMilliseconds: 100, sidecar: { waitMilliseconds: 300 } } as const;
  return {
    cloud: { baseUrl: server.baseUrl, deviceId: 'simulated-device', checkinSeconds: 5 },
    store: { maxBytes: 180_000_000, minFreeBytes: 20_000_000 },
    sync: { answerTimeoutMilliseconds: 5_000 },
    sources: [
      { ...common, id: 'pieces', path: join(folder, 'pieces'), incompleteSeconds: 5 },
      { ...common, id: 'renamed', path: join(folder, 'renamed'), afterIngest: 'delete' },
      {
        ...common,
        id: 'reused',
        path: join(folder, 'reused'),
        afterIngest: 'archive',
        archivePath: join(folder, 'archive'),
      },
      { ...common, id: 'share', path: join(folder, 'share'), polling: 'always', pollMilliseconds: 500 },
      { id: 'gige', kind: 'gige', serial: 'SOAK1', interface: '127.0.0.1' },
    ],
  };
};

async function start(): Promise<GatewayProcess> {
  gateway = await GatewayProcess.start({ folder, deviceKey: server.deviceKey, config: config(), flags: [] });
  return gateway;
}

/** Not before it has begun: how a start that is cut short ends has tests of its own. */
async function restart(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const before = gateway;
  before?.kill(signal);
  const ended = await before?.ended;
  if (signal === 'SIGTERM') expect(ended?.exitCode, ended?.stderr).toBe(0);
  await (await start()).until(({ event }) => event === 'gateway-started');
}

async function openSite(): Promise<SoakSite> {
  const disk = await LostDisk.mount(join(folder, 'data'), join(folder, 'disk.img'));
  line = await SoakLine.start(folder);
  share = await HangingShare.mount(join(folder, 'backing'), join(folder, 'share'));
  camera = await SimulatedCamera.start({
    address: cameraAddress,
    serial: 'SOAK1',
    sensorWidth: 64,
    sensorHeight: 48,
    width: 64,
    height: 48,
    framesPerSecond: 2,
  });
  await (await start()).until(({ event }) => event === 'gateway-started');
  return { folder, server, line, camera, disk, share, group: () => gateway?.pid ?? 0, restart };
}

/** Waits until all that the cameras took has arrived, and all that was collected is acknowledged. */
async function untilArrived(taken: ReadonlyMap<string, string>): Promise<string[]> {
  const deadline = performance.now() + 240_000;
  for (;;) {
    const there = new Set((await server.images()).map(({ sha256 }) => sha256));
    const missing = [...taken].filter(([sha256]) => !there.has(sha256));
    const last = gateway?.log.findLast(({ event }) => event === 'progress');
    const isDrained = last?.['collected'] === last?.['acknowledged'];
    if ((missing.length === 0 && isDrained) || performance.now() > deadline)
      return missing.map((entry) => entry.join(' '));
    await sleep(500);
  }
}

const canSoak = minutes > 0 && LostDisk.isPossible && HangingShare.isPossible && canKeepFiles;

test.runIf(canSoak)(
  `${minutes} minutes of faults of all kinds lose no picture`,
  { timeout: (minutes + 8) * 60_000 },
  async () => {
    const site = await openSite();
    const random = seededRandom(seed);
    const began = performance.now();
    const share = (): number => (performance.now() - began) / (minutes * 60_000);
    const befell: Record<string, number> = {};
    const note = (name: string): void => {
      befell[name] = (befell[name] ?? 0) + 1;
    };
    const samples: { readonly at: number; readonly of: Metered }[] = [];

    const atCloud = async (): Promise<void> => {
      while (share() < 1) {
        note(await troubleCloud(server, random));
        await sleep(2_000 + random() * 4_000);
      }
      await server.setFaults();
      await server.up();
    };
    const onLine = async (): Promise<void> => {
      const early = shuffled(Object.entries({ ...lineFaults, ...endings }), random);
      const late = shuffled(Object.entries(lineFaults), random);
      while (share() < 1) {
        const [name, befall] = (share() < 1 / 3 ? early : late).next().value;
        note(name);
        await befall(site, random);
        await sleep(500 + random() * 2_500);
      }
    };
    const measuring = async (): Promise<void> => {
      while (share() < 1) {
        const of = share() < 1 / 3 ? null : await meter(site.group());
        if (of !== null) samples.push({ at: share(), of });
        await sleep(2_000);
      }
    };
    await Promise.race([Promise.all([atCloud(), onLine(), measuring()]), site.line.ended]);
    await site.line.stop();
    site.camera.setFaults({ frozen: true });

    const missing = await untilArrived(site.line.taken);
    const images = await server.images();
    const again = images.length - new Set(images.map(({ clientImageId }) => clientImageId)).size;
    const copies = new Map<string, ImageRecord[]>();
    for (const image of images) copies.set(image.sha256 ?? '', [...(copies.get(image.sha256 ?? '') ?? []), image]);
    const twice = [...site.line.taken.keys()]
      .map((sha256) => copies.get(sha256) ?? [])
      .filter(({ length }) => length > 1);
    const part = (from: number, to: number): Metered =>
      medianOf(samples.filter(({ at }) => at >= from && at < to).map(({ of }) => of));
    const [first, last] = [part(0.4, 0.55), part(0.85, 1)];
    process.stdout.write(
      `${JSON.stringify({ seed, minutes, taken: site.line.taken.size, images: images.length, missing: missing.length, again, twice: twice.length, befell, first, last })}\n`,
    );
    if (missing.length > 0 || twice.length > 0) {
      process.stdout.write(`${JSON.stringify({ missing, twice })}\n`);
      const words = gateway?.log.filter(({ event }) => event !== 'progress').slice(-60) ?? [];
      process.stdout.write(`${words.map((record) => JSON.stringify(record)).join('\n')}\n`);
    }
    expect(missing.slice(0, 20)).toEqual([]);
    expect(again).toBe(0);
    expect(twice).toEqual([]);
    if (minutes < longEnoughToGrow) return;
    expect(last.handles).toBeLessThan(first.handles + 30);
    expect(last.threads).toBeLessThan(first.threads + 30);
    expect(last.memoryBytes).toBeLessThan(first.memoryBytes * 1.3);
  },
);
