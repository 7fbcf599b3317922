import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { GvcpError } from '../../../../../../electron/gateway/source/gige/gvcp/gvcp-error.ts';
import {
  type ControlLoss,
  Heartbeat,
  heartbeatPeriod,
} from '../../../../../../electron/gateway/source/gige/gvcp/heartbeat.ts';

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
  vi.restoreAllMocks();
});

function beat(privilege: () => Promise<number>, isOurs = true) {
  const lost: ControlLoss[] = [];
  let proofs = 0;
  const heartbeat = new Heartbeat({
    readPrivilege: privilege,
    proveControl: async () => {
      proofs += 1;
      if (!isOurs) throw GvcpError.ofStatus(0x8006, 'write');
    },
    timeoutMilliseconds: 3_000,
    periodMilliseconds: 5,
    onLost: (reason) => lost.push(reason),
  });
  ended.push(() => heartbeat.stop());
  return { lost, proofs: () => proofs };
}

test('the camera is asked three times as often as it forgets, at most once a second', () => {
  expect([heartbeatPeriod(900), heartbeatPeriod(3_000), heartbeatPeriod(60_000)]).toEqual([300, 1_000, 1_000]);
});

test('control that is there is only read, and its end is told once', async () => {
  let privilege = 2;
  const { lost, proofs } = beat(async () => privilege);
  await sleep(60);
  expect([lost, proofs()]).toEqual([[], 0]);
  privilege = 0;
  await expect.poll(() => lost).toEqual(['control-lost']);
  await sleep(30);
  expect(lost).toHaveLength(1);
});

test('after this PC slept, control has to be proved: the register does not say whose it is', async () => {
  let leap = 0;
  const real = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => real() + leap);
  const ours = beat(async () => 2);
  await sleep(30);
  leap = 20_000;
  await expect.poll(ours.proofs).toBe(1);
  await sleep(30);
  expect([ours.lost, ours.proofs()]).toEqual([[], 1]);

  const taken = beat(async () => 2, false);
  await sleep(30);
  leap = 40_000;
  await expect.poll(() => taken.lost).toEqual(['control-lost']);
});

test('a camera that says nothing is silent', async () => {
  const { lost } = beat(() => Promise.reject(new GvcpError('timeout', 'no answer')));
  await expect.poll(() => lost).toEqual(['silent']);
});
