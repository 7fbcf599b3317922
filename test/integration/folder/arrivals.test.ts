import { copyFile, mkdir, open, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openGateway, sha256, smallPicture, startServer, temporaryFolder } from '../../support/gateway-fixture.ts';
import { makeJpeg } from '../../support/pictures.ts';

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

type Server = Awaited<ReturnType<typeof startServer>>;
const hashesAt = async (server: Server): Promise<string[]> =>
  (await server.images()).map((image) => image.sha256 ?? '').sort();
const filesAt = async (server: Server): Promise<string[]> =>
  (await server.images()).map(({ filename }) => filename).sort();

/** A gateway without periodic scans to speak of: what it collects it was told of by events. */
async function watching(source: NonNullable<Parameters<typeof openGateway>[0]['source']> = {}) {
  const server = await startServer();
  const opened = await openGateway({ ...server, source });
  opened.gateway.start();
  await opened.until('it watches', ({ sources }) => sources[0]?.state === 'watching');
  return { server, ...opened };
}

describe('files', () => {
  test('that were there before the start are collected', async () => {
    const server = await startServer();
    const { gateway, putPictures, untilDrained } = await openGateway(server);
    const hashes = await putPictures(25);
    gateway.start();
    await untilDrained();
    expect(await hashesAt(server)).toEqual([...hashes].sort());
  });

  test('that arrive are collected within a second', async () => {
    const { put, until, server } = await watching();
    const began = performance.now();
    const hash = await put('new.jpg', await smallPicture(1));
    await until('it is delivered', ({ counts }) => counts.acknowledged === 1);
    expect(performance.now() - began).toBeLessThan(1_500);
    expect(await hashesAt(server)).toEqual([hash]);
  });

  test('that arrive while the gateway is down are collected at its next start, and those of before are not sent again', async () => {
    const server = await startServer();
    const root = await temporaryFolder();
    const first = await openGateway({ ...server, root });
    await first.putPictures(5, 'before-');
    first.gateway.start();
    await first.untilDrained();
    await first.stop();
    await first.putPictures(5, 'while-down-', 100);
    const second = await openGateway({ ...server, root });
    second.gateway.start();
    await second.untilDrained();
    expect(server.simulator.stats()).toMatchObject({ images: 10, replays: 0, duplicates: 0 });
  });

  test('with the same bytes under different names are each a frame', async () => {
    const { put, until, server } = await watching();
    const bytes = await smallPicture(1);
    for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) await put(name, bytes);
    await until('three are delivered', ({ counts }) => counts.acknowledged === 3);
    expect(await filesAt(server)).toEqual(['a.jpg', 'b.jpg', 'c.jpg']);
  });

  test('that are moved in whole, with an old time, are collected', async () => {
    const { input, until, server } = await watching();
    const elsewhere = await temporaryFolder();
    await writeFile(join(elsewhere, 'old.jpg'), await smallPicture(1));
    await utimes(join(elsewhere, 'old.jpg'), 1_000_000_000, 1_000_000_000);
    await rename(join(elsewhere, 'old.jpg'), join(input, 'old.jpg'));
    await until('it is delivered', ({ counts }) => counts.acknowledged === 1);
    expect((await server.images())[0]?.metadata['timestamp']).toBe('2001-09-09T01:46:40.000Z');
  });

  test('whose time lies in the future are collected', async () => {
    const { input, put, until } = await watching();
    await put('future.jpg', await smallPicture(1));
    await utimes(join(input, 'future.jpg'), 4_000_000_000, 4_000_000_000);
    await until('it is delivered', ({ counts }) => counts.acknowledged === 1);
  });

  test('without an extension, or with a wrong one, are told by their content', async () => {
    const { put, until, server } = await watching();
    await put('frame', await smallPicture(1));
    await put('frame.bmp', await smallPicture(2));
    await put('frame.txt', await smallPicture(3));
    await until('three are delivered', ({ counts }) => counts.acknowledged === 3);
    expect(await filesAt(server)).toEqual(['frame', 'frame.bmp', 'frame.txt']);
  });
});

