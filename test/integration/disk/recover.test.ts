import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, describe, expect, test } from 'vitest';
import { recoverStore } from '../../../electron/gateway/maintenance/recover-store.ts';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { OperatorError } from '../../../electron/gateway/platform/errors.ts';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { silentLogger } from '../../../electron/gateway/platform/logger.ts';
import { backupFolder, listBackups, makeBackup } from '../../../electron/gateway/store/database/backups.ts';
import { soundnessOf } from '../../../electron/gateway/store/database/integrity.ts';
import { parseConfig } from '../../../shared/config.ts';
import { openGateway, startServer, temporaryFolder } from '../../support/gateway-fixture.ts';
import { inOneLine } from '../../support/spoken.ts';

/**
 * Whatever becomes of the database: after a start, or where that refuses after `recover` and a start, every picture that
 * has a payload is delivered, and nothing counts as delivered that the cloud does not have.
 */

type Site = {
  readonly dataDir: string;
  readonly database: string;
  /** A copy of the database from before the pictures that wait. */
  readonly olderCopy: string;
};
type Fixture = {
  readonly root: string;
  /** Hashes of the pictures that were delivered, and of those that wait. */
  readonly delivered: ReadonlySet<string>;
  readonly waiting: ReadonlySet<string>;
};

let made: Promise<Fixture> | null = null;
/** Made within the first test that wants it, for all. */
const fixture = (): Promise<Fixture> => {
  made ??= makeFixture();
  return made;
};
afterAll(async () => {
  if (made !== null) await rm((await made).root, { recursive: true, force: true });
});

/** A data folder as a kill leaves it: six pictures delivered, a backup, eight that wait; no original is left. */
async function makeFixture(): Promise<Fixture> {
  const server = await startServer();
  const root = await mkdtemp(join(tmpdir(), 'acusight-recover-'));
  const dataDir = join(root, 'running');
  const first = await openGateway({ ...server, dataDir, source: { afterIngest: 'delete' } });
  first.gateway.start();
  const delivered = await first.putPictures(6, 'sent-', 1);
  await first.until('6 are delivered', ({ counts }) => counts.acknowledged === 6);
  await first.stop();
  const path = join(dataDir, 'gateway.sqlite');
  const database = new BetterSqlite3(path);
  const check = async (copy: string) => soundnessOf(copy);
  const folder = backupFolder(dataDir);
  await makeBackup({ database, folder, files: nodeFiles, kind: 'daily', at: Date.now(), check });
  database.close();
  await cp(path, join(root, 'older.sqlite'));
  const second = await openGateway({ ...server, dataDir, deviceKey: null, source: { afterIngest: 'delete' } });
  second.gateway.start();
  const waiting = await second.putPictures(8, 'waits-', 101);
  await second.until('8 wait', ({ counts }) => counts.pending === 8);
  await cp(dataDir, join(root, 'data'), { recursive: true });
  await second.stop();
  return { root, delivered, waiting };
}

async function copySite(): Promise<Site> {
  const [root, { root: from }] = await Promise.all([temporaryFolder(), fixture()]);
  await cp(join(from, 'data'), join(root, 'data'), { recursive: true });
  await cp(join(from, 'older.sqlite'), join(root, 'older.sqlite'));
  const dataDir = join(root, 'data');
  return { dataDir, database: join(dataDir, 'gateway.sqlite'), olderCopy: join(root, 'older.sqlite') };
}

const withoutLog = async ({ database }: Site): Promise<undefined> => {
  for (const end of ['-wal', '-shm']) await rm(`${database}${end}`, { force: true });
};
/** Its log written into it first, as after a stop. */
const settle = ({ database }: Site): void => void new BetterSqlite3(database).close();

async function overwrite(path: string, from: number, bytes: Buffer): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, from);
  await file.close();
}
const sizeOf = async (path: string): Promise<number> => (await stat(path)).size;

/** The pages of a table or an index, of whatever kind. */
function pageOf(database: string, name: string): number {
  const opened = new BetterSqlite3(database, { readonly: true });
  const page = opened
    .prepare<[string], { rootpage: number }>('SELECT rootpage FROM sqlite_master WHERE name = ?')
    .get(name);
  opened.close();
  return page?.rootpage ?? 0;
}
const zeroPage = async (site: Site, name: string): Promise<undefined> => {
  settle(site);
  await overwrite(site.database, (pageOf(site.database, name) - 1) * 4_096, Buffer.alloc(4_096));
};

