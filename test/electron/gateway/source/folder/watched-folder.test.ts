import { mkdtemp, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { looksWhole } from '../../../../../electron/gateway/ingest/picture/quick-look.ts';
import type { FileOffer, FileReading, Verdict } from '../../../../../electron/gateway/model/file-sink.ts';
import { silentLogger } from '../../../../../electron/gateway/platform/logger.ts';
import { type FolderIntake, WatchedFolder } from '../../../../../electron/gateway/source/folder/watched-folder.ts';
import { message } from '../../../../../shared/messages/message.ts';
import { folderSourceSchema } from '../../../../../shared/source-config.ts';
import { LeapingClock } from '../../../../support/leaping-clock.ts';
import { told } from '../../../../support/spoken.ts';

const noRoom: Verdict = {
  kind: 'no-room',
  message: message('files-wait', { why: message('disk-nearly-full') }),
};

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A sink that does what a test tells it, and remembers what it was offered. */
function recordingSink(
  verdict: (offer: FileOffer) => Promise<Verdict> | Verdict,
  lookEarly: FileReading['lookEarly'] = async (path) => ({ whole: await looksWhole(path), bytes: null }),
) {
  const offers: FileOffer[] = [];
  const lost: string[] = [];
  const known = new Set<string>();
  const seen = new Map<string, string>();
  const registry: FolderIntake['registry'] = {
    status: (file) => {
      const facts = JSON.stringify(file);
      seen.set(file.path, facts);
      return known.has(facts) ? 'finished' : 'new';
    },
    finish: () => undefined,
    storedAs: async () => null,
    refuse: () => undefined,
    refusedPaths: () => [],
    forgetRefusal: () => undefined,
    lose: (path, cause) => void lost.push(`${cause} ${path}`),
  };
  const sink: FolderIntake['sink'] = {
    offer: async (offer) => {
      offers.push(offer);
      const answer = await verdict(offer);
      if (answer.kind === 'stored') known.add(JSON.stringify(offer.file));
      if (answer.kind === 'stored' && answer.label !== undefined) known.add(seen.get(answer.label) ?? '');
      return answer;
    },
  };
  const reading: FileReading = {
    lookEarly,
    liesOnShare: () => undefined,
    comesAfter: (path) => path.endsWith('.txt'),
  };
  return { intake: { sink, registry, reading }, offers, lost };
}

async function watch(
  verdict: (offer: FileOffer) => Promise<Verdict> | Verdict,
  settings: object = {},
  lookEarly?: FileReading['lookEarly'],
) {
  const path = await mkdtemp(join(tmpdir(), 'acusight-watch-'));
  const config = folderSourceSchema.parse({
    id: 'aoi',
    kind: 'folder',
    path,
    settleMilliseconds: 50,
    rescanSeconds: 86_400,
    ...settings,
  });
  const { intake, offers, lost } = recordingSink(verdict, lookEarly);
  const clock = new LeapingClock();
  const folder = new WatchedFolder(config, intake, clock, silentLogger);
  folder.start();
  onTestFinished(async () => {
    await folder.stop();
    await rm(path, { recursive: true, force: true });
  });
  for (let wait = 0; wait < 200 && folder.status().state !== 'watching'; wait += 1) await pause(10);
  expect(folder.status().state).toBe('watching');
  return { path, folder, offers, lost, clock };
}

const names = (offers: readonly FileOffer[]): string[] => offers.map(({ file }) => file.path);

test('a change that comes while a file is on offer is not lost with the verdict on its older version', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { path, offers } = await watch(async ({ file }) => {
    if (file.bytes === 3) await held;
    return { kind: 'stored' };
  });
  await writeFile(join(path, 'latest.jpg'), 'one');
  await pause(300);
  expect(offers).toHaveLength(1);
  await writeFile(join(path, 'latest.jpg'), 'second');
  await pause(300);
  release();
  await pause(400);
  expect(offers.map(({ file }) => file.bytes)).toEqual([3, 6]);
});