describe('subfolders', () => {
  test('are watched, those that were there and those that come later', async () => {
    const { input, until, server } = await watching();
    await mkdir(join(input, 'a/b'), { recursive: true });
    await writeFile(join(input, 'a/b/1.jpg'), await smallPicture(1));
    await writeFile(join(input, 'a/2.jpg'), await smallPicture(2));
    await until('two are delivered', ({ counts }) => counts.acknowledged === 2);
    await writeFile(join(input, 'a/b/3.jpg'), await smallPicture(3));
    await mkdir(join(input, 'a/b/c/d/e'), { recursive: true });
    await writeFile(join(input, 'a/b/c/d/e/4.jpg'), await smallPicture(4));
    await until('four are delivered', ({ counts }) => counts.acknowledged === 4);
    expect(await filesAt(server)).toEqual(['1.jpg', '2.jpg', '3.jpg', '4.jpg']);
  });

  test('that are moved in whole are collected with everything in them', async () => {
    const { input, until } = await watching();
    const elsewhere = await temporaryFolder();
    await mkdir(join(elsewhere, 'batch/deep'), { recursive: true });
    for (let index = 0; index < 10; index += 1) {
      await writeFile(join(elsewhere, `batch/${index}.jpg`), await smallPicture(index));
      await writeFile(join(elsewhere, `batch/deep/${index}.jpg`), await smallPicture(100 + index));
    }
    await rename(join(elsewhere, 'batch'), join(input, 'batch'));
    await until('all are delivered', ({ counts }) => counts.acknowledged === 20);
  });

  test('one a second, each with files at once, as a station makes them for each part', async () => {
    const { input, until } = await watching();
    for (let part = 0; part < 12; part += 1) {
      await mkdir(join(input, `part-${part}`));
      for (let view = 0; view < 3; view += 1) {
        await writeFile(join(input, `part-${part}/${view}.jpg`), await smallPicture(part * 10 + view));
      }
      await pause(part % 3 === 0 ? 150 : 10);
    }
    await until('all are delivered', ({ counts }) => counts.acknowledged === 36);
  });

  test('that are removed and made again go on being watched', async () => {
    const { input, until } = await watching();
    for (let round = 1; round <= 4; round += 1) {
      await mkdir(join(input, 'sub'));
      await writeFile(join(input, 'sub/a.jpg'), await smallPicture(round));
      await until(`${round} are delivered`, ({ counts }) => counts.acknowledged === round);
      await rm(join(input, 'sub'), { recursive: true });
      await pause(100);
    }
  });
});

describe('a slow writer', () => {
  test('that writes in steps, each shorter than the settle time, is waited for', async () => {
    const { input, until, server, refusals } = await watching({ settleMilliseconds: 200 });
    const bytes = await makeJpeg({ width: 640, height: 480, seed: 1, targetBytes: 200_000 });
    const handle = await open(join(input, 'slow.jpg'), 'w');
    for (let at = 0; at < bytes.length; at += 20_000) {
      await handle.write(bytes.subarray(at, at + 20_000));
      await pause(60);
    }
    await handle.close();
    await until('it is delivered', ({ counts }) => counts.acknowledged === 1);
    expect(await hashesAt(server)).toEqual([sha256(bytes)]);
    expect(refusals()).toEqual([]);
  });

  test('that stalls for longer than the settle time is waited for, because the picture has no end yet', async () => {
    const { input, until, server, refusals } = await watching({ settleMilliseconds: 60, incompleteSeconds: 30 });
    const bytes = await makeJpeg({ width: 640, height: 480, seed: 2, targetBytes: 200_000 });
    const handle = await open(join(input, 'stalls.jpg'), 'w');
    for (let at = 0; at < bytes.length; at += 70_000) {
      await handle.write(bytes.subarray(at, at + 70_000));
      await pause(700);
    }
    await handle.close();
    await until('it is delivered', ({ counts }) => counts.acknowledged === 1);
    expect(await hashesAt(server)).toEqual([sha256(bytes)]);
    expect(refusals()).toEqual([]);
  });

  test('that makes the file in its full size first, all zeros, and fills it later, is waited for', async () => {
    const { input, until, server } = await watching({ settleMilliseconds: 60, incompleteSeconds: 30 });
    const bytes = await makeJpeg({ width: 640, height: 480, seed: 3, targetBytes: 200_000 });
    const path = join(input, 'preallocated.jpg');
    await writeFile(path, '');
    await truncate(path, bytes.length);
    await pause(600);
    const handle = await open(path, 'r+');
    for (let at = 0; at < bytes.length; at += 70_000) {
      await handle.write(bytes.subarray(at, at + 70_000), 0, Math.min(70_000, bytes.length - at), at);
      await pause(500);
    }
    await handle.close();
    const { counts } = await until('it is delivered', (snapshot) => snapshot.counts.acknowledged === 1);
    expect(await hashesAt(server)).toEqual([sha256(bytes)]);
    expect(counts).toMatchObject({ collected: 1, refused: 0 });
  });

  test('that never finishes is listed, and is collected when it does after all', async () => {
    const { input, until, refusals } = await watching({ settleMilliseconds: 60, incompleteSeconds: 1 });
    const bytes = await makeJpeg({ width: 640, height: 480, seed: 4, targetBytes: 100_000 });
    await writeFile(join(input, 'half.jpg'), bytes.subarray(0, 50_000));
    await until('it is listed', ({ counts }) => counts.refused === 1);
    expect(refusals()[0]).toMatchObject({ path: 'half.jpg', code: 'truncated' });
    await writeFile(join(input, 'half.jpg'), bytes);
    const { counts } = await until('it is delivered', (snapshot) => snapshot.counts.acknowledged === 1);
    expect(counts.refused).toBe(0);
  });

  test('that copies many large files at once has each collected whole and once', async () => {
    const { input, until, server } = await watching();
    const from = await temporaryFolder();
    const hashes: string[] = [];
    for (let index = 0; index < 12; index += 1) {
      const bytes = await makeJpeg({ width: 640, height: 480, seed: index, targetBytes: 3_000_000 });
      await writeFile(join(from, `${index}.jpg`), bytes);
      hashes.push(sha256(bytes));
    }
    await Promise.all(hashes.map((_hash, index) => copyFile(join(from, `${index}.jpg`), join(input, `${index}.jpg`))));
    await until('all are delivered', ({ counts }) => counts.acknowledged === 12, 20_000);
    expect(await hashesAt(server)).toEqual(hashes.sort());
  });
});

