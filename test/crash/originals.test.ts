import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { copyFile, link, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ConfigInput } from '../../shared/config.ts';
import { CloudProcess } from '../support/cloud-process.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { makeJpeg } from '../support/pictures.ts';

/**
 * The whole program, killed while it archives or deletes originals, with cameras that use their names again as soon as a
 * picture is stored: just when its original is being dealt with. ACUSIGHT_KILLS sets another number of kills for each way.
 */
const kills = Number(process.env['ACUSIGHT_KILLS'] ?? 8);
const cameras = 6;
const backlog = 60;
const otherFileSystem = '/dev/shm';

let folder = '';
let elsewhere = '';
let server: CloudProcess | null = null;
let gateway: GatewayProcess | null = null;
let taking: ReusingCameras | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acusight-originals-'));
});

afterEach(async () => {
  await taking?.stop();
  gateway?.kill();
  await gateway?.ended;
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
  if (elsewhere !== '') await rm(elsewhere, { recursive: true, force: true });
});

const input = (): string => join(folder, 'in');

/** Everything that is no folder, and every hidden folder. */
async function everything(root: string): Promise<string[]> {
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => !entry.isDirectory() || entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

let seed = 0;
async function newPicture(): Promise<{ readonly bytes: Buffer; readonly sha256: string }> {
  seed += 1;
  const bytes = await makeJpeg({ width: 32, height: 24, seed });
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Takes the next picture under the same name once the one before is in the store, or its file is gone. */
class ReusingCameras {
  readonly #expected: Set<string>;
  /** The newest picture of each name. */
  readonly #last: Map<string, string>;
  readonly #running: Promise<void>;
  #stopped = false;

  constructor(expected: Set<string>, last: Map<string, string>) {
    this.#expected = expected;
    this.#last = last;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const store = await lookIntoStore();
      for (let camera = 0; camera < cameras; camera += 1) {
        const name = `cam-${camera}.jpg`;
        const last = this.#last.get(name);
        const isStored = last !== undefined && store.has(last);
        if (!isStored && (await isThere(join(input(), name)))) continue;
        const { bytes, sha256 } = await newPicture();
        await writeFile(join(folder, name), bytes);
        this.#expected.add(sha256);
        if (isStored) await rename(join(folder, name), join(input(), name));
        else if (!(await putUnder(join(folder, name), join(input(), name)))) {
          this.#expected.delete(sha256);
          continue;
        }
        this.#last.set(name, sha256);
      }
      store.close();
      await sleep(5);
    }
  }
}

/** Where the name is still free: what was put back under it meanwhile is not stored yet. */
async function putUnder(file: string, path: string): Promise<boolean> {
  const isFree = await link(file, path).then(
    () => true,
    () => false,
  );
  await rm(file);
  return isFree;
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

type StoreLook = { readonly has: (sha256: string) => boolean; readonly close: () => void };
const nothingThere: StoreLook = { has: () => false, close: () => undefined };

/** Into a copy of the database, which a gateway that runs has for itself. */
async function lookIntoStore(): Promise<StoreLook> {
  const copy = join(folder, 'copy.sqlite');
  try {
    await rm(`${copy}-shm`, { force: true });
    await copyFile(join(folder, 'data', 'gateway.sqlite'), copy);
    await copyFile(join(folder, 'data', 'gateway.sqlite-wal'), `${copy}-wal`);
    const database = new BetterSqlite3(copy);
    try {
      const find = database.prepare('SELECT 1 FROM images WHERE sha256 = ?').pluck();
      return { has: (sha256) => find.get(sha256) !== undefined, close: () => database.close() };
    } catch (error) {
      database.close();
      throw error;
    }
  } catch {
    // Before its first transaction, or copied in the middle of one.
    return nothingThere;
  }
}

type Way = { readonly afterIngest: 'delete' | 'archive'; readonly archivePath?: string };

type Pictures = { readonly all: ReadonlySet<string>; readonly backlog: ReadonlySet<string> };

/** Kills a gateway so many times, then lets one run to its end. Returns the hashes of all pictures. */
async function killAgainAndAgain(way: Way): Promise<Pictures> {
  server = await CloudProcess.start(join(folder, 'server'), '--store', 'hash-only');
  const { baseUrl, deviceKey } = server;
  const config: ConfigInput = {
    cloud: { baseUrl, deviceId: 'simulated-device' },
    sources: [
      {
        id: 'in',
        kind: 'folder',
        path: input(),
        settleMilliseconds: 50,
        sidecar: { waitMilliseconds: 0 },
        ...way,
      },
    ],
  };
  const start = async (flags: readonly string[]): Promise<GatewayProcess> => {
    gateway = await GatewayProcess.start({ folder, deviceKey, config, flags });
    return gateway;
  };
  await mkdir(input());
  const all = new Set<string>();
  const waiting = new Set<string>();
  const last = new Map<string, string>();
  for (let kill = 0; kill < kills; kill += 1) {
    for (let index = 0; index < backlog; index += 1) {
      const { bytes, sha256 } = await newPicture();
      all.add(sha256);
      waiting.add(sha256);
      await writeFile(join(input(), `frame-${kill}-${index}.jpg`), bytes);
    }
    const running = await start(['--headless']);
    taking = new ReusingCameras(all, last);
    await running.until(({ event }) => event === 'gateway-started');
    await sleep(Math.random() * 700);
    running.kill();
    await running.ended;
    await taking.stop();
  }
  const run = await (await start(['--headless', '--exit-when-drained'])).ended;
  expect(run.exitCode, run.stderr).toBe(0);
  return { all, backlog: waiting };
}

async function expectAllOnServer(expected: ReadonlySet<string>): Promise<void> {
  const stored = (await server?.images())?.map(({ sha256 }) => sha256) ?? [];
  expect([...expected].filter((sha256) => !stored.includes(sha256))).toEqual([]);
  expect(stored).toHaveLength(expected.size);
}

test(`killed ${kills} times while originals are deleted, none is left and no picture is missing`, async () => {
  const { all } = await killAgainAndAgain({ afterIngest: 'delete' });
  await expectAllOnServer(all);
  expect(await everything(input())).toEqual([]);
  process.stdout.write(`${kills} kills in delete mode, ${all.size} pictures: 0 missing, 0 left\n`);
});

const places: readonly [string, () => Promise<string>][] = [
  ['on the same file system', async () => join(folder, 'archive')],
  ...(existsSync(otherFileSystem) && statSync(otherFileSystem).dev !== statSync(tmpdir()).dev
    ? [
        [
          'on another file system',
          async () => {
            elsewhere = await mkdtemp(join(otherFileSystem, 'acusight-archive-'));
            return elsewhere;
          },
        ] as [string, () => Promise<string>],
      ]
    : []),
];

test.each(places)(
  `killed ${kills} times while originals are archived %s, each is there once, under its name`,
  async (where, place) => {
    const archivePath = await place();
    const { all, backlog: waiting } = await killAgainAndAgain({ afterIngest: 'archive', archivePath });
    await expectAllOnServer(all);
    expect(await everything(input())).toEqual([]);
    const archived = await everything(archivePath);
    expect(archived.filter((path) => !/^(?:frame-\d+-\d+|cam-\d+)(?: \(\d+\))*\.jpg$/.test(basename(path)))).toEqual(
      [],
    );
    const hashes = await Promise.all(
      archived.map(async (path) =>
        createHash('sha256')
          .update(await readFile(join(archivePath, path)))
          .digest('hex'),
      ),
    );
    // A stored picture that its camera overwrote is on the server only.
    expect([...waiting].filter((sha256) => !hashes.includes(sha256))).toEqual([]);
    expect(hashes.filter((sha256) => !all.has(sha256))).toEqual([]);
    expect(new Set(hashes).size).toBe(hashes.length);
    process.stdout.write(
      `${kills} kills in archive mode ${where}, ${all.size} pictures: ${hashes.length} archived, 0 missing, 0 nameless, 0 twice\n`,
    );
  },
);
