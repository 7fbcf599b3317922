import { describe, expect, test } from 'vitest';
import type { PauseReason } from '../../../../electron/gateway/model/delivery.ts';
import { Connectivity } from '../../../../electron/gateway/sync/connectivity.ts';
import { message } from '../../../../shared/messages/message.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { said } from '../../../support/spoken.ts';
import { failure, offline, throttled } from './failures.ts';

function start(concurrency = 8) {
  const clock = new FakeClock();
  const way = new Connectivity({ now: clock.now, random: () => 0.5 }, concurrency);
  return {
    clock,
    way,
    /** How long until the next look; null when none is planned. */
    wait: () => (way.facts.nextProbeAt === null ? null : way.facts.nextProbeAt - clock.now()),
    /** A probe whose answer is a failure. */
    failProbe: (cause = offline) => {
      clock.advance(Math.max(0, (way.facts.nextProbeAt ?? 0) - clock.now()));
      way.probing();
      way.pause(cause, way.round);
    },
    open: () => {
      way.probing();
      way.reopen();
      way.delivered();
    },
  };
}

const serverError = failure({ message: message('server-error', { status: 500 }) });
const pauses: readonly PauseReason[] = [
  'offline',
  'throttled',
  'trouble',
  'intercepted',
  'key-missing',
  'key-locked',
  'key-refused',
  'wrong-address',
  'not-approved',
  'storage-refused',
];

describe('the way to the cloud', () => {
  test('is closed at the start, and looked at once', () => {
    const { way, wait } = start();
    expect(way.facts.state).toBe('starting');
    expect(way.concurrency).toBe(0);
    expect(wait()).toBe(0);
    expect(way.probeBy).toBe('request');
  });

  test('opens for one delivery when a probe is answered, and in full when that one got through', () => {
    const { way } = start(8);
    way.probing();
    way.reopen();
    expect(way.facts.state).toBe('online');
    expect(way.concurrency).toBe(1);
    way.delivered();
    expect(way.concurrency).toBe(8);
  });

  test.each(pauses)('%s closes it, with the words of the failure', (pauseReason) => {
    const { way, open } = start();
    open();
    const words = message('refused-by-cloud', { context: 'quoted', words: 'Words' });
    way.pause(failure({ disposition: 'pause', pauseReason, message: words, technical: 'E' }), way.round);
    expect(way.facts).toMatchObject({ state: pauseReason, technical: 'E' });
    expect(way.facts.message).toEqual(words);
    expect(way.concurrency).toBe(0);
    way.reopen();
    expect(way.facts).toMatchObject({
      state: 'online',
      message: message('connected'),
      technical: '',
      nextProbeAt: null,
    });
    expect(way.concurrency).toBe(1);
  });

  test('waits only a moment when the trouble after hours offline is another one', () => {
    const { way, wait, failProbe } = start();
    for (let hour = 0; hour < 12; hour += 1) failProbe(offline);
    expect(wait()).toBeGreaterThan(30_000);
    way.probing();
    way.reopen();
    way.serverError(serverError, way.round);
    expect(way.facts.state).toBe('trouble');
    expect(wait()).toBeLessThanOrEqual(1_000);
    // The same trouble again and again is looked at ever more rarely.
    way.reopen();
    way.serverError(serverError, way.round);
    expect(wait()).toBeGreaterThan(1_000);
  });

  test('says since when it is in its state, and not since when it was last looked at', () => {
    const { way, clock, failProbe } = start();
    clock.advance(5_000);
    way.pause(offline, way.round);
    const since = clock.now();
    failProbe();
    failProbe();
    expect(way.facts.since).toBe(since);
    clock.advance(10_000);
    way.reopen();
    expect(way.facts.since).toBe(clock.now());
  });
});

