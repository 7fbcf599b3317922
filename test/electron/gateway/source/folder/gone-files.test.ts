import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FileMemory } from '../../../../../electron/gateway/model/file-memory.ts';
import { type Clock, systemClock } from '../../../../../electron/gateway/platform/clock.ts';
import { silentLogger } from '../../../../../electron/gateway/platform/logger.ts';
import { GoneFiles, goneDays } from '../../../../../electron/gateway/source/folder/gone-files.ts';
import { SourceCondition } from '../../../../../electron/gateway/source/frame-source.ts';
import { History } from '../../../../../electron/gateway/store/outbox/history.ts';
import { PastFiles } from '../../../../../electron/gateway/store/past-files.ts';
import { asNobody } from '../../../../support/as-nobody.ts';
import { acknowledge, openStore, storeImage, temporaryFolder } from '../../../../support/store.ts';

const day = 86_400_000;
const modifiedMs = Date.UTC(2026, 0, 2);

const canMount = process.platform === 'linux' && process.getuid?.() === 0;

/** A disk at this path, which goes away and comes back empty under another number. */
function diskAt(path: string) {
  let isMounted = false;
  const unmount = (): void => {
    if (isMounted) execFileSync('umount', [path]);
    isMounted = false;
  };
  onTestFinished(unmount);
  const mount = async (): Promise<void> => {
    await mkdir(path, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'acusight-test', path]);
    isMounted = true;
  };
  return { mount, unmount };
}

/** A real folder and a real store; days pass when the test says so, and rests are none. */
async function startLine({ isEmptied = false } = {}) {
  const store = await openStore();
  const root = join(await temporaryFolder(), 'in');
  await mkdir(root);
  let now = Date.UTC(2026, 0, 5);
  let renumbered = 0;
  const clock: Clock = { ...systemClock, now: () => now, after: (_, callback) => systemClock.after(0, callback) };
  const past = new PastFiles(store.database).of('aoi');
  // What happens while a look is under way, once it has begun and knows the first files.
  let whileLooking = (): void => undefined;
  const memory: FileMemory = {
    ...past,
    page: (after, limit) => {
      const files = past.page(after, limit);
      if (files.length > 0) whileLooking();
      return files;
    },
  };
  const gone = new GoneFiles({
    root,
    isEmptied,
    memory,
    isReady: () => true,
    clock,
    condition: new SourceCondition('aoi', silentLogger),
    signal: new AbortController().signal,
  });
  const history = new History(store.database, store.ledger);
  const lay = async (name: string): Promise<void> => {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), `picture ${name}`);
    await utimes(join(root, name), modifiedMs / 1_000, modifiedMs / 1_000);
  };
  return {
    store,
    root,
    onceLooking: (happens: () => void): void => {
      whileLooking = () => {
        whileLooking = () => undefined;
        happens();
      };
    },
    /** As after a restart, which gives a share or disk another number. */
    renumber: async (): Promise<void> => {
      await rename(root, `${root}-before`);
      await mkdir(root);
      for (const name of await readdir(`${root}-before`)) await rename(join(`${root}-before`, name), join(root, name));
      // The number of a folder that is removed at once is given to the next.
      renumbered += 1;
      await rename(`${root}-before`, `${root}-${renumbered}`);
    },
    memory,
    lay,
    now: () => now,
    /** Collected, its original left where it lies. */
    collect: async (...names: readonly string[]): Promise<void> => {
      for (const name of names) {
        await lay(name);
        await storeImage(store, { name, modifiedMs }, now);
      }
    },
    remove: (...names: readonly string[]) => Promise.all(names.map((name) => rm(join(root, name)))),
    /** All are delivered, make room, and leave the list. */
    leaveList: async (): Promise<void> => {
      acknowledge(store, 100, now);
      await store.retention.makeRoom(1e9);
      history.pruneHistory(now + 1, 100, now);
    },
    /** So many days, with a look on each. */
    pass: async (days: number): Promise<void> => {
      for (let count = 0; count < days; count += 1) {
        await gone.look();
        now += day;
      }
      await gone.look();
    },
    passDay: (): void => {
      now += day;
    },
    known: (): string[] => past.page('', 1_000).map(({ path }) => path),
    /** What would happen to this file if a scan met it now. */
    statusOf: (name: string) =>
      store.sourceFiles.status('aoi', { path: name, bytes: Buffer.byteLength(`picture ${name}`), modifiedMs }),
  };
}

