import { expect, test } from 'vitest';
import { keyOf, type Route } from '../../../../../../electron/gateway/cloud/http/proxy/proxy-routes.ts';
import {
  type ProxyAnswer,
  type ProxyQuestion,
  RouteChoice,
} from '../../../../../../electron/gateway/cloud/http/proxy/route-choice.ts';

const origin = 'https://api.plant.test';

/** Answers are those of `says`, one after the other; the last one holds on. */
function choiceThat(...says: readonly (string | 'failed' | 'silent')[]) {
  const asked: ProxyQuestion[] = [];
  let now = 0;
  const choice = new RouteChoice({
    source: { kind: 'system' },
    monotonic: () => now,
    ask: async (question): Promise<ProxyAnswer> => {
      const word = says[Math.min(asked.length, says.length - 1)] ?? '';
      asked.push(question);
      if (word === 'failed' || word === 'silent') return { ok: false, reason: word, technical: word };
      return { ok: true, list: word };
    },
  });
  return {
    asked,
    choice,
    pass: (seconds: number): void => {
      now += seconds * 1_000;
    },
    routes: async (to = origin) => (await choice.routesTo(to)).map(keyOf),
  };
}

const proxy = (name: string): Route => ({ kind: 'proxy', url: new URL(`http://${name}`) });

test('each server is asked for by its origin alone, once a minute, however many deliveries want it', async () => {
  const { routes, asked, pass } = choiceThat('PROXY a:3128');
  await Promise.all([routes(), routes(), routes('https://store.plant.test:9000')]);
  await routes();
  expect(asked.map(({ url }) => url)).toEqual([`${origin}/`, 'https://store.plant.test:9000/']);
  pass(61);
  await routes();
  expect(asked).toHaveLength(3);
});

test('a way that did not work is tried last for some minutes, and the settings are read anew', async () => {
  const { routes, asked, pass, choice } = choiceThat('PROXY a:3128; PROXY b:3128; DIRECT');
  expect(await routes()).toEqual(['http://a:3128', 'http://b:3128', 'DIRECT']);
  choice.failed(origin, proxy('a:3128'));
  expect(await routes()).toEqual(['http://b:3128', 'DIRECT', 'http://a:3128']);
  expect(asked.map(({ fresh }) => fresh)).toEqual([false, true]);
  pass(301);
  expect(await routes()).toEqual(['http://a:3128', 'http://b:3128', 'DIRECT']);
  choice.failed(origin, proxy('a:3128'));
  choice.worked(origin, proxy('a:3128'));
  expect(await routes()).toEqual(['http://a:3128', 'http://b:3128', 'DIRECT']);
});

test('a server that is not reached straight leaves the straight way to the others, a proxy that is away is away for all', async () => {
  const storage = 'http://store.plant.test:9000';
  const { routes, choice } = choiceThat('DIRECT; PROXY a:3128');
  await routes(storage);
  choice.failed(origin, { kind: 'direct' });
  expect(await routes()).toEqual(['http://a:3128', 'DIRECT']);
  expect(await routes(storage)).toEqual(['DIRECT', 'http://a:3128']);
  choice.failed(storage, proxy('a:3128'));
  expect(await routes(storage)).toEqual(['DIRECT', 'http://a:3128']);
  choice.worked(storage, { kind: 'direct' });
  choice.worked(storage, proxy('a:3128'));
  expect(await routes()).toEqual(['http://a:3128', 'DIRECT']);
});

test.each([
  ['failed', 'ACUSIGHT_PROXY_SCRIPT'],
  ['silent', 'ACUSIGHT_PROXY_UNSAID'],
  ['SOCKS5 s:1080', 'ACUSIGHT_PROXY_KIND'],
] as const)('where nobody can say, that is said: %s', async (word, code) => {
  const { choice } = choiceThat(word);
  await expect(choice.routesTo(origin)).rejects.toMatchObject({ code });
});

test('a script that is away for a while, or turns bad, does not stop what it led to', async () => {
  const { routes, pass } = choiceThat('PROXY a:3128', 'failed', 'silent', 'PROXY b:3128');
  expect(await routes()).toEqual(['http://a:3128']);
  pass(61);
  expect(await routes()).toEqual(['http://a:3128']);
  pass(61);
  expect(await routes()).toEqual(['http://a:3128']);
  pass(61);
  expect(await routes()).toEqual(['http://b:3128']);
});

test('a script that does not end is asked ever more rarely, and never given up', async () => {
  const { choice, asked, pass } = choiceThat('silent');
  const seconds = 1_800;
  for (let second = 0; second < seconds; second += 1) {
    await choice.routesTo(origin).catch(() => undefined);
    pass(1);
  }
  expect(asked.length).toBeGreaterThan(12);
  expect(asked.length).toBeLessThan(25);
});
