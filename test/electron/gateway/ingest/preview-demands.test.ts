import { expect, test } from 'vitest';
import { PreviewDemands } from '../../../../electron/gateway/ingest/preview-demands.ts';

const picture = (name: string) => ({ sha256: name, format: 'jpeg', orientation: 1 }) as const;
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function open() {
  const begun: string[] = [];
  let end: { resolve: (path: string | null) => void; reject: (error: Error) => void } | null = null;
  const demands = new PreviewDemands(({ sha256 }) => {
    begun.push(sha256);
    return new Promise((resolve, reject) => {
      end = { resolve, reject };
    });
  });
  return {
    demands,
    begun,
    finish: async (): Promise<void> => {
      end?.resolve(`${begun.at(-1)}.jpg`);
      await settle();
    },
    fail: async (): Promise<void> => {
      end?.reject(new Error('the disk refuses'));
      await settle();
    },
  };
}

test('what is looked at comes first, then what was asked for last', async () => {
  const { demands, begun, finish } = open();
  for (const name of ['first', 'a', 'b']) void demands.ask(picture(name), false);
  void demands.ask(picture('stage'), true);
  void demands.ask(picture('c'), false);
  for (let turn = 0; turn < 5; turn += 1) await finish();
  expect(begun).toEqual(['first', 'stage', 'c', 'b', 'a']);
  expect(demands.isIdle).toBe(true);
});

test('asking again is no second demand: it is the newest, and looked at once anybody looks', async () => {
  const { demands, begun, finish } = open();
  const answers = [demands.ask(picture('first'), false), demands.ask(picture('first'), true)];
  for (const name of ['a', 'b', 'c', 'a']) answers.push(demands.ask(picture(name), false));
  answers.push(demands.ask(picture('b'), true));
  for (let turn = 0; turn < 4; turn += 1) await finish();
  expect(begun).toEqual(['first', 'b', 'a', 'c']);
  expect(await Promise.all(answers)).toEqual(['first.jpg', 'first.jpg', 'a.jpg', 'b.jpg', 'c.jpg', 'a.jpg', 'b.jpg']);
});

test('what nobody can see any more is given up, the oldest first, and never what was looked at last', async () => {
  const { demands, begun, finish } = open();
  void demands.ask(picture('first'), false);
  const stage = demands.ask(picture('stage'), true);
  const answers = Array.from({ length: 200 }, (_, index) => demands.ask(picture(`${index}`), false));
  expect(await answers[0]).toBeNull();
  for (let turn = 0; turn < 26; turn += 1) await finish();
  expect(await stage).toBe('stage.jpg');
  expect(begun.slice(0, 4)).toEqual(['first', 'stage', '199', '198']);
  expect(begun).toHaveLength(26);
  expect((await Promise.all(answers)).filter((path) => path !== null)).toHaveLength(24);
});

test('one that fails is told so, and the next comes', async () => {
  const { demands, begun, finish, fail } = open();
  const first = demands.ask(picture('first'), false);
  const second = demands.ask(picture('second'), false);
  const told = expect(first).rejects.toThrow('the disk refuses');
  await fail();
  await told;
  await finish();
  expect(await second).toBe('second.jpg');
  expect(begun).toEqual(['first', 'second']);
});

test('at the end nobody waits any more', async () => {
  const { demands, finish } = open();
  const first = demands.ask(picture('first'), false);
  const second = demands.ask(picture('second'), true);
  demands.giveUp();
  expect(await second).toBeNull();
  await finish();
  expect(await first).toBe('first.jpg');
});
