import { beforeEach, expect, test } from 'vitest';
import { UsbPageBroker } from '../../../electron/usb-page/broker.ts';
import type { FromCameraPage, ToCameraPage, UsbSettings } from '../../../shared/usb-camera.ts';
import { usbFault } from '../../../shared/usb-fault.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const settings = (device: string): UsbSettings => ({
  device,
  width: null,
  height: null,
  frameRate: null,
  controls: {},
  encode: { format: 'jpeg', quality: 90 },
});
const tallies = { captured: 1, sent: 1, drops: {} };
const picture = (data: unknown = new ArrayBuffer(8)) => ({
  number: 1,
  capturedAt: 1,
  format: 'jpeg',
  width: 2,
  height: 2,
  exposureMicroseconds: null,
  data,
});

let relay: UsbPageBroker;
let clock: FakeClock;
let stuck: number;
let asked: ToCameraPage[];
let needed: number;
let told: FromCameraPage[];
let connection: ReturnType<UsbPageBroker['connect']>;
beforeEach(() => {
  asked = [];
  told = [];
  needed = 0;
  clock = new FakeClock();
  stuck = 0;
  relay = new UsbPageBroker({
    clock,
    needPage: () => {
      needed += 1;
    },
    onStuck: () => {
      stuck += 1;
    },
  });
  connection = relay.connect((message) => told.push(message));
});
const attach = (): void => relay.attach((message) => asked.push(message));
/** The page's number of the newest stream that it was asked to open. */
const newest = () => asked.filter((message) => message.type === 'open').at(-1) as ToCameraPage & { type: 'open' };

test('what is asked before there is a page is asked once there is one', () => {
  connection.take({ type: 'find', request: 7 });
  expect(needed).toBe(1);
  attach();
  expect(asked.map(({ type }) => type)).toEqual(['find']);
  relay.receive({ type: 'answer', request: (asked[0] as { request: number }).request, value: [] });
  expect(told).toEqual([{ type: 'answer', request: 7, value: [] }]);
});

test('cameras are opened one after the other, so that a permission is known to be for which', () => {
  attach();
  connection.take({ type: 'open', request: 1, stream: 1, settings: settings('a') });
  connection.take({ type: 'open', request: 2, stream: 2, settings: settings('b') });
  expect(relay.openingDevice).toBe('a');
  expect(asked.length).toBe(1);
  relay.receive({ type: 'fault', request: newest().request, fault: usbFault('not-readable') });
  expect(relay.openingDevice).toBe('b');
  relay.receive({ type: 'answer', request: newest().request, value: {} });
  expect(relay.openingDevice).toBe(null);
  expect(told.map((message) => [message.type, 'request' in message ? message.request : 0])).toEqual([
    ['fault', 1],
    ['answer', 2],
  ]);
});

test('two connections with the same numbers get each its own pictures', () => {
  const others: FromCameraPage[] = [];
  const other = relay.connect((message) => others.push(message));
  attach();
  connection.take({ type: 'open', request: 1, stream: 1, settings: settings('a') });
  const first = newest();
  relay.receive({ type: 'answer', request: first.request, value: {} });
  other.take({ type: 'open', request: 1, stream: 1, settings: settings('b') });
  const second = newest();
  relay.receive({ type: 'answer', request: second.request, value: {} });
  expect(second.stream).not.toBe(first.stream);
  relay.receive({ type: 'picture', stream: second.stream, picture: picture(), tallies });
  expect(told.some(({ type }) => type === 'picture')).toBe(false);
  expect(others.at(-1)).toMatchObject({ type: 'picture', stream: 1 });
  other.end();
  expect(asked.at(-1)).toMatchObject({ type: 'close', stream: second.stream });
  relay.receive({ type: 'picture', stream: second.stream, picture: picture(), tallies });
  expect(others.filter(({ type }) => type === 'picture').length).toBe(1);
});

test('when the page is gone each request is answered once and each open camera ends once', () => {
  attach();
  connection.take({ type: 'open', request: 1, stream: 1, settings: settings('a') });
  relay.receive({ type: 'answer', request: newest().request, value: {} });
  connection.take({ type: 'open', request: 2, stream: 2, settings: settings('b') });
  connection.take({ type: 'open', request: 3, stream: 3, settings: settings('c') });
  connection.take({ type: 'describe', request: 4, stream: 1 });
  told.length = 0;
  relay.detach(usbFault('page-gone'));
  expect(told.filter(({ type }) => type === 'ended')).toEqual([
    { type: 'ended', stream: 1, fault: usbFault('page-gone') },
  ]);
  const answered = told.flatMap((message) => (message.type === 'fault' ? [message.request] : []));
  expect(answered.sort()).toEqual([2, 3, 4]);
  expect(relay.isIdle).toBe(true);
  asked.length = 0;
  attach();
  expect(asked).toEqual([]);
});

test('anything else that comes from the page is passed on to nobody', () => {
  attach();
  connection.take({ type: 'open', request: 1, stream: 1, settings: settings('a') });
  const { stream, request } = newest();
  relay.receive({ type: 'answer', request, value: {} });
  told.length = 0;
  const wrong: unknown[] = [
    null,
    'picture',
    { type: 'picture', stream, picture: picture('no buffer'), tallies },
    { type: 'picture', stream, picture: { ...picture(), format: 'exe' }, tallies },
    { type: 'picture', stream: stream + 1, picture: picture(), tallies },
    { type: 'ended', stream, fault: { code: 'made-up', detail: '', choices: [], technical: '' } },
    { type: 'answer', request: 99, value: 1 },
    { type: 'tallies', stream, tallies: { ...tallies, captured: -1 } },
  ];
  for (const message of wrong) relay.receive(message);
  expect(told).toEqual([]);
});

test('a camera that is not open is answered at once', () => {
  attach();
  connection.take({ type: 'trigger', request: 5, stream: 9 });
  expect(told).toMatchObject([{ type: 'fault', request: 5, fault: { code: 'closed' } }]);
});

test('a camera that does not open in time is given up, and the next has its turn; not so after two in a row', () => {
  attach();
  connection.take({ type: 'open', request: 8, stream: 8, settings: settings('well') });
  relay.receive({ type: 'answer', request: newest().request, value: {} });
  connection.take({ type: 'open', request: 1, stream: 1, settings: settings('a') });
  connection.take({ type: 'open', request: 2, stream: 2, settings: settings('b') });
  const { stream } = newest();
  relay.receive({ type: 'changed' });
  clock.advance(20_000);
  expect(stuck).toBe(0);
  expect(told.at(-1)).toMatchObject({ type: 'fault', request: 1, fault: { code: 'no-answer' } });
  expect(asked).toContainEqual({ type: 'close', request: 0, stream });
  expect(relay.openingDevice).toBe('b');
  relay.receive({ type: 'fault', request: newest().request, fault: usbFault('no-answer') });
  expect(stuck).toBe(1);
});

test('a page that says nothing at all meanwhile is taken for stuck', () => {
  attach();
  connection.take({ type: 'open', request: 1, stream: 1, settings: settings('a') });
  clock.advance(20_000);
  expect(stuck).toBe(1);
});
