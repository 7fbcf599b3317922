import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { snapshotSchema } from '../../../shared/snapshot.ts';
import { openGateway, sha256, smallPicture, startServer, temporaryFolder } from '../../support/gateway-fixture.ts';
import { makeJpeg } from '../../support/pictures.ts';
import { failureOf, spokenAdvice, spokenSnapshot, statement } from '../../support/spoken.ts';

/** Nothing listens there. */
const nowhere = 'http://127.0.0.1:9/api';
const box = (classValue: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      annotations: [
        { class_value: classValue, confidence: 0.5, x_center: 0.5, y_center: 0.5, width: 0.2, height: 0.2 },
      ],
    }),
  );

describe('the snapshot of a real gateway', () => {
  test('is what the contract says, before the start, on the way, delivered and offline', async () => {
    const server = await startServer();
    const line = await openGateway(server);
    const first = line.gateway.snapshot();
    expect(snapshotSchema.parse(first)).toEqual(first);
    expect(spokenSnapshot(first)).toMatchObject({ flow: { headline: 'STARTING' }, counts: { collected: 0 } });
    const hashes = await line.putPictures(5);
    await line.put('broken.jpg', Buffer.from('this is text'));
    line.gateway.start();
    await line.until('all delivered', ({ counts }) => counts.acknowledged === 5 && counts.refused === 1);
    const snapshot = line.gateway.snapshot();
    expect(snapshotSchema.parse(snapshot)).toEqual(snapshot);
    expect(spokenSnapshot(snapshot)).toMatchObject({
      safe: { headline: 'CHECK FILES' },
      flow: { headline: 'ALL DELIVERED' },
      counts: { collected: 5, acknowledged: 5, pending: 0, leased: 0, dead: 0, refused: 1 },
      connection: { state: 'online' },
      oldestWaiting: null,
      gateway: { configured: true, plainHttp: true, deviceId: 'line-7' },
    });
    expect(snapshot.recent).toHaveLength(5);
    expect(snapshot.sources).toMatchObject([{ id: 'aoi', name: 'aoi', collected: 5, refused: 1, state: 'watching' }]);
    expect(new Set((await server.images()).map((image) => image.sha256))).toEqual(hashes);
    await server.simulator.down();
    await line.putPictures(2, 'later-', 100);
    const offline = await line.until(
      'offline',
      ({ connection, counts }) => connection.state === 'offline' && counts.pending === 2,
    );
    expect(snapshotSchema.parse(offline)).toEqual(offline);
    expect(statement(offline.flow).detail).toMatch(/\. 2 pictures wait safely on this PC\.$/);
    expect(offline.oldestWaiting).not.toBeNull();
  });

  test('counts up with each change, and a listener hears of each', async () => {
    const line = await openGateway({ baseUrl: nowhere });
    const heard: number[] = [];
    line.gateway.onChange(() => heard.push(line.gateway.snapshot().revision));
    line.gateway.start();
    for (let picture = 1; picture <= 3; picture += 1) {
      await line.putPictures(1, `${picture}-`, picture);
      await line.until('collected', ({ counts }) => counts.collected === picture);
    }
    expect(heard.length).toBeGreaterThan(2);
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
    expect(new Set(heard).size).toBe(heard.length);
  });
});

describe('wrong files', () => {
  test('are listed with their reasons, stay where they are, and are taken when they are put right', async () => {
    const server = await startServer();
    const line = await openGateway({ ...server, source: { incompleteSeconds: 1 } });
    const good = await smallPicture(1);
    await line.put('empty.jpg', Buffer.alloc(0));
    await line.put('cut.jpg', good.subarray(0, good.length - 50));
    await line.put('text.jpg', Buffer.from('no picture'));
    line.gateway.start();
    await line.until('all three are listed', ({ counts }) => counts.refused === 3);
    expect(Object.fromEntries(line.refusals().map(({ path, code }) => [path, code]))).toEqual({
      'empty.jpg': 'empty',
      'cut.jpg': 'truncated',
      'text.jpg': 'not-a-picture',
    });
    expect((await readdir(line.input)).sort()).toEqual(['cut.jpg', 'empty.jpg', 'text.jpg']);
    await line.put('empty.jpg', good);
    await line.put('cut.jpg', await smallPicture(2));
    await rm(join(line.input, 'text.jpg'));
    await line.until('two are delivered', ({ counts }) => counts.acknowledged === 2 && counts.refused <= 1);
  });

  test('are looked at again when somebody asks', async () => {
    const line = await openGateway({ baseUrl: nowhere, source: { incompleteSeconds: 1 } });
    const good = await smallPicture(1);
    await line.put('a.jpg', good.subarray(0, 500));
    line.gateway.start();
    await line.until('it is listed', ({ counts }) => counts.refused === 1);
    const [refusal] = line.refusals();
    expect(line.operate('refusalLocation', { id: refusal?.id ?? 0 })).toBe(join(line.input, 'a.jpg'));
    expect(line.operate('refusal.recheck', { id: refusal?.id ?? 0 }).changed).toBe(1);
    await line.until(
      'it is listed again',
      () => line.refusals()[0]?.id !== undefined && line.refusals()[0]?.id !== refusal?.id,
    );
    expect(line.operate('refusal.recheck', { id: 99_999 }).changed).toBe(0);
  });
});