describe('what is known of files that are gone', () => {
  it('goes once their pictures have left the list and they were missed for long; what lies there stays known', async () => {
    const line = await startLine();
    await line.collect('a.jpg', 'b.jpg', 'day 1/c.jpg', 'day 1/d.jpg');
    await line.pass(1);
    await line.remove('a.jpg');
    await rm(join(line.root, 'day 1'), { recursive: true });
    await line.pass(goneDays + 5);
    // They may still come back under another name, and must be known by their content.
    expect(line.known()).toHaveLength(4);
    await line.leaveList();
    await line.pass(1);
    expect(line.known()).toEqual(['b.jpg']);
    await line.pass(400);
    expect(line.statusOf('b.jpg')).toBe('finished');
  });

  it('stays for the days that it may come back from a backup, and for good when it did', async () => {
    const line = await startLine();
    await line.collect('a.jpg', 'b.jpg');
    await line.leaveList();
    await line.pass(1);
    await line.remove('a.jpg');
    await line.pass(goneDays - 1);
    expect(line.statusOf('a.jpg')).toBe('finished');
    await line.lay('a.jpg');
    await line.pass(goneDays);
    expect(line.known()).toEqual(['a.jpg', 'b.jpg']);
  });

  it('goes where originals are archived or deleted too', async () => {
    const line = await startLine({ isEmptied: true });
    await line.collect('a.jpg', 'b.jpg');
    await line.remove('a.jpg', 'b.jpg');
    await line.store.sourceFiles.finishMany('aoi', ['a.jpg', 'b.jpg'], line.now());
    await line.leaveList();
    await line.pass(goneDays - 1);
    expect(line.known()).toHaveLength(2);
    await line.pass(2);
    expect(line.known()).toEqual([]);
  });

  it('stays while a picture is not delivered, or can’t be, and for a name that was taken anew', async () => {
    const line = await startLine();
    await line.collect('waits.jpg', 'reused.jpg');
    await line.pass(1);
    await line.remove('waits.jpg', 'reused.jpg');
    await line.pass(goneDays + 1);
    expect(line.known()).toHaveLength(2);
    await line.leaveList();
    const [reused] = line.memory.page('', 1_000);
    await line.collect('reused.jpg', 'late.jpg');
    // Another picture has the name by the time that the old one would be forgotten.
    expect(line.memory.forget(reused === undefined ? [] : [reused])).toBe(0);
    await line.pass(1);
    expect(line.known()).toEqual(['late.jpg', 'reused.jpg']);
  });
});