describe('a file that is written again and again under one name', () => {
  test('has each of its versions collected, in place or by a rename', async () => {
    const { input, until, server } = await watching();
    const hashes: string[] = [];
    for (let version = 1; version <= 20; version += 1) {
      const bytes = await smallPicture(version);
      hashes.push(sha256(bytes));
      if (version % 2 === 0) await writeFile(join(input, 'latest.jpg'), bytes);
      else {
        await writeFile(join(input, '.latest.new'), bytes);
        await rename(join(input, '.latest.new'), join(input, 'latest.jpg'));
      }
      await until(`${version} are collected`, ({ counts }) => counts.collected === version, 3_000);
    }
    await until('all are delivered', ({ counts }) => counts.acknowledged === 20);
    expect((await hashesAt(server)).sort()).toEqual(hashes.sort());
  });

  test('also in a hurry ends with its last version collected, and never with one that was not written', async () => {
    const { input, until, server } = await watching();
    const written = new Set<string>();
    let last = '';
    for (let version = 1; version <= 150; version += 1) {
      const bytes = await smallPicture(version);
      last = sha256(bytes);
      written.add(last);
      await writeFile(join(input, 'latest.jpg'), bytes);
      await pause((version * 7) % 90);
    }
    await until(
      'all is quiet',
      ({ counts, sources }) =>
        counts.collected > 0 && counts.pending + counts.leased === 0 && sources[0]?.settling === 0,
    );
    await pause(400);
    const collected = (await server.images()).map((image) => image.sha256 ?? '');
    expect(collected.filter((hash) => !written.has(hash))).toEqual([]);
    expect(collected.at(-1)).toBe(last);
  });
});

test('a burst of 10,000 files is collected and delivered, each once, in bounded time', {
  timeout: 120_000,
}, async () => {
  const server = await startServer({ store: 'hash-only' });
  const { gateway, input, until, untilDrained, log } = await openGateway({ ...server, sync: { concurrency: 8 } });
  gateway.start();
  await until('it watches', ({ sources }) => sources[0]?.state === 'watching');
  const hashes = new Set<string>();
  for (let index = 0; index < 10_000; index += 1) {
    const bytes = await smallPicture(index);
    hashes.add(sha256(bytes));
    await writeFile(join(input, `burst-${index}.jpg`), bytes);
  }
  await until('all are collected', ({ counts }) => counts.collected === 10_000, 60_000);
  await untilDrained(60_000);
  expect(server.simulator.stats()).toMatchObject({ images: 10_000, duplicates: 0, repeatedContent: 0, replays: 0 });
  expect(new Set(await hashesAt(server)).size).toBe(hashes.size);
  expect(log.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
});