test('a crowd of files that are not ready does not keep a ready one waiting', async () => {
  const { path, offers } = await watch(async ({ file }) => {
    await pause(20);
    return file.path.startsWith('z') ? { kind: 'stored' } : { kind: 'not-yet', why: 'incomplete', milliseconds: 100 };
  });
  for (let index = 0; index < 400; index += 1) await writeFile(join(path, `a${index}.jpg`), 'x');
  await pause(200);
  await writeFile(join(path, 'z.jpg'), 'ready');
  for (let wait = 0; wait < 100 && !names(offers).includes('z.jpg'); wait += 1) await pause(20);
  expect(names(offers)).toContain('z.jpg');
});

test('at most so many files are on offer at once, however many there are', async () => {
  let now = 0;
  let most = 0;
  const { path, offers } = await watch(async () => {
    now += 1;
    most = Math.max(most, now);
    // Long enough that a busy machine has found as many files as may be on offer.
    await pause(100);
    now -= 1;
    return { kind: 'stored' };
  });
  for (let index = 0; index < 300; index += 1) await writeFile(join(path, `${index}.jpg`), 'x');
  for (let wait = 0; wait < 400 && offers.length < 300; wait += 1) await pause(20);
  await pause(100);
  expect(offers).toHaveLength(300);
  expect(most).toBe(24);
});

test('without room nothing is offered for a while, and then everything is again', async () => {
  let full = true;
  const { path, folder, offers, clock } = await watch(() => (full ? noRoom : { kind: 'stored' }));
  for (let index = 0; index < 50; index += 1) await writeFile(join(path, `${index}.jpg`), 'x');
  for (let wait = 0; wait < 100 && folder.status().state !== 'blocked'; wait += 1) await pause(10);
  expect(told(folder.status())).toMatchObject({ state: 'blocked', text: 'The disk is nearly full', drained: false });
  await pause(300);
  const tried = offers.length;
  await pause(500);
  expect(offers.length).toBe(tried);
  full = false;
  clock.leap(2_100);
  for (let wait = 0; wait < 100 && folder.status().settling > 0; wait += 1) await pause(20);
  expect(folder.status()).toMatchObject({ state: 'watching', settling: 0, drained: true });
});

describe('a folder that goes away while there is no room', () => {
  /** Full, and with one picture that waits for room; then away. */
  async function startFullAndAway() {
    let full = true;
    const line = await watch(({ file }) => {
      if (file.path === 'half.jpg') return { kind: 'not-yet', why: 'incomplete', milliseconds: 100 };
      return full ? noRoom : { kind: 'stored' };
    });
    onTestFinished(() => rm(`${line.path}-away`, { recursive: true, force: true }));
    const untilState = async (state: string): Promise<void> => {
      for (let wait = 0; wait < 200 && line.folder.status().state !== state; wait += 1) {
        line.clock.leap(1_000);
        await pause(20);
      }
      expect(line.folder.status().state).toBe(state);
    };
    await writeFile(join(line.path, 'a.jpg'), 'x');
    await untilState('blocked');
    await rename(line.path, `${line.path}-away`);
    await untilState('missing');
    const comeBack = () => rename(`${line.path}-away`, line.path);
    return {
      ...line,
      untilState,
      comeBack,
      makeRoom: (): void => {
        full = false;
      },
    };
  }

  test('watches when it is back with half a picture only', async () => {
    const line = await startFullAndAway();
    await rm(join(`${line.path}-away`, 'a.jpg'));
    await writeFile(join(`${line.path}-away`, 'half.jpg'), 'x');
    await line.comeBack();
    await line.untilState('watching');
    expect(line.folder.status().settling).toBe(1);
  });

  test('says again that there is no room when it is back with the picture, and watches once there is', async () => {
    const line = await startFullAndAway();
    await line.comeBack();
    await line.untilState('blocked');
    line.makeRoom();
    await line.untilState('watching');
    expect(line.folder.status()).toMatchObject({ settling: 0, drained: true });
  });
});

