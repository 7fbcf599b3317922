import { readFile } from 'node:fs/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { FaultInput } from '../../../electron/simulators/cloud/faults.ts';
import { openGateway, sha256, startServer } from '../../support/gateway-fixture.ts';
import { LeapingClock } from '../../support/leaping-clock.ts';
import { makeJpeg } from '../../support/pictures.ts';
import { said } from '../../support/spoken.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function startProxied(options = {}) {
  const server = await startServer(options);
  const proxy = await TcpProxy.to(new URL(server.baseUrl).origin);
  onTestFinished(() => proxy.close());
  return { ...server, proxy, baseUrl: `${proxy.origin}/api` };
}

describe('a picture that was sent and got no answer', () => {
  const losses: readonly [string, FaultInput][] = [
    ['the connection ended after the commit', { kind: 'cut', when: 'after-commit' }],
    ['the connection was reset after the commit', { kind: 'cut', when: 'after-commit', reset: true }],
    ['the answer broke off', { kind: 'cut', when: 'mid-answer' }],
    ['no answer came in time', { kind: 'stall', when: 'after-commit' }],
    ['the answer came a byte a second', { kind: 'slow-answer', bytesPerSecond: 1 }],
  ];
  test.each(losses)('(%s) is marked, sent again under the same number, and stored once', async (_how, fault) => {
    const server = await startServer();
    const clock = new LeapingClock();
    server.simulator.faults.set([{ ...fault, times: 1, endpoints: ['upload'] } as FaultInput]);
    const { gateway, putPictures, rows, until } = await openGateway({ ...server, clock });
    const hashes = await putPictures(3);
    gateway.start();
    await until('one is ambiguous', ({ counts }) => counts.ambiguous === 1);
    const row = rows().find(({ ambiguous }) => ambiguous);
    expect(row).toMatchObject({ state: 'pending', attempts: 1 });
    expect(row?.lastError?.message.code).toMatch(/^(no-answer|answer-broke-off)$/);
    for (let second = 0; second < 10; second += 1) {
      clock.leap(1_000);
      await pause(20);
    }
    const { counts } = await until('all are delivered', (snapshot) => snapshot.counts.acknowledged === 3);
    expect(counts.ambiguous).toBe(0);
    expect(server.simulator.stats()).toMatchObject({ images: 3, duplicates: 0, replays: 1 });
    expect(new Set((await server.images()).map((image) => image.sha256))).toEqual(hashes);
  });

  test('is counted as ambiguous also when the server had not stored it', async () => {
    const server = await startServer();
    const clock = new LeapingClock();
    server.simulator.faults.set([{ kind: 'cut', when: 'before-commit', times: 1, endpoints: ['upload'] }]);
    const { gateway, putPictures, until, operate } = await openGateway({ ...server, clock });
    await putPictures(1);
    gateway.start();
    await until('it is ambiguous', ({ counts }) => counts.ambiguous === 1);
    clock.leap(5_000);
    await pause(50);
    operate('sync.tryNow', {});
    await until('it is delivered', ({ counts }) => counts.acknowledged === 1);
    expect(server.simulator.stats()).toMatchObject({ images: 1, replays: 0 });
  });
});

describe('a large picture', () => {
  test.each([1_500_000, 8_000_000, 20_000_000])('of %i bytes is streamed and arrives byte for byte', async (bytes) => {
    const server = await startServer();
    const { gateway, put, until } = await openGateway(server);
    const hash = await put('large.jpg', await makeJpeg({ width: 640, height: 480, seed: bytes, targetBytes: bytes }));
    gateway.start();
    await until('it is delivered', ({ counts }) => counts.acknowledged === 1, 20_000);
    const path = await server.simulator.payloadPath(1);
    expect(sha256(await readFile(path ?? ''))).toBe(hash);
  });

  test('whose connection breaks while it is on its way was not sent: no attempt, not ambiguous', async () => {
    const server = await startProxied();
    const clock = new LeapingClock();
    const { gateway, put, rows, until } = await openGateway({ ...server, clock });
    await put('large.jpg', await makeJpeg({ width: 640, height: 480, seed: 1, targetBytes: 12_000_000 }));
    server.proxy.cutAfter(5_000_000);
    gateway.start();
    await until('it is offline', ({ connection, counts }) => connection.state === 'offline' && counts.pending === 1);
    expect(rows()[0]).toMatchObject({ attempts: 0, ambiguous: false, state: 'pending' });
    clock.leap(2_000);
    await until('it is delivered', ({ counts }) => counts.acknowledged === 1);
    expect(server.simulator.stats()).toMatchObject({ images: 1, aborted: 1, replays: 0 });
  });

  test('on a slow line takes longer than the longest silence, and is delivered', async () => {
    const server = await startServer();
    server.simulator.faults.set([{ kind: 'slow-read', bytesPerSecond: 3_500_000, endpoints: ['upload'] }]);
    const { gateway, put, rows, until } = await openGateway({
      ...server,
      sync: { answerTimeoutMilliseconds: 3_000 },
    });
    // What the system buffers on the way counts as sent, so that the picture is much larger than that.
    await put('large.jpg', await makeJpeg({ width: 640, height: 480, seed: 1, targetBytes: 18_000_000 }));
    const began = performance.now();
    gateway.start();
    await until('it is delivered', ({ counts }) => counts.acknowledged === 1, 20_000);
    expect(performance.now() - began).toBeGreaterThan(4_000);
    expect(rows()[0]?.attempts).toBe(0);
  });
});

