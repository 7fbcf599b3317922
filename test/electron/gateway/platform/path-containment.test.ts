import { execFileSync } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { pathsBeside } from '../../../../electron/gateway/platform/bind-mounts.ts';
import {
  type Disk,
  isPlainPath,
  listedPlaceIn,
  locate,
  placeIn,
  realPathOf,
} from '../../../../electron/gateway/platform/path-containment.ts';
import { mayMount, unmount } from '../../../support/memory-disk.ts';
import { temporaryFolder } from '../../../support/store.ts';

const place = async (outer: string, inner: string, disk?: Disk): Promise<string | null> => {
  const look = disk === undefined ? {} : { disk };
  return placeIn(await locate(outer, look), await locate(inner, look));
};

type Folding = { readonly fold?: (name: string) => string; readonly devices?: Readonly<Record<string, number>> };

/** A disk with these folders that takes names for the same where `fold` makes them so; as Linux, it keeps their typing. */
function diskOf(folders: readonly string[], { fold = (name) => name, devices = {} }: Folding = {}): Disk {
  const listed = new Map(folders.map((path, index) => [fold(path), { path, number: index + 1 }]));
  const deviceOf = (path: string): number => devices[path] ?? 1;
  return {
    realpath: async (path) => {
      if (!listed.has(fold(path))) throw Object.assign(new Error('not there'), { code: 'ENOENT' });
      return path;
    },
    identity: async (path) => {
      const found = listed.get(fold(path));
      return found === undefined ? null : `${deviceOf(found.path)}:${found.number}`;
    },
    names: async function* (folder) {
      const above = listed.get(fold(folder))?.path ?? '';
      for (const path of folders)
        if (path !== above && path.slice(0, path.lastIndexOf('/')) === above) yield path.slice(above.length + 1);
    },
  };
}
const lower = (name: string): string => name.toLowerCase();

test('a folder that Linux mounts a second time has the paths that show more of what lies above it', () => {
  const table = [
    '28 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
    '29 28 0:24 / /tmp rw - tmpfs tmpfs rw',
    '30 28 254:0 /data/in\\040one/top /mnt/top rw,relatime - ext4 /dev/vda rw',
    '31 28 254:0 /data /srv/data rw,relatime - ext4 /dev/vda rw',
    '',
  ].join('\n');
  expect(pathsBeside('/mnt/top/a', table)).toEqual(['/data/in one/top/a', '/srv/data/in one/top/a']);
  expect(pathsBeside('/srv/data/in one', table)).toEqual(['/data/in one']);
  for (const path of ['/data/in', '/tmp/a', '/mnt', '/mnt/topmost']) expect(pathsBeside(path, table)).toEqual([]);
});

test.runIf(mayMount)('a folder that is mounted elsewhere too lies where it lies', async () => {
  const root = await temporaryFolder();
  await mkdir(join(root, 'in/top/deep'), { recursive: true });
  await mkdir(join(root, 'again'));
  execFileSync('mount', ['--bind', join(root, 'in/top'), join(root, 'again')]);
  onTestFinished(() => unmount(join(root, 'again')));
  expect(await place(join(root, 'in/top'), join(root, 'again'))).toBe('');
  expect(await place(join(root, 'in'), join(root, 'again'))).toBe('top');
  expect(await place(join(root, 'in'), join(root, 'again/deep'))).toBe('top/deep');
  expect(await place(join(root, 'in'), join(root, 'again/to/come'))).toBe('top/to/come');
  expect(await place(join(root, 'again'), join(root, 'in/top/deep'))).toBe('deep');
  expect(await place(join(root, 'again/deep'), join(root, 'in'))).toBeNull();
});

describe.runIf(process.platform !== 'win32')('on the disk of this PC', () => {
  it('is the way from one to the other, and nothing where it leads out', async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'in/top'), { recursive: true });
    await mkdir(join(root, 'in2'));
    await mkdir(join(root, 'in/..in'));
    const inside = join(root, 'in');
    expect(await place(inside, join(root, 'in/top'))).toBe('top');
    expect(await place(inside, inside)).toBe('');
    expect(await place(`${inside}/`, `${inside}//top/`)).toBe('top');
    expect(await place(`${inside}/`, inside)).toBe('');
    expect(await place(inside, join(root, 'in/..in'))).toBe('..in');
    expect(await place(inside, join(root, 'in2'))).toBeNull();
    expect(await place(inside, `${inside}/../in2`)).toBeNull();
    expect(await place(inside, root)).toBeNull();
    expect(await place('/', inside)).toBe(inside.slice(1));
  });

  it('holds for what is not there yet', async () => {
    const root = await temporaryFolder();
    expect(await place(join(root, 'a'), join(root, 'a/b/c'))).toBe('b/c');
    expect(await place(join(root, 'a'), join(root, 'ab/c'))).toBeNull();
    expect(await place(join(root, 'a/b'), join(root, 'a'))).toBeNull();
    expect(await place(join(root, 'A'), join(root, 'a/b'))).toBeNull();
  });

  it('follows links on either side, also above what is not there yet', async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'real/in/done'), { recursive: true });
    await mkdir(join(root, 'other'));
    await symlink(join(root, 'real/in'), join(root, 'link'));
    await symlink(join(root, 'other'), join(root, 'real/in/out'));
    expect(await place(join(root, 'link'), join(root, 'real/in/done'))).toBe('done');
    expect(await place(join(root, 'real/in'), join(root, 'link/done'))).toBe('done');
    expect(await place(join(root, 'real/in'), join(root, 'link/new/deep'))).toBe('new/deep');
    expect(await place(join(root, 'link'), join(root, 'link/out'))).toBeNull();
    expect(await place(join(root, 'link'), join(root, 'link/out/new'))).toBeNull();
  });
});