describe('originals', () => {
  test('are deleted only when the picture is stored, with their sidecars; what could not be read stays', async () => {
    const server = await startServer();
    const line = await openGateway({
      ...server,
      source: { afterIngest: 'delete', rescanSeconds: 1, sidecar: { waitMilliseconds: 300 } },
    });
    await line.put('good.json', box('scratch'));
    await line.put('bad.json', Buffer.from('{"annotations": ['));
    await line.put('classes.txt', Buffer.from('scratch\n'));
    const hashes = new Set([
      await line.put('good.jpg', await smallPicture(1)),
      await line.put('bad.jpg', await smallPicture(2)),
    ]);
    await line.put('text.jpg', Buffer.from('no picture'));
    line.gateway.start();
    await line.until('delivered', ({ counts }) => counts.acknowledged === 2);
    await line.untilDrained();
    await expect
      .poll(async () => (await readdir(line.input)).sort(), { timeout: 10_000 })
      .toEqual(['bad.json', 'classes.txt', 'text.jpg']);
    const images = await server.images();
    expect(new Set(images.map((image) => image.sha256))).toEqual(hashes);
    await expect
      .poll(
        () =>
          line
            .refusals()
            .map(({ path, code }) => [path, code])
            .sort(),
        { timeout: 10_000 },
      )
      .toEqual([
        ['bad.json', 'sidecar-broken'],
        ['text.jpg', 'not-a-picture'],
      ]);
  });

  test('of a camera that uses one name for all its pictures are all delivered, each with its own boxes', async () => {
    const line = await openGateway({
      baseUrl: nowhere,
      source: { afterIngest: 'delete', sidecar: { waitMilliseconds: 400 } },
    });
    line.gateway.start();
    for (let round = 0; round < 4; round += 1) {
      // The sidecar first, as some programs do.
      await line.put('live.json', box(`round ${round}`));
      await new Promise((resolve) => setTimeout(resolve, 200));
      await line.put('live.jpg', await smallPicture(round));
      await line.until(`round ${round} is stored`, ({ counts }) => counts.collected === round + 1);
      await expect.poll(() => readdir(line.input), { timeout: 10_000 }).toEqual([]);
    }
    const classes = line
      .rows()
      .map(({ imageId }) => line.operate('image.detail', { imageId }).image?.annotations[0]?.classValue);
    expect(classes).toEqual(['round 3', 'round 2', 'round 1', 'round 0']);
    expect(line.refusals()).toEqual([]);
  });
});

