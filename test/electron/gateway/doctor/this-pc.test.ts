import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { finding as found, Visit } from '../../../../electron/gateway/doctor/check.ts';
import { checkDataFolder, checkFsync, checkSpace } from '../../../../electron/gateway/doctor/disk.ts';
import { checkFolder } from '../../../../electron/gateway/doctor/folders.ts';
import { checkInotify, checkReceiveBuffer, checkTimeZone } from '../../../../electron/gateway/doctor/this-pc.ts';
import { nodeFiles } from '../../../../electron/gateway/platform/files.ts';
import type { LinuxSockets } from '../../../../electron/gateway/platform/linux-sockets.ts';
import { type ConfigInput, configSchema } from '../../../../shared/config.ts';
import { message } from '../../../../shared/messages/message.ts';
import { isFolder } from '../../../../shared/source-config.ts';
import { FailingFiles } from '../../../support/failing-files.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { spokenCheck, spokenFinding } from '../../../support/spoken.ts';

const configOf = (more: Partial<ConfigInput> = {}) =>
  configSchema.parse({ cloud: { baseUrl: 'https://acusight.io/api', deviceId: 'd' }, ...more });

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'doctor-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

const never = new AbortController().signal;
const local = () => Promise.resolve(false);
const share = () => Promise.resolve(true);

describe('disk speed', () => {
  const cases: [number, number, string][] = [
    [2, 2, 'ok'],
    [60, 60, 'warning'],
    [2, 600, 'warning'],
    [600, 600, 'fault'],
  ];
  it.each(cases)('of %i ms, the slowest %i ms, is %s', async (usual, slowest, state) => {
    const clock = new FakeClock();
    const written: string[] = [];
    const removed: string[] = [];
    const files = {
      ...nodeFiles,
      writeAndSync: async (path: string) => {
        written.push(path);
        clock.advance(written.length === 7 ? slowest : usual);
      },
      remove: async (path: string) => void removed.push(path),
    };
    const finding = spokenFinding(await checkFsync('/data', files, clock, never));
    expect(finding.state).toBe(state);
    expect(finding.text).toContain(`after ${usual} ms (the slowest of ${written.length} after ${slowest} ms)`);
    expect(removed).toEqual(written);
    // A disk that takes its time is not asked twenty times.
    expect(written).toHaveLength(usual === 600 ? 14 : 20);
  });

  it('that can’t be measured says why, and leaves nothing', async () => {
    const files = new FailingFiles();
    files.failAt({ nth: 3, only: ['writeAndSync'], lasts: 'from-then-on', code: 'ENOSPC' });
    const place = await folder();
    const finding = spokenFinding(await checkFsync(place, files, new FakeClock(), never));
    expect(finding).toMatchObject({ state: 'fault', text: expect.stringContaining('is full') });
    expect(await nodeFiles.list(place)).toEqual([]);
  });
});

describe('disk space', () => {
  const cases: [number, number, string, RegExp][] = [
    [60e9, 100e9, 'ok', /60 GB of 100 GB are free; pictures may take 50 GB/],
    [0.5e9, 100e9, 'fault', /no new pictures are taken/],
    [1.5e9, 100e9, 'warning', /nearly full/],
    [30e9, 40e9, 'warning', /The disk is smaller than that/],
  ];
  it.each(cases)('%d free of %d: %s', async (freeBytes, totalBytes, state, text) => {
    const files = { ...nodeFiles, space: async () => ({ freeBytes, totalBytes }) };
    const finding = spokenFinding(await checkSpace('/', configOf(), files));
    expect(finding).toMatchObject({ state, text: expect.stringMatching(text) });
  });
});

describe('the data folder', () => {
  it.each([
    ['ENOSPC', /is full/],
    ['EROFS', /is read-only/],
    ['EACCES', /may not write/],
    ['EIO', /Nothing can be written/],
  ] as const)('that fails with %s', async (code, text) => {
    const files = new FailingFiles();
    files.failAt({ nth: 1, lasts: 'from-then-on', code });
    const { finding, value } = await checkDataFolder(await folder(), files, local);
    expect(spokenFinding(finding)).toMatchObject({ state: 'fault', text: expect.stringMatching(text) });
    expect(value).toBeNull();
  });

  it('on a network share is a fault: the database is not safe there', async () => {
    const { finding } = await checkDataFolder(await folder(), nodeFiles, share);
    expect(spokenFinding(finding)).toMatchObject({ state: 'fault', text: expect.stringContaining('network share') });
  });

  it('whose path leads through a file can’t be made', async () => {
    const root = await folder();
    await writeFile(join(root, 'file'), '');
    const { finding } = await checkDataFolder(join(root, 'file', 'data'), nodeFiles, local);
    expect(spokenFinding(finding).state).toBe('fault');
  });
});

