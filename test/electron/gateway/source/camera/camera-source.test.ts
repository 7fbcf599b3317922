import { expect, test } from 'vitest';
import type { FrameVerdict } from '../../../../../electron/gateway/model/frame.ts';
import { type Logger, silentLogger } from '../../../../../electron/gateway/platform/logger.ts';
import type { CameraTrouble } from '../../../../../electron/gateway/source/camera/camera-device.ts';
import { cameraError } from '../../../../../electron/gateway/source/camera/camera-errors.ts';
import { legacy } from '../../../../../shared/messages/message.ts';
import { said, told } from '../../../../support/spoken.ts';
import { cameraSource, settle, until } from './driven-camera.ts';

const stored: FrameVerdict = { kind: 'stored', imageId: 'x' };

test('a camera’s frames are offered with their facts and counted as stored', async () => {
  const { camera, sink, source, advance } = await cameraSource();
  expect(told(source.status())).toMatchObject({
    state: 'connecting',
    text: 'Connected. Waiting for the first picture.',
  });
  for (let frame = 0; frame < 10; frame += 1) {
    camera.frame();
    await settle();
  }
  await advance(1_000);
  expect(source.status()).toMatchObject({ state: 'streaming', settling: 0, drained: false });
  expect(sink.offered[0]).toMatchObject({
    facts: { trigger: 'free-run', triggeredBy: '', frameNumber: 1 },
    capturedAt: 1_001,
    capturedFrom: 'arrival',
  });
  expect(source.camera()).toMatchObject({
    vendor: 'Acme',
    model: 'Eye',
    serial: 'S1',
    address: '10.0.0.9',
    trigger: 'free-run',
    width: 4,
    height: 1,
    pixelFormat: 'Mono8',
    framesPerSecond: 10,
    frames: 10,
    stored: 10,
    skipped: 0,
    drops: [],
    resends: 2,
    latencyMilliseconds: 3,
    storeMilliseconds: 0,
    reconnects: 0,
    finished: false,
  });
  await advance(10_000);
  expect(source.camera().framesPerSecond).toBe(0);
});

test('the time from one picture to the next is the longer of the last two, or what is configured, and not an absence', async () => {
  const { camera, source, advance } = await cameraSource();
  const every = (): number | null => source.camera().everyMilliseconds;
  camera.frame();
  expect(every()).toBeNull();
  await advance(4_000);
  camera.frame();
  expect(every()).toBe(4_000);
  camera.lose();
  await until(() => camera.closed === 1);
  await advance(60_000);
  await until(() => camera.isRunning);
  camera.frame();
  expect(every()).toBe(4_000);
  // After a hiccup two pictures come at once: that is no rhythm yet.
  await advance(500);
  camera.frame();
  expect(every()).toBe(4_000);
  await advance(500);
  camera.frame();
  expect(every()).toBe(500);

  const interval = await cameraSource({ mode: 'interval', milliseconds: 7_000 });
  expect(interval.source.camera()).toMatchObject({ everyMilliseconds: 7_000, burst: 1 });
  const asked = await cameraSource({ mode: 'software', burst: 3 });
  await asked.source.trigger('window');
  expect(asked.source.camera()).toMatchObject({ frames: 3, everyMilliseconds: null, burst: 3 });
});

test('a camera that is not there is looked for with growing delay, for ever', async () => {
  const { camera, source, advance } = await cameraSource(undefined, {}, (it) => {
    it.trouble = cameraError('missing');
  });
  expect(told(source.status())).toMatchObject({ state: 'missing', text: 'The camera was not found.' });
  for (const [before, seconds] of [1, 2, 4, 8, 16, 30, 30].entries()) {
    await advance(seconds * 1_000 - 1);
    expect(camera.attempts).toBe(before + 1);
    await advance(1);
    expect(camera.attempts).toBe(before + 2);
  }
  camera.trouble = null;
  await advance(29_999);
  expect(camera.connections).toBe(0);
  await advance(1);
  await until(() => camera.isRunning);
  camera.frame();
  expect(source.status().state).toBe('streaming');
});

