import { describe, expect, test } from 'vitest';
import { ZonedTime } from '../../../../../electron/gateway/platform/zoned-time.ts';
import { SendWindowClosedError } from '../../../../../electron/gateway/sync/pacing/paced-upload.ts';
import { Pacer } from '../../../../../electron/gateway/sync/pacing/pacer.ts';
import { SendWindows } from '../../../../../electron/gateway/sync/pacing/send-windows.ts';
import { type SendWindow, syncSchema } from '../../../../../shared/config.ts';
import { message } from '../../../../../shared/messages/message.ts';
import { FakeClock } from '../../../../support/fake-clock.ts';

const never = new AbortController().signal;
/** Lets everything that was granted be taken, without time passing. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

type WindowInput = Pick<SendWindow, 'days'> & Partial<SendWindow>;
function start(
  limit: number | undefined,
  {
    windows = [],
    at = '2026-11-20T12:00:00Z',
    zone = 'UTC',
  }: { windows?: WindowInput[]; at?: string; zone?: string } = {},
) {
  const clock = new FakeClock(Date.parse(at));
  const schedule = syncSchema.parse({ maxBytesPerSecond: limit, windows });
  const pacer = new Pacer(clock, new SendWindows(schedule, new ZonedTime(zone)));
  return {
    clock,
    pacer,
    /** Moves time on step by step, so that whoever waits can ask for more at the instant it is served. */
    run: async (milliseconds: number, step = 1): Promise<void> => {
      for (let passed = 0; passed < milliseconds; passed += step) {
        clock.advance(step);
        await settle();
      }
    },
    /** A delivery; `ended` tells how. */
    deliver: (bytes: number, signal: AbortSignal = never) => {
      const control = new AbortController();
      const upload = pacer.admit(bytes, (reason) => control.abort(reason));
      const state = { out: 0, ended: null as null | 'sent' | Error, stopped: control.signal };
      const both = AbortSignal.any([signal, control.signal]);
      const body = async (): Promise<void> => {
        try {
          while (state.out < bytes) {
            const chunk = Math.min(upload.chunkBytes, bytes - state.out);
            await upload.take(chunk, both);
            state.out += chunk;
          }
          state.ended = 'sent';
        } catch (error) {
          state.ended = error as Error;
        }
      };
      void body();
      return { state, upload, end: () => pacer.leave(upload) };
    },
  };
}

const total = (deliveries: readonly { readonly state: { readonly out: number } }[]): number =>
  deliveries.reduce((sum, { state }) => sum + state.out, 0);