describe('room', () => {
  test('that is used up stops the collecting loudly, and it goes on by itself once the cloud is back', async () => {
    const server = await startServer();
    const line = await openGateway({ ...server, store: { maxBytes: 1_000_000, minFreeBytes: 0 } });
    await server.simulator.down();
    const hashes = new Set<string>();
    for (let seed = 1; seed <= 6; seed += 1) {
      const picture = await makeJpeg({ width: 320, height: 240, seed, targetBytes: 250_000 });
      hashes.add(await line.put(`${seed}.jpg`, picture));
    }
    line.gateway.start();
    const full = await line.until(
      'it is full',
      ({ disk, sources, counts }) => counts.collected === 3 && disk.state === 'full' && sources[0]?.state === 'blocked',
    );
    expect(statement(full.safe)).toMatchObject({ level: 'alarm', headline: 'DISK FULL' });
    expect(spokenAdvice(full.advice)[0]).toMatchObject({ code: 'disk-share-full', level: 'alarm' });
    expect(full.counts).toMatchObject({ collected: 3, payloadsRemoved: 0 });
    // Not a moment of "all is well" while nothing changed.
    for (let look = 0; look < 30; look += 1) {
      expect(line.gateway.snapshot().disk.state).toBe('full');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect((await readdir(line.input)).length).toBe(6);
    await server.simulator.up();
    await line.until('all are delivered', ({ counts }) => counts.acknowledged === 6, 25_000);
    expect(new Set((await server.images()).map((image) => image.sha256))).toEqual(hashes);
    const after = await line.until('it is not full', ({ disk }) => disk.state !== 'full');
    expect(after.counts.payloadsRemoved).toBeGreaterThan(0);
    expect(after.disk.usedBytes).toBeLessThanOrEqual(1_000_000);
  });
});

describe('the store', () => {
  test('takes up where a gateway that was stopped left off, and collects nothing twice', async () => {
    const server = await startServer();
    await server.simulator.down();
    const before = await openGateway(server);
    const hashes = await before.putPictures(20);
    before.gateway.start();
    await before.until('all are stored', ({ counts }) => counts.collected === 20);
    await before.stop();
    await server.simulator.up();
    const after = await openGateway({ ...server, root: before.root });
    after.gateway.start();
    await after.until('all are delivered', ({ counts }) => counts.acknowledged === 20);
    await after.untilDrained();
    expect(after.gateway.snapshot().counts).toMatchObject({ collected: 20, duplicates: 0 });
    const images = await server.images();
    expect(images).toHaveLength(20);
    expect(new Set(images.map((image) => image.sha256))).toEqual(hashes);
  });

  test('is used by one gateway at a time', async () => {
    const line = await openGateway({ baseUrl: nowhere });
    await expect(openGateway({ baseUrl: nowhere, root: line.root })).rejects.toMatchObject({ code: 'store-in-use' });
    await line.stop();
    const again = await openGateway({ baseUrl: nowhere, root: line.root });
    expect(again.gateway.snapshot().counts.collected).toBe(0);
  });

  test('whose database was lost is not made anew: that would throw the stored pictures away', async () => {
    const line = await openGateway({ baseUrl: nowhere, source: { afterIngest: 'delete' } });
    const [hash = ''] = await line.putPictures(1);
    line.gateway.start();
    await line.until('it is stored', ({ counts }) => counts.collected === 1);
    await expect.poll(() => readdir(line.input)).toEqual([]);
    await line.stop();
    const database = join(line.root, 'data', 'gateway.sqlite');
    const payload = join(line.root, 'data', 'payloads', hash.slice(0, 2), `${hash}.jpg`);
    await rename(database, `${database}.away`);
    expect(await failureOf(openGateway({ baseUrl: nowhere, root: line.root }))).toMatchObject({
      code: 'store-lost',
      hint: expect.stringContaining('Rebuild database'),
    });
    await writeFile(database, '');
    await expect(openGateway({ baseUrl: nowhere, root: line.root })).rejects.toMatchObject({ code: 'store-lost' });
    expect(sha256(await readFile(payload))).toBe(hash);
    await rm(database);
    await rename(`${database}.away`, database);
    const again = await openGateway({ baseUrl: nowhere, root: line.root });
    again.gateway.start();
    await again.until('it waits again', ({ counts }) => counts.pending === 1);
    expect((await stat(payload)).isFile()).toBe(true);
  });

  test('that was made and never used is no lost one', async () => {
    const root = await temporaryFolder();
    for (let round = 0; round < 2; round += 1) {
      const line = await openGateway({ baseUrl: nowhere, root });
      await line.stop();
      await rm(join(root, 'data', 'gateway.sqlite'));
    }
  });

  test('in a watched folder, or the other way round, is refused: it would collect its own payloads', async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'data', 'in'), { recursive: true });
    for (const path of [root, join(root, 'data'), join(root, 'data', 'in')])
      await expect(openGateway({ baseUrl: nowhere, root, source: { path } }), path).rejects.toMatchObject({
        code: 'folder-overlap',
      });
  });
});

test('an image’s picture, its original and its preview can be found; what is gone is said to be gone', async () => {
  const line = await openGateway({ baseUrl: nowhere });
  const [hash = ''] = await line.putPictures(1);
  line.gateway.start();
  await line.until('it is stored', ({ counts }) => counts.collected === 1);
  const imageId = line.rows()[0]?.imageId ?? '';
  const stored = line.operate('original', { imageId });
  expect(stored?.format).toBe('jpeg');
  expect(sha256(await readFile(stored?.path ?? ''))).toBe(hash);
  expect(line.operate('originalLocation', { imageId })).toBe(join(line.input, 'frame-0.jpg'));
  expect(line.operate('original', { imageId: 'unknown' })).toBeNull();
  expect(line.operate('originalLocation', { imageId: 'unknown' })).toBeNull();
  expect(await line.operate('preview', { imageId: 'unknown', isLooked: false })).toBeNull();
  expect(line.operate('image.detail', { imageId: 'unknown' }).image).toBeNull();
});
