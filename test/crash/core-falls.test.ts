import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyStore } from '../../electron/gateway/maintenance/verify-store.ts';
import { systemClock } from '../../electron/gateway/platform/clock.ts';
import { nodeFiles } from '../../electron/gateway/platform/files.ts';
import { GatewayHost } from '../../electron/gateway-thread/host.ts';
import { Keeper } from '../../electron/gateway-thread/keeper.ts';
import { configSchema } from '../../shared/config.ts';
import { CloudProcess } from '../support/cloud-process.ts';
import { fillFolder } from '../support/picture-folder.ts';
import { spokenSnapshot } from '../support/spoken.ts';
import {
  checkWorker,
  decodeWorker,
  encodeWorker,
  readingWorker,
  recoverWorker,
  streamWorker,
} from '../support/workers.ts';

/**
 * The gateway's own thread throws, hangs or ends while pictures come: main brings it back, nothing is lost, and until
 * then nothing good is said. ACUSIGHT_FALLS sets another number for each way.
 */
const falls = Number(process.env['ACUSIGHT_FALLS'] ?? 2);
const fallingWorker = fileURLToPath(new URL('../support/falling-worker.cjs', import.meta.url));
const millisecondsBetweenPictures = 60;

let folder = '';
let server: CloudProcess;
let line: ReturnType<typeof startLine>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acusight-falls-'));
  await mkdir(join(folder, 'in'));
  server = await CloudProcess.start(join(folder, 'server'), '--store', 'hash-only');
});