describe('a disk or share that is away', () => {
  it('does not count as emptied, however long it is away and whatever is written in its place', async () => {
    const line = await startLine();
    await line.collect('a.jpg', 'b.jpg');
    await line.leaveList();
    await line.pass(2);
    // An empty mount point: the same path, another folder.
    await rename(line.root, `${line.root}-away`);
    await mkdir(line.root);
    await line.pass(2);
    await line.collect('written meanwhile.jpg');
    await line.leaveList();
    await line.pass(400);
    expect(line.known()).toEqual(['a.jpg', 'b.jpg', 'written meanwhile.jpg']);
    await rm(line.root, { recursive: true });
    await rename(`${line.root}-away`, line.root);
    await line.pass(2);
    expect([line.statusOf('a.jpg'), line.statusOf('b.jpg')]).toEqual(['finished', 'finished']);
    // It is the known one again: what is gone from it is gone.
    await line.remove('a.jpg');
    await line.pass(goneDays + 2);
    expect(line.known()).toEqual(['b.jpg']);
  });

  it('is asked nothing while it is not there', async () => {
    const line = await startLine();
    await line.collect('a.jpg');
    await line.leaveList();
    await line.pass(1);
    await rename(line.root, `${line.root}-away`);
    await expect(line.pass(1)).rejects.toMatchObject({ code: 'ENOENT' });
    await rename(`${line.root}-away`, line.root);
    await line.pass(goneDays + 1);
    expect(line.known()).toEqual(['a.jpg']);
  });

  it('is judged anew where it has a new identity and holds what it held', async () => {
    const line = await startLine();
    await line.collect('a.jpg', 'b.jpg');
    await line.leaveList();
    await line.pass(1);
    // As after a restart, which gives a share another number.
    await rename(line.root, `${line.root}-old`);
    await mkdir(line.root);
    await rename(`${line.root}-old/b.jpg`, join(line.root, 'b.jpg'));
    await line.pass(goneDays + 2);
    expect(line.known()).toEqual(['b.jpg']);
  });

  it.skipIf(!canMount)('below the folder is told by its mount point', async () => {
    const line = await startLine();
    const disk = diskAt(join(line.root, 'line 1', 'camera'));
    await disk.mount();
    await line.collect('line 1/camera/a.jpg', 'line 1/camera/b.jpg', 'line 1/c.jpg', 'line 1/d.jpg');
    await line.leaveList();
    await line.pass(2);
    disk.unmount();
    await line.remove('line 1/d.jpg');
    await line.pass(400);
    expect(line.known()).toEqual(['line 1/c.jpg', 'line 1/camera/a.jpg', 'line 1/camera/b.jpg']);
    await rm(join(line.root, 'line 1'), { recursive: true });
    await line.pass(400);
    expect(line.known()).toEqual(['line 1/camera/a.jpg', 'line 1/camera/b.jpg']);
    await disk.mount();
    await line.lay('line 1/camera/b.jpg');
    await line.pass(goneDays + 2);
    expect(line.known()).toEqual(['line 1/camera/b.jpg']);
  });

  it.skipIf(!canMount)('below the folder may go away during a look, and stay away', async () => {
    const line = await startLine();
    const disk = diskAt(join(line.root, 'camera'));
    await disk.mount();
    await line.collect('camera/2026/a.jpg', 'camera/b.jpg', 'c.jpg');
    await line.leaveList();
    await line.pass(2);
    line.onceLooking(disk.unmount);
    await expect(line.pass(1)).rejects.toThrow('went away');
    await line.pass(400);
    expect(line.known()).toEqual(['c.jpg', 'camera/2026/a.jpg', 'camera/b.jpg']);
    await disk.mount();
    await line.lay('camera/b.jpg');
    await line.pass(goneDays + 2);
    expect(line.known()).toEqual(['c.jpg', 'camera/b.jpg']);
  });

  it('keeps what was missed on it just before, however long it is away', async () => {
    const line = await startLine();
    await line.collect('a.jpg', 'b.jpg');
    await line.leaveList();
    await line.pass(1);
    await line.remove('a.jpg');
    await line.pass(1);
    await rename(line.root, `${line.root}-away`);
    await mkdir(line.root);
    await line.pass(400);
    expect(line.known()).toEqual(['a.jpg', 'b.jpg']);
    await rm(line.root, { recursive: true });
    await rename(`${line.root}-away`, line.root);
    await line.pass(1);
    expect(line.known()).toEqual(['b.jpg']);
  });

  it('whose numbers change with every restart is judged at the one look that each day has', async () => {
    const line = await startLine();
    await line.collect('a.jpg', 'b.jpg', 'line 1/c.jpg', 'line 1/d.jpg');
    await line.leaveList();
    await line.pass(0);
    await line.remove('a.jpg', 'line 1/c.jpg');
    for (let days = 0; days < goneDays + 3; days += 1) {
      await line.renumber();
      await line.pass(0);
      line.passDay();
    }
    expect(line.known()).toEqual(['b.jpg', 'line 1/d.jpg']);
  });

  it('whose numbers change with every restart is judged where originals are archived or deleted too', async () => {
    const line = await startLine({ isEmptied: true });
    await line.collect('a.jpg', 'stays.jpg');
    await line.leaveList();
    await line.pass(0);
    await line.remove('a.jpg');
    await line.store.sourceFiles.finishMany('aoi', ['a.jpg'], line.now());
    await line.collect('b.jpg', 'missed.jpg');
    await line.leaveList();
    await line.pass(0);
    await line.remove('b.jpg', 'missed.jpg');
    await line.store.sourceFiles.finishMany('aoi', ['b.jpg'], line.now());
    await line.remove('stays.jpg');
    for (let days = 0; days < goneDays + 3; days += 1) {
      // The same folder, which had another device's number when it was last looked at.
      line.memory.keepPlaces(
        line.memory.places().map((place) => ({ ...place, identity: place.identity.replace(/^\d+/, '7') })),
      );
      await line.pass(0);
      line.passDay();
    }
    expect(line.known()).toEqual([]);
  });

  it.each([0, 1])(
    'is not taken for what is written in its place, also where that changes its number (%i looks between)',
    async (looks) => {
      const line = await startLine();
      await line.collect('a.jpg', 'b.jpg');
      await line.leaveList();
      await line.pass(1);
      await rename(line.root, `${line.root}-away`);
      await mkdir(line.root);
      await line.pass(looks);
      await line.collect('c.jpg', 'd.jpg');
      await line.leaveList();
      for (let days = 0; days < goneDays + 5; days += 1) {
        await line.pass(looks);
        line.passDay();
        await line.renumber();
      }
      expect(line.known()).toEqual(['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg']);
      // What lies there and goes is judged by then, though what is away is not.
      await line.remove('c.jpg');
      for (let days = 0; days < goneDays + 3; days += 1) {
        await line.pass(looks);
        line.passDay();
        await line.renumber();
      }
      expect(line.known()).toEqual(['a.jpg', 'b.jpg', 'd.jpg']);
    },
  );
});