test('an offer that fails is made again, and the file is not forgotten', async () => {
  let failures = 0;
  const { path, offers, clock } = await watch(() => {
    failures += 1;
    if (failures <= 2) throw new Error('odd');
    return { kind: 'stored' };
  });
  await writeFile(join(path, 'a.jpg'), 'x');
  for (let second = 0; second < 20 && offers.length < 3; second += 1) {
    await pause(60);
    clock.leap(1_000);
  }
  expect(names(offers)).toEqual(['a.jpg', 'a.jpg', 'a.jpg']);
});

describe('stopping', () => {
  test('waits for what is on offer, and leaves no timer', async () => {
    let finished = false;
    const { path, folder, offers, clock } = await watch(async () => {
      await pause(300);
      finished = true;
      return { kind: 'stored' };
    });
    await writeFile(join(path, 'a.jpg'), 'x');
    for (let wait = 0; wait < 100 && offers.length === 0; wait += 1) await pause(10);
    await folder.stop();
    expect(finished).toBe(true);
    expect(clock.timers).toBe(0);
  });

  test('is quick with thousands of files in sight', async () => {
    const { path, folder, clock } = await watch(async () => {
      await pause(20);
      return { kind: 'not-yet', why: 'incomplete', milliseconds: 10 };
    });
    await Promise.all(Array.from({ length: 3_000 }, (_, index) => writeFile(join(path, `${index}.jpg`), 'x')));
    await pause(300);
    const began = performance.now();
    await folder.stop();
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(clock.timers).toBe(0);
  });
});

describe('a picture that another one replaces while it is on offer, and that was read early', () => {
  /** As long as it is offered, the camera writes the next one under its name. */
  async function replacedOnOffer(first: Verdict, nextIsRead: boolean) {
    let count = 0;
    const watched = await watch(
      async ({ absolutePath, isCopy }) => {
        if (isCopy === true) return { kind: 'stored' };
        count += 1;
        if (count > 1) return { kind: 'stored' };
        await writeFile(`${absolutePath}.tmp`, 'the second picture');
        await rename(`${absolutePath}.tmp`, absolutePath);
        await pause(200);
        return first;
      },
      { settleMilliseconds: 200 },
      async (path, file) => ({
        whole: true,
        bytes: file.bytes === 5 || nextIsRead ? await readFile(path) : null,
      }),
    );
    await writeFile(join(watched.path, 'a.jpg'), 'first');
    for (let wait = 0; wait < 300 && watched.offers.length < 2; wait += 1) await pause(10);
    watched.clock.leap(2_100);
    for (let wait = 0; wait < 300 && watched.folder.status().settling > 0; wait += 1) await pause(10);
    return watched;
  }
  const isOfItself = ({ file, bytes }: FileOffer): boolean => bytes === undefined || bytes.length === file.bytes;

  test.each([
    ['there was no room', noRoom, false],
    ['there was no room, and the next one is read too', noRoom, true],
    ['it changed', { kind: 'not-yet', why: 'changed', milliseconds: 50 }, false],
  ] satisfies [string, Verdict, boolean][])(
    'is taken from what was read; the next one is itself: %s',
    async (_, verdict, isRead) => {
      const { offers, lost } = await replacedOnOffer(verdict, isRead);
      expect(offers.every(isOfItself)).toBe(true);
      expect(lost).toEqual([]);
      expect(offers.filter(({ isCopy }) => isCopy === true).map(({ bytes }) => String(bytes))).toEqual(['first']);
      expect(offers.filter(({ isCopy }) => isCopy !== true).at(-1)?.file.bytes).toBe('the second picture'.length);
    },
  );

  test('is not offered twice where it was taken', async () => {
    const { offers, lost } = await replacedOnOffer({ kind: 'stored' }, false);
    expect(offers.every(isOfItself)).toBe(true);
    expect(offers.map(({ file }) => file.bytes)).toEqual([5, 18]);
    expect(lost).toEqual([]);
  });
});

