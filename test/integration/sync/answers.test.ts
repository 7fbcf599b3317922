import { appendFile, rm, truncate } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { FaultInput } from '../../../electron/simulators/cloud/faults.ts';
import { openGateway, smallPicture, startServer } from '../../support/gateway-fixture.ts';
import { LeapingClock } from '../../support/leaping-clock.ts';
import { makeJpeg } from '../../support/pictures.ts';
import { said, statement } from '../../support/spoken.ts';

type Json = Extract<FaultInput, { kind: 'answer' }>['body'];

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('the device key', () => {
  test('that is refused stops the flow, says so, and costs no attempt; a new one sets it going at once', async () => {
    const server = await startServer();
    const { gateway, putPictures, rows, until, setKey, operate } = await openGateway({
      ...server,
      deviceKey: 'adk_0bad',
    });
    await putPictures(5);
    gateway.start();
    const refused = await until(
      'the key is refused',
      ({ connection, counts }) => connection.state === 'key-refused' && counts.pending === 5,
    );
    expect(statement(refused.flow)).toMatchObject({ level: 'act', headline: 'KEY REFUSED' });
    expect(refused.advice.find(({ message: { code } }) => code === 'key-refused')).toMatchObject({
      action: 'enter-key',
    });
    expect(rows().every((row) => row.attempts === 0 && row.state === 'pending')).toBe(true);
    setKey(server.deviceKey);
    operate('sync.tryNow', {});
    await until('all are delivered', ({ counts }) => counts.acknowledged === 5, 3_000);
  });

  test('that is missing is waited for without a request', async () => {
    const server = await startServer();
    const { gateway, putPictures, until, setKey, operate } = await openGateway({ ...server, deviceKey: null });
    await putPictures(3);
    gateway.start();
    const missing = await until(
      'the key is missing',
      ({ connection, counts }) => connection.state === 'key-missing' && counts.pending === 3,
    );
    expect(statement(missing.flow).headline).toBe('KEY MISSING');
    expect(missing.connection.nextProbeAt).toBeNull();
    await pause(1_500);
    expect(server.simulator.stats().requests).toBe(0);
    setKey(server.deviceKey);
    operate('sync.tryNow', {});
    await until('all are delivered', ({ counts }) => counts.acknowledged === 3, 3_000);
  });

  test('that no header can carry is called so, and nothing is sent', async () => {
    const server = await startServer();
    const { gateway, putPictures, until } = await openGateway({ ...server, deviceKey: 'adk_12\nab' });
    await putPictures(1);
    gateway.start();
    const { connection } = await until(
      'the key is at fault',
      (snapshot) => snapshot.connection.state === 'key-missing',
    );
    expect(said(connection.message).text).toBe('The device key has characters that no device key has.');
    expect(server.simulator.stats().requests).toBe(0);
  });

  test('of a device that waits for its approval: the server knows it and refuses its pictures', async () => {
    const server = await startServer();
    server.simulator.setDeviceStatus('line-7', 'pending');
    const clock = new LeapingClock();
    const { gateway, putPictures, rows, until, operate } = await openGateway({ ...server, clock });
    await putPictures(5);
    gateway.start();
    for (let minute = 0; minute < 8; minute += 1) {
      const { connection, gateway: facts } = await until(
        'it waits for approval',
        (snapshot) => snapshot.connection.state === 'not-approved',
      );
      expect(facts.device?.status).toBe('pending');
      clock.leap((connection.nextProbeAt ?? 0) - clock.now());
      await pause(60);
    }
    expect(rows().every((row) => row.attempts === 0)).toBe(true);
    server.simulator.setDeviceStatus('line-7', 'approved');
    operate('sync.tryNow', {});
    await until('all are delivered', ({ counts }) => counts.acknowledged === 5, 5_000);
  });
});

