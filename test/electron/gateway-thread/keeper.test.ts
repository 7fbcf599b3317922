import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { OperatorError } from '../../../electron/gateway/platform/errors.ts';
import { Fall, type GatewayThread } from '../../../electron/gateway-thread/client.ts';
import { Keeper, type KeeperParts } from '../../../electron/gateway-thread/keeper.ts';
import { configSchema } from '../../../shared/config.ts';
import { message } from '../../../shared/messages/message.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const config = configSchema.parse({
  cloud: { baseUrl: 'http://127.0.0.1:1/api', deviceId: 'line-7' },
  sources: [],
});
const fall = new Fall('threw', 'made to');
const inUse = new OperatorError(message('store-in-use'), { operation: 'open-store', disposition: 'pause' });

/** A keeper of a host whose starts go as they are told; time moves only by `pass`. */
function kept(parts: Partial<Pick<KeeperParts, 'endsByItself' | 'headless'>> = {}) {
  const clock = new FakeClock();
  const starts: number[] = [];
  const ends: string[] = [];
  let next: unknown = null;
  let threadsLeft = 0;
  let gateway: GatewayThread | null = null;
  const begin = async (): Promise<GatewayThread> => {
    starts.push(clock.monotonic());
    if (next !== null) throw next;
    gateway = {} as GatewayThread;
    return gateway;
  };
  const keeper = new Keeper({
    host: {
      start: begin,
      startAgain: begin,
      halt: async () => {
        gateway = null;
      },
      takeFall: async () => {
        gateway = null;
      },
      get threadsLeft() {
        return threadsLeft;
      },
      get gateway() {
        return gateway;
      },
    },
    clock,
    logger: { log: () => undefined },
    endsByItself: false,
    headless: false,
    fail: async () => void ends.push('failed'),
    startOver: async () => void ends.push('start over'),
    ...parts,
  });
  return {
    keeper,
    starts,
    ends,
    startsWith: (failure: unknown) => {
      next = failure;
    },
    leave: (threads: number) => {
      threadsLeft = threads;
    },
    pass: async (milliseconds: number) => {
      const settle = async (): Promise<void> => {
        for (let turns = 0; turns < 4; turns += 1) await turn();
      };
      await settle();
      for (let passed = 0; passed < milliseconds; passed += 500) {
        clock.advance(500);
        await settle();
      }
    },
  };
}

test('after each fall in a row it waits longer, and after one that ran well only a second again', async () => {
  const { keeper, starts, pass } = kept();
  expect(await keeper.run(config)).toBe(true);
  const waits: number[] = [];
  const fallNow = async (): Promise<void> => {
    const fell = keeper.fell(fall);
    const before = starts.length;
    let waited = 0;
    while (starts.length === before) {
      await pass(500);
      waited += 500;
    }
    expect(await fell).toBe(true);
    waits.push(waited);
  };
  for (let count = 0; count < 7; count += 1) await fallNow();
  expect(waits).toEqual([1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 60_000]);
  await pass(10 * 60_000);
  await fallNow();
  expect(waits.at(-1)).toBe(1_000);
});

test('one that falls while it is opened is another fall, and the database of another program is waited for', async () => {
  const { keeper, starts, startsWith, pass, ends } = kept();
  startsWith(fall);
  const runs = keeper.run(config);
  await pass(1_500);
  expect(starts).toEqual([0, 1_000]);
  startsWith(inUse);
  await pass(2_000);
  expect(starts).toEqual([0, 1_000, 3_000]);
  startsWith(null);
  await pass(10_000);
  expect(starts).toEqual([0, 1_000, 3_000, 13_000]);
  expect(await runs).toBe(true);
  expect(ends).toEqual([]);
});

test('a task that somebody waits for fails with its fifth fall in a row', async () => {
  const { keeper, startsWith, pass, ends, starts } = kept({ endsByItself: true, headless: true });
  startsWith(fall);
  const runs = keeper.run(config);
  await pass(60_000);
  expect(await runs).toBe(false);
  expect(starts).toHaveLength(5);
  expect(ends).toEqual(['failed']);
});

test('where its thread can’t be ended, the program starts over at once', async () => {
  const { keeper, starts, leave, ends } = kept();
  await keeper.run(config);
  leave(1);
  expect(await keeper.fell(fall)).toBe(false);
  expect(ends).toEqual(['start over']);
  expect(starts).toHaveLength(1);
});

test('once the program ends, nothing is started any more', async () => {
  const { keeper, starts, pass, ends } = kept();
  await keeper.run(config);
  const fell = keeper.fell(fall);
  keeper.stop();
  await pass(120_000);
  expect(await fell).toBe(false);
  expect(starts).toHaveLength(1);
  expect(ends).toEqual([]);
});
