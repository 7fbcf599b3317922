import { chmod, mkdir, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asNobody } from '../../support/as-nobody.ts';
import { openGateway, smallPicture, startServer, temporaryFolder } from '../../support/gateway-fixture.ts';
import { said, statement } from '../../support/spoken.ts';

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('a folder', () => {
  test('that is not there at the start is waited for, loudly', async () => {
    const server = await startServer();
    const path = join(await temporaryFolder(), 'not/yet');
    const { gateway, until } = await openGateway({ ...server, source: { path } });
    gateway.start();
    const missing = await until('it is missing', ({ sources }) => sources[0]?.state === 'missing');
    expect(statement(missing.safe)).toMatchObject({ level: 'alarm', headline: 'NOT COLLECTING' });
    expect(gateway.isDrained).toBe(false);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'a.jpg'), await smallPicture(1));
    await until('it is delivered', ({ counts }) => counts.acknowledged === 1);
    await writeFile(join(path, 'b.jpg'), await smallPicture(2));
    const { safe } = await until('the next is delivered', ({ counts }) => counts.acknowledged === 2);
    expect(statement(safe).headline).toBe('SAFE');
  });

  test('that vanishes and comes back is scanned in full, and nothing is collected twice', async () => {
    const server = await startServer();
    const { gateway, input, putPictures, root, until } = await openGateway(server);
    await putPictures(3);
    gateway.start();
    await until('three are delivered', ({ counts }) => counts.acknowledged === 3);
    for (let round = 0; round < 3; round += 1) {
      await rename(input, join(root, 'away'));
      await until('it is missing', ({ sources }) => sources[0]?.state === 'missing', 4_000);
      await writeFile(join(root, 'away', `while-away-${round}.jpg`), await smallPicture(50 + round));
      await rename(join(root, 'away'), input);
      await until('it watches', ({ sources }) => sources[0]?.state === 'watching', 4_000);
      await until('the one of meanwhile is there', ({ counts }) => counts.acknowledged === 4 + round * 2);
      await writeFile(join(input, `after-${round}.jpg`), await smallPicture(70 + round));
      await until('events come again', ({ counts }) => counts.acknowledged === 5 + round * 2);
    }
    expect(server.simulator.stats()).toMatchObject({ images: 9, duplicates: 0, replays: 0 });
  });

  test('that is replaced by another of the same name is watched anew', async () => {
    const server = await startServer();
    const { gateway, input, putPictures, root, until } = await openGateway(server);
    await putPictures(2);
    gateway.start();
    await until('two are delivered', ({ counts }) => counts.acknowledged === 2);
    await mkdir(join(root, 'other'));
    await writeFile(join(root, 'other/x.jpg'), await smallPicture(30));
    await rename(input, join(root, 'old'));
    await rename(join(root, 'other'), input);
    await until('what lies in it is delivered', ({ counts }) => counts.acknowledged === 3);
    await pause(300);
    await writeFile(join(input, 'y.jpg'), await smallPicture(31));
    await until('its events come', ({ counts }) => counts.acknowledged === 4);
  });

  test('that is removed with everything in it while it is being scanned is said to be missing', async () => {
    const server = await startServer();
    const { gateway, input, putPictures, until, stop } = await openGateway(server);
    await putPictures(300);
    gateway.start();
    await pause(120);
    await rm(input, { recursive: true, force: true });
    await until('it is missing', ({ sources }) => sources[0]?.state === 'missing', 4_000);
    const { counts } = gateway.snapshot();
    await until('what was collected is delivered', (snapshot) => snapshot.counts.acknowledged === counts.collected);
    const began = performance.now();
    await stop();
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test('that is a file is said to be one', async () => {
    const server = await startServer();
    const path = join(await temporaryFolder(), 'file');
    await writeFile(path, 'x');
    const { gateway, until } = await openGateway({ ...server, source: { path } });
    gateway.start();
    const { sources } = await until('it has failed', (snapshot) => snapshot.sources[0]?.state === 'failed');
    expect(said(sources[0]?.message).text).toBe('This is a file, not a folder');
  });
});