describe('an answer that does not come from the API', () => {
  test('at a wrong address is called a wrong address', async () => {
    const server = await startServer();
    const { gateway, putPictures, rows, until } = await openGateway({
      ...server,
      baseUrl: server.baseUrl.replace('/api', '/elsewhere'),
    });
    await putPictures(2);
    gateway.start();
    const wrong = await until(
      'the address is wrong',
      ({ connection, counts }) => connection.state === 'wrong-address' && counts.pending === 2,
    );
    expect(statement(wrong.flow)).toMatchObject({ level: 'act', headline: 'WRONG ADDRESS' });
    expect(rows().every((row) => row.attempts === 0)).toBe(true);
  });

  const foreign: readonly [string, FaultInput, string][] = [
    ['a web page in place of a 201', { kind: 'html' }, 'intercepted'],
    ['a redirect', { kind: 'redirect' }, 'intercepted'],
    ['a 201 that is no JSON', { kind: 'garbage' }, 'intercepted'],
    ['a 403 with a web page', { kind: 'status', status: 403, body: 'html' }, 'intercepted'],
    ['a 400 with a web page', { kind: 'status', status: 400, body: 'html' }, 'intercepted'],
    ['a 404 with a web page', { kind: 'status', status: 404, body: 'html' }, 'wrong-address'],
    ['a 409 with a web page', { kind: 'status', status: 409, body: 'html' }, 'intercepted'],
  ];
  test.each(foreign)(
    '%s is no acknowledgement, costs no attempt, and is gone with its cause',
    async (_name, fault, state) => {
      const server = await startServer();
      const clock = new LeapingClock();
      server.simulator.faults.set([fault]);
      const { gateway, putPictures, rows, until, operate } = await openGateway({ ...server, clock });
      const hashes = await putPictures(3);
      gateway.start();
      await until(`it is ${state}`, ({ connection, counts }) => connection.state === state && counts.pending === 3);
      // Also when only the pictures meet it, and the probes do not.
      server.simulator.faults.set([{ ...fault, endpoints: ['upload'] } as FaultInput]);
      for (let probe = 0; probe < 5; probe += 1) {
        operate('sync.tryNow', {});
        await pause(80);
      }
      await until(`it is ${state} again`, ({ connection }) => connection.state === state);
      expect(gateway.snapshot().counts).toMatchObject({ pending: 3, acknowledged: 0, dead: 0 });
      expect(rows().every((row) => row.attempts === 0)).toBe(true);
      server.simulator.faults.clear();
      operate('sync.tryNow', {});
      await until('all are delivered', ({ counts }) => counts.acknowledged === 3, 5_000);
      expect(new Set((await server.images()).map((image) => image.sha256))).toEqual(hashes);
    },
  );
});

describe('a refusal of the picture', () => {
  test('buries it with the server’s words, lets the others pass, and can be taken back', async () => {
    const server = await startServer();
    server.simulator.faults.set([{ kind: 'status', status: 400, times: 2, endpoints: ['upload'] }]);
    const { gateway, putPictures, rows, until, operate } = await openGateway(server);
    const hashes = await putPictures(6);
    gateway.start();
    const dead = await until(
      'two are dead, four delivered',
      ({ counts }) => counts.dead === 2 && counts.acknowledged === 4,
    );
    expect(dead.advice.find(({ message: { code } }) => code === 'dead-letters')).toMatchObject({ action: 'show-dead' });
    const [first, second] = rows('dead');
    expect(first).toMatchObject({ attempts: 1, lastError: { message: { code: 'refused-by-cloud' } } });
    expect(said(first?.lastError?.message).text).toContain('Answered so on command');
    expect(operate('dead.requeue', { selection: [first?.imageId ?? ''] }).changed).toBe(1);
    await until('one is dead', ({ counts }) => counts.dead === 1 && counts.acknowledged === 5);
    expect(operate('dead.requeue', { selection: 'all' }).changed).toBe(1);
    await until('none is dead', ({ counts }) => counts.dead === 0 && counts.acknowledged === 6);
    expect(operate('image.detail', { imageId: second?.imageId ?? '' }).image?.serverImageId).toMatch(/^img-/);
    expect(new Set((await server.images()).map((image) => image.sha256))).toEqual(hashes);
  });

  test('for its size says what to do', async () => {
    const server = await startServer({ maxImageBytes: 10_000 });
    const { gateway, put, rows, until } = await openGateway(server);
    await put('small.jpg', await smallPicture(1));
    await put('large.jpg', await makeJpeg({ width: 640, height: 480, seed: 2, targetBytes: 400_000 }));
    gateway.start();
    await until('one is dead, one delivered', ({ counts }) => counts.dead === 1 && counts.acknowledged === 1);
    expect(rows('dead')[0]).toMatchObject({
      filename: 'large.jpg',
      lastError: { message: { code: 'too-large-for-cloud' } },
    });
  });
});