describe('a limit', () => {
  test.each([1_000, 10_000, 250_000, 2_000_000, 40_000_000])(
    'of %i bytes a second is held over 30 s by four deliveries together, and over each second of them',
    async (limit) => {
      const { deliver, run } = start(limit);
      const deliveries = Array.from({ length: 4 }, () => deliver(limit * 100));
      await settle();
      const marks = [total(deliveries)];
      for (let second = 0; second < 30; second += 1) {
        await run(1_000);
        marks.push(total(deliveries));
      }
      const sent = (marks.at(-1) ?? 0) - (marks[0] ?? 0);
      expect(Math.abs(sent / (limit * 30) - 1)).toBeLessThan(0.05);
      // A chunk and the bucket more or less.
      const slack = Math.max(1_024, limit * 0.15);
      marks.slice(1).forEach((mark, index) => {
        expect(Math.abs(mark - (marks[index] ?? 0) - limit)).toBeLessThanOrEqual(slack);
      });
    },
  );

  test('is held by a clock whose timers come late', async () => {
    const { deliver, run } = start(2_000_000);
    const deliveries = [deliver(200_000_000), deliver(200_000_000)];
    await run(30_000, 17);
    expect(Math.abs(total(deliveries) / 60_000_000 - 1)).toBeLessThan(0.05);
  });

  test('makes up for no pause: what was not used is gone but for a tenth of a second', async () => {
    const { deliver, run, clock } = start(1_000_000);
    clock.advance(60_000);
    const delivery = deliver(10_000_000);
    await settle();
    expect(delivery.state.out).toBeLessThanOrEqual(100_000);
    await run(1_000);
    expect(delivery.state.out).toBeLessThanOrEqual(1_100_000);
  });

  test('serves in the order in which was asked, a large chunk too', async () => {
    const { pacer, run } = start(100_000);
    const order: string[] = [];
    const ask = (name: string, bytes: number) => pacer.take(bytes, never).then(() => order.push(name));
    void ask('first', 50_000);
    void ask('large', 500_000);
    void ask('last', 10);
    await run(600);
    expect(order).toEqual(['first', 'large']);
    await run(6_000);
    expect(order).toEqual(['first', 'large', 'last']);
  });

  test('lets whoever is aborted leave the line, and those behind go', async () => {
    const { pacer, run, clock } = start(1_000);
    const control = new AbortController();
    const why = new Error('stopped');
    const first = pacer.take(1_000, control.signal).then(
      () => 'served',
      (error: unknown) => error,
    );
    void pacer.take(1_000, control.signal).catch(() => undefined);
    let behind = false;
    void pacer.take(50, never).then(() => {
      behind = true;
    });
    control.abort(why);
    expect(await first).toBe(why);
    await run(60);
    expect(behind).toBe(true);
    expect(clock.timers).toBe(0);
  });

  test('refuses whoever comes aborted', async () => {
    const { deliver } = start(1_000);
    const delivery = deliver(10, AbortSignal.abort(new Error('gone')));
    await settle();
    expect(delivery.state.ended).toEqual(new Error('gone'));
  });

  test('takes effect within a second on those that wait when it changes', async () => {
    const windows: WindowInput[] = [{ days: ['fri'], from: '12:00', to: '12:01', maxBytesPerSecond: 10 }];
    const { deliver, run } = start(1_000_000, { windows, at: '2026-11-20T12:00:55Z' });
    const delivery = deliver(1_000_000);
    await run(5_000);
    expect(delivery.state.out).toBeLessThanOrEqual(2_048);
    await run(2_300);
    expect(delivery.state.ended).toBe('sent');
  });

  test('that a wall clock jumps into is noticed within a second', async () => {
    const windows: WindowInput[] = [{ days: ['fri'], from: '18:00', to: '19:00', maxBytesPerSecond: 1_000 }];
    const { deliver, run, clock } = start(1_000_000, { windows });
    const delivery = deliver(100_000_000);
    await run(1_000);
    clock.jump(6 * 3_600_000);
    await run(250);
    const out = delivery.state.out;
    await run(10_000);
    expect(delivery.state.out - out).toBeLessThanOrEqual(13_000);
    clock.jump(-6 * 3_600_000);
    const later = delivery.state.out;
    await run(2_000);
    expect(delivery.state.out - later).toBeGreaterThan(1_000_000);
  });

  test('of little shares the way among few', () => {
    expect(start(undefined).pacer.mostAtOnce).toBe(Number.POSITIVE_INFINITY);
    expect(start(2_000_000).pacer.mostAtOnce).toBeGreaterThanOrEqual(64);
    expect(start(50_000).pacer.mostAtOnce).toBe(3);
    expect(start(1).pacer.mostAtOnce).toBe(1);
  });

  test('is said in words with its end', () => {
    const windows: WindowInput[] = [{ days: ['fri'], from: '08:00', to: '18:00', maxBytesPerSecond: 2_000_000 }];
    const { pacer, clock } = start(undefined, { windows });
    expect(pacer.facts).toEqual({
      limitBytesPerSecond: 2_000_000,
      message: message('pace-limited-until', {
        limit: 2_000_000,
        until: Date.parse('2026-11-20T18:00:00Z'),
      }),
      changesAt: Date.parse('2026-11-20T18:00:00Z'),
    });
    clock.advance(6 * 3_600_000);
    expect(pacer.facts).toEqual({
      limitBytesPerSecond: null,
      message: message('pace-open'),
      changesAt: Date.parse('2026-11-27T08:00:00Z'),
    });
  });
});

