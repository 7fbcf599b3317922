import { beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import type { UsbCameras } from '../../../electron/gateway/source/usb/usb-cameras.ts';
import { UsbPageClient } from '../../../electron/gateway-thread/usb-cameras.ts';
import type { ToCameraPage } from '../../../shared/usb-camera.ts';
import { usbFault } from '../../../shared/usb-fault.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const settings = {
  device: 'a',
  width: null,
  height: null,
  frameRate: null,
  controls: {},
  encode: { format: 'jpeg' as const, quality: 90 },
};
const device = { id: 'x', label: 'A', width: 2, height: 2, frameRate: 30 };
const tallies = { captured: 1, sent: 1, drops: {} };
const picture = {
  number: 1,
  capturedAt: 5,
  format: 'jpeg' as const,
  width: 2,
  height: 2,
  exposureMicroseconds: null,
  data: new ArrayBuffer(8),
};

let asked: ToCameraPage[];
let ended: string[];
let pictures: number;
const events = {
  onPicture: () => {
    pictures += 1;
  },
  onTallies: () => undefined,
  onEnded: ({ code }: { code: string }) => ended.push(code),
};
beforeEach(() => {
  asked = [];
  ended = [];
  pictures = 0;
});
const request = (): number => (asked.at(-1) as { request: number }).request;

test('an answer of a wrong form is a fault, not a device', async () => {
  const link = new UsbPageClient((message) => asked.push(message), systemClock);
  const cameras: UsbCameras = link;
  const found = cameras.find();
  link.take({ type: 'answer', request: request(), value: [{ id: 7 }] });
  expect(await found).toMatchObject({ ok: false, fault: { code: 'failed' } });
  const again = cameras.find();
  link.take({ type: 'answer', request: request(), value: [device] });
  expect(await again).toEqual({ ok: true, value: [device] });
});

test('each picture makes room for the next, and nothing comes after the end', async () => {
  const link = new UsbPageClient((message) => asked.push(message), new FakeClock());
  const opening = link.open(settings, events);
  const { stream } = asked[0] as { stream: number };
  link.take({ type: 'answer', request: request(), value: device });
  expect(await opening).toMatchObject({ ok: true, value: { opened: device } });
  link.take({ type: 'picture', stream, picture, tallies });
  expect(pictures).toBe(1);
  expect(asked.at(-1)).toEqual({ type: 'taken', stream });
  link.take({ type: 'ended', stream, fault: usbFault('unplugged') });
  link.take({ type: 'picture', stream, picture, tallies });
  link.take({ type: 'ended', stream, fault: usbFault('unplugged') });
  expect(ended).toEqual(['unplugged']);
  expect(pictures).toBe(1);
});

test('when nobody answers, and when a running camera is heard of no more, it ends in that word', async () => {
  const clock = new FakeClock();
  const link = new UsbPageClient((message) => asked.push(message), clock);
  const opening = link.open(settings, events);
  await clock.advance(60_000);
  expect(await opening).toMatchObject({ ok: false, fault: { code: 'no-answer' } });
  expect(asked.at(-1)).toMatchObject({ type: 'close' });

  const next = link.open(settings, events);
  const { stream } = asked.at(-1) as { stream: number };
  link.take({ type: 'answer', request: request(), value: device });
  await next;
  link.take({ type: 'tallies', stream, tallies });
  await clock.advance(14_000);
  link.take({ type: 'tallies', stream, tallies });
  await clock.advance(14_000);
  expect(ended).toEqual([]);
  await clock.advance(2_000);
  expect(ended).toEqual(['no-answer']);
});