test('a camera that was unplugged is connected again, and found missing it is still called lost', async () => {
  const { camera, source, sink, advance } = await cameraSource();
  camera.frame();
  camera.trouble = cameraError('missing');
  camera.lose();
  await settle();
  expect(told(source.status())).toMatchObject({ state: 'lost', text: 'The camera was there and is gone.' });
  expect(camera.closed).toBe(1);
  await advance(1_000);
  expect(told(source.status())).toMatchObject({ state: 'lost', text: 'The camera was there and is gone.' });
  camera.trouble = null;
  await advance(2_000);
  await until(() => camera.isRunning);
  camera.frame();
  await settle();
  expect(source.status().state).toBe('streaming');
  expect(source.camera()).toMatchObject({ reconnects: 1, frames: 2, stored: 2, resends: 4 });
  expect(sink.offered).toHaveLength(2);
});

test('the delay is short again once the camera has worked for a while', async () => {
  const { camera, advance } = await cameraSource();
  for (const seconds of [1, 2, 4]) {
    camera.lose();
    await settle();
    await advance(seconds * 1_000 - 1);
    expect(camera.isRunning).toBe(false);
    await advance(1);
    await until(() => camera.isRunning);
  }
  await settle();
  for (let second = 0; second < 40; second += 5) await advance(5_000);
  camera.lose();
  await settle();
  await advance(1_000);
  await until(() => camera.isRunning);
});

test.each<[CameraTrouble, string, RegExp, RegExp]>([
  ['missing', 'missing', /not found/, /cable/],
  ['unreachable', 'missing', /other network|another network/, /address/],
  ['taken', 'taken', /Another program/, /Close/],
  ['lost', 'lost', /gone/, /cable/],
  ['silent', 'silent', /^Control works, but no pictures arrive\.$/, /firewall.*filter driver.*packet size/s],
  ['setting-refused', 'failed', /refused/, /settings/],
  ['denied', 'failed', /operating system/, /Allow/],
  ['failed', 'failed', /failed/, /off and on/],
])('%s is said in its own words', async (trouble, state, text, hint) => {
  const { source } = await cameraSource(undefined, {}, (camera) => {
    camera.trouble = cameraError(trouble);
  });
  expect(told(source.status())).toMatchObject({
    state,
    text: expect.stringMatching(text) as string,
    hint: expect.stringMatching(hint) as string,
  });
});

test('a device that breaks in a way nobody thought of is told and tried again', async () => {
  const { camera, source, advance } = await cameraSource(undefined, {}, (it) => {
    it.trouble = new TypeError('x is not a function');
  });
  expect(told(source.status())).toMatchObject({ state: 'failed', text: 'The camera failed (x is not a function).' });
  camera.trouble = null;
  await advance(1_000);
  await until(() => camera.isRunning);
});

test('a silent camera is called silent until a picture has come, though it can be connected', async () => {
  const { camera, source, advance } = await cameraSource();
  camera.lose('silent');
  await settle();
  expect(source.status().state).toBe('silent');
  await advance(1_000);
  await until(() => camera.isRunning);
  await settle();
  expect(source.status().state).toBe('silent');
  camera.frame();
  expect(source.status().state).toBe('streaming');
});

test('frames that come faster than they are stored are dropped and counted, with words', async () => {
  const releases: (() => void)[] = [];
  const { camera, sink, source } = await cameraSource(undefined, {}, (_, it) => {
    it.verdict = () => new Promise((resolve) => releases.push(() => resolve(stored)));
  });
  for (let frame = 0; frame < 10; frame += 1) camera.frame(20_000_000);
  await settle();
  expect(sink.offered).toHaveLength(4);
  expect(source.status().settling).toBe(4);
  for (const release of releases) release();
  await settle();
  camera.frame();
  await settle();
  for (const release of releases) release();
  await settle();
  expect(source.status().settling).toBe(0);
  expect(source.camera()).toMatchObject({
    frames: 11,
    stored: 5,
  });
  expect(source.camera().drops.map(told)).toMatchObject([
    { cause: 'not-keeping-up', text: 'They came faster than they could be stored.', frames: 6 },
  ]);
});