test('a picture that the cloud already has is delivered, and counted as a duplicate', async () => {
  const server = await startServer({ onKnownContent: 'refuse', idempotency: false });
  const first = await openGateway(server);
  await first.putPictures(3);
  first.gateway.start();
  await first.until('three are delivered', ({ counts }) => counts.acknowledged === 3);
  await first.stop();
  // The same pictures under the same names from a gateway that knows nothing of the first.
  const second = await openGateway(server);
  await second.putPictures(3);
  second.gateway.start();
  const { counts } = await second.until('three are delivered again', (snapshot) => snapshot.counts.acknowledged === 3);
  expect(counts.duplicates).toBe(3);
  expect(second.rows().every((row) => row.duplicate && row.state === 'acknowledged')).toBe(true);
  expect(server.simulator.stats()).toMatchObject({ images: 3, conflicts: 3 });
});

test.each([
  [200, { status: 'error' }],
  [200, { errors: ['not stored'] }],
  [200, {}],
  [202, { message: 'queued' }],
  [201, { success: false, error: { code: 'INTERNAL_ERROR', message: 'no room' } }],
] as const)(
  'a picture that is answered with %i %j is kept, and delivered once the cloud confirms it',
  async (status, body) => {
    const server = await startServer();
    server.simulator.setFaults([{ kind: 'answer', status, body: body as Json, endpoints: ['upload'] }]);
    const { gateway, putPictures, rows, until, operate } = await openGateway(server);
    const hashes = await putPictures(2);
    gateway.start();
    const waiting = await until('one was tried', ({ counts }) => counts.retrying > 0);
    expect(waiting.counts).toMatchObject({ acknowledged: 0, dead: 0, pending: 2 });
    const tried = rows().find(({ attempts }) => attempts > 0);
    expect(said(tried?.lastError?.message).text).toMatch(/does not confirm|reports an error/);
    expect(await server.images()).toEqual([]);
    server.simulator.setFaults([]);
    operate('sync.tryNow', {});
    await until('both are delivered', ({ counts }) => counts.acknowledged === 2, 30_000);
    expect(new Set((await server.images()).map(({ sha256 }) => sha256))).toEqual(hashes);
  },
);

describe.each(['string', 'integer', 'bare', 'empty'] as const)('a server that answers in the form "%s"', (answers) => {
  test('is understood', async () => {
    const server = await startServer({ answers });
    const { gateway, putPictures, rows, until, operate } = await openGateway(server);
    await putPictures(2);
    gateway.start();
    await until('two are delivered', ({ counts }) => counts.acknowledged === 2);
    // Which of the two comes first is nobody's promise: each is a delivery of its own.
    const found = rows().map(({ imageId }) => operate('image.detail', { imageId }).image);
    const images = found.map((detail) => detail?.serverImageId ?? null).sort();
    const batches = new Set(found.map((detail) => detail?.serverBatchId ?? null));
    const expected = { string: ['img-1', 'img-2'], integer: ['1', '2'], bare: ['img-1', 'img-2'], empty: [null, null] };
    expect(images).toEqual(expected[answers]);
    expect([...batches]).toEqual([answers === 'empty' ? null : answers === 'integer' ? '1' : 'batch-1']);
  });
});

describe('a stored picture that the disk lost', () => {
  const damages: readonly [string, (path: string) => Promise<void>, string][] = [
    ['changed', (path) => appendFile(path, 'x'), 'payload-damaged'],
    ['cut', (path) => truncate(path, 100), 'payload-damaged'],
    ['removed', (path) => rm(path), 'payload-missing'],
  ];
  test.each(damages)('(%s) is buried with words and never sent; the others are', async (_how, damage, code) => {
    const server = await startServer();
    await server.simulator.down();
    const { gateway, put, putPictures, rows, until, operate } = await openGateway(server);
    await putPictures(3);
    await put('big.jpg', await makeJpeg({ width: 640, height: 480, seed: 9, targetBytes: 1_500_000 }));
    gateway.start();
    await until('four wait', ({ counts }) => counts.pending === 4);
    for (const name of ['frame-1.jpg', 'big.jpg']) {
      const row = rows().find(({ filename }) => filename === name);
      await damage(operate('original', { imageId: row?.imageId ?? '' })?.path ?? '');
    }
    await server.simulator.up();
    operate('sync.tryNow', {});
    const { advice } = await until(
      'two are dead, two delivered',
      ({ counts }) => counts.dead === 2 && counts.acknowledged === 2,
    );
    expect(advice.map(({ message }) => message.code)).toContain('payloads-gone');
    for (const row of rows('dead')) {
      expect(row.lastError).toMatchObject({ message: { code } });
      expect(said(row.lastError?.message).hint).toMatch(/disk/);
    }
    expect((await server.images()).map(({ filename }) => filename).sort()).toEqual(['frame-0.jpg', 'frame-2.jpg']);
  });
});