describe('while it is closed', () => {
  test('the looks at it come ever more rarely, up to a minute', () => {
    const { way, wait, failProbe } = start();
    way.pause(offline, way.round);
    const waits = [wait()];
    for (let look = 0; look < 9; look += 1) {
      failProbe();
      waits.push(wait());
    }
    expect(waits).toEqual([750, 1_500, 3_000, 6_000, 12_000, 24_000, 45_000, 45_000, 45_000, 45_000]);
  });

  test('the looks come often again only after a real delivery', () => {
    const { way, wait, failProbe } = start();
    way.pause(offline, way.round);
    for (let look = 0; look < 5; look += 1) failProbe();
    way.probing();
    way.reopen();
    way.pause(offline, way.round);
    expect(wait()).toBe(45_000);
    way.probing();
    way.reopen();
    way.delivered();
    way.pause(offline, way.round);
    expect(wait()).toBe(750);
  });

  test('deliveries that were under way together and fail together are one pause', () => {
    const { way, wait, open } = start();
    open();
    for (let delivery = 0; delivery < 8; delivery += 1) way.pause(offline, way.round);
    expect(wait()).toBe(750);
    expect(way.facts.state).toBe('offline');
  });

  test('a late failure does not put off the next look', () => {
    const { way, wait, clock, open } = start();
    open();
    way.pause(offline, way.round);
    clock.advance(700);
    way.pause(offline, way.round);
    expect(wait()).toBe(50);
  });

  test('somebody can have it looked at now', () => {
    const { way, wait, failProbe } = start();
    for (let look = 0; look < 6; look += 1) failProbe();
    way.tryNow();
    expect(wait()).toBe(0);
  });

  test('a wish to try now that comes while a probe is under way is not lost with that probe', () => {
    const { way, wait } = start();
    const refused = failure({ disposition: 'pause', pauseReason: 'key-refused' });
    way.pause(refused, way.round);
    way.probing();
    way.tryNow();
    way.pause(refused, way.round);
    expect(wait()).toBe(0);
    way.probing();
    way.pause(refused, way.round);
    expect(wait()).toBe(60_000);
  });

  test('without a key nothing is looked at until somebody asks for it', () => {
    const { way, wait } = start();
    way.pause(failure({ disposition: 'pause', pauseReason: 'key-missing' }), way.round);
    expect(wait()).toBeNull();
    way.tryNow();
    expect(wait()).toBe(0);
  });

  test('a refused key is looked at soon, for it may be one picture that was refused, and then each minute', () => {
    const { way, wait, failProbe } = start();
    const refused = failure({ disposition: 'pause', pauseReason: 'key-refused' });
    way.pause(refused, way.round);
    expect(wait()).toBe(750);
    failProbe(refused);
    expect(wait()).toBe(60_000);
    failProbe(refused);
    expect(wait()).toBe(60_000);
    way.probing();
    way.reopen();
    way.delivered();
    way.pause(refused, way.round);
    expect(wait()).toBe(750);
  });

  test.each(pauses)('%s is looked at by a request, unless waiting was all that was asked of us', (pauseReason) => {
    const { way } = start();
    way.pause(failure({ disposition: 'pause', pauseReason }), way.round);
    expect(way.probeBy).toBe(pauseReason === 'throttled' || pauseReason === 'trouble' ? 'delivery' : 'request');
  });

  test('another reason replaces the first', () => {
    const { way } = start();
    way.pause(offline, way.round);
    way.pause(failure({ disposition: 'pause', pauseReason: 'key-refused' }), way.round);
    expect(way.facts.state).toBe('key-refused');
  });
});

describe('when the cloud asks us to slow down', () => {
  test('the wait is the one it asked for', () => {
    const { way, wait, open } = start();
    open();
    way.pause(throttled(17_000), way.round);
    expect(wait()).toBe(17_000);
  });

  test('it waits by itself when the cloud names no time, or one that has passed', () => {
    const { way, wait, open } = start();
    open();
    way.pause(throttled(null), way.round);
    expect(wait()).toBe(750);
    way.reopen();
    way.pause(throttled(0), way.round);
    expect(wait()).toBe(1_500);
  });

  test('half as many go at once, at least one, and one more after each round of successes', () => {
    const { way, open } = start(8);
    open();
    const slowDown = (): void => {
      way.pause(throttled(1_000), way.round);
      way.reopen();
    };
    slowDown();
    way.delivered();
    expect(way.concurrency).toBe(4);
    for (let times = 0; times < 5; times += 1) slowDown();
    way.delivered();
    expect(way.concurrency).toBe(2);
    for (const [limit, next] of [
      [2, 3],
      [3, 4],
      [4, 5],
      [5, 6],
      [6, 7],
      [7, 8],
    ] as const) {
      for (let delivery = 0; delivery < limit; delivery += 1) {
        expect(way.concurrency).toBe(limit);
        way.delivered();
      }
      expect(way.concurrency).toBe(next);
    }
    for (let delivery = 0; delivery < 100; delivery += 1) way.delivered();
    expect(way.concurrency).toBe(8);
  });

  test('of the deliveries that were under way together only one halves, however late the others fail', () => {
    const { way, open } = start(8);
    open();
    const { round } = way;
    for (let delivery = 0; delivery < 5; delivery += 1) way.pause(throttled(1_000), round);
    way.reopen();
    for (let delivery = 0; delivery < 3; delivery += 1) way.pause(throttled(1_000), round);
    way.reopen();
    way.delivered();
    expect(way.concurrency).toBe(4);
    way.pause(throttled(1_000), way.round);
    way.reopen();
    way.delivered();
    expect(way.concurrency).toBe(2);
  });

  const overrun = [
    ['a 503', failure({ technical: 'HTTP 503 busy', overrun: true })],
    ['no answer', failure({ pauseReason: 'offline', ambiguous: true, overrun: true })],
    ['silence', failure({ pauseReason: 'offline', overrun: true })],
  ] as const;
  test.each(overrun)('%s halves it too', (_what, cause) => {
    const { way, open } = start(8);
    open();
    way.serverError(cause, way.round);
    expect(way.concurrency).toBe(4);
  });

  const elsewhere = [
    ['an error of its own', failure({ technical: 'HTTP 500' })],
    ['a connection that is not made', offline],
  ] as const;
  test.each(elsewhere)('%s does not', (_what, cause) => {
    const { way, open } = start(8);
    open();
    way.serverError(cause, way.round);
    expect(way.concurrency).toBe(8);
  });
});