test('small frames go to the sink in larger numbers, up to a bound', async () => {
  const { camera, sink, source } = await cameraSource(undefined, {}, (_, it) => {
    it.verdict = () => new Promise((resolve) => releases.push(() => resolve(stored)));
  });
  const releases: (() => void)[] = [];
  for (let frame = 0; frame < 100; frame += 1) camera.frame();
  await settle();
  expect(sink.offered).toHaveLength(64);
  for (const release of releases) release();
  expect(source.camera().drops[0]?.frames).toBe(36);
});

test('what the sink refuses and what fails is counted with its last words; a near-duplicate is no loss', async () => {
  const verdicts: FrameVerdict[] = [
    { kind: 'refused', message: legacy('The pixel format 0x0 is not known.', '') },
    { kind: 'failed', message: legacy('The disk failed.', '') },
    { kind: 'gated' },
    { kind: 'refused', message: legacy('The pixel format 0x1 is not known.', '') },
    stored,
  ];
  const { camera, source } = await cameraSource(undefined, {}, (it, sink) => {
    it.drops = { incomplete: 7, 'some-new-cause': 1, skipped: 30 };
    sink.verdict = () => verdicts.shift() ?? stored;
  });
  for (let frame = 0; frame < 5; frame += 1) {
    camera.frame();
    await settle();
  }
  // What the device left out because it was told to is no loss.
  expect(source.camera()).toMatchObject({ frames: 5, stored: 1, skipped: 30 });
  expect(source.camera().drops.map(told)).toMatchObject([
    { cause: 'incomplete', text: 'Parts were lost in the network.', frames: 7 },
    { cause: 'refused', text: 'They can’t be stored. Last: The pixel format 0x1 is not known.', frames: 2 },
    { cause: 'failed', text: 'They could not be stored. Last: The disk failed.', frames: 1 },
    { cause: 'some-new-cause', text: 'They were lost: some-new-cause.', frames: 1 },
  ]);
});

test('drops of an earlier session stay counted after a reconnection', async () => {
  const { camera, source, advance } = await cameraSource(undefined, {}, (it) => {
    it.drops = { incomplete: 7 };
  });
  camera.lose();
  await settle();
  expect(source.camera().drops[0]?.frames).toBe(7);
  camera.drops = { incomplete: 2 };
  await advance(1_000);
  await until(() => camera.isRunning);
  expect(source.camera().drops[0]?.frames).toBe(9);
});

test('a sink that throws against its word costs the frame, which is counted, and nothing else', async () => {
  const { camera, source } = await cameraSource(undefined, {}, (_, sink) => {
    sink.verdict = () => {
      throw new Error('boom');
    };
  });
  camera.frame();
  await settle();
  expect(source.camera().drops.map(told)).toMatchObject([
    {
      cause: 'failed',
      text: 'They could not be stored. Last: The gateway could not do this.',
      hint: 'Try it again. If it happens again, tell support: boom.',
      frames: 1,
    },
  ]);
  expect(source.status()).toMatchObject({ state: 'streaming', settling: 0 });
});

test.each([true, false])(
  'without room the camera is stopped, and goes on by itself (can stop: %s)',
  async (canStop) => {
    const { camera, sink, source, advance } = await cameraSource(undefined, {}, (it) => {
      it.canStop = canStop;
    });
    const full = { message: legacy('The store is full.', 'Make room.') };
    sink.verdict = () => ({ kind: 'no-room', ...full });
    sink.room = { ok: false, ...full };
    camera.frame();
    camera.frame();
    await settle(20);
    expect(source.status()).toMatchObject({ state: 'blocked', ...full });
    expect(camera.isRunning).toBe(false);
    expect([camera.stops, camera.closed]).toEqual(canStop ? [1, 0] : [0, 1]);
    const asked = sink.roomAsked;
    await advance(2_000);
    await advance(2_000);
    await advance(2_000);
    expect(sink.roomAsked - asked).toBe(3);
    expect(camera.isRunning).toBe(false);
    sink.room = { ok: true };
    sink.verdict = () => stored;
    await advance(2_000);
    await until(() => camera.isRunning);
    camera.frame();
    await settle();
    expect(source.status().state).toBe('streaming');
    expect(source.camera().stored).toBe(1);
    expect(source.camera().drops.map(told)).toMatchObject([
      { cause: 'no-room', text: 'The gateway had no room for them. Last: The store is full.', frames: 2 },
    ]);
  },
);