const without = async (folder: string, share: number): Promise<readonly string[]> => {
  const gone: string[] = [];
  const { waiting } = await fixture();
  for (const name of await readdir(folder)) {
    if (!/^[0-9a-f]{2}$/.test(name)) continue;
    for (const file of await readdir(join(folder, name))) {
      if (gone.length >= share) return gone;
      const hash = file.slice(0, 64);
      if (!waiting.has(hash)) continue;
      gone.push(hash);
      await rm(join(folder, name, file));
    }
  }
  return gone;
};

/** Returns hashes that nothing can bring back. */
type Damage = (site: Site) => Promise<readonly string[] | undefined>;

const damages: Readonly<Record<string, Damage>> = {
  'truncated to half': async (site) => {
    settle(site);
    await truncate(site.database, Math.floor((await sizeOf(site.database)) / 2));
  },
  'truncated within a page': async (site) => {
    settle(site);
    await truncate(site.database, (await sizeOf(site.database)) - 1_000);
  },
  'truncated to nothing': async (site) => {
    await withoutLog(site);
    await truncate(site.database, 0);
  },
  'header of zeros': async (site) => {
    settle(site);
    await overwrite(site.database, 0, Buffer.alloc(100));
  },
  'table of images of zeros': (site) => zeroPage(site, 'images'),
  'table of the outbox of zeros': (site) => zeroPage(site, 'outbox'),
  'ledger of zeros': (site) => zeroPage(site, 'ledger'),
  'index of the queue of zeros': (site) => zeroPage(site, 'outbox_fresh'),
  'index that lacks a row': async (site) => {
    const opened = new BetterSqlite3(site.database);
    opened.unsafeMode(true);
    opened.pragma('writable_schema = ON');
    opened.exec(
      "UPDATE sqlite_master SET sql = replace(sql, 'WHERE state = ''pending''', 'WHERE state = ''leased''') WHERE name = 'outbox_droppable'",
    );
    opened.close();
    const again = new BetterSqlite3(site.database);
    again.unsafeMode(true);
    again.exec('REINDEX outbox_droppable');
    again.pragma('writable_schema = ON');
    again.exec(
      "UPDATE sqlite_master SET sql = replace(sql, 'WHERE state = ''leased''', 'WHERE state = ''pending''') WHERE name = 'outbox_droppable'",
    );
    again.close();
  },
  'noise in the middle': async (site) => {
    settle(site);
    const size = await sizeOf(site.database);
    await overwrite(site.database, Math.floor(size / 2), randomBytes(16_384));
  },
  'noise all over': async (site) => {
    settle(site);
    await writeFile(site.database, randomBytes(await sizeOf(site.database)));
  },
  'a text in its place': async (site) => {
    await withoutLog(site);
    await writeFile(site.database, 'This is no database.\n');
  },
  'an empty database in its place': async (site) => {
    await withoutLog(site);
    await rm(site.database);
    new BetterSqlite3(site.database).exec('CREATE TABLE a (b)').close();
  },
  'log lost': withoutLog,
  'log of noise': async (site) => {
    await writeFile(`${site.database}-wal`, randomBytes(await sizeOf(`${site.database}-wal`)));
  },
  'log cut off': async (site) => {
    await truncate(`${site.database}-wal`, Math.floor((await sizeOf(`${site.database}-wal`)) / 2));
  },
  'index of the log lost': async ({ database }) => {
    await rm(`${database}-shm`, { force: true });
  },
  deleted: async (site) => {
    await withoutLog(site);
    await rm(site.database);
  },
  'deleted with all backups': async (site) => {
    await withoutLog(site);
    await rm(site.database);
    await rm(backupFolder(site.dataDir), { recursive: true });
  },
  'deleted with the journal': async (site) => {
    await withoutLog(site);
    await rm(site.database);
    await rm(join(site.dataDir, 'journal'), { recursive: true });
  },
  'deleted with backups and journal': async (site) => {
    await withoutLog(site);
    await rm(site.database);
    await rm(backupFolder(site.dataDir), { recursive: true });
    await rm(join(site.dataDir, 'journal'), { recursive: true });
  },
  'a folder in its place': async (site) => {
    await withoutLog(site);
    await rm(site.database);
    await mkdir(site.database);
  },
  'an older copy put back': async (site) => {
    await withoutLog(site);
    await cp(site.olderCopy, site.database);
  },
  'damaged, and its newest backup too': async (site) => {
    settle(site);
    await overwrite(site.database, 8_192, randomBytes(16_384));
    const [newest] = await listBackups(backupFolder(site.dataDir), nodeFiles);
    await overwrite(newest?.path ?? '', 4_096, randomBytes(16_384));
  },
  'damaged, and its journal in places': async (site) => {
    await zeroPage(site, 'images');
    const folder = join(site.dataDir, 'journal');
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      if (name.endsWith('.jsonl')) await overwrite(path, Math.floor((await sizeOf(path)) / 2), randomBytes(40));
    }
  },
  'damaged, and the payload folder half gone': async (site) => {
    await zeroPage(site, 'outbox');
    return without(join(site.dataDir, 'payloads'), 4);
  },
  'of a newer version': async (site) => {
    const opened = new BetterSqlite3(site.database);
    opened.pragma('user_version = 99');
    opened.close();
  },
  'a hash in it changed': async (site) => {
    const opened = new BetterSqlite3(site.database);
    opened.exec(`
      UPDATE images SET sha256 = replace(sha256, substr(sha256, 1, 8), '00000000') WHERE seq = 9;
      UPDATE payloads SET sha256 = replace(sha256, substr(sha256, 1, 8), '11111111')
      WHERE sha256 = (SELECT sha256 FROM images WHERE seq = 10)`);
    opened.close();
  },
};

