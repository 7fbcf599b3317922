import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ConfigInput } from '../../shared/config.ts';
import { CloudProcess } from '../support/cloud-process.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { LostDisk } from '../support/lost-disk.ts';
import { unmount } from '../support/memory-disk.ts';
import { fillFolder } from '../support/picture-folder.ts';

/** What lies under the running program goes away or turns out to be damaged. */
let folder = '';
let server: CloudProcess;
let gateway: GatewayProcess | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acusight-lost-'));
  server = await CloudProcess.start(join(folder, 'server'));
});
afterEach(async () => {
  gateway?.kill();
  await gateway?.ended;
  gateway = null;
  await server.stop();
  unmount(join(folder, 'data'));
  await rm(folder, { recursive: true, force: true });
});

const input = (): string => join(folder, 'in');
const dataDir = (): string => join(folder, 'data');
const config = (): ConfigInput => ({
  cloud: { baseUrl: server.baseUrl, deviceId: 'simulated-device' },
  store: { maxBytes: 150_000_000, minFreeBytes: 20_000_000 },
  sources: [{ id: 'in', kind: 'folder', path: input(), settleMilliseconds: 50, sidecar: { waitMilliseconds: 0 } }],
});
async function start(...flags: readonly string[]): Promise<GatewayProcess> {
  gateway = await GatewayProcess.start({
    folder,
    config: config(),
    deviceKey: server.deviceKey,
    flags: ['--headless', ...flags],
  });
  return gateway;
}
/** Of the ledger, once the gateway has ended. */
function notes(): readonly unknown[] {
  const store = new BetterSqlite3(join(dataDir(), 'gateway.sqlite'), { readonly: true });
  try {
    const details = store.prepare<[], string>("SELECT detail FROM ledger WHERE detail <> ''").pluck().all();
    return details.map((detail) => JSON.parse(detail) as unknown);
  } finally {
    store.close();
  }
}
const events = (of: GatewayProcess, name: string): number => of.log.filter(({ event }) => event === name).length;

test.runIf(LostDisk.isPossible)(
  'a data disk that is taken away under load and comes back loses nothing, and collecting goes on by itself',
  { timeout: 120_000 },
  async () => {
    const disk = await LostDisk.mount(dataDir(), join(folder, 'disk.img'));
    const expected = await fillFolder(input(), { count: 150, bytes: 60_000 });
    const running = await start();
    await running.until((record) => record.event === 'progress' && Number(record['collected']) >= 40);
    disk.lose();
    for (const hash of await fillFolder(input(), { count: 60, bytes: 60_000, firstSeed: 1_000 })) expected.add(hash);
    const lost = await running.until(({ event }) => event === 'store-lost');
    expect(JSON.stringify(lost)).toMatch(/data disk/);
    // It says so again and again, and is not ended by it.
    await running.until(({ event }) => event === 'start-failed');
    disk.bringBack();
    await running.until((record) => record.event === 'gateway-started' && events(running, 'gateway-started') === 2);
    await running.until(
      (record) =>
        record.event === 'progress' &&
        record['collected'] === expected.size &&
        record['acknowledged'] === expected.size,
    );
    running.kill('SIGTERM');
    expect((await running.ended).exitCode).toBe(0);
    expect(new Set((await server.images()).map(({ sha256 }) => sha256))).toEqual(expected);
    expect(notes()).toContainEqual(expect.objectContaining({ loss: 'store-away', pictures: expect.any(Number) }));
  },
);

test('a page of the queue that was overwritten is said, and nothing is written any more', {
  timeout: 60_000,
}, async () => {
  await fillFolder(input(), { count: 150, bytes: 20_000 });
  await server.down();
  const first = await start();
  await first.until((record) => record.event === 'progress' && record['collected'] === 150);
  first.kill('SIGTERM');
  await first.ended;
  const path = join(dataDir(), 'gateway.sqlite');
  const store = new BetterSqlite3(path);
  store.pragma('wal_checkpoint(TRUNCATE)');
  const page = store
    .prepare("SELECT pageno FROM dbstat WHERE name = 'outbox' AND pagetype = 'leaf' ORDER BY pageno DESC LIMIT 1")
    .pluck()
    .get() as number;
  const pageBytes = store.pragma('page_size', { simple: true }) as number;
  store.close();
  const file = await open(path, 'r+');
  await file.write(Buffer.alloc(pageBytes), 0, pageBytes, (page - 1) * pageBytes);
  await file.close();
  await server.up();
  const { exitCode, stderr, log } = await (await start()).ended;
  expect(stderr).toContain('database is damaged');
  expect(stderr).toContain('Do not delete anything');
  expect(exitCode).toBe(1);
  expect(log.some(({ event }) => event === 'store-lost' || event === 'start-failed')).toBe(true);
  expect((await server.stats()).lastCheckin).toMatchObject({ status: 'error' });
});