test.each([true, false])('pictures under way when the camera is stopped are kept (can stop: %s)', async (canStop) => {
  const { camera, sink, source } = await cameraSource(undefined, {}, (it) => {
    it.canStop = canStop;
  });
  camera.frame();
  camera.underWay = 2;
  await source.stop();
  expect(sink.offered.map(({ facts }) => facts.frameNumber)).toEqual([1, 2, 3]);
  expect(source.camera()).toMatchObject({ frames: 3, stored: 3, drops: [] });
});

test('pictures that come after the camera was lost are counted, not kept', async () => {
  const { camera, sink, source, advance } = await cameraSource();
  camera.frame();
  camera.underWay = 2;
  camera.lose('taken');
  await settle();
  expect(sink.offered).toHaveLength(1);
  expect(camera.released).toEqual([1, 2, 3]);
  expect(source.camera()).toMatchObject({ frames: 1, drops: [{ cause: 'aborted', frames: 2 }] });
  await advance(1_000);
  await until(() => camera.isRunning);
});

test('a sink that says it has room and takes nothing does not make the camera start and stop in a rush', async () => {
  const { camera, sink, advance } = await cameraSource();
  sink.verdict = () => ({ kind: 'no-room', message: legacy('Full.', '') });
  camera.frame();
  await settle(20);
  expect(camera.starts).toHaveLength(1);
  await advance(1_999);
  expect(camera.starts).toHaveLength(1);
  await advance(1);
  expect(camera.starts).toHaveLength(2);
});

test('a camera is not started while there is no room', async () => {
  const { camera, sink, source, advance } = await cameraSource(undefined, {}, (_, it) => {
    it.room = { ok: false, message: legacy('The disk is full.', 'Make room.') };
  });
  await until(() => source.status().state === 'blocked');
  expect(camera.starts).toHaveLength(0);
  sink.room = { ok: true };
  await advance(2_000);
  await until(() => camera.isRunning);
});

test('a camera that is lost while there is no room is connected again', async () => {
  const { camera, sink, source, advance } = await cameraSource();
  sink.verdict = () => ({ kind: 'no-room', message: legacy('Full.', '') });
  sink.room = { ok: false, message: legacy('Full.', '') };
  const events = camera.events;
  camera.frame();
  await settle(20);
  expect(source.status().state).toBe('blocked');
  events?.onLost(cameraError('lost'));
  await settle();
  expect(source.status().state).toBe('lost');
  await advance(1_000);
  await until(() => camera.connections === 2);
});

test('a source with a number of frames ends when they are stored, and lets the camera go', async () => {
  const verdicts: FrameVerdict[] = [stored, { kind: 'gated' }, stored];
  const { camera, sink, source } = await cameraSource(undefined, { frames: 3 }, (_, it) => {
    it.verdict = () => verdicts.shift() ?? stored;
  });
  for (let frame = 0; frame < 3; frame += 1) {
    camera.frame();
    await settle();
  }
  expect(source.status()).toMatchObject({ state: 'streaming', drained: false });
  // One more is wanted: of two at once, only one may be stored.
  camera.frame();
  camera.frame();
  await until(() => source.status().state === 'finished');
  expect(told(source.status())).toMatchObject({
    drained: true,
    text: 'All 3 pictures are stored. The camera is released.',
  });
  expect(camera.closed).toBe(1);
  expect(sink.offered).toHaveLength(4);
  expect(source.camera()).toMatchObject({ finished: true, stored: 3, skipped: 1 });
  camera.frame();
  await settle();
  expect(source.camera().frames).toBe(5);
});

