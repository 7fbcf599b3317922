import { expect, test } from 'vitest';
import { legacy } from '../../../../../shared/messages/message.ts';
import { failureOf, told } from '../../../../support/spoken.ts';
import { cameraSource, type DrivenSink, settle, until } from './driven-camera.ts';

const facts = (sink: DrivenSink) =>
  sink.offered.map(({ facts: { trigger, triggeredBy, frameNumber } }) => [trigger, triggeredBy, frameNumber]);

test('of free run and of a hardware trigger each n-th frame is kept, the first among them, over reconnections', async () => {
  for (const [trigger, name, by] of [
    [{ mode: 'free-run', everyNth: 3 }, 'free-run', ''],
    [{ mode: 'hardware', line: 'Line2', activation: 'FallingEdge', everyNth: 3 }, 'hardware', 'Line2'],
  ] as const) {
    const { camera, sink, source, advance } = await cameraSource(trigger);
    for (let frame = 0; frame < 5; frame += 1) camera.frame();
    camera.lose();
    await settle();
    await advance(1_000);
    await until(() => camera.isRunning);
    for (let frame = 0; frame < 3; frame += 1) camera.frame();
    await settle();
    expect(facts(sink)).toEqual([1, 4, 7].map((number) => [name, by, number]));
    expect(source.camera()).toMatchObject({ frames: 8, stored: 3, skipped: 5 });
  }
});

test('a hardware trigger is passed to the camera, which is armed', async () => {
  const { camera, source } = await cameraSource({ mode: 'hardware', line: 'Line2', activation: 'FallingEdge' });
  expect(camera.starts).toEqual([{ kind: 'hardware', line: 'Line2', activation: 'FallingEdge' }]);
  expect(told(source.status())).toMatchObject({
    state: 'armed',
    text: 'Ready. It takes a picture when it is triggered.',
  });
  camera.frame();
  expect(source.status().state).toBe('armed');
});

test('on change, every frame goes to the sink, whose filter decides', async () => {
  const { camera, sink, source } = await cameraSource({ mode: 'on-change', threshold: 2 });
  camera.frame();
  camera.frame();
  await settle();
  expect(camera.starts).toEqual([{ kind: 'free-run' }]);
  expect(facts(sink)).toEqual([
    ['free-run', '', 1],
    ['free-run', '', 2],
  ]);
  expect(source.camera().trigger).toBe('on-change');
});

test('at an interval the camera is triggered, at once and without drift', async () => {
  const { camera, sink, source, advance } = await cameraSource({ mode: 'interval', milliseconds: 200 });
  expect(camera.starts).toEqual([{ kind: 'software' }]);
  await advance(0);
  expect(camera.triggers).toBe(1);
  for (let step = 0; step < 10; step += 1) await advance(100);
  expect(camera.triggers).toBe(6);
  expect(facts(sink)).toEqual([1, 2, 3, 4, 5, 6].map((number) => ['interval', '', number]));
  expect(source.status().state).toBe('streaming');
});

test('a camera slower than the interval takes as many as it can, and none is asked for twice', async () => {
  const { camera, sink, advance } = await cameraSource({ mode: 'interval', milliseconds: 50 }, {}, (it) => {
    it.answersTriggers = false;
  });
  await advance(0);
  await advance(500);
  expect(camera.triggers).toBe(1);
  camera.frame();
  await advance(50);
  expect(camera.triggers).toBe(2);
  expect(sink.offered).toHaveLength(1);
});

test('a camera that can’t be triggered runs freely, and one frame of each interval is kept', async () => {
  const { camera, sink, source, advance } = await cameraSource({ mode: 'interval', milliseconds: 1_000 }, {}, (it) => {
    it.canTrigger = false;
  });
  expect(camera.starts).toEqual([{ kind: 'free-run' }]);
  await advance(0);
  for (let frame = 0; frame < 21; frame += 1) {
    camera.frame();
    await advance(100);
  }
  expect(camera.triggers).toBe(0);
  expect(facts(sink)).toEqual([1, 11, 21].map((number) => ['interval', '', number]));
  expect(source.camera()).toMatchObject({ frames: 21, stored: 3, skipped: 18 });
});

test('a software trigger takes one picture and says who asked for it', async () => {
  const { camera, sink, source } = await cameraSource({ mode: 'software' });
  expect(source.status().state).toBe('armed');
  await source.trigger('window');
  await source.trigger('command');
  await settle();
  expect(camera.triggers).toBe(2);
  expect(facts(sink)).toEqual([
    ['software', 'window', 1],
    ['software', 'command', 2],
  ]);
});