describe('a source on a network share', () => {
  const source = (path: string, polling: 'auto' | 'never') =>
    configOf({ sources: [{ id: 'a', kind: 'folder', path, polling }] }).sources.find(isFolder) ?? expect.unreachable();

  it('is fine where it is polled, and a warning where it is not', async () => {
    const path = await folder();
    expect(spokenFinding(await checkFolder(source(path, 'auto'), nodeFiles, share, () => null))).toMatchObject({
      state: 'ok',
      text: expect.stringContaining('network share and is polled'),
    });
    expect(spokenFinding(await checkFolder(source(path, 'never'), nodeFiles, share, () => null))).toMatchObject({
      state: 'warning',
    });
  });

  it('by a drive letter of Windows is a warning: the letter is that of a person, not of a service', async () => {
    const path = await folder();
    const drive = { drive: 'Z:', share: '\\\\server\\pictures' };
    expect(spokenFinding(await checkFolder(source(path, 'auto'), nodeFiles, share, () => drive))).toMatchObject({
      state: 'warning',
      text: expect.stringContaining('the network drive Z:, which stands for \\\\server\\pictures'),
      hint: expect.stringContaining('a service has none'),
    });
    const unnamed = await checkFolder(source(path, 'auto'), nodeFiles, share, () => ({ ...drive, share: null }));
    expect(spokenFinding(unnamed).text).toContain('is on the network drive Z:.');
  });
});

/** A `/proc` in which one program watches so many folders. */
async function procWith(watches: number, limits: { watches: string; instances: string } | null): Promise<string> {
  const proc = await folder();
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(proc, path)), { recursive: true });
    await writeFile(join(proc, path), text);
  };
  if (limits !== null) {
    await write('sys/fs/inotify/max_user_watches', `${limits.watches}\n`);
    await write('sys/fs/inotify/max_user_instances', `${limits.instances}\n`);
  }
  await write('41/fdinfo/9', `pos:\t0\nflags:\t00\n${'inotify wd:1 ino:2\n'.repeat(watches)}`);
  await write('41/fdinfo/8', 'inotify wd:1 of a file that is none\n');
  await mkdir(join(proc, '41/fd'), { recursive: true });
  await symlink('anon_inode:inotify', join(proc, '41/fd/9'));
  await symlink('/dev/null', join(proc, '41/fd/8'));
  return proc;
}

describe('folder watches', () => {
  it('are counted', async () => {
    const finding = spokenFinding(await checkInotify(await procWith(3, { watches: '100', instances: '128' }), never));
    expect(finding).toMatchObject({
      state: 'ok',
      text: expect.stringContaining('3 of 100 folder watches and 1 of 128 watchers'),
    });
  });

  it('that are nearly used up are a warning with the setting to raise', async () => {
    const watches = spokenFinding(await checkInotify(await procWith(95, { watches: '100', instances: '128' }), never));
    expect(watches).toMatchObject({ state: 'warning', hint: expect.stringContaining('max_user_watches=524288') });
    const instances = spokenFinding(await checkInotify(await procWith(1, { watches: '100', instances: '1' }), never));
    expect(instances).toMatchObject({ state: 'warning', hint: expect.stringContaining('max_user_instances=1024') });
  });

  it('are not tested where the system tells no limits', async () => {
    expect(spokenFinding(await checkInotify(await procWith(1, null), never)).state).toBe('skipped');
  });
});

describe('the receive buffer for network cameras', () => {
  /** Gives so many bytes at most; null: not even a socket. */
  const socketsWith = (most: number | null) => {
    const open = new Set<number>();
    let given = 0;
    const sockets: Partial<LinuxSockets> = {
      bind: () => {
        if (most === null) throw new Error('no more files');
        open.add(7);
        return 7;
      },
      setReceiveBuffer: (_file, bytes) => {
        given = Math.min(bytes, most ?? 0);
      },
      receiveBuffer: () => 2 * given,
      close: (file) => void open.delete(file),
    };
    return { sockets: sockets as LinuxSockets, open };
  };
  const procWithBuffer = async (bytes: string | null): Promise<string> => {
    const proc = await folder();
    await mkdir(join(proc, 'sys/net/core'), { recursive: true });
    if (bytes !== null) await writeFile(join(proc, 'sys/net/core/rmem_max'), `${bytes}\n`);
    return proc;
  };

  it('is fine from 4 MB on, and below a warning with the setting to raise', async () => {
    for (const [given, limit] of [
      [4_194_304, '212992'],
      [null, '4194304'],
    ] as const) {
      const { sockets, open } = socketsWith(given);
      expect(spokenFinding(await checkReceiveBuffer(await procWithBuffer(limit), sockets))).toMatchObject({
        state: 'ok',
        text: expect.stringContaining('4.2 MB'),
      });
      expect(open.size).toBe(0);
    }
    expect(
      spokenFinding(await checkReceiveBuffer(await procWithBuffer('4194304'), socketsWith(212_992).sockets)),
    ).toMatchObject({
      state: 'warning',
      hint: expect.stringContaining('net.core.rmem_max=33554432'),
    });
  });

  it('is not tested where the system tells no limit', async () => {
    expect(spokenFinding(await checkReceiveBuffer(await procWithBuffer('4194304'), null))).toMatchObject({
      state: 'warning',
      text: expect.stringContaining('packet by packet'),
    });
    expect(spokenFinding(await checkReceiveBuffer(await procWithBuffer(null), null)).state).toBe('skipped');
  });
});