const answers = new Set(['store-damaged', 'store-lost', 'store-newer']);

const config = parseConfig({
  cloud: { baseUrl: 'https://cloud.example', deviceId: 'line-7' },
  sources: [{ id: 'aoi', kind: 'folder', path: '/in' }],
});
if (!config.ok) throw new Error('the configuration is wrong');
const recover = ({ dataDir }: Site) =>
  recoverStore({ dataDir, config: config.config, files: nodeFiles, clock: systemClock, logger: silentLogger });

async function deliver(site: Site, gone: readonly string[]): Promise<void> {
  const { delivered, waiting } = await fixture();
  const server = await startServer();
  const { gateway, until, operate, rows } = await openGateway({ ...server, dataDir: site.dataDir });
  gateway.start();
  await until('nothing waits', ({ counts }) => counts.pending + counts.leased === 0, 20_000);
  const arrived = new Set((await server.images()).map(({ sha256 }) => sha256));
  expect([...waiting].filter((hash) => !arrived.has(hash) && !gone.includes(hash))).toEqual([]);
  // Nothing is said to be delivered that was not.
  const inCloud = new Set([...arrived, ...delivered]);
  for (const { imageId } of rows('acknowledged')) {
    const { image } = operate('image.detail', { imageId });
    expect(inCloud).toContain(image?.sha256);
  }
  expect(gateway.snapshot().counts.gone).toBe(gone.length);
  expect(await operate('ledger.verify', {})).toMatchObject({ ok: true, problems: [] });
}

describe.each(Object.entries(damages))('%s', (_, damage) => {
  test('start: it goes on, or says what to do, and recover brings it back', async () => {
    const site = await copySite();
    const gone = (await damage(site)) ?? [];
    const server = await startServer();
    try {
      const opened = await openGateway({ ...server, deviceKey: null, dataDir: site.dataDir });
      await opened.stop();
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      expect([...answers]).toContain(error.code);
      expect(inOneLine(error.said)).toMatch(/Rebuild database/);
      await recover(site);
    }
    await deliver(site, gone);
  });

  test('recover: every picture that has a payload is in the queue or known as delivered', async () => {
    const site = await copySite();
    const gone = (await damage(site)) ?? [];
    const report = await recover(site);
    expect(report.missing).toBeLessThanOrEqual(gone.length);
    // A second time changes nothing.
    expect(await recover(site)).toMatchObject({ base: 'current', queued: 0, unknown: 0 });
    if (report.replaced !== null) expect(await readdir(report.replaced)).not.toEqual([]);
    await deliver(site, gone);
  });
});

test('a gateway that runs is not disturbed', async () => {
  const server = await startServer();
  const { root, gateway } = await openGateway({ ...server, deviceKey: null });
  gateway.start();
  const site = { dataDir: join(root, 'data'), database: join(root, 'data', 'gateway.sqlite'), olderCopy: '' };
  await expect(recover(site)).rejects.toMatchObject({ code: 'store-in-use' });
  expect(await readFile(site.database)).not.toHaveLength(0);
});
