import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../../electron/gateway/store/database/database.ts';
import type { FaultInput } from '../../../electron/simulators/cloud/faults.ts';
import { openGateway, startServer, temporaryFolder } from '../../support/gateway-fixture.ts';
import { LeapingClock } from '../../support/leaping-clock.ts';
import { makeJpeg } from '../../support/pictures.ts';
import { temporaryFiles } from '../../support/store.ts';

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The outbox as a stopped gateway left it. */
function entries(root: string): { readonly state: string; readonly attempts: number; readonly ambiguous: number }[] {
  const database = openDatabase({ path: join(root, 'data', 'gateway.sqlite') });
  try {
    return database
      .prepare<[], { state: string; attempts: number; ambiguous: number }>(
        'SELECT state, attempts, ambiguous FROM outbox',
      )
      .all();
  } finally {
    database.close();
  }
}

describe('stopping in the middle', () => {
  const moments: readonly [string, FaultInput][] = [
    ['while deliveries wait for their answer', { kind: 'stall', when: 'before-commit', endpoints: ['upload'] }],
    [
      'while the server has stored them and says nothing',
      { kind: 'stall', when: 'after-commit', endpoints: ['upload'] },
    ],
    ['while they flow', { kind: 'latency', milliseconds: 10, endpoints: ['upload'] }],
    ['while the probe waits', { kind: 'stall', when: 'before-body', endpoints: ['self'] }],
    ['while the cloud is in error', { kind: 'status', status: 500 }],
  ];
  test.each(moments)(
    '%s leaves no lease, and the next start delivers everything exactly once',
    async (_name, fault) => {
      const server = await startServer();
      const root = await temporaryFolder();
      server.simulator.faults.set([fault]);
      const clock = new LeapingClock();
      const first = await openGateway({ ...server, root, clock, sync: { answerTimeoutMilliseconds: 60_000 } });
      const hashes = await first.putPictures(60);
      first.gateway.start();
      await first.until('the pictures are in the store', ({ counts }) => counts.collected === 60);
      await pause(150);
      const stopped = first.stop();
      // An answer that does not come is waited for five seconds, and no longer.
      const leaps = setInterval(() => clock.leap(1_000), 50);
      await stopped;
      clearInterval(leaps);
      expect(clock.timers).toBe(0);
      const left = entries(root);
      expect(left.filter(({ state }) => state === 'leased')).toEqual([]);
      expect(left.filter(({ ambiguous }) => ambiguous === 1).length).toBeLessThanOrEqual(4);

      server.simulator.faults.clear();
      const later = new LeapingClock();
      const second = await openGateway({ ...server, root, clock: later });
      second.gateway.start();
      for (let second_ = 0; second_ < 20; second_ += 1) {
        later.leap(500);
        await pause(10);
      }
      await second.until('all are delivered', ({ counts }) => counts.acknowledged === 60);
      expect(server.simulator.stats()).toMatchObject({ images: 60, duplicates: 0, repeatedContent: 0 });
      expect(new Set((await server.images()).map((image) => image.sha256))).toEqual(hashes);
    },
  );

  test('waits for the answers of pictures whose bodies have left: none is stored twice, without idempotency either', async () => {
    const server = await startServer({ idempotency: false });
    const root = await temporaryFolder();
    server.simulator.faults.set([{ kind: 'latency', milliseconds: 400, endpoints: ['upload'] }]);
    const first = await openGateway({ ...server, root, sync: { answerTimeoutMilliseconds: 60_000 } });
    const hashes = await first.putPictures(40);
    first.gateway.start();
    await first.until('all places are taken', ({ connection }) => connection.inFlight === 4);
    await first.stop();
    // What was under way is on the server and settled, and most was not begun.
    const { images } = server.simulator.stats();
    expect(images).toBeGreaterThanOrEqual(4);
    expect(images).toBeLessThan(40);
    const left = entries(root);
    expect(left.filter(({ state }) => state === 'acknowledged')).toHaveLength(images);
    expect(left.filter(({ state, ambiguous }) => state === 'leased' || ambiguous === 1)).toEqual([]);

    server.simulator.faults.clear();
    const second = await openGateway({ ...server, root });
    second.gateway.start();
    await second.untilDrained();
    expect(server.simulator.stats()).toMatchObject({ images: 40, duplicates: 0, repeatedContent: 0 });
    expect(new Set((await server.images()).map((image) => image.sha256))).toEqual(hashes);
  });

  test('right after the start, and before it, is quick and leaves nothing running', async () => {
    const server = await startServer();
    for (const delay of [null, 0, 1, 5, 20, 50]) {
      const clock = new LeapingClock();
      const { gateway, stop, putPictures } = await openGateway({ ...server, clock });
      await putPictures(5, `stop-${delay}-`, 1 + (delay ?? 99) * 10);
      if (delay !== null) {
        gateway.start();
        await pause(delay);
      }
      const began = performance.now();
      await stop();
      expect(performance.now() - began).toBeLessThan(2_000);
      expect(clock.timers).toBe(0);
    }
  });

  test('twenty times while a burst is collected and delivered loses and doubles nothing', async () => {
    const server = await startServer();
    const root = await temporaryFolder();
    server.simulator.faults.set([{ kind: 'latency', milliseconds: 3, endpoints: ['upload'] }]);
    const hashes = new Set<string>();
    for (let run = 0; run < 20; run += 1) {
      const opened = await openGateway({ ...server, root });
      for (const hash of await opened.putPictures(15, `run-${run}-`, run * 100)) hashes.add(hash);
      opened.gateway.start();
      await pause(60 + run * 12);
      await opened.stop();
    }
    const last = await openGateway({ ...server, root });
    last.gateway.start();
    await last.untilDrained();
    expect(server.simulator.stats()).toMatchObject({ images: 300, duplicates: 0, repeatedContent: 0 });
    expect(new Set((await server.images()).map((image) => image.sha256))).toEqual(hashes);
  });

  test.runIf(process.platform === 'linux')('while large pictures are on their way leaves no file open', async () => {
    const server = await startServer();
    const root = await temporaryFolder();
    server.simulator.faults.set([{ kind: 'status', status: 503, endpoints: ['upload'] }]);
    const before = await openGateway({ ...server, root });
    for (let seed = 1; seed <= 4; seed += 1) {
      await before.put(`${seed}.jpg`, await makeJpeg({ width: 640, height: 480, seed, targetBytes: 20_000_000 }));
    }
    before.gateway.start();
    await before.until('the pictures are in the store', ({ counts }) => counts.collected === 4);
    await before.stop();
    server.simulator.faults.set([{ kind: 'slow-read', bytesPerSecond: 2_000_000, endpoints: ['upload'] }]);
    // Of those that were stored a moment ago the payloads are still in memory; of these none is.
    const { gateway, until, stop } = await openGateway({ ...server, root });
    gateway.start();
    await until('a picture is on its way', ({ connection }) => connection.inFlight > 0);
    await pause(400);
    const open = async (): Promise<string[]> => {
      const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
      return (await Promise.all(links)).filter((target) => target.startsWith(root));
    };
    expect((await open()).some((target) => target.includes('/payloads/'))).toBe(true);
    await stop();
    await pause(100);
    expect(await open()).toEqual([]);
  });

  test('leaves no half-written payload behind', async () => {
    const server = await startServer();
    const { gateway, putPictures, stop, root } = await openGateway(server);
    await putPictures(100);
    gateway.start();
    await pause(180);
    await stop();
    expect(await temporaryFiles(join(root, 'data', 'payloads'))).toEqual([]);
  });
});