afterEach(async () => {
  await line.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const configOf = (input: string) =>
  configSchema.parse({
    cloud: { baseUrl: server.baseUrl, deviceId: 'simulated-device', checkinSeconds: 5 },
    sources: [{ id: 'in', kind: 'folder', path: input, settleMilliseconds: 50, sidecar: { waitMilliseconds: 0 } }],
  });

/** What main does, without its window: host and keeper, and pictures that come steadily. */
function startLine() {
  const dataDir = join(folder, 'data');
  const log: { event: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const host = new GatewayHost({
    dataDir,
    identity: { version: '0', runtime: 'test', configFile: '', demo: false },
    secrets: () => ({
      deviceKey: server.deviceKey,
      proxyPassword: null,
      s3AccessKeyId: null,
      s3SecretAccessKey: null,
      keySource: 'environment',
      keyIsForeign: false,
      waiting: null,
    }),
    workerPath: fallingWorker,
    recoverWorkerPath: recoverWorker,
    workers: {
      decode: decodeWorker,
      reading: readingWorker,
      encode: encodeWorker,
      stream: streamWorker,
      check: checkWorker,
    },
    nativeBinding: undefined,
    patience: { opening: 60_000, running: 1_500 },
    events: {
      onLog: () => undefined,
      onFall: (fall) => void keeper.fell(fall),
      onStoreLost: (fault) => void keeper.storeLost(fault),
    },
  });
  const ends: unknown[] = [];
  const keeper: Keeper = new Keeper({
    host,
    clock: systemClock,
    logger: { log: (_level, event, fields = {}) => void log.push({ event, fields }) },
    endsByItself: false,
    headless: false,
    fail: async (why) => void ends.push(why),
    startOver: async () => void ends.push('start over'),
    waits: { falls: [300], well: 600_000, store: 1_000 },
  });
  const orders = new BroadcastChannel(dataDir);
  const hashes = new Set<string>();
  let feeding = true;
  const feed = (async () => {
    for (let seed = 1; feeding; seed += 1) {
      for (const hash of await fillFolder(join(folder, 'in'), { count: 1, bytes: 40_000, firstSeed: seed }))
        hashes.add(hash);
      await sleep(millisecondsBetweenPictures);
    }
  })();
  return {
    host,
    keeper,
    log,
    ends,
    hashes,
    make: (how: 'throw' | 'spin' | 'exit') => orders.postMessage(how),
    stopFeeding: async () => {
      feeding = false;
      await feed;
    },
    stop: async () => {
      feeding = false;
      await feed;
      keeper.stop();
      await host.stop();
      orders.close();
    },
  };
}

/** Threads and open files of this process, as Linux lists them: nothing of a thread that has fallen may be left. */
async function held(): Promise<{ threads: number; files: number }> {
  if (process.platform !== 'linux') return { threads: 0, files: 0 };
  return { threads: (await readdir('/proc/self/task')).length, files: (await readdir('/proc/self/fd')).length };
}

/** Lets it fall so many times; milliseconds from each fall until the next picture was collected. */
async function fallAgainAndAgain(how: 'throw' | 'spin' | 'exit'): Promise<readonly number[]> {
  line = startLine();
  expect(await line.keeper.run(configOf(join(folder, 'in')))).toBe(true);
  const { host } = line;
  const collected = (): number => host.snapshot().counts.collected;
  const took: number[] = [];
  await expect.poll(collected, { interval: 20 }).toBeGreaterThan(5);
  const before = await held();
  for (let fall = 0; fall < falls; fall += 1) {
    await expect.poll(collected, { interval: 20 }).toBeGreaterThan(fall * 5);
    await sleep(100 + Math.random() * 400);
    const running = host.gateway;
    line.make(how);
    const began = performance.now();
    await expect.poll(() => host.gateway, { interval: 5 }).toBeNull();
    // Nothing good is said while nobody collects, whatever was good before.
    const { safe, flow, advice } = spokenSnapshot(host.snapshot());
    expect(safe.headline).toMatch(/NOT COLLECTING|STARTING/);
    expect(flow.headline).toBe('STOPPED');
    expect(advice[0]?.text).toMatch(/stopped the gateway|did not go on|ended without/);
    await expect.poll(() => host.gateway, { interval: 10 }).not.toBeNull();
    expect(host.gateway).not.toBe(running);
    const had = collected();
    await expect.poll(collected, { interval: 10 }).toBeGreaterThan(had);
    took.push(performance.now() - began);
  }
  await sleep(1_000);
  const after = await held();
  // Their number goes up and down with what is under way, and does not grow.
  expect(after.threads).toBeLessThan(before.threads + 10);
  expect(after.files).toBeLessThan(before.files + 50);
  return took;
}

async function expectNothingLost(): Promise<void> {
  await line.stopFeeding();
  await expect
    .poll(() => line.host.isDrained && line.host.snapshot().counts.acknowledged === line.hashes.size, {
      timeout: 60_000,
    })
    .toBe(true);
  const stored = (await server.images()).map(({ sha256 }) => sha256);
  expect(new Set(stored)).toEqual(line.hashes);
  expect(stored).toHaveLength(line.hashes.size);
  expect((await server.stats()).duplicates).toBe(0);
}

/** How often, since when, why: at the window, at the cloud and in the ledger, until a person has taken note. */
async function expectTold(why: RegExp): Promise<void> {
  const { host } = line;
  const told = spokenSnapshot(host.snapshot());
  expect(told.counts.interruptions).toBe(falls);
  expect(told.safe.headline).toBe('WAS INTERRUPTED');
  expect(told.safe.detail).toMatch(why);
  expect(told.safe.detail).toContain(`${falls} times since`);
  await expect.poll(async () => (await server.stats()).lastCheckin?.status).toBe('degraded');
  await host.operate('losses.acknowledge', {});
  await expect.poll(() => host.snapshot().safe.code).toBe('safe-all-is-well');
  await host.stop();
  const { verdict } = await verifyStore({ dataDir: join(folder, 'data'), files: nodeFiles });
  expect(verdict.problems).toEqual([]);
  const database = new BetterSqlite3(join(folder, 'data', 'gateway.sqlite'), { readonly: true });
  const notes = database
    .prepare<[], { detail: string }>("SELECT detail FROM ledger WHERE detail LIKE '%interrupted%'")
    .all()
    .map(({ detail }) => JSON.parse(detail) as { loss?: string; said?: { code: string } });
  database.close();
  expect(notes.filter(({ said }) => said?.code === 'fell')).toHaveLength(falls);
}

const figures = (took: readonly number[]): string => {
  const sorted = [...took].sort((a, b) => a - b).map(Math.round);
  return `min ${sorted[0]} ms, median ${sorted[Math.floor(sorted.length / 2)]} ms, max ${sorted.at(-1)} ms`;
};

for (const [how, why] of [
  ['throw', /fault in the program/],
  ['spin', /did not go on/],
  ['exit', /ended without being told/],
] as const)
  test(`made to ${how} ${falls} times while pictures come, it comes back and nothing is lost`, async () => {
    const took = await fallAgainAndAgain(how);
    expect(line.ends).toEqual([]);
    await expectNothingLost();
    expect(line.host.threadsLeft).toBe(0);
    await expectTold(why);
    process.stdout.write(`${how}: ${falls} falls, ${line.hashes.size} pictures, collecting again: ${figures(took)}\n`);
  });
