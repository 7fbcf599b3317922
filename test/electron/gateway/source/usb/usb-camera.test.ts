import { beforeEach, expect, test } from 'vitest';
import { CameraError, type DeviceFrame } from '../../../../../electron/gateway/source/camera/camera-device.ts';
import { UsbCamera } from '../../../../../electron/gateway/source/usb/usb-camera.ts';
import {
  findUsbCameras,
  noUsbCameras,
  type UsbCameras,
  type UsbStreamEvents,
} from '../../../../../electron/gateway/source/usb/usb-cameras.ts';
import { errorOfFault } from '../../../../../electron/gateway/source/usb/usb-errors.ts';
import type { UsbMode, UsbSettings, UsbTallies } from '../../../../../shared/usb-camera.ts';
import { usbFault, usbFaultCodes } from '../../../../../shared/usb-fault.ts';
import { failureOf, said } from '../../../../support/spoken.ts';

const settings: UsbSettings = {
  device: 'Logitech BRIO',
  width: 2,
  height: 2,
  frameRate: null,
  controls: {},
  encode: { format: 'jpeg', quality: 90 },
};
const opened = { id: 'x1', label: 'Logitech BRIO (046d:085e)', width: 2, height: 2, frameRate: 30 };

/** The page's side, in the same process. */
class OneCamera implements UsbCameras {
  events: UsbStreamEvents | null = null;
  mode: UsbMode | null = null;
  closed = 0;
  last: UsbTallies | null = null;
  readonly held: (() => void)[] = [];
  hold = false;

  find() {
    return Promise.resolve({ ok: true as const, value: [opened, { ...opened, id: 'x2' }] });
  }
  onDevicesChanged() {
    return () => undefined;
  }
  async open(_settings: UsbSettings, events: UsbStreamEvents) {
    this.events = events;
    if (this.hold) await new Promise<void>((resolve) => this.held.push(resolve));
    const fine = { ok: true as const, value: null };
    return {
      ok: true as const,
      value: {
        opened,
        begin: (mode: UsbMode) => {
          this.mode = mode;
          return Promise.resolve(fine);
        },
        trigger: () => Promise.resolve({ ok: false as const, fault: usbFault('no-frame') }),
        describe: () => Promise.resolve({ ok: true as const, value: [] }),
        set: () =>
          Promise.resolve({
            ok: false as const,
            fault: usbFault('control-range', { detail: 'iso', choices: ['1', '2', ''] }),
          }),
        close: () => {
          this.closed += 1;
          return Promise.resolve(this.last);
        },
      },
    };
  }
  send(number: number, tallies: UsbTallies): void {
    const data = new ArrayBuffer(10);
    this.events?.onPicture(
      { number, capturedAt: 1_000, format: 'jpeg', width: 2, height: 2, exposureMicroseconds: 100, data },
      tallies,
    );
  }
}

let camera: OneCamera;
let frames: DeviceFrame[];
let lost: CameraError[];
beforeEach(() => {
  camera = new OneCamera();
  frames = [];
  lost = [];
});
const events = {
  onFrame: (frame: DeviceFrame) => frames.push(frame),
  onLost: (error: CameraError) => lost.push(error),
};
const connect = (cameras: UsbCameras = camera, signal = new AbortController().signal) =>
  new UsbCamera({ cameras, settings, everyNth: 2, now: () => 1_025 }).connect(signal);

test('frames are handed over with what is known of them, and what was not is counted by cause', async () => {
  const session = await connect();
  expect(session.info).toMatchObject({ model: opened.label, address: 'x1' });
  await session.start({ kind: 'free-run' }, events);
  expect(camera.mode).toEqual({ kind: 'free-run', everyNth: 2 });
  camera.send(1, { captured: 1, sent: 1, drops: {} });
  camera.send(3, { captured: 3, sent: 2, drops: { skipped: 1 } });
  expect(frames.map(({ facts }) => facts.frameNumber)).toEqual([1, 3]);
  expect(frames[0]).toMatchObject({
    picture: { kind: 'encoded', format: 'jpeg', width: 2, height: 2 },
    facts: { exposureMicroseconds: 100, cameraTimeNanoseconds: null },
    capturedAt: 1_000,
    capturedFrom: 'arrival',
  });
  expect(session.counters()).toMatchObject({ frames: 2, bytes: 20, drops: { skipped: 1 }, latencyMilliseconds: 25 });
  camera.last = { captured: 6, sent: 2, drops: { skipped: 3, aborted: 1 } };
  await Promise.all([session.close(), session.close()]);
  expect(camera.closed).toBe(1);
  expect(session.counters()).toMatchObject({ frames: 2, drops: { skipped: 3, aborted: 1 } });
  camera.send(7, { captured: 7, sent: 3, drops: {} });
  expect(frames.length).toBe(2);
});

