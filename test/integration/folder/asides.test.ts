import { execFileSync } from 'node:child_process';
import { link, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { takeAside } from '../../../electron/gateway/source/folder/aside.ts';
import { localDay } from '../../../electron/gateway/source/folder/original-disposal.ts';
import { openDatabase } from '../../../electron/gateway/store/database/database.ts';
import { openGateway, sha256, smallPicture, startServer, temporaryFolder } from '../../support/gateway-fixture.ts';
import { canKeepFiles } from '../../support/soak/soak-faults.ts';

/** Everything that is no folder, and every hidden folder. */
const everything = async (root: string): Promise<string[]> =>
  (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory() || entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();

const sidecar = JSON.stringify({
  annotations: [{ class_value: 'scratch', x_center: 0.5, y_center: 0.5, width: 0.1, height: 0.1 }],
});

/** The names of the pictures are in the store, their originals are as a kill leaves them: nobody has dealt with them. */
async function storedPictures(names: readonly string[]) {
  const server = await startServer();
  const root = await temporaryFolder();
  const first = await openGateway({ ...server, root, source: { sidecar: { waitMilliseconds: 500 } } });
  const hashes = new Map<string, string>();
  for (const [seed, name] of names.entries()) {
    await mkdir(join(first.input, name, '..'), { recursive: true });
    hashes.set(name, await first.put(name, name.endsWith('.json') ? Buffer.from(sidecar) : await smallPicture(seed)));
  }
  first.gateway.start();
  await first.untilDrained();
  await first.stop();
  const database = openDatabase({ path: join(root, 'data', 'gateway.sqlite') });
  database.exec('UPDATE source_files SET finished = 0');
  database.close();
  return { server, root, input: first.input, hashes };
}

async function leaveAside(path: string): Promise<string> {
  const aside = await takeAside(path);
  if (aside === null) throw new Error(`${path} was gone`);
  return aside.path;
}

const long = `${'検'.repeat(83)}é.jpg`;
const names = ['a.jpg', 'line 1/größe-изделие.jpg', long, '-rf.jpg', 'line\nbreak.jpg'];

describe('what a kill left aside', () => {
  test('is deleted at the next start, when the store has its picture', async () => {
    expect(Buffer.byteLength(long)).toBe(255);
    const { server, root, input } = await storedPictures(names);
    for (const name of names) await leaveAside(join(input, name));
    expect(await everything(input)).toHaveLength(names.length + 1);
    const { gateway, untilDrained, refusals } = await openGateway({
      ...server,
      root,
      source: { afterIngest: 'delete' },
    });
    gateway.start();
    await untilDrained();
    expect(await everything(input)).toEqual([]);
    expect(server.simulator.stats()).toMatchObject({ images: names.length, duplicates: 0, replays: 0 });
    expect(refusals()).toEqual([]);
  });

  test('is archived under its own name at the next start, when the store has its picture', async () => {
    const { server, root, input, hashes } = await storedPictures(names);
    for (const name of names) await leaveAside(join(input, name));
    const archivePath = await temporaryFolder();
    const source = { afterIngest: 'archive', archivePath } as const;
    const { gateway, untilDrained } = await openGateway({ ...server, root, source });
    gateway.start();
    await untilDrained();
    expect(await everything(input)).toEqual([]);
    const day = localDay(Date.now());
    expect(await everything(archivePath)).toEqual(names.map((name) => join(day, name)).sort());
    for (const [name, hash] of hashes) expect(sha256(await readFile(join(archivePath, day, name)))).toBe(hash);
  });

  test('is one file in the archive, though the kill came while it had both names', async () => {
    const { server, root, input } = await storedPictures(['a.jpg']);
    const archivePath = await temporaryFolder();
    const aside = await leaveAside(join(input, 'a.jpg'));
    await mkdir(join(archivePath, localDay(Date.now())));
    await link(aside, join(archivePath, localDay(Date.now()), 'a.jpg'));
    const source = { afterIngest: 'archive', archivePath } as const;
    const { gateway, untilDrained } = await openGateway({ ...server, root, source });
    gateway.start();
    await untilDrained();
    expect(await everything(input)).toEqual([]);
    expect(await everything(archivePath)).toEqual([`${localDay(Date.now())}/a.jpg`]);
  });

  test('with its label is finished with its label', async () => {
    const { server, root, input } = await storedPictures(['a.json', 'a.jpg']);
    await leaveAside(join(input, 'a.jpg'));
    await leaveAside(join(input, 'a.json'));
    const { gateway, untilDrained } = await openGateway({ ...server, root, source: { afterIngest: 'delete' } });
    gateway.start();
    await untilDrained();
    expect(await everything(input)).toEqual([]);
    expect(server.simulator.stats()).toMatchObject({ images: 1, annotations: 1 });
  });

  test.each(['delete', 'archive', 'keep'] as const)(
    'and the store has not gets its name back and is collected (%s)',
    async (afterIngest) => {
      const server = await startServer();
      const { gateway, input, put, untilDrained, rows } = await openGateway({ ...server, source: { afterIngest } });
      const hashes = [await put('a.jpg', await smallPicture(1)), await put(long, await smallPicture(2))];
      await leaveAside(join(input, 'a.jpg'));
      await leaveAside(join(input, long));
      gateway.start();
      await untilDrained();
      expect(new Set((await server.images()).map((image) => image.sha256))).toEqual(new Set(hashes));
      expect(new Set(rows().map(({ filename }) => filename))).toEqual(new Set(['a.jpg', long]));
      const left = (await everything(input)).filter((path) => !path.startsWith('.acusight-archive'));
      expect(left).toEqual(afterIngest === 'keep' ? ['a.jpg', long] : []);
    },
  );

  test('does not replace the picture that took its name meanwhile: it gets a free one, and both are collected', async () => {
    const { server, root, input, hashes } = await storedPictures(['latest.jpg']);
    // The camera wrote the second picture just before it was taken aside, and the third after the kill.
    await writeFile(join(input, 'latest.jpg'), await smallPicture(51));
    await leaveAside(join(input, 'latest.jpg'));
    // As close together as the ticks of the file system allow: the second and third may have one size and time.
    await writeFile(join(input, 'latest.jpg'), await smallPicture(52));
    const { gateway, untilDrained, rows } = await openGateway({ ...server, root, source: { afterIngest: 'keep' } });
    gateway.start();
    await untilDrained();
    const expected = [hashes.get('latest.jpg'), sha256(await smallPicture(51)), sha256(await smallPicture(52))];
    expect(new Set((await server.images()).map((image) => image.sha256))).toEqual(new Set(expected));
    expect(rows().map(({ filename }) => filename)).toContain('latest (2).jpg');
    expect(await everything(input)).toEqual(['latest (2).jpg', 'latest.jpg']);
  });

  test.each(['archive', 'keep'] as const)(
    'and can not be dealt with now gets a free name and is not sent again, though another picture has its own (%s)',
    async (afterIngest) => {
      const { server, root, input } = await storedPictures(['latest.jpg']);
      const aside = await leaveAside(join(input, 'latest.jpg'));
      const held = join(root, 'held');
      await rename(aside, held);
      const archivePath = join(await temporaryFolder(), 'archive');
      // A file where the archive should be: nothing can be archived.
      await writeFile(archivePath, '');
      const source = { afterIngest, rescanSeconds: 1, ...(afterIngest === 'archive' ? { archivePath } : {}) };
      const { gateway, put, until, untilDrained, rows } = await openGateway({ ...server, root, source });
      await put('latest.jpg', await smallPicture(52));
      gateway.start();
      await until('the second is delivered', ({ counts }) => counts.acknowledged === 2);
      await rename(held, aside);
      const there = async () => (await everything(input)).includes('latest (2).jpg');
      for (let wait = 0; wait < 200 && !(await there()); wait += 1)
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await everything(input)).toEqual(['latest (2).jpg', 'latest.jpg']);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await untilDrained();
      expect(rows()).toHaveLength(2);
      expect(server.simulator.stats()).toMatchObject({ images: 2, duplicates: 0 });
      if (afterIngest === 'keep') return;
      await rm(archivePath);
      for (let wait = 0; wait < 400 && (await everything(input)).length > 0; wait += 1)
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await everything(input)).toEqual([]);
      expect(await everything(archivePath)).toHaveLength(2);
    },
  );

  test.runIf(canKeepFiles)(
    'and has two names for a while, for nothing can be removed from its folder, is not sent again',
    async () => {
      const { server, root, input } = await storedPictures(['latest.jpg']);
      const aside = await leaveAside(join(input, 'latest.jpg'));
      const held = join(root, 'held');
      await rename(aside, held);
      const archivePath = join(await temporaryFolder(), 'archive');
      const source = { afterIngest: 'archive', archivePath, rescanSeconds: 1 } as const;
      const { gateway, put, until, untilDrained, rows } = await openGateway({ ...server, root, source });
      gateway.start();
      await until('it watches', ({ sources }) => sources[0]?.state === 'watching');
      execFileSync('chattr', ['+a', input]);
      try {
        await put('latest.jpg', await smallPicture(52));
        await until('the second is delivered', ({ counts }) => counts.acknowledged === 2);
        await rename(held, aside);
        for (let wait = 0; wait < 200 && (await everything(input)).length < 3; wait += 1)
          await new Promise((resolve) => setTimeout(resolve, 50));
        expect((await everything(input)).slice(1)).toEqual(['latest (2).jpg', 'latest.jpg']);
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        await untilDrained();
        expect(rows()).toHaveLength(2);
      } finally {
        execFileSync('chattr', ['-a', input]);
      }
      for (let wait = 0; wait < 400 && (await everything(input)).length > 0; wait += 1)
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await everything(input)).toEqual([]);
      await untilDrained();
      expect(rows()).toHaveLength(2);
      expect(server.simulator.stats()).toMatchObject({ images: 2, duplicates: 0 });
    },
  );

  test('of the size and time of the picture that has its name now is told from it by its content', async () => {
    const { server, root, input } = await storedPictures(['latest.jpg']);
    await writeFile(join(input, 'latest.jpg'), await smallPicture(51));
    const aside = await leaveAside(join(input, 'latest.jpg'));
    await writeFile(join(input, 'latest.jpg'), await smallPicture(52));
    for (const path of [aside, join(input, 'latest.jpg')]) await utimes(path, 1_700_000_000, 1_700_000_000);
    const { gateway, untilDrained } = await openGateway({ ...server, root, source: { afterIngest: 'delete' } });
    gateway.start();
    await untilDrained();
    expect(new Set((await server.images()).map((image) => image.sha256)).size).toBe(3);
    expect(await everything(input)).toEqual([]);
  });

  test('with the content of a stored picture is another one all the same, when it was taken at another time', async () => {
    const { server, root, input } = await storedPictures(['dark.jpg']);
    await writeFile(join(input, '.next'), await smallPicture(0));
    await rename(join(input, '.next'), join(input, 'dark.jpg'));
    await leaveAside(join(input, 'dark.jpg'));
    const { gateway, untilDrained } = await openGateway({ ...server, root, source: { afterIngest: 'delete' } });
    gateway.start();
    await untilDrained();
    expect(gateway.snapshot().counts.collected).toBe(2);
    expect(await everything(input)).toEqual([]);
  });

  test('by an earlier version, which kept no name, is finished or gets a name too', async () => {
    const { server, root, input } = await storedPictures(['a.jpg']);
    await rename(join(input, 'a.jpg'), join(input, '.acusight-01234567-89ab-4cde-8f01-23456789abcd'));
    await writeFile(join(input, '.acusight-fedcba98-89ab-4cde-8f01-23456789abcd'), await smallPicture(7));
    const { gateway, untilDrained, rows } = await openGateway({ ...server, root, source: { afterIngest: 'delete' } });
    gateway.start();
    await untilDrained();
    expect(rows().map(({ filename }) => filename)).toEqual(['recovered-fedcba98.jpg', 'a.jpg']);
    expect(await everything(input)).toEqual([]);
  });

  test('is found when the folder comes back, too', async () => {
    const { server, root, input } = await storedPictures(['a.jpg', 'b.jpg']);
    const { gateway, until } = await openGateway({ ...server, root, source: { afterIngest: 'delete' } });
    await leaveAside(join(input, 'a.jpg'));
    await rename(input, join(root, 'away'));
    gateway.start();
    await until('it is missing', ({ sources }) => sources[0]?.state === 'missing');
    await rename(join(root, 'away'), input);
    await until('it watches', ({ sources }) => sources[0]?.state === 'watching');
    for (let wait = 0; wait < 200 && (await everything(input)).length > 0; wait += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await everything(input)).toEqual([]);
  });
});

test('empty folders of originals that were taken aside do not stay', async () => {
  const server = await startServer();
  const { gateway, input, untilDrained } = await openGateway({ ...server, source: { afterIngest: 'delete' } });
  await mkdir(join(input, '.acusight-aside-0123456789ab'));
  gateway.start();
  await untilDrained();
  expect(await everything(input)).toEqual([]);
});