it('a disk that is away at every look stays known while its files are met between two', async () => {
  const line = await startLine();
  const [stick, away] = [join(line.root, 'stick'), `${line.root}-away`];
  const unmount = async (): Promise<void> => {
    await rename(stick, away);
    await mkdir(stick);
  };
  await line.collect('a.jpg', 'b.jpg');
  await line.pass(1);
  await line.collect('stick/c.jpg', 'stick/d.jpg');
  await line.leaveList();
  for (let days = 0; days < 3 * goneDays; days += 1) {
    await unmount();
    await line.pass(0);
    await rm(stick, { recursive: true });
    await rename(away, stick);
    // As the scans of the night do.
    expect([line.statusOf('stick/c.jpg'), line.statusOf('stick/d.jpg')]).toEqual(['finished', 'finished']);
    line.passDay();
  }
  // What is remembered of it does not stay for ever where it does not come back.
  await unmount();
  await line.pass(goneDays + 2);
  expect(line.known()).toEqual(['a.jpg', 'b.jpg']);
});

describe('a disk or share that is away at the very first look', () => {
  it.skipIf(!canMount)('below the folder keeps what is known of it', async () => {
    const line = await startLine();
    const disk = diskAt(join(line.root, 'line 1', 'camera'));
    await disk.mount();
    await line.collect('line 1/c.jpg', 'line 1/camera/2026/a.jpg', 'line 1/camera/b.jpg', 'line 1/d.jpg');
    await line.remove('line 1/d.jpg');
    await line.leaveList();
    disk.unmount();
    await line.pass(400);
    expect(line.known()).toEqual(['line 1/c.jpg', 'line 1/camera/2026/a.jpg', 'line 1/camera/b.jpg']);
    await disk.mount();
    await line.lay('line 1/camera/b.jpg');
    await line.pass(goneDays + 2);
    expect(line.known()).toEqual(['line 1/c.jpg', 'line 1/camera/b.jpg']);
  });

  it('whose folder goes with it keeps what is known of it; what is taken there later is judged', async () => {
    const line = await startLine();
    await line.collect('stick/a.jpg', 'stick/2026/b.jpg', 'c.jpg');
    await line.leaveList();
    const away = `${line.root}-away`;
    await rename(join(line.root, 'stick'), away);
    await line.pass(400);
    expect(line.known()).toEqual(['c.jpg', 'stick/2026/b.jpg', 'stick/a.jpg']);
    // Another one of that name.
    await line.collect('stick/e.jpg', 'stick/f.jpg');
    await line.leaveList();
    await line.pass(1);
    await line.collect('stick/g.jpg', 'stick/h.jpg');
    await line.leaveList();
    await line.pass(1);
    await line.remove('stick/g.jpg');
    await line.pass(goneDays + 2);
    expect(line.known()).toEqual([
      'c.jpg',
      'stick/2026/b.jpg',
      'stick/a.jpg',
      'stick/e.jpg',
      'stick/f.jpg',
      'stick/h.jpg',
    ]);
    await rename(join(line.root, 'stick'), `${away}-other`);
    await rename(away, join(line.root, 'stick'));
    await line.pass(2);
    expect([line.statusOf('stick/a.jpg'), line.statusOf('stick/2026/b.jpg')]).toEqual(['finished', 'finished']);
  });

  it.skipIf(process.platform === 'win32')('and does not answer then keeps what is known of it', async () => {
    const line = await startLine();
    const share = join(line.root, 'line 1', 'camera');
    await line.collect('line 1/camera/2026/a.jpg', 'line 1/camera/b.jpg', 'c.jpg', 'd.jpg');
    await line.leaveList();
    await rename(share, `${line.root}-away`);
    // Whatever is asked for below it can't be told, as with a share whose server is down.
    await symlink('camera', share);
    await line.pass(0);
    await rm(share);
    await mkdir(share);
    await line.remove('c.jpg');
    await line.pass(400);
    expect(line.known()).toEqual(['d.jpg', 'line 1/camera/2026/a.jpg', 'line 1/camera/b.jpg']);
    await rm(share, { recursive: true });
    await rename(`${line.root}-away`, share);
    await line.pass(2);
    expect([line.statusOf('line 1/camera/b.jpg'), line.statusOf('line 1/camera/2026/a.jpg')]).toEqual([
      'finished',
      'finished',
    ]);
  });

  it('keeps what is known of it where originals are archived or deleted too', async () => {
    const line = await startLine({ isEmptied: true });
    // Its original stayed, as where it was taken while they did.
    await line.collect('a.jpg');
    await line.leaveList();
    await rename(line.root, `${line.root}-away`);
    await mkdir(line.root);
    await line.pass(400);
    expect(line.known()).toEqual(['a.jpg']);
    await rm(line.root, { recursive: true });
    await rename(`${line.root}-away`, line.root);
    await line.pass(2);
    expect(line.statusOf('a.jpg')).toBe('finished');
  });

  it('is none where something lies in the folder, from which originals are archived', async () => {
    const line = await startLine({ isEmptied: true });
    await line.collect('a.jpg');
    await line.remove('a.jpg');
    await mkdir(join(line.root, '.acusight-archive'));
    await line.leaveList();
    await line.pass(goneDays + 2);
    expect(line.known()).toEqual([]);
  });

  it.skipIf(!canMount)('is none where the folder is a disk of its own, from which originals are deleted', async () => {
    const line = await startLine({ isEmptied: true });
    await diskAt(line.root).mount();
    await line.collect('a.jpg');
    await line.remove('a.jpg');
    await line.leaveList();
    await line.pass(goneDays + 2);
    expect(line.known()).toEqual([]);
  });
});

