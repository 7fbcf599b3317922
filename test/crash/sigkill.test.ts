import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyStore } from '../../electron/gateway/maintenance/verify-store.ts';
import { nodeFiles } from '../../electron/gateway/platform/files.ts';
import { mostUnsettled } from '../../electron/gateway/sync/settlement-batch.ts';
import { type ObjectStore, openObjectStore } from '../../scripts/run/object-store.mjs';
import type { ConfigInput } from '../../shared/config.ts';
import { CloudProcess } from '../support/cloud-process.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { fillFolder } from '../support/picture-folder.ts';
import { objectHashes } from '../support/stored-objects.ts';

/**
 * The whole program, killed as a power cut kills it, at random instants while it ingests and uploads, in both modes.
 * After each kill the ledger of what was left is verified. ACUSIGHT_KILLS sets another number of kills for each mode,
 * ACUSIGHT_SEED repeats a run.
 */
const kills = Number(process.env['ACUSIGHT_KILLS'] ?? 15);
const seed = Number(process.env['ACUSIGHT_SEED'] ?? Date.now() % 1_000_000);
const concurrency = 4;

let folder = '';
let server: CloudProcess | null = null;
let objects: ObjectStore | null = null;
let gateway: GatewayProcess | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acusight-crash-'));
});

afterEach(async () => {
  gateway?.kill();
  await gateway?.ended;
  await server?.stop();
  await objects?.stop();
  objects = null;
  await rm(folder, { recursive: true, force: true });
});

const configFor = (baseUrl: string): ConfigInput => ({
  cloud: {
    baseUrl,
    deviceId: 'simulated-device',
    ...(objects === null
      ? {}
      : { mode: 'lan', objectStore: { endpoint: objects.endpoint, bucket: objects.bucket, prefix: 'line/' } }),
  },
  sources: [
    { id: 'in', kind: 'folder', path: join(folder, 'in'), settleMilliseconds: 50, sidecar: { waitMilliseconds: 0 } },
  ],
  sync: { concurrency },
});

/** Kills a gateway so many times while it works, then lets one run to its end. Returns the hashes that must be there. */
async function killAgainAndAgain(to: CloudProcess, times: number): Promise<Set<string>> {
  const random = seededRandom(seed);
  const expected = await fillFolder(join(folder, 'in'), { count: 200, bytes: 60_000 });
  const start = async (): Promise<GatewayProcess> => {
    gateway = await GatewayProcess.start({
      folder,
      deviceKey: to.deviceKey,
      environment: objects?.env ?? {},
      config: configFor(to.baseUrl),
    });
    return gateway;
  };
  await to.setFaults({ kind: 'latency', milliseconds: 30, endpoints: ['upload', 'notify'] });
  for (let kill = 0; kill < times; kill += 1) {
    for (const hash of await fillFolder(join(folder, 'in'), {
      count: 40,
      bytes: 60_000,
      firstSeed: 10_000 + kill * 40,
    }))
      expected.add(hash);
    const running = await start();
    // Most kills fall into the work; every fifth falls anywhere, into the start and the recovery too.
    if (kill % 5 !== 0) await running.until(({ event }) => event === 'gateway-started');
    await sleep(random() * (kill % 5 === 0 ? 2_000 : 900));
    running.kill();
    await running.ended;
    await expectWholeLedger(`after kill ${kill + 1}`);
  }
  await to.setFaults();
  const run = await (await start()).ended;
  expect(run.exitCode, run.stderr).toBe(0);
  return expected;
}

/** Before its first transaction a gateway has no database, and nothing to account for. */
async function expectWholeLedger(when: string): Promise<void> {
  const dataDir = join(folder, 'data');
  if (((await nodeFiles.size(join(dataDir, 'gateway.sqlite'))) ?? 0) === 0) return;
  const { verdict } = await verifyStore({ dataDir, files: nodeFiles });
  expect(verdict.problems, when).toEqual([]);
}