describe.runIf(process.platform !== 'win32')('rights', () => {
  test('to a subfolder that are missing list it; a rescan, which no event calls, finds what is in it when they are given', async () => {
    await asNobody(async () => {
      const server = await startServer();
      const { gateway, input, put, until, refusals, stop } = await openGateway({
        ...server,
        source: { rescanSeconds: 2 },
      });
      await mkdir(join(input, 'locked'));
      await writeFile(join(input, 'locked/b.jpg'), await smallPicture(2));
      await chmod(join(input, 'locked'), 0);
      await put('a.jpg', await smallPicture(1));
      gateway.start();
      await until(
        'the other is delivered, and it is listed',
        ({ counts }) => counts.acknowledged === 1 && counts.refused === 1,
      );
      expect(refusals()).toMatchObject([{ path: 'locked/', code: 'folder-unreadable' }]);
      await pause(1_500);
      expect(refusals()).toHaveLength(1);
      expect(gateway.snapshot().sources[0]?.polling).toBe(false);
      await chmod(join(input, 'locked'), 0o700);
      await until(
        'what lies in it is delivered, and it is listed no more',
        ({ counts }) => counts.acknowledged === 2 && counts.refused === 0,
      );
      await pause(2_500);
      await writeFile(join(input, 'locked/c.jpg'), await smallPicture(3));
      await until('its events come', ({ counts }) => counts.acknowledged === 3, 1_500);
      await stop();
    });
  });

  test('to a file that are missing list it; it is collected when they are given', async () => {
    await asNobody(async () => {
      const server = await startServer();
      const { gateway, input, put, until, refusals, stop } = await openGateway({
        ...server,
        source: { rescanSeconds: 1, incompleteSeconds: 1 },
      });
      await put('a.jpg', await smallPicture(1));
      await chmod(join(input, 'a.jpg'), 0);
      gateway.start();
      await until('it is listed', ({ counts }) => counts.refused === 1);
      expect(refusals()[0]).toMatchObject({ path: 'a.jpg', code: 'unreadable' });
      await chmod(join(input, 'a.jpg'), 0o600);
      await until('it is delivered', ({ counts }) => counts.acknowledged === 1 && counts.refused === 0);
      await stop();
    });
  });
});

describe('looking again', () => {
  test('at a file that was refused, because somebody asks, takes it when it is good now', async () => {
    const server = await startServer();
    const { gateway, input, until, refusals, operate } = await openGateway(server);
    const path = join(input, 'a.jpg');
    await writeFile(path, 'no picture');
    gateway.start();
    await until('it is listed', ({ counts }) => counts.refused === 1);
    operate('refusal.recheck', { id: refusals()[0]?.id ?? 0 });
    await until('it is listed anew', ({ counts }) => counts.refused === 1);
    await writeFile(path, await smallPicture(1));
    operate('refusal.recheck', { id: refusals()[0]?.id ?? 0 });
    await until('it is delivered', ({ counts }) => counts.acknowledged === 1 && counts.refused === 0);
  });

  test('at a link that was replaced by a file', async () => {
    const server = await startServer();
    const { gateway, input, until, refusals, operate } = await openGateway({
      ...server,
      source: { polling: 'always', pollMilliseconds: 600_000 },
    });
    const { symlink } = await import('node:fs/promises');
    await symlink('/nowhere', join(input, 'a.jpg'));
    gateway.start();
    await until('it is listed', ({ counts }) => counts.refused === 1);
    await unlink(join(input, 'a.jpg'));
    const id = refusals()[0]?.id ?? 0;
    operate('refusal.recheck', { id });
    await until('it is listed no more', ({ counts }) => counts.refused === 0, 4_000);
  });
});

describe('without events', () => {
  test('by polling, everything is found: new files, subfolders, changes', async () => {
    const server = await startServer();
    const { gateway, input, put, until } = await openGateway({
      ...server,
      source: { polling: 'always', pollMilliseconds: 200 },
    });
    gateway.start();
    const { sources } = await until('it watches', (snapshot) => snapshot.sources[0]?.state === 'watching');
    expect(sources[0]?.polling).toBe(true);
    expect(said(sources[0]?.message).text).toBe('Watching (by looking regularly)');
    await put('a.jpg', await smallPicture(1));
    await mkdir(join(input, 'sub'));
    await writeFile(join(input, 'sub/b.jpg'), await smallPicture(2));
    await until('two are delivered', ({ counts }) => counts.acknowledged === 2);
    await put('a.jpg', await smallPicture(3));
    await until('the change is delivered', ({ counts }) => counts.acknowledged === 3);
  });

  test('a slow writer is waited for by polling too', async () => {
    const server = await startServer();
    const { gateway, input, until, refusals } = await openGateway({
      ...server,
      source: { polling: 'always', pollMilliseconds: 100 },
    });
    gateway.start();
    await until('it watches', (snapshot) => snapshot.sources[0]?.state === 'watching');
    const bytes = await smallPicture(1);
    await writeFile(join(input, 'a.jpg'), bytes.subarray(0, 500));
    await pause(700);
    await writeFile(join(input, 'a.jpg'), bytes);
    await until('it is delivered', ({ counts }) => counts.acknowledged === 1);
    expect(refusals()).toEqual([]);
  });
});

test('a folder with many files that are known does not keep the gateway busy', async () => {
  const server = await startServer({ store: 'hash-only' });
  const { gateway, putPictures, untilDrained } = await openGateway({
    ...server,
    source: { polling: 'always', pollMilliseconds: 100 },
  });
  await putPictures(2_000);
  gateway.start();
  await untilDrained(60_000);
  await pause(500);
  const before = process.cpuUsage();
  await pause(3_000);
  const { user, system } = process.cpuUsage(before);
  // Looking through it takes half of the time at most; the rest of the process needs next to nothing.
  expect((user + system) / 1_000).toBeLessThan(2_700);
});