describe('without a limit', () => {
  test('a body may go whole, nobody waits, and no timer runs', async () => {
    const { deliver, pacer, clock } = start(undefined);
    const delivery = deliver(1_000_000_000);
    expect(pacer.limited).toBe(false);
    for (let turn = 0; turn < 10_000; turn += 1) await settle();
    expect(delivery.state.ended).toBe('sent');
    expect(clock.timers).toBe(0);
  });

  test('a body does not go whole any more when the way closes soon', () => {
    const windows: WindowInput[] = [{ days: ['fri'], from: '18:00', maxBytesPerSecond: 0 }];
    const { pacer, clock } = start(undefined, { windows, at: '2026-11-20T17:59:00Z' });
    expect(pacer.limited).toBe(false);
    clock.advance(30_001);
    expect(pacer.limited).toBe(true);
  });
});

describe('when the way closes', () => {
  const windows: WindowInput[] = [{ days: ['fri'], from: '18:00', maxBytesPerSecond: 0 }];
  const beforeEight = { windows, at: '2026-11-20T17:59:58Z' };

  test('bodies under way are stopped within a second, whoever waits and whoever does not ask', async () => {
    const { deliver, run, pacer, clock } = start(1_000, beforeEight);
    const waiting = deliver(100_000);
    const silent = pacer.admit(100_000, () => {
      stopped = true;
    });
    let stopped = false;
    void silent.take(10, never);
    await run(1_999);
    expect([waiting.state.ended, stopped]).toEqual([null, false]);
    await run(1_000);
    expect(waiting.state.ended).toBeInstanceOf(SendWindowClosedError);
    expect(waiting.state.stopped.aborted).toBe(true);
    expect(waiting.upload.wasClosed).toBe(true);
    expect(stopped).toBe(true);
    waiting.end();
    pacer.leave(silent);
    expect(clock.timers).toBe(0);
    expect(pacer.isClosed).toBe(true);
  });

  test('a body that is out waits for its answer, and may have its last bytes', async () => {
    const { run, pacer } = start(1_000_000, beforeEight);
    let stopped = false;
    const upload = pacer.admit(1_000, () => {
      stopped = true;
    });
    const body = upload.take(1_000, never);
    await run(3_000);
    await body;
    expect(pacer.isClosed).toBe(true);
    await upload.take(40, never);
    expect(stopped).toBe(false);
    expect(upload.wasClosed).toBe(false);
  });

  test('a body that has not begun is refused when it does', async () => {
    const { run, pacer } = start(1_000_000, beforeEight);
    let stopped = false;
    const upload = pacer.admit(1_000, () => {
      stopped = true;
    });
    await run(3_000);
    expect(stopped).toBe(false);
    await expect(upload.take(10, never)).rejects.toBeInstanceOf(SendWindowClosedError);
    expect(stopped).toBe(true);
  });

  test('by a jump of the wall clock, within a second too', async () => {
    const { deliver, run, clock } = start(1_000, { windows });
    const delivery = deliver(1_000_000);
    await run(1_000);
    clock.jump(6 * 3_600_000);
    await run(500);
    expect(delivery.state.ended).toBeInstanceOf(SendWindowClosedError);
  });

  test.each([
    ['spring', '2026-03-29T00:59:50Z', '02:30', '04:00'],
    ['autumn', '2026-10-25T00:29:50Z', '02:30', '03:00'],
  ])('in the night of the %s change, within a second of what the wall clock says', async (_season, at, from, to) => {
    const night: WindowInput[] = [{ days: ['sun'], from, to, maxBytesPerSecond: 0 }];
    const { deliver, run, clock } = start(1_000_000, { windows: night, at, zone: 'Europe/Berlin' });
    const delivery = deliver(100_000_000);
    const began = clock.now();
    while (delivery.state.ended === null && clock.now() - began < 60_000) await run(10, 10);
    expect(delivery.state.ended).toBeInstanceOf(SendWindowClosedError);
    expect(clock.now() - began).toBeGreaterThanOrEqual(10_000);
    expect(clock.now() - began).toBeLessThanOrEqual(11_000);
  });
});
