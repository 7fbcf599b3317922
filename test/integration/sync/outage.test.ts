import { expect, test } from 'vitest';
import { openGateway, startServer } from '../../support/gateway-fixture.ts';
import { LeapingClock } from '../../support/leaping-clock.ts';
import { said, statement } from '../../support/spoken.ts';

const attempts = (rows: readonly { readonly attempts: number }[]): number =>
  rows.reduce((sum, row) => sum + row.attempts, 0);

test('a server that is down, then in error, then asks to slow down, then well: nothing is lost, and each phase is said in words', async () => {
  const server = await startServer();
  const clock = new LeapingClock();
  await server.simulator.down();
  const { gateway, putPictures, rows, until, operate } = await openGateway({ ...server, clock });
  const hashes = await putPictures(40);
  gateway.start();

  // Down for the first minute.
  const offline = await until(
    'it is offline with 40 pictures',
    ({ connection, counts }) => connection.state === 'offline' && counts.pending === 40,
  );
  expect(statement(offline.flow).headline).toBe('OFFLINE');
  expect(statement(offline.flow).detail).toBe(
    'The server does not accept connections. 40 pictures wait safely on this PC.',
  );
  expect(offline.advice.map(({ message }) => message.code)).toContain('offline');
  expect(said(offline.connection.message).hint).toMatch(/server runs/);
  expect(offline.connection.technical).toMatch(/ECONNREFUSED/);
  const { since } = offline.connection;
  for (let second = 0; second < 60; second += 5) {
    clock.leap(5_000);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(gateway.snapshot().connection).toMatchObject({ state: 'offline', since });
  expect(attempts(rows())).toBe(0);
  expect(rows().every(({ state }) => state === 'pending')).toBe(true);

  // Up again, with errors of its own: each costs the entry that met it an attempt, and the way closes soon.
  server.simulator.faults.set([{ kind: 'status', status: 500, endpoints: ['upload'] }]);
  await server.simulator.up();
  operate('sync.tryNow', {});
  const trouble = await until(
    'the cloud is in trouble',
    ({ connection, counts }) => connection.state === 'trouble' && counts.retrying === 1,
  );
  expect(statement(trouble.flow).headline).toBe('CLOUD TROUBLE');
  expect(statement(trouble.flow).detail).toBe(
    'Nothing gets through: the cloud has an error of its own (500). 40 pictures wait safely on this PC.',
  );
  const tried = rows().filter((row) => row.attempts > 0);
  expect(tried).toHaveLength(1);
  expect(tried[0]?.lastError?.technical).toContain('HTTP 500');
  expect(trouble.counts.retrying).toBe(1);

  // Then it asks for half a minute.
  server.simulator.faults.set([{ kind: 'status', status: 429, retryAfter: { seconds: 30 }, endpoints: ['upload'] }]);
  clock.leap((trouble.connection.nextProbeAt ?? 0) - clock.now());
  const throttled = await until(
    'it is throttled',
    ({ connection, counts }) => connection.state === 'throttled' && counts.pending === 40,
  );
  expect(statement(throttled.flow).headline).toBe('SLOWED DOWN');
  expect(statement(throttled.flow).detail).toBe('The cloud asked us to slow down. 40 pictures wait safely on this PC.');
  expect((throttled.connection.nextProbeAt ?? 0) - throttled.connection.since).toBeGreaterThan(29_000);
  const before = attempts(rows());
  server.simulator.faults.clear();
  clock.leap(20_000);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(gateway.snapshot().connection.state).toBe('throttled');
  expect(server.simulator.stats().images).toBe(0);
  expect(attempts(rows())).toBe(before);

  // Then all is well.
  clock.leap(11_000);
  const done = await until('all is delivered', ({ counts }) => counts.acknowledged === 40);
  expect(statement(done.flow).headline).toBe('ALL DELIVERED');
  expect(done.counts).toMatchObject({ pending: 0, leased: 0, dead: 0, duplicates: 0, ambiguous: 0, retrying: 0 });
  expect(new Set((await server.images()).map((image) => image.sha256))).toEqual(hashes);
  expect(server.simulator.stats()).toMatchObject({ images: 40, duplicates: 0, replays: 0 });
});

test('an outage in the middle of the flow costs no attempt but of those that were under way', async () => {
  const server = await startServer();
  const clock = new LeapingClock();
  const { gateway, putPictures, rows, until } = await openGateway({
    ...server,
    clock,
    sync: { concurrency: 2 },
  });
  server.simulator.faults.set([{ kind: 'latency', milliseconds: 15, endpoints: ['upload'] }]);
  const hashes = await putPictures(60);
  gateway.start();
  for (let outage = 1; outage <= 4; outage += 1) {
    const goal = outage * 10;
    await until(`${goal} are delivered`, ({ counts }) => counts.acknowledged >= goal);
    await server.simulator.down();
    await until('it notices', ({ connection }) => connection.state === 'offline');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.simulator.up();
    for (let second = 0; second < 5; second += 1) {
      clock.leap(1_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  for (let second = 0; second < 200 && gateway.snapshot().counts.acknowledged < 60; second += 1) {
    clock.leap(500);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await until('all are delivered', ({ counts }) => counts.acknowledged === 60);
  // At most the two under way at each of the four outages; each of them was sent, and no answer came.
  expect(attempts(rows())).toBeLessThanOrEqual(8);
  expect(new Set((await server.images()).map((image) => image.sha256))).toEqual(hashes);
  expect(server.simulator.stats().images).toBe(60);
});

test('while the server is down the gateway asks ever more rarely, and does not keep the machine busy', async () => {
  const server = await startServer();
  await server.simulator.down();
  const { gateway, putPictures, log, until } = await openGateway(server);
  await putPictures(5);
  gateway.start();
  await until('it is offline', ({ connection, counts }) => connection.state === 'offline' && counts.pending === 5);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const before = process.cpuUsage();
  const probesBefore = log.filter(({ event }) => event === 'probe-failed').length;
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(600);
  expect(log.filter(({ event }) => event === 'probe-failed').length - probesBefore).toBeLessThanOrEqual(3);
});

test('a Retry-After that is a date is waited for', async () => {
  const server = await startServer();
  const { gateway, putPictures, until } = await openGateway(server);
  server.simulator.faults.set([
    { kind: 'status', status: 429, retryAfter: { dateInSeconds: 2 }, times: 1, endpoints: ['upload'] },
  ]);
  await putPictures(3);
  gateway.start();
  const { connection } = await until('it is throttled', (snapshot) => snapshot.connection.state === 'throttled');
  expect((connection.nextProbeAt ?? 0) - connection.since).toBeGreaterThan(1_500);
  await until('all are delivered', ({ counts }) => counts.acknowledged === 3);
  expect(gateway.snapshot().at - connection.since).toBeGreaterThan(1_500);
});

test('a server that says "slow down" and "at once" in one breath is not asked without a pause', async () => {
  const server = await startServer();
  const { gateway, putPictures, until } = await openGateway(server);
  server.simulator.faults.set([{ kind: 'status', status: 429, retryAfter: { seconds: 0 }, endpoints: ['upload'] }]);
  await putPictures(3);
  gateway.start();
  await until('it is throttled', ({ connection }) => connection.state === 'throttled');
  const before = server.simulator.stats().requests;
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(server.simulator.stats().requests - before).toBeLessThanOrEqual(4);
});

test('being asked to slow down halves how many go at once, and that comes back', async () => {
  const server = await startServer();
  const clock = new LeapingClock();
  const { gateway, putPictures, until } = await openGateway({ ...server, clock, sync: { concurrency: 8 } });
  await putPictures(100);
  server.simulator.faults.set([{ kind: 'latency', milliseconds: 120, endpoints: ['upload'] }]);
  gateway.start();
  await until('it goes at full speed', ({ connection }) => connection.concurrency === 8);
  server.simulator.faults.set([
    { kind: 'latency', milliseconds: 120, endpoints: ['upload'] },
    { kind: 'status', status: 429, retryAfter: { seconds: 5 }, times: 1, endpoints: ['upload'] },
  ]);
  await until('it is throttled', ({ connection }) => connection.state === 'throttled');
  clock.leap(5_100);
  // A round is long enough to be seen: each adds one to the limit.
  const seen = new Set<number>();
  await until('it has recovered', ({ connection, counts }) => {
    if (connection.state === 'online') seen.add(connection.concurrency);
    return counts.acknowledged === 100;
  });
  // Half of eight; those that were under way as it was asked may have added one by the time of the first look.
  expect(Math.min(...seen)).toBeLessThanOrEqual(5);
  expect(Math.max(...seen)).toBeGreaterThan(Math.min(...seen));
});
