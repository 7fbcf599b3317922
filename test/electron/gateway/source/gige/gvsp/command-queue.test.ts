import { expect, test } from 'vitest';
import type { ToStream } from '../../../../../../electron/gateway/source/gige/gvsp/stream-protocol.ts';
import { CommandQueue } from '../../../../../../electron/gateway/source/gige/gvsp/stream-receiver.ts';

const start: ToStream = { kind: 'start', packetSize: 1500 };
const stop: ToStream = { kind: 'stop' };
const count = (id: number): ToStream => ({ kind: 'count', id });
const release: ToStream = { kind: 'release', buffer: null };
const close: ToStream = { kind: 'close' };

function heard() {
  const obeyed: ToStream[] = [];
  return { obeyed, commands: new CommandQueue((message) => obeyed.push(message)) };
}

test('a start is obeyed before the packets that are there, a stop after them', () => {
  const { commands, obeyed } = heard();
  commands.add(start);
  commands.add(stop);
  expect(obeyed).toEqual([start]);
  expect(commands.isWaiting).toBe(true);
  commands.drained();
  expect(obeyed).toEqual([start, stop]);
  expect(commands.isWaiting).toBe(false);
  commands.drained();
  expect(obeyed).toHaveLength(2);
});

test('what comes behind a stop is obeyed behind it, but for a buffer that comes back', () => {
  const { commands, obeyed } = heard();
  for (const message of [stop, count(1), release, start, count(2)]) commands.add(message);
  expect(obeyed).toEqual([release]);
  commands.drained();
  expect(obeyed).toEqual([release, stop, count(1), start, count(2)]);
});

test('each of two stops waits for the packets that are there by then', () => {
  const { commands, obeyed } = heard();
  for (const message of [stop, start, close, count(1)]) commands.add(message);
  commands.drained();
  expect(obeyed).toEqual([stop, start]);
  expect(commands.isWaiting).toBe(true);
  commands.drained();
  expect(obeyed).toEqual([stop, start, close, count(1)]);
});
