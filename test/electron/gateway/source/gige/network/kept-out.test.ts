import { expect, test } from 'vitest';
import type { LocalNetwork } from '../../../../../../electron/gateway/source/gige/network/interfaces.ts';
import { keptOut } from '../../../../../../electron/gateway/source/gige/network/kept-out.ts';

/** None of these networks is this PC's: its own way to them is another one. */
const card = (name: string, address: string, mask = '255.255.0.0', loopback = false): LocalNetwork => ({
  interface: name,
  address,
  mask,
  loopback,
});
const one = card('eth0', '169.254.1.1');
const other = card('eth1', '169.254.2.2');
const filter = (values: Readonly<Record<string, number>>) => async (name: string) => values[name] ?? 0;

test('two cards of one network, and a strict filter: what comes in by a card that is not the system’s way is kept out', async () => {
  const names = async (asked: readonly LocalNetwork[], values: Readonly<Record<string, number>>) =>
    (await keptOut(asked, [one, other], filter(values))).map(({ network, other: same }) => [
      network.interface,
      same.interface,
    ]);
  expect(await names([other], { all: 1 })).toEqual([['eth1', 'eth0']]);
  expect(await names([other], { eth1: 1 })).toEqual([['eth1', 'eth0']]);
  expect(await names([other, { ...other, address: '169.254.2.3' }], { all: 1 })).toEqual([['eth1', 'eth0']]);
  // The larger of both counts: 2 lets everything in that somebody could answer.
  for (const values of [{}, { all: 2, eth1: 1 }, { all: 1, eth1: 2 }, { eth0: 1 }])
    expect(await names([other], values)).toEqual([]);
});

test('cards of different networks are no matter, nor is the loopback, nor a filter that can’t be read', async () => {
  const strict = filter({ all: 1 });
  const far = card('eth2', '192.0.2.1', '255.255.255.0');
  expect(await keptOut([far], [one, far], strict)).toEqual([]);
  expect(await keptOut([other], [other, { ...one, interface: 'eth1' }], strict)).toEqual([]);
  expect(await keptOut([other], [other, { ...one, loopback: true }], strict)).toEqual([]);
  expect(await keptOut([other], [one, other], () => Promise.reject(new Error('no such file')))).toEqual([]);
});
