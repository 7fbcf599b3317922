import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConfigInput } from '../../shared/config.ts';
import { GatewayProcess, type GatewayRun } from '../support/gateway-process.ts';
import { mayMount, mountMemory, remount, unmount } from '../support/memory-disk.ts';

/** The whole program, started where it can't begin: each failure in its own words, and what may pass is tried again. */
let folder = '';
let dataDir = '';
let gateway: GatewayProcess | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acusight-start-'));
  dataDir = join(folder, 'data');
  await mkdir(join(folder, 'in'));
});
afterEach(async () => {
  gateway?.kill();
  await gateway?.ended;
  gateway = null;
  for (const mounted of ['data', 'tmp']) unmount(join(folder, mounted));
  await rm(folder, { recursive: true, force: true });
});

const configFor = (input: string): ConfigInput => ({
  cloud: { baseUrl: 'http://127.0.0.1:9/api', deviceId: 'line' },
  sources: [{ id: 'in', kind: 'folder', path: input }],
});

async function start(flags: readonly string[], input = join(folder, 'in')): Promise<GatewayProcess> {
  gateway = await GatewayProcess.start({ folder, config: configFor(input), deviceKey: 'adk_1', flags });
  return gateway;
}
const run = async (...flags: readonly string[]): Promise<GatewayRun> => (await start(['--headless', ...flags])).ended;

describe('what no waiting mends ends the program with its own words', () => {
  const database = (): string => join(dataDir, 'gateway.sqlite');

  test('a file that is no database', async () => {
    await mkdir(dataDir);
    await writeFile(database(), 'x'.repeat(20_000));
    const { exitCode, stderr, log } = await run();
    expect(stderr).toContain('database is damaged');
    expect(stderr).toContain('Do not delete anything');
    expect(exitCode).toBe(1);
    expect(log.find(({ event }) => event === 'start-failed')).toMatchObject({ level: 'error' });
  });

  test('pages in the middle that were overwritten', async () => {
    const first = await start(['--headless']);
    await first.until(({ event }) => event === 'gateway-started');
    first.kill('SIGTERM');
    await first.ended;
    const made = await open(database(), 'r+');
    const { size } = await made.stat();
    // The first page says what it is; everything that it leads to is gone.
    await made.write(Buffer.alloc(size - 4_096), 0, size - 4_096, 4_096);
    await made.close();
    const { exitCode, stderr } = await run();
    expect(stderr).toContain('database is damaged');
    expect(exitCode).toBe(1);
  });

  test('a database that holds something else', async () => {
    await mkdir(dataDir);
    const made = new BetterSqlite3(database());
    made.exec('CREATE TABLE images (a); PRAGMA user_version = 5;');
    made.close();
    const { exitCode, stderr } = await run();
    expect(stderr).toContain('database is damaged');
    expect(exitCode).toBe(1);
  });

  test('a database that was deleted, while pictures are there', async () => {
    await mkdir(join(dataDir, 'payloads', 'ab'), { recursive: true });
    await writeFile(join(dataDir, 'payloads', 'ab', `${'ab'.repeat(32)}.jpg`), 'x');
    const { exitCode, stderr } = await run();
    expect(stderr).toContain('database is missing, but stored pictures are there');
    expect(exitCode).toBe(1);
  });

  test('a database of a newer version', async () => {
    await mkdir(dataDir);
    const newer = new BetterSqlite3(database());
    newer.pragma('user_version = 99');
    newer.close();
    const { exitCode, stderr } = await run();
    expect(stderr).toContain('newer version of the gateway');
    expect(exitCode).toBe(1);
  });

  test('a source inside the data folder is a mistake of the settings', async () => {
    gateway = await start(['--headless'], join(dataDir, 'in'));
    const { exitCode, stderr } = await gateway.ended;
    expect(stderr).toContain('lie in each other');
    expect(exitCode).toBe(2);
  });

  test('a data folder that can’t be made, where the run is to end by itself', async () => {
    await writeFile(dataDir, 'a file');
    const { exitCode, stderr } = await run('--exit-when-drained');
    expect(stderr).toContain(`The data folder ${dataDir} can’t be used`);
    expect(stderr).not.toContain('Another gateway');
    expect(exitCode).toBe(1);
  });
});

describe('what may pass is tried again by itself', () => {
  const started = (from: GatewayProcess) => from.until(({ event }) => event === 'gateway-started');
  const failed = (from: GatewayProcess) => from.until(({ event }) => event === 'start-failed');

  test('a data folder that can’t be made yet', async () => {
    await writeFile(dataDir, 'in the way');
    const running = await start(['--headless']);
    expect(JSON.stringify(await failed(running))).toContain('can’t be used');
    await rm(dataDir);
    await started(running);
  });

  test('a database that another program holds', async () => {
    await mkdir(dataDir);
    const other = new BetterSqlite3(join(dataDir, 'gateway.sqlite'));
    other.pragma('locking_mode = EXCLUSIVE');
    other.exec('BEGIN EXCLUSIVE');
    const running = await start(['--headless']);
    expect(JSON.stringify(await failed(running))).toContain('Another gateway');
    other.exec('ROLLBACK');
    other.close();
    await started(running);
  });

  test.runIf(mayMount)('a disk that is read-only at first', async () => {
    await mkdir(dataDir);
    mountMemory(dataDir, 'size=64m');
    // As a run before it left it.
    await mkdir(join(dataDir, 'shell'));
    remount(dataDir, 'ro');
    const running = await start(['--headless']);
    const said = JSON.stringify(await failed(running));
    expect(said).toContain('read-only');
    expect(said).not.toContain('Another gateway');
    remount(dataDir, 'rw');
    await started(running);
  });
});

test.runIf(mayMount)('a folder for temporary files without room hinders no start', async () => {
  const full = join(folder, 'tmp');
  await mkdir(full);
  mountMemory(full, 'size=1m,nr_inodes=2');
  await writeFile(join(full, 'the last'), '');
  gateway = await GatewayProcess.start({
    folder,
    config: configFor(join(folder, 'in')),
    deviceKey: 'adk_1',
    flags: ['--headless'],
    environment: { TMPDIR: full },
  });
  await gateway.until(({ event }) => event === 'gateway-started');
});
