import { expect, test } from 'vitest';
import type { ToStream } from '../../../../../../electron/gateway/source/gige/gvsp/stream-protocol.ts';
import { Orders } from '../../../../../../electron/gateway/source/gige/gvsp/stream-receiver.ts';

const start: ToStream = { kind: 'start', packetSize: 1500 };
const stop: ToStream = { kind: 'stop' };
const count = (id: number): ToStream => ({ kind: 'count', id });
const release: ToStream = { kind: 'release', buffer: null };
const close: ToStream = { kind: 'close' };

function heard() {
  const obeyed: ToStream[] = [];
  return { obeyed, orders: new Orders((message) => obeyed.push(message)) };
}

test('a start is obeyed before the packets that are there, a stop after them', () => {
  const { orders, obeyed } = heard();
  orders.hear(start);
  orders.hear(stop);
  expect(obeyed).toEqual([start]);
  expect(orders.isWaiting).toBe(true);
  orders.drained();
  expect(obeyed).toEqual([start, stop]);
  expect(orders.isWaiting).toBe(false);
  orders.drained();
  expect(obeyed).toHaveLength(2);
});

test('what comes behind a stop is obeyed behind it, but for a buffer that comes back', () => {
  const { orders, obeyed } = heard();
  for (const message of [stop, count(1), release, start, count(2)]) orders.hear(message);
  expect(obeyed).toEqual([release]);
  orders.drained();
  expect(obeyed).toEqual([release, stop, count(1), start, count(2)]);
});

test('each of two stops waits for the packets that are there by then', () => {
  const { orders, obeyed } = heard();
  for (const message of [stop, start, close, count(1)]) orders.hear(message);
  orders.drained();
  expect(obeyed).toEqual([stop, start]);
  expect(orders.isWaiting).toBe(true);
  orders.drained();
  expect(obeyed).toEqual([stop, start, close, count(1)]);
});
