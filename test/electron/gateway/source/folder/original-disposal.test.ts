import { existsSync, readdirSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { versionOf } from '../../../../../electron/gateway/source/folder/folder-walk.ts';
import { type AfterIngest, handleOriginal } from '../../../../../electron/gateway/source/folder/original-disposal.ts';
import { asNobody } from '../../../../support/as-nobody.ts';

async function temporary(root = tmpdir()): Promise<string> {
  const path = await mkdtemp(join(root, 'acusight-after-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A folder on another file system, where this machine has one: a rename does not reach it. */
const otherFileSystem = '/dev/shm';
const hasOther = existsSync(otherFileSystem) && statSync(otherFileSystem).dev !== statSync(tmpdir()).dev;

async function put(root: string, path: string, text: string) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
  const version = await versionOf(root, path);
  if (version === null) throw new Error('not written');
  return version;
}

const everything = async (root: string): Promise<string[]> =>
  (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();

const day = '2025-11-21';

describe('keep', () => {
  test('touches nothing', async () => {
    const root = await temporary();
    const file = await put(root, 'a.jpg', 'one');
    expect(await handleOriginal(root, file, { action: 'keep' }, day)).toBe('done');
    expect(await everything(root)).toEqual(['a.jpg']);
  });
});

describe('delete', () => {
  test('removes the version that was stored', async () => {
    const root = await temporary();
    const file = await put(root, 'sub/a.jpg', 'one');
    expect(await handleOriginal(root, file, { action: 'delete' }, day)).toBe('done');
    expect(await everything(root)).toEqual([]);
  });

  test('leaves another version alone', async () => {
    const root = await temporary();
    const file = await put(root, 'a.jpg', 'one');
    await put(root, 'a.jpg', 'another');
    expect(await handleOriginal(root, file, { action: 'delete' }, day)).toBe('changed');
    expect(await readFile(join(root, 'a.jpg'), 'utf8')).toBe('another');
  });

  test('of what is gone already says so', async () => {
    const root = await temporary();
    const file = await put(root, 'a.jpg', 'one');
    await rm(join(root, 'a.jpg'));
    expect(await handleOriginal(root, file, { action: 'delete' }, day)).toBe('gone');
  });
});

const places: readonly [string, () => Promise<string>][] = [
  ['on the same file system', () => temporary()],
  ...(hasOther
    ? [['on another file system', () => temporary(otherFileSystem)] as [string, () => Promise<string>]]
    : []),
];

describe.each(places)('archive %s', (_where, makeArchive) => {
  const to = (archiveRoot: string): AfterIngest => ({ action: 'archive', archiveRoot });

  test('moves the file into the folder of the day, below its own folders, with its bytes and its time', async () => {
    const root = await temporary();
    const archive = await makeArchive();
    await put(root, 'line 1/cam/a.jpg', 'one');
    await utimes(join(root, 'line 1/cam/a.jpg'), 1_700_000_000, 1_700_000_000);
    const file = await versionOf(root, 'line 1/cam/a.jpg');
    if (file === null) throw new Error('gone');
    expect(await handleOriginal(root, file, to(archive), day)).toBe('done');
    expect(await everything(root)).toEqual([]);
    expect(await everything(archive)).toEqual([`${day}/line 1/cam/a.jpg`]);
    const archived = join(archive, day, 'line 1/cam/a.jpg');
    expect(await readFile(archived, 'utf8')).toBe('one');
    expect((await stat(archived)).mtimeMs).toBe(1_700_000_000_000);
  });

  test('never replaces what is there: the next of the same name gets a number', async () => {
    const root = await temporary();
    const archive = await makeArchive();
    for (const text of ['one', 'two', 'three']) {
      const file = await put(root, 'latest.jpg', text);
      expect(await handleOriginal(root, file, to(archive), day)).toBe('done');
    }
    expect(await everything(archive)).toEqual([`${day}/latest (2).jpg`, `${day}/latest (3).jpg`, `${day}/latest.jpg`]);
    expect(await readFile(join(archive, day, 'latest (3).jpg'), 'utf8')).toBe('three');
  });

  test('leaves another version alone', async () => {
    const root = await temporary();
    const archive = await makeArchive();
    const file = await put(root, 'a.jpg', 'one');
    await put(root, 'a.jpg', 'another');
    expect(await handleOriginal(root, file, to(archive), day)).toBe('changed');
    expect(await everything(archive)).toEqual([]);
    expect(await everything(root)).toEqual(['a.jpg']);
  });

  test('of a name as long as names may be works, the second time too', async () => {
    const root = await temporary();
    const archive = await makeArchive();
    const name = `${'x'.repeat(251)}.jpg`;
    for (const text of ['one', 'two']) {
      expect(await handleOriginal(root, await put(root, name, text), to(archive), day)).toBe('done');
    }
    const archived = await everything(archive);
    expect(archived).toHaveLength(2);
    expect(archived).toContain(`${day}/${name}`);
    expect(new Set(await Promise.all(archived.map((path) => readFile(join(archive, path), 'utf8'))))).toEqual(
      new Set(['one', 'two']),
    );
  });

  test('of one file twice at the same time leaves one, whole', async () => {
    const root = await temporary();
    const archive = await makeArchive();
    const file = await put(root, 'a.jpg', 'one'.repeat(300_000));
    await Promise.allSettled([1, 2, 3, 4].map(() => handleOriginal(root, file, to(archive), day)));
    expect(await everything(root)).toEqual([]);
    const archived = await everything(archive);
    expect(archived.length).toBeGreaterThanOrEqual(1);
    for (const path of archived) expect((await stat(join(archive, path))).size).toBe(900_000);
  });

  test('of a file that vanishes leaves nothing behind', async () => {
    const root = await temporary();
    const archive = await makeArchive();
    const file = await put(root, 'a.jpg', 'one');
    const running = handleOriginal(root, file, to(archive), day).catch(() => 'failed');
    await rm(join(root, 'a.jpg'), { force: true });
    await running;
    expect((await everything(archive)).filter((path) => path !== `${day}/a.jpg`)).toEqual([]);
  });

  test.runIf(process.platform !== 'win32')(
    'into a folder that can’t be written fails, and leaves the original',
    async () => {
      const root = await temporary();
      const archive = await makeArchive();
      const file = await put(root, 'a.jpg', 'one');
      await chmod(root, 0o777);
      await chmod(archive, 0o555);
      await expect(asNobody(() => handleOriginal(root, file, to(archive), day))).rejects.toMatchObject({
        code: 'EACCES',
      });
      expect(await everything(root)).toEqual(['a.jpg']);
    },
  );
});

describe.each(['delete', 'archive'] as const)(
  '%s while the next frame replaces the file under the same name',
  (action) => {
    test('touches no frame that was not stored', async () => {
      const root = await temporary();
      const archive = await temporary();
      const after: AfterIngest = action === 'delete' ? { action } : { action, archiveRoot: archive };
      let lost = 0;
      for (let round = 0; round < 300; round += 1) {
        const file = await put(root, 'latest.jpg', `stored ${round}`);
        await writeFile(join(root, '.next'), `next frame of round ${round}`);
        const [outcome] = await Promise.all([
          handleOriginal(root, file, after, day).catch(() => 'failed'),
          (async () => {
            for (let turn = 0; turn < round % 12; turn += 1) await new Promise((resolve) => setImmediate(resolve));
            await rename(join(root, '.next'), join(root, 'latest.jpg'));
          })(),
        ]);
        void outcome;
        const left = await readFile(join(root, 'latest.jpg'), 'utf8').catch(() => '');
        if (left !== `next frame of round ${round}`) lost += 1;
        await rm(join(root, 'latest.jpg'), { force: true });
      }
      expect(lost).toBe(0);
      expect((await everything(root)).filter((path) => path !== 'latest.jpg')).toEqual([]);
    });
  },
);

describe.skipIf(process.platform !== 'linux').each([
  ['nor for a folder of its own', 'a.jpg'],
  ['but for the folder that is made for it alone', `${'a'.repeat(100)}.jpg`],
])('a path that has no room for the name that it is taken aside under, %s', (_, name) => {
  test.each(['delete', 'archive'] as const)(
    '%s: it is no original that is gone; it stays, and it is said',
    async (action) => {
      const root = await temporary();
      // A path may have 4,095 bytes: that of the original has, and no longer one can be.
      const longest = 4_095;
      let folder = root;
      while (longest - folder.length > 400) folder = join(folder, 'f'.repeat(200));
      folder = join(folder, 'g'.repeat(longest - folder.length - `//${name}`.length));
      const file = await put(root, `${folder.slice(root.length + 1)}/${name}`, 'one');
      const after: AfterIngest = action === 'delete' ? { action } : { action, archiveRoot: await temporary() };
      await expect(handleOriginal(root, file, after, day)).rejects.toThrow(/ENAMETOOLONG/);
      expect(await readdir(folder)).toEqual([name]);
    },
  );
});

test('a scan that removes the empty folder made for a long name does not make its original one that is gone', async () => {
  const root = await temporary();
  const name = `${'b'.repeat(240)}.jpg`;
  let removed = 0;
  for (let round = 0; round < 2_000 && removed < 3; round += 1) {
    const file = await put(root, name, `${round}`);
    let isOver = false;
    const outcome = handleOriginal(root, file, { action: 'delete' }, day).catch(({ code }) => code as string);
    void outcome.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      const made = readdirSync(root).find((entry) => entry !== name);
      if (made !== undefined && round % 2 === 0) await rmdir(join(root, made)).catch(() => undefined);
      else await new Promise((resolve) => setImmediate(resolve));
    }
    const isThere = existsSync(join(root, name));
    expect(await outcome, `round ${round}`).toBe(isThere ? 'ENOENT' : 'done');
    if (isThere) removed += 1;
  }
  expect(removed).toBeGreaterThan(0);
});