describe('a picture that is gone before it was read, and of which nothing was read early', () => {
  const whole = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(200, 1), Buffer.from([0xff, 0xd9])]);
  const stored = (): Verdict => ({ kind: 'stored' });
  const slow = { settleMilliseconds: 400 };

  test('is lost where another took its name', async () => {
    const { path, offers, lost } = await watch(stored, slow);
    await writeFile(join(path, 'last.jpg'), whole);
    await pause(200);
    await writeFile(join(path, 'last.jpg'), Buffer.concat([whole, whole]));
    await pause(800);
    expect(lost).toEqual(['overwritten last.jpg']);
    expect(offers.map(({ file }) => file.bytes)).toEqual([2 * whole.length]);
  });

  test('is lost where it was removed, once it could have turned up again', async () => {
    const { path, lost, clock, folder } = await watch(stored, slow);
    await writeFile(join(path, 'a.jpg'), whole);
    await pause(200);
    await rm(join(path, 'a.jpg'));
    await pause(500);
    expect(lost).toEqual([]);
    expect(folder.status().drained).toBe(false);
    clock.leap(3_000);
    await pause(1_200);
    expect(lost).toEqual(['vanished a.jpg']);
    expect(folder.status().drained).toBe(true);
  });

  test('is not lost where it was only half of one, or no picture', async () => {
    const { path, lost, clock } = await watch(stored, slow);
    await writeFile(join(path, 'half.jpg'), whole.subarray(0, 100));
    await writeFile(join(path, 'note.jpg'), 'no picture');
    await pause(200);
    await writeFile(join(path, 'half.jpg'), whole);
    await rm(join(path, 'note.jpg'));
    await pause(700);
    clock.leap(3_000);
    await pause(1_200);
    expect(lost).toEqual([]);
  });

  test('is lost where the gateway had no room for it', async () => {
    const { path, lost } = await watch(() => noRoom);
    await writeFile(join(path, 'last.jpg'), whole);
    await pause(300);
    await writeFile(join(path, 'last.jpg'), Buffer.concat([whole, whole]));
    await pause(300);
    expect(lost).toEqual(['overwritten last.jpg']);
  });
});

test('a label that met its picture too early is gone from the list as soon as that is stored with it', async () => {
  const { path, folder, offers } = await watch(({ file }) =>
    file.path.endsWith('.txt')
      ? { kind: 'not-yet', why: 'unmatched', milliseconds: 60_000 }
      : { kind: 'stored', label: 'a.txt' },
  );
  await writeFile(join(path, 'a.txt'), '0 0.5 0.5 0.1 0.1');
  await writeFile(join(path, 'b.txt'), '0 0.5 0.5 0.1 0.1');
  await pause(400);
  expect(folder.status().unmatchedSidecars).toBe(2);
  await writeFile(join(path, 'a.jpg'), 'picture');
  await pause(400);
  expect(names(offers).sort()).toEqual(['a.jpg', 'a.txt', 'b.txt']);
  expect(folder.unmatchedSidecars(9)).toEqual(['b.txt']);
});

test('a file that is rewritten with the same size and time is another version', async () => {
  const { path, offers } = await watch(() => ({ kind: 'stored' }));
  const place = join(path, 'a.jpg');
  for (const content of ['one', 'two']) {
    await writeFile(place, content);
    await utimes(place, 1_700_000_000, 1_700_000_000);
    await pause(500);
  }
  expect(offers.map(({ file }) => [file.bytes, file.modifiedMs])).toEqual([
    [3, 1_700_000_000_000],
    [3, 1_700_000_000_000],
  ]);
});