describe('the time zone', () => {
  const now = Date.UTC(2026, 6, 1, 12);
  const shifts = [{ name: 'early', from: '06:00', to: '14:00' }];

  it('is shown with the time of day there', () => {
    const finding = spokenFinding(checkTimeZone(configOf({ site: { timeZone: 'Europe/Berlin' } }), 'UTC', now));
    expect(finding).toMatchObject({
      state: 'ok',
      text: expect.stringMatching(/14:00 .*Europe\/Berlin.*12:00 \(UTC\)/),
    });
  });

  it('that nobody chose is a warning where shifts depend on it', () => {
    expect(spokenFinding(checkTimeZone(configOf(), 'UTC', now)).state).toBe('ok');
    expect(spokenFinding(checkTimeZone(configOf({ site: { shifts } }), 'UTC', now)).state).toBe('warning');
    expect(spokenFinding(checkTimeZone(configOf({ site: { shifts } }), 'Europe/Berlin', now)).state).toBe('ok');
    expect(spokenFinding(checkTimeZone(configOf({ site: { shifts, timeZone: 'UTC' } }), 'UTC', now)).state).toBe('ok');
  });
});

describe('a visit', () => {
  const step = { code: 'x', title: message('check-of', { context: 'disk' }), limitMilliseconds: 1_000 };
  const hang = (): Promise<never> => new Promise(() => undefined);

  it('ends a check that hangs, tells it so, and stops its work', async () => {
    const clock = new FakeClock();
    const visit = new Visit(clock, never, 10_000);
    let stopped = false;
    const taken = visit.take(step, (signal) => {
      signal.addEventListener('abort', () => {
        stopped = true;
      });
      return hang();
    });
    clock.advance(1_000);
    expect(spokenCheck((await taken).check)).toMatchObject({
      code: 'x',
      title: 'Disk space',
      state: 'fault',
      text: expect.stringContaining('within 1 s'),
    });
    expect(stopped).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it('skips the rest when its own time is over', async () => {
    const clock = new FakeClock();
    const visit = new Visit(clock, never, 1_500);
    const first = visit.take(step, hang);
    clock.advance(1_000);
    await first;
    const second = visit.take(step, hang);
    clock.advance(500);
    expect(spokenCheck((await second).check).state).toBe('fault');
    const third = await visit.take(step, async () => ({ finding: found(message('check-clock')), value: 1 }));
    expect(third.value).toBeNull();
    expect(spokenCheck(third.check)).toMatchObject({
      state: 'skipped',
      text: expect.stringContaining('took too long'),
    });
  });

  it('is stopped by whoever asked for it', async () => {
    const stop = new AbortController();
    const clock = new FakeClock();
    const visit = new Visit(clock, stop.signal, 10_000);
    const taken = visit.take(step, hang);
    stop.abort();
    expect(spokenCheck((await taken).check).state).toBe('skipped');
    expect(spokenCheck((await visit.take(step, hang)).check).state).toBe('skipped');
    expect(clock.timers).toBe(0);
  });

  it('tells what nobody expected as a fault, and gives on what was found', async () => {
    const visit = new Visit(new FakeClock(), never, 10_000);
    const broken = await visit.take(step, () => Promise.reject(new Error('a bug')));
    expect(spokenCheck(broken.check)).toMatchObject({ state: 'fault', technical: 'a bug' });
    const done = await visit.take(step, async () => ({ finding: found(message('check-clock'), 'seen'), value: 7 }));
    expect(done).toMatchObject({ value: 7, check: { code: 'x', message: message('check-clock'), technical: 'seen' } });
  });
});