test('stopping waits for the frames under way and lets the camera go', async () => {
  let release: () => void = () => undefined;
  const { camera, source } = await cameraSource(undefined, {}, (_, sink) => {
    sink.verdict = () =>
      new Promise((resolve) => {
        release = () => resolve(stored);
      });
  });
  camera.frame();
  await settle();
  let isStopped = false;
  const stopped = source.stop().then(() => {
    isStopped = true;
  });
  await settle(20);
  expect(camera.closed).toBe(1);
  expect(isStopped).toBe(false);
  release();
  await stopped;
  expect(source.camera().stored).toBe(1);
});

test('frames that a session sends after it was lost are not taken', async () => {
  const { camera, source } = await cameraSource();
  const events = camera.events;
  camera.frame();
  camera.lose();
  camera.events = events;
  camera.frame();
  await settle();
  expect(source.camera().frames).toBe(1);
});

test('each frame’s memory is given back once, whatever becomes of the frame', async () => {
  const verdicts: FrameVerdict[] = [stored, { kind: 'gated' }, { kind: 'refused', message: legacy('', '') }];
  let release: () => void = () => undefined;
  const { camera, source } = await cameraSource({ mode: 'free-run', everyNth: 2 }, {}, (_, sink) => {
    sink.verdict = () =>
      verdicts.shift() ??
      new Promise((resolve) => {
        release = () => resolve(stored);
      });
  });
  for (let frame = 0; frame < 6; frame += 1) camera.frame();
  await settle();
  expect(camera.released).toEqual([2, 4, 6, 1, 3, 5]);
  camera.frame();
  await settle();
  expect(camera.released).toHaveLength(6);
  const events = camera.events;
  camera.lose();
  camera.events = events;
  camera.frame();
  expect(camera.released).toEqual([2, 4, 6, 1, 3, 5, 8]);
  release();
  await settle();
  expect(camera.released.sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(source.camera().stored).toBe(2);
});

test('what is to be known about the pictures is shown beside the state, and logged once a session', async () => {
  const logged: unknown[] = [];
  const log: Logger['log'] = (_, event, fields = {}) => {
    if (event === 'camera-note') logged.push(fields['about']);
  };
  const { camera, source, advance } = await cameraSource(undefined, { logger: { ...silentLogger, log } });
  camera.note('bytes');
  camera.frame();
  camera.note('bytes');
  expect(told(source.status())).toMatchObject({
    state: 'streaming',
    text: 'Taking pictures',
    hint: 'About bytes. Do this.',
  });
  camera.note('pieces');
  expect(said(source.status().message).hint).toBe('About bytes. Do this. About pieces. Do this.');
  expect(logged).toEqual(['bytes', 'pieces']);
  camera.lose();
  await settle();
  await advance(1_000);
  await until(() => camera.connections === 2);
  await until(() => camera.isRunning);
  camera.frame();
  expect(told(source.status())).toMatchObject({ state: 'streaming', hint: '' });
  camera.note('bytes');
  expect(logged).toEqual(['bytes', 'pieces', 'bytes']);
});

test('a camera whose pictures can’t be used says so, is kept, and is believed with the next picture that can', async () => {
  const { camera, source } = await cameraSource();
  const failed = { state: 'failed', text: 'About format.', hint: 'Do this.' };
  for (let times = 1; times <= 2; times += 1) {
    camera.frame();
    expect(told(source.status())).toMatchObject({ state: 'streaming', hint: '' });
    camera.note('format', true);
    expect(told(source.status())).toMatchObject(failed);
    camera.note('format', true);
    expect(told(source.status())).toMatchObject(failed);
  }
  camera.frame();
  expect(source.status().state).toBe('streaming');
  expect(camera.connections).toBe(1);
});