test('a burst takes its pictures one after another', async () => {
  const { camera, sink, source } = await cameraSource({ mode: 'software', burst: 3 }, {}, (it) => {
    it.answersTriggers = false;
  });
  let isDone = false;
  const done = source.trigger('window').then(() => {
    isDone = true;
  });
  for (const taken of [1, 2, 3]) {
    await settle();
    expect([camera.triggers, isDone]).toEqual([taken, false]);
    camera.frame();
  }
  await done;
  await settle();
  expect(facts(sink)).toEqual([1, 2, 3].map((number) => ['burst', 'window', number]));
});

test('frames that nobody asked for are left out', async () => {
  const { camera, sink, source } = await cameraSource({ mode: 'software' });
  camera.frame();
  await source.trigger('window');
  camera.frame();
  await settle();
  expect(facts(sink)).toEqual([['software', 'window', 2]]);
  expect(source.camera().skipped).toBe(2);
});

test('a trigger is refused with words while the camera is not there, stopped or not for it', async () => {
  const { camera, sink, source } = await cameraSource({ mode: 'software' });
  camera.lose('taken');
  await settle();
  expect(await failureOf(source.trigger('window'))).toMatchObject({
    text: 'Another program controls the camera.',
    hint: expect.stringContaining('Close') as string,
  });
  const other = await cameraSource({ mode: 'free-run' });
  expect(await failureOf(other.source.trigger('window'))).toMatchObject({
    text: 'This camera does not take pictures on demand.',
  });
  const full = await cameraSource({ mode: 'software' });
  full.sink.room = { ok: false, message: legacy('The store is full.', 'Make room.') };
  full.sink.verdict = () => ({ kind: 'no-room', message: legacy('The store is full.', 'Make room.') });
  await full.source.trigger('window');
  await settle(20);
  expect(await failureOf(full.source.trigger('window'))).toMatchObject({ text: 'The store is full.' });
  expect(sink.offered).toHaveLength(0);
});

test('whoever asked for a picture is told when the camera is lost before it comes', async () => {
  const { camera, source } = await cameraSource({ mode: 'software', burst: 5 }, {}, (it) => {
    it.answersTriggers = false;
  });
  const asked = source.trigger('window');
  await settle();
  camera.lose();
  expect(await failureOf(asked)).toMatchObject({ text: 'The camera was there and is gone.' });
});

test('a picture that does not come is given up and counted; when it comes late it is stored all the same', async () => {
  const { camera, sink, source, advance } = await cameraSource({ mode: 'software' }, {}, (it) => {
    it.answersTriggers = false;
  });
  const asked = source.trigger('window');
  asked.catch(() => undefined);
  for (let step = 0; step < 51; step += 1) await advance(100);
  expect(await failureOf(asked)).toMatchObject({ text: 'The camera was triggered and sent no picture.' });
  expect(source.camera().drops).toMatchObject([{ cause: 'no-answer', frames: 1 }]);
  camera.frame();
  await settle();
  expect(facts(sink)).toEqual([['software', 'window', 1]]);
});

test('a picture whose parts were lost in the network is not waited for', async () => {
  const { camera, source, advance } = await cameraSource({ mode: 'software' }, {}, (it) => {
    it.answersTriggers = false;
  });
  const asked = source.trigger('window');
  asked.catch(() => undefined);
  await settle();
  camera.drops = { incomplete: 1 };
  await advance(100);
  expect(await failureOf(asked)).toMatchObject({ text: 'The picture was lost on its way from the camera.' });
});

test('a camera that takes three triggers and sends nothing is silent, and connected anew', async () => {
  const { camera, source, advance } = await cameraSource({ mode: 'interval', milliseconds: 100 }, {}, (it) => {
    it.answersTriggers = false;
  });
  for (let step = 0; step < 160 && source.status().state !== 'silent'; step += 1) await advance(100);
  expect(source.status().state).toBe('silent');
  expect(camera.triggers).toBe(3);
  expect(source.camera().drops).toMatchObject([{ cause: 'no-answer', frames: 3 }]);
  camera.answersTriggers = true;
  await advance(1_000);
  await until(() => camera.isRunning);
  await advance(0);
  expect(source.status().state).toBe('streaming');
});

test('a picture that the camera was triggered for is kept when it comes while the camera is stopped', async () => {
  const { camera, sink, source } = await cameraSource({ mode: 'software', burst: 2 }, {}, (it) => {
    it.answersTriggers = false;
  });
  const asked = source.trigger('window');
  camera.underWay = 1;
  const stopped = source.stop();
  expect(await failureOf(asked)).toMatchObject({ text: 'The camera was stopped before it took the picture.' });
  await stopped;
  expect(camera.triggers).toBe(1);
  expect(facts(sink)).toEqual([['burst', 'window', 1]]);
  expect(source.camera()).toMatchObject({ frames: 1, stored: 1, skipped: 0, drops: [] });
});