it.skipIf(process.platform === 'win32')(
  'a file that can’t be asked for stays known, and keeps no other from going',
  async () => {
    const line = await startLine();
    const long = `${'x'.repeat(300)}.jpg`;
    await line.collect('a.jpg', 'b.jpg');
    await storeImage(line.store, { name: long, modifiedMs }, line.now());
    await storeImage(line.store, { name: 'loop/c.jpg', modifiedMs }, line.now());
    await symlink('loop', join(line.root, 'loop'));
    await line.leaveList();
    await line.pass(1);
    await line.remove('a.jpg');
    await line.pass(goneDays + 2);
    expect(line.known()).toEqual(['b.jpg', 'loop/c.jpg', long]);
  },
);

it.skipIf(process.platform === 'win32')(
  'a subfolder that this user may not look into keeps no other file from going',
  () =>
    asNobody(async () => {
      const line = await startLine();
      await line.collect('a.jpg', 'b.jpg', 'locked/c.jpg', 'locked/d.jpg');
      await line.leaveList();
      await line.pass(1);
      await line.remove('a.jpg', 'locked/c.jpg');
      await chmod(join(line.root, 'locked'), 0);
      onTestFinished(() => chmod(join(line.root, 'locked'), 0o700));
      await line.pass(goneDays + 2);
      expect(line.known()).toEqual(['b.jpg', 'locked/c.jpg', 'locked/d.jpg']);
      await chmod(join(line.root, 'locked'), 0o700);
      await line.pass(goneDays + 2);
      expect(line.known()).toEqual(['b.jpg', 'locked/d.jpg']);
    }),
);

it.skipIf(process.platform === 'win32')(
  'a subfolder that this user may not look into at the very first look is judged once it can be looked into',
  () =>
    asNobody(async () => {
      const line = await startLine();
      await line.collect('a.jpg', 'locked/b.jpg', 'locked/c.jpg');
      await line.leaveList();
      await chmod(join(line.root, 'locked'), 0);
      onTestFinished(() => chmod(join(line.root, 'locked'), 0o700));
      await line.pass(goneDays + 2);
      expect(line.known()).toHaveLength(3);
      await chmod(join(line.root, 'locked'), 0o700);
      await line.remove('locked/b.jpg');
      await line.pass(goneDays + 2);
      expect(line.known()).toEqual(['a.jpg', 'locked/c.jpg']);
    }),
);