describe.runIf(process.platform !== 'win32')('on a disk that folds names', () => {
  const disk = diskOf(['', '/Data', '/Data/In', '/Data/In/Done', '/Data/Größe'], { fold: lower });

  it('is the same folder under another case', async () => {
    expect(await place('/data/in', '/Data/In/done', disk)).toBe('done');
    expect(await place('/DATA', '/data/in', disk)).toBe('in');
    expect(await place('/data/in', '/DATA/IN', disk)).toBe('');
    expect(await place('/data/in', '/DATA/IN2', disk)).toBeNull();
  });

  it('is so for what is not there yet, as the nearest folder that is says', async () => {
    expect(await place('/data/new', '/Data/NEW/deep', disk)).toBe('deep');
    expect(await place('/data/in/new', '/Data/IN/New', disk)).toBe('');
    // Nothing lies in it: its own name tells.
    expect(await place('/data/in/done/new', '/Data/in/Done/NEW/x', disk)).toBe('x');
    const keeps = diskOf(['', '/Data', '/Data/In']);
    expect(await place('/Data/new', '/Data/NEW/deep', keeps)).toBeNull();
  });

  it('does not ask the name of a mount: that is one of the disk it is mounted on', async () => {
    const mounted = diskOf(['', '/Mnt', '/Mnt/Usb'], { fold: lower, devices: { '/Mnt/Usb': 2 } });
    expect(await place('/Mnt/Usb/new', '/Mnt/Usb/NEW/x', mounted)).toBeNull();
  });

  it('takes both normal forms of a name for one where the disk does', async () => {
    const composed = '/Data/Größe'.normalize('NFC');
    const decomposed = composed.normalize('NFD');
    const forms = diskOf(['', '/Data', composed], { fold: (name) => name.normalize('NFC') });
    expect(await place(composed, `${decomposed}/x`, forms)).toBe('x');
    expect(await place(`${composed}/ä`.normalize('NFC'), `${composed}/ä/x`.normalize('NFD'), forms)).toBe('x');
    expect(await place(composed, `${decomposed}/x`, diskOf(['', '/Data', composed]))).toBeNull();
  });

  it('names a place as the disk lists it, for it is compared with what is listed', async () => {
    expect(await listedPlaceIn('/data', '/DATA/in/DONE', disk)).toBe('In/Done');
    expect(await listedPlaceIn('/data', '/data/IN/new', disk)).toBe('In/new');
    expect(await listedPlaceIn('/data', '/data', disk)).toBe('');
    expect(await listedPlaceIn('/data/in', '/data', disk)).toBeNull();
    expect(await listedPlaceIn('/Data', '/Data/In/Done', diskOf(['', '/Data', '/Data/In', '/Data/In/Done']))).toBe(
      'In/Done',
    );
  });
});

describe('a disk that gives no identities', () => {
  const silent: Disk = {
    realpath: async (path) => path,
    identity: async () => null,
    names: async function* () {},
  };

  it('leaves the names to tell', async () => {
    const root = join(await temporaryFolder(), 'in');
    expect(await place(root, join(root, 'top'), silent)).toBe('top');
    expect(await place(root, `${root}2`, silent)).toBeNull();
  });
});

describe('a share that does not answer', () => {
  it('is taken by its own path in time, asked only once, and waited for only once', async () => {
    let asked = 0;
    const hanging: Disk = {
      realpath: () => {
        asked += 1;
        return new Promise(() => undefined);
      },
      identity: async () => null,
      names: async function* () {},
    };
    const root = await temporaryFolder();
    const look = { disk: hanging, milliseconds: 1_000 };
    const [outer, inner] = await Promise.all([locate(root, look), locate(join(root, 'top'), look)]);
    expect(outer).toMatchObject({ path: root, isKnown: false });
    expect(placeIn(outer, inner)).toBe('top');
    const began = performance.now();
    expect((await locate(`${root}/`, look)).isKnown).toBe(false);
    expect(performance.now() - began).toBeLessThan(500);
    expect(asked).toBe(2);
  });
});

test('the real path of what is not there yet is that of the nearest folder that is', async () => {
  const root = await realPathOf(await temporaryFolder());
  await mkdir(join(root, 'real'));
  await symlink(join(root, 'real'), join(root, 'link'), 'junction');
  expect(await realPathOf(join(root, 'link', 'new', 'deep'))).toBe(join(root, 'real', 'new', 'deep'));
});

test('a plain path has names alone', () => {
  for (const path of ['a', 'a/b.jpg', '..a/b..', '...']) expect(isPlainPath(path), path).toBe(true);
  for (const path of ['', '/a', 'a//b', 'a/', '.', './a', '..', 'a/../b']) expect(isPlainPath(path), path).toBe(false);
});
