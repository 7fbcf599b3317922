import { expect, test } from 'vitest';
import { openGateway, startServer, until } from '../../support/gateway-fixture.ts';
import { LeapingClock } from '../../support/leaping-clock.ts';
import { said, spokenAdvice, spokenSnapshot, statement } from '../../support/spoken.ts';

const minute = 60_000;

async function line(wish: Partial<Parameters<typeof openGateway>[0]>) {
  const clock = new LeapingClock();
  const server = await startServer();
  const opened = await openGateway({ ...server, ...wish, clock, cloud: { checkinSeconds: 5 } });
  opened.gateway.start();
  return { clock, server, ...opened };
}

test('a line from which no picture comes for longer than its limit is not all well, in window and check-in', {
  timeout: 60_000,
}, async () => {
  const {
    clock,
    server,
    gateway,
    putPictures,
    until: untilSnapshot,
  } = await line({
    source: { name: 'AOI top', stoppedAfterMinutes: 30 },
  });
  await putPictures(1);
  await untilSnapshot('it is delivered', ({ counts }) => counts.acknowledged === 1);
  clock.leap(29 * minute);
  expect(spokenSnapshot(gateway.snapshot())).toMatchObject({ safe: { headline: 'SAFE' }, advice: [] });
  clock.leap(151 * minute);
  const { safe, advice, sources } = gateway.snapshot();
  expect(statement(safe)).toEqual({
    level: 'act',
    headline: 'NO PICTURES',
    detail: 'AOI top: no picture for 3 h (limit 30 min).',
  });
  expect(spokenAdvice(advice)).toMatchObject([{ code: 'source-warning', level: 'act' }]);
  expect(advice[0]?.message.params.what).toMatchObject({ code: 'line-stopped' });
  expect(said(advice[0]?.message).hint).toMatch(/^If the line runs, check the camera/);
  expect(sources[0]?.warnings).toMatchObject([{ code: 'line-stopped' }]);
  await until('the cloud is told', () => (server.simulator.stats().lastCheckin?.status === 'degraded' ? true : null));
  await putPictures(1, 'next-', 9);
  await untilSnapshot('it is delivered', ({ counts }) => counts.acknowledged === 2);
  expect(spokenSnapshot(gateway.snapshot())).toMatchObject({ safe: { headline: 'SAFE' }, advice: [] });
  await until('the cloud is told', () => (server.simulator.stats().lastCheckin?.status === 'healthy' ? true : null));
});

test('a source without a limit may be silent for weeks, and an empty one says that it waits for the first picture', {
  timeout: 60_000,
}, async () => {
  const { clock, gateway, until: untilSnapshot } = await line({});
  await untilSnapshot('it is online', ({ connection }) => connection.state === 'online');
  clock.leap(8 * 24 * 60 * minute);
  await untilSnapshot('it is online', ({ connection }) => connection.state === 'online');
  expect(spokenSnapshot(gateway.snapshot())).toMatchObject({
    safe: { headline: 'SAFE' },
    flow: { headline: 'READY' },
    advice: [],
  });
});

test('a source from which none ever came has its limit too, from the start of the gateway on', {
  timeout: 60_000,
}, async () => {
  const { clock, gateway, until: untilSnapshot } = await line({ source: { stoppedAfterMinutes: 60 } });
  await untilSnapshot('it is online', ({ connection }) => connection.state === 'online');
  clock.leap(59 * minute);
  expect(statement(gateway.snapshot().safe).headline).toBe('SAFE');
  clock.leap(2 * minute);
  expect(statement(gateway.snapshot().safe)).toMatchObject({
    headline: 'NO PICTURES',
    detail: 'aoi: no picture yet (limit 1 h).',
  });
});