test('a lost camera is told once, in words', async () => {
  const session = await connect();
  await session.start({ kind: 'software' }, events);
  expect(camera.mode).toEqual({ kind: 'triggered' });
  camera.events?.onEnded(usbFault('unplugged'));
  camera.events?.onEnded(usbFault('page-gone'));
  expect(lost.map((error) => [error.trouble, said(error.said).text])).toEqual([
    ['lost', 'The USB camera “Logitech BRIO” was unplugged or switched off.'],
  ]);
  await expect(session.softwareTrigger()).rejects.toThrow(CameraError);
});

test('a camera that is lost before its start does not start', async () => {
  const session = await connect();
  camera.events?.onEnded(usbFault('broken-off'));
  await expect(session.start({ kind: 'free-run' }, events)).rejects.toMatchObject({ trouble: 'lost' });
  expect(lost).toEqual([]);
});

test('a camera that is opened after nobody waits any more is let go', async () => {
  camera.hold = true;
  const stop = new AbortController();
  const connecting = connect(camera, stop.signal);
  stop.abort();
  await expect(connecting).rejects.toThrow(CameraError);
  for (const go of camera.held) go();
  await expect.poll(() => camera.closed).toBe(1);
});

test('a trigger without a picture, a wrong setting and a hardware trigger are refused with what to do', async () => {
  const session = await connect();
  await expect(
    session.start({ kind: 'hardware', line: 'Line1', activation: 'RisingEdge' }, events),
  ).rejects.toMatchObject({ trouble: 'setting-refused' });
  await session.start({ kind: 'software' }, events);
  expect(await failureOf(session.softwareTrigger())).toMatchObject({
    text: 'The USB camera “Logitech BRIO” gave no picture for the trigger.',
  });
  expect(await failureOf(Promise.resolve(session.features?.set('iso', 5)))).toMatchObject({
    hint: 'It can be: 1 to 2.',
  });
});

test('two cameras of one name are listed with what to do about it', async () => {
  const found = await findUsbCameras(camera);
  expect(found.map((one) => [one.kind, one.id, said(one.message).hint])).toEqual([
    ['usb', 'x1', 'Choose it by its id instead of its name.'],
    ['usb', 'x2', 'Choose it by its id instead of its name.'],
  ]);
});

test('where nobody drives cameras, that is said', async () => {
  await expect(findUsbCameras(noUsbCameras)).rejects.toMatchObject({ trouble: 'failed' });
  expect(await failureOf(connect(noUsbCameras))).toMatchObject({
    text: 'USB cameras can’t be used in this run of the gateway.',
  });
});

test('every fault has a sentence about what happened and one about what to do', () => {
  for (const code of usbFaultCodes) {
    const fault = usbFault(code, { detail: 'width', choices: ['1920', '1080', '30'] });
    const { text, hint } = said(errorOfFault(fault, 'A').said);
    expect(text).toMatch(/^[A-Z0-9].*\.$/);
    expect(hint).toMatch(/^[A-Z].*\.$/);
  }
});

test.each([
  [usbFault('control', { detail: 'iso' }), 'Remove it from the source’s settings.'],
  [usbFault('control-choice', { detail: 'iso', choices: ['manual', 'none'] }), 'It can be: manual, none.'],
  [usbFault('control-range', { detail: 'iso', choices: ['10', '100', '5'] }), 'It can be: 10 to 100 in steps of 5.'],
  [usbFault('control-untaken', { detail: 'iso', choices: ['7'] }), 'It stays as it is now: 7. Choose another value.'],
  [usbFault('control-untaken', { detail: 'iso' }), 'Choose another value.'],
  [usbFault('overconstrained', { detail: 'frameRate', choices: ['', '', '30'] }), 'up to 30 frames a second'],
  [usbFault('overconstrained', { detail: 'size', choices: ['1920', '1080'] }), 'It offers sizes up to 1920 × 1080.'],
  [usbFault('overconstrained', { detail: 'size' }), 'Choose a size that it has: cameras offer only some.'],
  [usbFault('not-found', { choices: ['BRIO', 'C920'] }), 'choose one that is there: BRIO, C920.'],
])('what can be done about %j is told', (fault, words) => {
  expect(said(errorOfFault(fault, 'A').said).hint).toContain(words);
});
