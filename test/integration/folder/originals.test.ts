import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../../electron/gateway/store/database/database.ts';
import { asNobody } from '../../support/as-nobody.ts';
import { openGateway, sha256, smallPicture, startServer, temporaryFolder } from '../../support/gateway-fixture.ts';
import { said, spokenAdvice, statement } from '../../support/spoken.ts';

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const everything = async (root: string): Promise<string[]> =>
  (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();

function today(): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

const sidecar = JSON.stringify({
  annotations: [{ class_value: 'scratch', x_center: 0.5, y_center: 0.5, width: 0.1, height: 0.1 }],
});

describe('archive', () => {
  test('moves pictures and their sidecars into the folder of the day, and collects nothing from there again', async () => {
    const server = await startServer();
    const { gateway, input, put, until, untilDrained } = await openGateway({
      ...server,
      source: { afterIngest: 'archive', rescanSeconds: 1, sidecar: { waitMilliseconds: 500 } },
    });
    await put('a.json', Buffer.from(sidecar));
    await put('a.jpg', await smallPicture(1));
    await mkdir(join(input, 'cam 1'));
    await writeFile(join(input, 'cam 1/b.jpg'), await smallPicture(2));
    gateway.start();
    await untilDrained();
    await until('two are delivered', ({ counts }) => counts.acknowledged === 2);
    await pause(2_500);
    expect(await everything(input)).toEqual([
      `.acusight-archive/${today()}/a.jpg`,
      `.acusight-archive/${today()}/a.json`,
      `.acusight-archive/${today()}/cam 1/b.jpg`,
    ]);
    expect(server.simulator.stats()).toMatchObject({ images: 2, annotations: 1 });
    expect(gateway.snapshot().counts).toMatchObject({ collected: 2, refused: 0 });
  });

  const places: readonly [string, (input: string) => string][] = [
    ['with a visible name', (input) => join(input, 'done')],
    ['deep inside', (input) => join(input, 'x/y/done')],
    ['with a name that looks like a pattern', (input) => join(input, 'done [old] {1,2} *')],
    ['under another path to the same folder', (input) => join(input, '..', 'in', 'done')],
  ];
  test.each(places)('inside the watched folder (%s) is not collected again', async (_how, place) => {
    const server = await startServer();
    const root = await temporaryFolder();
    const { gateway, putPictures, until } = await openGateway({
      ...server,
      root,
      source: { afterIngest: 'archive', archivePath: place(join(root, 'in')), rescanSeconds: 1 },
    });
    await putPictures(5);
    gateway.start();
    await until('five are delivered', ({ counts }) => counts.acknowledged === 5);
    await pause(2_500);
    expect(gateway.snapshot().counts.collected).toBe(5);
    expect(await everything(place(join(root, 'in')))).toHaveLength(5);
  });

  test('that is the watched folder itself is refused in words, and nothing is touched', async () => {
    const server = await startServer();
    const root = await temporaryFolder();
    const { gateway, putPictures, input, until } = await openGateway({
      ...server,
      root,
      source: { afterIngest: 'archive', archivePath: join(root, 'in') },
    });
    await putPictures(2);
    gateway.start();
    const { sources } = await until('it has failed', (snapshot) => snapshot.sources[0]?.state === 'failed');
    expect(said(sources[0]?.message).text).toBe('The archive is the watched folder itself');
    await pause(500);
    expect(await everything(input)).toEqual(['frame-0.jpg', 'frame-1.jpg']);
  });

  test('keeps every frame of a name that comes again and again', async () => {
    const server = await startServer();
    const archivePath = await temporaryFolder();
    const { gateway, input, put, until } = await openGateway({
      ...server,
      source: { afterIngest: 'archive', archivePath },
    });
    gateway.start();
    await until('it watches', ({ sources }) => sources[0]?.state === 'watching');
    const hashes = new Set<string>();
    for (let version = 1; version <= 10; version += 1) {
      hashes.add(await put('latest.jpg', await smallPicture(version)));
      await until(`${version} are collected`, ({ counts }) => counts.collected === version);
      // A camera that writes over an original which still lies there is another test's.
      await expect.poll(() => everything(input), { timeout: 10_000 }).toEqual([]);
    }
    await until('all are delivered', ({ counts }) => counts.acknowledged === 10);
    const archived = await everything(archivePath);
    expect(archived).toHaveLength(10);
    expect(
      new Set(await Promise.all(archived.map(async (path) => sha256(await readFile(join(archivePath, path)))))),
    ).toEqual(hashes);
    expect(new Set((await server.images()).map((image) => image.sha256))).toEqual(hashes);
  });

  const other = '/dev/shm';
  test.runIf(existsSync(other) && statSync(other).dev !== statSync(tmpdir()).dev)(
    'on another file system works',
    async () => {
      const server = await startServer();
      const archivePath = await mkdtemp(join(other, 'acusight-archive-'));
      onTestFinished(() => rm(archivePath, { recursive: true, force: true }));
      const { gateway, input, putPictures, untilDrained } = await openGateway({
        ...server,
        source: { afterIngest: 'archive', archivePath },
      });
      const hashes = await putPictures(30);
      gateway.start();
      await untilDrained();
      expect(await everything(input)).toEqual([]);
      const archived = await everything(archivePath);
      expect(
        new Set(await Promise.all(archived.map(async (path) => sha256(await readFile(join(archivePath, path)))))),
      ).toEqual(hashes);
      expect(archived).toHaveLength(30);
    },
  );

  test.runIf(process.platform !== 'win32')(
    'that can’t be written leaves the originals, delivers all the same, and is made up for later',
    async () => {
      await asNobody(async () => {
        const server = await startServer();
        const archivePath = await temporaryFolder();
        await chmod(archivePath, 0o555);
        const { gateway, input, putPictures, until, stop, log } = await openGateway({
          ...server,
          source: { afterIngest: 'archive', archivePath, rescanSeconds: 1 },
        });
        await putPictures(200);
        gateway.start();
        await until('all are delivered', ({ counts }) => counts.acknowledged === 200);
        await pause(1_500);
        expect(await everything(input)).toHaveLength(200);
        const { advice, safe, sources } = await until('it is said', ({ advice }) => advice.length > 0);
        expect(spokenAdvice(advice)).toMatchObject([
          { code: 'originals-stay', level: 'act', text: 'aoi: 200 originals can’t be archived.', action: 'none' },
        ]);
        expect(said(advice[0]?.message).hint).toMatch(/^Allow the gateway’s user to write in the archive folder, /);
        expect(sources[0]).toMatchObject({ state: 'watching', warnings: [{ code: 'originals-stay' }] });
        expect(statement(safe)).toMatchObject({ level: 'act', headline: 'CHECK FOLDERS' });
        expect(log.filter(({ event }) => event === 'original-not-moved')).toHaveLength(1);
        await chmod(archivePath, 0o777);
        // The next look may be some seconds away: a look that took long is followed by a longer rest.
        for (let wait = 0; wait < 400 && (await everything(input)).length > 0; wait += 1) await pause(100);
        expect(await everything(input)).toEqual([]);
        expect(await everything(archivePath)).toHaveLength(200);
        expect(gateway.snapshot().counts.collected).toBe(200);
        await until('nothing is said any more', ({ advice }) => advice.length === 0);
        await stop();
      });
    },
  );
});

test.runIf(process.platform !== 'win32')(
  'originals that can’t be deleted are counted in an advice, until somebody else removes them or gives the right',
  async () => {
    await asNobody(async () => {
      const server = await startServer();
      const { gateway, input, putPictures, until, stop, log } = await openGateway({
        ...server,
        source: { afterIngest: 'delete', rescanSeconds: 1 },
      });
      await putPictures(30);
      await chmod(input, 0o555);
      gateway.start();
      const told = await until(
        'it is said',
        ({ advice }) => said(advice[0]?.message).text === 'aoi: 30 originals can’t be deleted.',
      );
      expect(said(told.advice[0]?.message).hint).toMatch(
        /^Allow the gateway’s user to delete files in the watched folder, /,
      );
      await until('all are delivered', ({ counts }) => counts.acknowledged === 30);
      expect(log.filter(({ event }) => event === 'original-not-moved')).toHaveLength(1);
      await chmod(input, 0o755);
      for (let index = 0; index < 10; index += 1) await rm(join(input, `frame-${index}.jpg`));
      await until('nothing is said any more', ({ advice }) => advice.length === 0, 20_000);
      for (let wait = 0; wait < 200 && (await everything(input)).length > 0; wait += 1) await pause(100);
      expect(await everything(input)).toEqual([]);
      expect(gateway.snapshot().counts).toMatchObject({ collected: 30, refused: 0 });
      await stop();
    });
  },
);

describe('delete', () => {
  test('removes pictures and sidecars once they are stored, also while the cloud is away, and nothing else', async () => {
    const server = await startServer();
    await server.simulator.down();
    const { gateway, input, put, putPictures, until, rows, operate } = await openGateway({
      ...server,
      source: { afterIngest: 'delete', sidecar: { waitMilliseconds: 500 } },
    });
    await put('a.json', Buffer.from(sidecar));
    await put('a.jpg', await smallPicture(500));
    await put('notes.md', Buffer.from('no picture'));
    await put('classes.txt', Buffer.from('scratch\n'));
    const hashes = await putPictures(10);
    gateway.start();
    await until('all are stored', ({ counts, sources }) => counts.collected === 11 && sources[0]?.settling === 0);
    for (let wait = 0; wait < 40 && (await everything(input)).length > 2; wait += 1) await pause(50);
    expect(await everything(input)).toEqual(['classes.txt', 'notes.md']);
    expect(rows().every(({ state }) => state === 'pending')).toBe(true);
    await server.simulator.up();
    operate('sync.tryNow', {});
    await until('all are delivered', ({ counts }) => counts.acknowledged === 11);
    for (const hash of hashes) expect((await server.images()).map((image) => image.sha256)).toContain(hash);
  });

  test('of a name that is written again and again loses no frame that had time to settle', async () => {
    const server = await startServer();
    const { gateway, input, until } = await openGateway({ ...server, source: { afterIngest: 'delete' } });
    gateway.start();
    await until('it watches', ({ sources }) => sources[0]?.state === 'watching');
    const hashes = new Set<string>();
    for (let version = 1; version <= 40; version += 1) {
      const bytes = await smallPicture(version);
      hashes.add(sha256(bytes));
      await writeFile(join(input, '.next'), bytes);
      await rename(join(input, '.next'), join(input, 'latest.jpg'));
      // As soon as the row is there, which is just when the original is being dealt with.
      const collected = gateway.snapshot().counts.collected;
      await until('it is collected', ({ counts }) => counts.collected > collected);
    }
    await until('all are delivered', ({ counts }) => counts.acknowledged === 40);
    expect(new Set((await server.images()).map((image) => image.sha256))).toEqual(hashes);
  });
});

describe('a kill between the commit and the archive', () => {
  test('is made up for at the next start, and nothing is sent twice', async () => {
    const server = await startServer();
    const root = await temporaryFolder();
    const first = await openGateway({ ...server, root, source: { afterIngest: 'keep' } });
    await first.putPictures(150);
    first.gateway.start();
    await first.untilDrained();
    await first.stop();
    // As the kill leaves it: the images are stored, and nobody has dealt with the originals.
    const database = openDatabase({ path: join(root, 'data', 'gateway.sqlite') });
    database.exec('UPDATE source_files SET finished = 0');
    database.close();
    const archivePath = await temporaryFolder();
    const second = await openGateway({ ...server, root, source: { afterIngest: 'archive', archivePath } });
    second.gateway.start();
    await second.untilDrained();
    expect(await everything(second.input)).toEqual([]);
    expect(await everything(archivePath)).toHaveLength(150);
    expect(server.simulator.stats()).toMatchObject({ images: 150, replays: 0, duplicates: 0 });
    expect(second.gateway.snapshot().counts.collected).toBe(150);
  });

  test('also when the file was replaced meanwhile: the new one is a new frame', async () => {
    const server = await startServer();
    const root = await temporaryFolder();
    const first = await openGateway({ ...server, root });
    await first.put('a.jpg', await smallPicture(1));
    first.gateway.start();
    await first.untilDrained();
    await first.stop();
    const database = openDatabase({ path: join(root, 'data', 'gateway.sqlite') });
    database.exec('UPDATE source_files SET finished = 0');
    database.close();
    const hash = await first.put('a.jpg', await smallPicture(2));
    const second = await openGateway({ ...server, root, source: { afterIngest: 'delete' } });
    second.gateway.start();
    await second.untilDrained();
    expect((await server.images()).map((image) => image.sha256)).toContain(hash);
    await expect(stat(join(second.input, 'a.jpg'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('two gateways on one folder', () => {
  test('are told to a person, by the pictures that the other one takes away', async () => {
    const server = await startServer();
    const first = await openGateway({ ...server, source: { afterIngest: 'delete' } });
    const second = await openGateway({ ...server, source: { afterIngest: 'delete', path: first.input } });
    first.gateway.start();
    second.gateway.start();
    const advice = () =>
      [first, second]
        .flatMap(({ gateway }) => gateway.snapshot().advice)
        .filter(({ message }) => JSON.stringify(message.params.what ?? null).includes('"shared-folder"'));
    for (let picture = 0; picture < 400 && advice().length === 0; picture += 1) {
      await first.put(`frame-${picture}.jpg`, await smallPicture(picture));
      await pause(40);
    }
    expect(spokenAdvice(advice())[0]).toMatchObject({
      level: 'act',
      text: 'aoi: another program takes pictures away from this folder',
    });
  });

  test('is not said of one gateway with a camera that uses its name again', async () => {
    const server = await startServer();
    const { gateway, put, until } = await openGateway({ ...server, source: { afterIngest: 'delete' } });
    gateway.start();
    for (let version = 1; version <= 15; version += 1) {
      await put('latest.jpg', await smallPicture(version));
      await until('it is collected', ({ counts }) => counts.collected === version);
    }
    expect(gateway.snapshot().advice).toEqual([]);
  });
});