describe('a wall clock that is set', () => {
  test('back by a day does not put off what waits', async () => {
    const server = await startServer();
    const clock = new LeapingClock();
    const { gateway, putPictures, until } = await openGateway({ ...server, clock });
    server.simulator.faults.set([{ kind: 'status', status: 503, endpoints: ['upload'] }]);
    await putPictures(10);
    gateway.start();
    await until(
      'the cloud is in trouble',
      ({ connection, counts }) => connection.state === 'trouble' && counts.retrying === 1,
    );
    clock.jump(-24 * 3_600_000);
    server.simulator.faults.clear();
    clock.leap(1_100);
    await until('the nine that were not tried are delivered', ({ counts }) => counts.acknowledged >= 9);
    // The one that was: at most the longest wait there is from now.
    clock.leap(2 * 3_600_000 + 1_000);
    await until('all are delivered', ({ counts }) => counts.acknowledged === 10);
    expect(server.simulator.stats()).toMatchObject({ images: 10, duplicates: 0 });
  });

  test('forward by a day while pictures are under way neither loses nor doubles them', async () => {
    const server = await startServer();
    const clock = new LeapingClock();
    const { gateway, putPictures, until } = await openGateway({ ...server, clock });
    server.simulator.faults.set([{ kind: 'latency', milliseconds: 50, endpoints: ['upload'] }]);
    await putPictures(30);
    gateway.start();
    await until('some are under way', ({ connection }) => connection.inFlight === 4);
    clock.jump(24 * 3_600_000);
    clock.leap(61_000);
    const { counts } = await until('all are delivered', (snapshot) => snapshot.counts.acknowledged === 30);
    expect(counts.ambiguous).toBe(0);
    expect(server.simulator.stats()).toMatchObject({ images: 30, duplicates: 0, replays: 0 });
  });

  test('as a laptop that slept for hours finds it: leases of what is under way are kept', async () => {
    const server = await startServer();
    const clock = new LeapingClock();
    const { gateway, putPictures, until } = await openGateway({
      ...server,
      clock,
      sync: { answerTimeoutMilliseconds: 20_000 },
    });
    server.simulator.faults.set([{ kind: 'latency', milliseconds: 800, endpoints: ['upload'] }]);
    await putPictures(4);
    gateway.start();
    await until('some are under way', ({ connection }) => connection.inFlight > 0);
    clock.leap(3 * 3_600_000);
    await until('all are delivered', ({ counts }) => counts.acknowledged === 4);
    expect(server.simulator.stats()).toMatchObject({ images: 4, replays: 0 });
  });
});

test('an idle gateway does next to nothing', async () => {
  const server = await startServer();
  const { gateway, putPictures, untilDrained } = await openGateway(server);
  await putPictures(20);
  gateway.start();
  await untilDrained();
  await pause(1_000);
  const before = process.cpuUsage();
  const requests = server.simulator.stats().requests;
  await pause(3_000);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(500);
  expect(server.simulator.stats().requests).toBe(requests);
});