describe('while the device waits for its approval', () => {
  test('the cloud is asked every half a minute to a minute', () => {
    for (const [random, expected] of [
      [0, 30_000],
      [0.5, 45_000],
      [0.999_999, 60_000],
    ] as const) {
      const clock = new FakeClock();
      const way = new Connectivity({ now: clock.now, random: () => random }, 4);
      for (let look = 0; look < 5; look += 1) {
        way.probing();
        way.pause(failure({ disposition: 'pause', pauseReason: 'not-approved' }), way.round);
        expect(way.nextLookAt ?? 0).toBeCloseTo(clock.now() + expected, -1);
      }
    }
  });
});

describe('when the schedule closes the way', () => {
  const monday = { opensAt: Date.UTC(2026, 0, 12, 5) };

  test('nothing goes, and it says until when', () => {
    const { way, clock, open } = start();
    open();
    clock.advance(1_000);
    expect(way.schedule(monday)).toBe(true);
    expect(way.isOpen).toBe(false);
    expect(way.concurrency).toBe(0);
    expect(way.facts).toMatchObject({
      state: 'closed',
      since: clock.now(),
      nextProbeAt: monday.opensAt,
      message: message('closed-by-schedule'),
    });
    expect(way.nextLookAt).toBeNull();
    clock.advance(60_000);
    expect(way.schedule(monday)).toBe(false);
    expect(way.facts.since).toBe(clock.now() - 60_000);
  });

  test('it stays closed whatever deliveries that were under way say, and whatever a probe finds', () => {
    const { way, open } = start();
    open();
    way.schedule(monday);
    way.pause(offline, way.round);
    expect(way.facts.state).toBe('closed');
    expect(way.connectionFacts.state).toBe('offline');
    way.probing();
    way.reopen();
    way.delivered();
    expect(way.facts.state).toBe('closed');
    expect(way.connectionFacts.state).toBe('online');
    expect(way.concurrency).toBe(0);
  });

  test('whoever asks to try now gets one look at the way, and no opening', () => {
    const { way, clock } = start();
    way.pause(offline, way.round);
    way.schedule(monday);
    expect(way.nextLookAt).toBeNull();
    way.tryNow();
    expect(way.nextLookAt).toBe(clock.now());
    way.probing();
    way.pause(offline, way.round);
    expect(way.nextLookAt).toBeNull();
    expect(way.facts.state).toBe('closed');
    expect(way.concurrency).toBe(0);
  });

  test('whoever asks to try now while the cloud wants to be left alone gets nothing', () => {
    const { way } = start();
    way.pause(throttled(60_000), way.round);
    way.schedule(monday);
    way.tryNow();
    expect(way.nextLookAt).toBeNull();
  });

  test('once it opens, one delivery goes first', () => {
    const { way, open } = start(8);
    open();
    way.schedule(monday);
    expect(way.schedule(null)).toBe(true);
    expect(way.facts.state).toBe('online');
    expect(way.concurrency).toBe(1);
    way.delivered();
    expect(way.concurrency).toBe(8);
    expect(way.schedule(null)).toBe(false);
  });

  test('what was wrong before is still wrong once it opens', () => {
    const { way, wait } = start();
    way.pause(offline, way.round);
    way.schedule(monday);
    way.schedule(null);
    expect(way.facts.state).toBe('offline');
    expect(wait()).toBe(750);
  });
});

describe('errors of the server', () => {
  test('three in a row are the entries’ own, four close the way', () => {
    const { way, open } = start();
    open();
    for (let error = 0; error < 3; error += 1) way.serverError(serverError, way.round);
    expect(way.isOpen).toBe(true);
    way.serverError(serverError, way.round);
    expect(way.facts.state).toBe('trouble');
    expect(said(way.facts.message).text).toBe('Nothing gets through: the cloud has an error of its own (500).');
  });

  test('a success between them starts the count again', () => {
    const { way, open } = start();
    open();
    for (let error = 0; error < 30; error += 1) {
      way.serverError(serverError, way.round);
      if (error % 3 === 2) way.delivered();
    }
    expect(way.isOpen).toBe(true);
  });

  test('the one careful delivery after a pause closes it at once', () => {
    const { way } = start();
    way.probing();
    way.reopen();
    way.serverError(serverError, way.round);
    expect(way.facts.state).toBe('trouble');
  });

  test('answers that do not come are called so', () => {
    const { way } = start();
    way.reopen();
    way.serverError(failure({ pauseReason: 'offline', ambiguous: true }), way.round);
    expect(way.facts.state).toBe('offline');
    expect(said(way.facts.message).text).toBe('Pictures are sent, but no answer comes.');
  });

  test('those that come late do not close it again', () => {
    const { way, open } = start();
    open();
    way.pause(throttled(30_000), way.round);
    for (let error = 0; error < 10; error += 1) way.serverError(serverError, way.round);
    expect(way.facts.state).toBe('throttled');
  });
});

test('the last success is remembered with its time', () => {
  const { way, clock, open } = start();
  expect(way.lastSuccessAt).toBeNull();
  clock.advance(1_234);
  open();
  expect(way.lastSuccessAt).toBe(clock.now());
});