describe('a cable that is pulled', () => {
  test('is noticed by silence; what was under way is delivered once when it is back', async () => {
    const server = await startProxied();
    const clock = new LeapingClock();
    const { gateway, putPictures, until } = await openGateway({
      ...server,
      clock,
      sync: { answerTimeoutMilliseconds: 400 },
    });
    await putPictures(40);
    server.simulator.faults.set([{ kind: 'latency', milliseconds: 20, endpoints: ['upload'] }]);
    gateway.start();
    await until('some are delivered', ({ counts }) => counts.acknowledged >= 10);
    server.proxy.mode = 'silent';
    const { connection } = await until('it is offline', (snapshot) => snapshot.connection.state === 'offline');
    expect(said(connection.message).text).toBe('Pictures are sent, but no answer comes.');
    clock.leap(2_000);
    await until('a probe finds the server silent', (snapshot) =>
      said(snapshot.connection.message).text.startsWith('The connection is there'),
    );
    server.proxy.mode = 'pass';
    server.proxy.resetAll();
    for (let second = 0; second < 60 && gateway.snapshot().counts.acknowledged < 40; second += 1) {
      clock.leap(1_000);
      await pause(40);
    }
    await until('all are delivered', ({ counts }) => counts.acknowledged === 40);
    expect(server.simulator.stats()).toMatchObject({ images: 40, duplicates: 0 });
  });

  test('while nothing is to be sent is noticed within a minute', async () => {
    const server = await startServer();
    const clock = new LeapingClock();
    const { gateway, until } = await openGateway({ ...server, clock });
    gateway.start();
    await until('it is online', ({ connection }) => connection.state === 'online');
    await server.simulator.down();
    clock.leap(31_000);
    await until('it is offline', ({ connection }) => connection.state === 'offline', 3_000);
    await server.simulator.up();
    clock.leap(2_000);
    await until('it is online again', ({ connection }) => connection.state === 'online', 3_000);
  });

  test('that resets every connection is offline, and costs no attempt', async () => {
    const server = await startProxied();
    server.proxy.mode = 'reset';
    const { gateway, putPictures, rows, until } = await openGateway(server);
    await putPictures(3);
    gateway.start();
    await until('it is offline', ({ connection, counts }) => connection.state === 'offline' && counts.pending === 3);
    await pause(1_500);
    expect(rows().every((row) => row.attempts === 0)).toBe(true);
  });
});

test('a line that drops one request in five at every point delivers everything exactly once', async () => {
  const server = await startServer();
  const clock = new LeapingClock();
  server.simulator.faults.set(
    [
      { kind: 'cut', when: 'before-body', probability: 0.05 },
      { kind: 'cut', when: 'before-commit', probability: 0.05 },
      { kind: 'cut', when: 'after-commit', probability: 0.05 },
      { kind: 'cut', when: 'mid-answer', probability: 0.03 },
      { kind: 'status', status: 503, probability: 0.05 },
      { kind: 'html', when: 'before-body', probability: 0.02 },
    ],
    7,
  );
  const { gateway, putPictures, until } = await openGateway({ ...server, clock });
  const hashes = await putPictures(150);
  gateway.start();
  for (let second = 0; second < 1_500 && gateway.snapshot().counts.acknowledged < 150; second += 1) {
    clock.leap(2_000);
    await pause(15);
  }
  await until('all are delivered', ({ counts }) => counts.acknowledged === 150);
  const stats = server.simulator.stats();
  expect(stats).toMatchObject({ images: 150, duplicates: 0, repeatedContent: 0 });
  expect(stats.replays).toBeGreaterThan(0);
  expect(new Set((await server.images()).map((image) => image.sha256))).toEqual(hashes);
});