/** Invariant 1, looked at from outside: every row's payload is there, with the right bytes. */
async function expectEveryRowHasItsPayload(): Promise<number> {
  const database = new BetterSqlite3(join(folder, 'data', 'gateway.sqlite'), { readonly: true });
  const rows = database.prepare('SELECT sha256, format, bytes FROM payloads').all() as {
    sha256: string;
    format: string;
    bytes: number;
  }[];
  const orphans = database
    .prepare('SELECT count(*) AS n FROM images WHERE sha256 NOT IN (SELECT sha256 FROM payloads)')
    .get() as { n: number };
  const open = database.prepare("SELECT count(*) AS n FROM outbox WHERE state <> 'acknowledged'").get() as {
    n: number;
  };
  database.close();
  expect({ orphans: orphans.n, open: open.n }).toEqual({ orphans: 0, open: 0 });
  for (const { sha256, format, bytes } of rows) {
    const payload = await readFile(
      join(folder, 'data', 'payloads', sha256.slice(0, 2), `${sha256}.${format === 'jpeg' ? 'jpg' : format}`),
    );
    expect(payload.length).toBe(bytes);
    expect(createHash('sha256').update(payload).digest('hex')).toBe(sha256);
  }
  return rows.length;
}

test(`killed ${kills} times while it works, every picture is on the server once (seed ${seed})`, async () => {
  server = await CloudProcess.start(join(folder, 'server'), '--store', 'hash-only');
  const expected = await killAgainAndAgain(server, kills);
  const stored = (await server.images()).map(({ sha256 }) => sha256);
  expect(new Set(stored)).toEqual(expected);
  expect(stored).toHaveLength(expected.size);
  const { duplicates, replays } = await server.stats();
  expect(duplicates).toBe(0);
  expect(await expectEveryRowHasItsPayload()).toBe(expected.size);
  process.stdout.write(
    `${kills} kills, ${expected.size} pictures, ${duplicates} duplicates, ${replays} deliveries were between the server's commit and our settle\n`,
  );
});

test(`killed ${kills} times in LAN mode, every picture is behind exactly one notice (seed ${seed})`, async () => {
  objects = await openObjectStore();
  server = await CloudProcess.start(join(folder, 'server'));
  const expected = await killAgainAndAgain(server, kills);
  const images = await server.images();
  const there = await objectHashes(objects);
  // A notice is believed only as far as the object behind it goes.
  expect(new Set(images.map(({ storageKey }) => there.get(storageKey ?? '')))).toEqual(expected);
  expect(images).toHaveLength(expected.size);
  // No second object for a picture: the key is that of the image, however often it is put there.
  expect(there.size).toBe(expected.size);
  const { duplicates, replays } = await server.stats();
  expect(duplicates).toBe(0);
  expect(await expectEveryRowHasItsPayload()).toBe(expected.size);
  process.stdout.write(
    `${kills} kills in LAN mode, ${expected.size} pictures, ${duplicates} duplicates, ${replays} notices repeated\n`,
  );
});

test('without the idempotency key honoured, a kill doubles at most what was being answered or settled', async () => {
  const few = Math.max(1, Math.round(kills / 5));
  server = await CloudProcess.start(join(folder, 'server'), '--store', 'hash-only', '--idempotency', 'off');
  const expected = await killAgainAndAgain(server, few);
  const images = await server.images();
  expect(new Set(images.map(({ sha256 }) => sha256))).toEqual(expected);
  const { duplicates } = await server.stats();
  expect(images).toHaveLength(expected.size + duplicates);
  // What was doubled was under way when a kill fell, or waited to be settled with others.
  expect(duplicates).toBeLessThanOrEqual(few * (concurrency + mostUnsettled));
  process.stdout.write(`${few} kills without idempotency, ${expected.size} pictures, ${duplicates} duplicates\n`);
});

/** Mulberry32: small, and the same run again for the same seed. */
function seededRandom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
