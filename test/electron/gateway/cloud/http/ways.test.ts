import { Pool } from 'undici';
import { expect, test } from 'vitest';
import { type Way, Ways } from '../../../../../electron/gateway/cloud/http/ways.ts';

function opener() {
  const pools: Pool[] = [];
  const open = (): Way => {
    const pool = new Pool('http://localhost:9');
    pools.push(pool);
    return { pool, transport: pool };
  };
  return { pools, open };
}

test('a script that names another proxy every time leaves no more than a few ways open, the used ones among them', async () => {
  const { pools, open } = opener();
  const ways = new Ways();
  const steady = ways.get('steady', open);
  for (let number = 0; number < 100; number += 1) {
    ways.get(`proxy ${number}`, open);
    expect(ways.get('steady', open)).toBe(steady);
  }
  expect(pools).toHaveLength(101);
  expect(pools.filter(({ closed }) => !closed)).toHaveLength(16);
  expect(steady.pool.closed).toBe(false);
  await ways.destroy();
});

test('ways that are given up are opened anew for the next request', async () => {
  const { pools, open } = opener();
  const ways = new Ways();
  const before = ways.get('one', open);
  ways.giveUpAll();
  expect(before.pool.closed).toBe(true);
  expect(ways.get('one', open)).not.toBe(before);
  await ways.destroy();
  expect(pools.every(({ destroyed }) => destroyed)).toBe(true);
});
