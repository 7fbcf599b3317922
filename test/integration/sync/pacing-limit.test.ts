import { expect, onTestFinished, test } from 'vitest';
import type { SendWindow } from '../../../shared/config.ts';
import { weekdays } from '../../../shared/config.ts';
import { type CloudLineWish, openCloudLine } from '../../bench/cloud-line.ts';
import { startServer, temporaryFolder, until } from '../../support/gateway-fixture.ts';
import { LeapingClock } from '../../support/leaping-clock.ts';

async function start(sync: CloudLineWish['sync'], clock = new LeapingClock()) {
  const server = await startServer();
  const line = await openCloudLine({ ...server, root: await temporaryFolder(), sync, clock });
  onTestFinished(() => line.close());
  return { server, line, clock };
}

test('over real connections the limit is held, by four deliveries together', async () => {
  const { server, line } = await start({ concurrency: 4, maxBytesPerSecond: 1_000_000 });
  const hashes = await line.put(50, 100_000);
  line.syncer.start();
  await until('all are delivered', () => (line.counts().acknowledged === 50 ? true : null), 20_000);
  const images = await server.images();
  expect(new Set(images.map(({ sha256 }) => sha256))).toEqual(hashes);
  const times = images.map(({ at }) => at);
  const rate = (49 * 100_000 * 1_000) / (Math.max(...times) - Math.min(...times));
  expect(Math.abs(rate / 1_000_000 - 1)).toBeLessThan(0.1);
  expect(line.rows().every(({ attempts, ambiguous }) => attempts === 0 && ambiguous === 0)).toBe(true);
});

test('a schedule that closes the way in the middle of bodies costs no attempt, leaves nothing half, and all go later', async () => {
  // Whatever the time of the test: an hour from a full hour on is closed, two hours ahead.
  const clock = new LeapingClock();
  const closesAt = (Math.floor(clock.now() / 3_600_000) + 2) * 3_600_000;
  const hour = (at: number): string => new Date(at).toISOString().slice(11, 16);
  const closed: SendWindow = {
    days: [...weekdays],
    from: hour(closesAt),
    to: hour(closesAt + 3_600_000),
    maxBytesPerSecond: 0,
  };
  const { server, line } = await start({ concurrency: 4, maxBytesPerSecond: 400_000, windows: [closed] }, clock);
  const hashes = await line.put(12, 100_000);
  line.syncer.start();
  await until('four are under way', () => (line.syncer.inFlight === 4 ? true : null));
  const before = clock.now();
  clock.jump(closesAt - clock.now());
  await until('it is closed', () => (line.connectivity.facts.state === 'closed' ? true : null));
  await until('nothing is under way', () => (line.syncer.inFlight === 0 ? true : null), 2_000);
  await until('every claim is returned', () => (line.counts().leased === 0 ? true : null), 2_000);
  expect(line.rows().every(({ attempts, ambiguous }) => attempts === 0 && ambiguous === 0)).toBe(true);
  const delivered = line.counts().acknowledged;
  expect(delivered).toBeLessThan(12);
  expect(server.simulator.stats().images).toBe(delivered);
  await new Promise((resolve) => setTimeout(resolve, 800));
  expect(server.simulator.stats().images).toBe(delivered);
  // Somebody sets the clock right: open again, within a second.
  clock.jump(before - clock.now());
  await until('all are delivered', () => (line.counts().acknowledged === 12 ? true : null), 20_000);
  expect(server.simulator.stats()).toMatchObject({ images: 12, duplicates: 0, repeatedContent: 0 });
  expect(new Set((await server.images()).map(({ sha256 }) => sha256))).toEqual(hashes);
});

test('without a limit a backlog goes out in capture order, in few transactions and with few changes to look at', async () => {
  const { server, line } = await start({ concurrency: 1 });
  await line.put(200, 5_000);
  line.syncer.start();
  await until('all are delivered', () => (line.counts().acknowledged === 200 ? true : null), 20_000);
  const names = (await server.images()).map(({ filename }) => Number.parseInt(filename, 10));
  expect(names).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  expect(line.changes()).toBeLessThan(150);
});
