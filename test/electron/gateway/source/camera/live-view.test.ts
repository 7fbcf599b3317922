import { expect, test } from 'vitest';
import type { LivePicture } from '../../../../../electron/gateway/source/camera/live-view.ts';
import type { LiveFrame } from '../../../../../shared/camera.ts';
import { failureOf } from '../../../../support/spoken.ts';
import { cameraSource, settle } from './driven-camera.ts';

const never = new AbortController().signal;

const picture: LivePicture = {
  width: 4,
  height: 1,
  focus: 1,
  histogram: new Array<number>(64).fill(1 / 64),
  overexposed: 0,
  underexposed: 0,
  jpeg: Uint8Array.of(1),
};

test('pictures are looked at only while somebody asks, at most one each 100 ms, in copies', async () => {
  const looked: Uint8Array[] = [];
  const { camera, sink, source, advance } = await cameraSource(undefined, {
    makeLiveFrame: async ({ data }) => {
      looked.push(data);
      return { ...picture, jpeg: data };
    },
  });
  camera.frame();
  await advance(1_000);
  expect(looked).toHaveLength(0);
  const first = source.liveFrame(0, false, never);
  camera.frame();
  camera.frame();
  const { number } = (await first) as LiveFrame;
  expect(number).toBe(1);
  expect([...(source.livePicture(1) ?? [])]).toEqual([2, 2, 2, 2]);
  expect(looked[0]).not.toBe(sink.offered[1]?.picture.data);
  expect(looked[0]?.buffer).not.toBe(sink.offered[1]?.picture.data.buffer);
  const second = source.liveFrame(1, false, never);
  for (let step = 0; step < 10; step += 1) {
    camera.frame();
    await advance(20);
  }
  expect((await second)?.number).toBe(2);
  expect(looked).toHaveLength(2);
  expect(sink.offered).toHaveLength(13);
  // Nobody asked again.
  await advance(3_000);
  camera.frame();
  expect(looked).toHaveLength(2);
});

test('while a picture is being looked at, frames pass by unseen', async () => {
  let release: () => void = () => undefined;
  let looks = 0;
  const { camera, sink, source, advance } = await cameraSource(undefined, {
    makeLiveFrame: () => {
      looks += 1;
      return new Promise((resolve) => {
        release = () => resolve(picture);
      });
    },
  });
  const asked = source.liveFrame(0, false, never);
  for (let frame = 0; frame < 5; frame += 1) {
    camera.frame();
    await advance(150);
  }
  expect([looks, sink.offered.length]).toEqual([1, 5]);
  release();
  expect((await asked)?.number).toBe(1);
});

test('a question without an answer ends after a second; whoever begins to look gets the last picture', async () => {
  const { camera, source, advance } = await cameraSource();
  const nothing = source.liveFrame(0, false, never);
  await advance(1_000);
  expect(await nothing).toBeNull();
  camera.frame();
  await settle();
  const last = source.liveFrame(0, false, never);
  await advance(1_000);
  expect((await last)?.number).toBe(1);
  const newer = source.liveFrame(1, false, never);
  await advance(1_000);
  expect(await newer).toBeNull();
});

test('a question is given up when its asker has gone', async () => {
  const { source } = await cameraSource();
  const gone = new AbortController();
  const asked = source.liveFrame(0, false, gone.signal);
  gone.abort();
  expect(await asked).toBeNull();
});

test('a picture that can’t be shown hinders neither the next one nor the capture', async () => {
  let looks = 0;
  const { camera, sink, source, advance } = await cameraSource(undefined, {
    makeLiveFrame: async () => {
      looks += 1;
      if (looks === 1) throw new Error('torn');
      return picture;
    },
  });
  const asked = source.liveFrame(0, false, never);
  camera.frame();
  await advance(100);
  camera.frame();
  expect((await asked)?.number).toBe(1);
  expect(sink.offered).toHaveLength(2);
});

test('only the newest pictures are kept', async () => {
  const { camera, source, advance } = await cameraSource();
  for (let number = 1; number <= 8; number += 1) {
    const asked = source.liveFrame(number - 1, false, never);
    camera.frame();
    await settle();
    await advance(100);
    expect((await asked)?.number).toBe(number);
  }
  expect([1, 4, 5, 8].map((number) => source.livePicture(number) !== null)).toEqual([false, false, true, true]);
});

test('a test shot is triggered, shown and not stored', async () => {
  for (const trigger of [{ mode: 'software' }, { mode: 'interval', milliseconds: 86_400_000 }]) {
    const { camera, sink, source, advance } = await cameraSource(trigger);
    await advance(0);
    await settle();
    const before = sink.offered.length;
    const liveFrame = await source.liveFrame(0, true, never);
    expect(liveFrame?.number).toBe(1);
    expect(sink.offered).toHaveLength(before);
    expect(source.camera()).toMatchObject({ stored: before, skipped: 0, frames: before + 1 });
    expect(camera.triggers).toBe(before + 1);
  }
});

test('a camera that runs freely shows its next picture as test shot, and stores it as every other', async () => {
  const { camera, sink, source } = await cameraSource();
  const asked = source.liveFrame(0, true, never);
  camera.frame();
  expect((await asked)?.number).toBe(1);
  expect(sink.offered).toHaveLength(1);
});

test('a test shot is refused with words where it can’t be taken', async () => {
  const hardware = await cameraSource({ mode: 'hardware' });
  expect(await failureOf(hardware.source.liveFrame(0, true, never))).toMatchObject({
    text: 'This camera takes pictures only when its input is triggered.',
  });
  const lost = await cameraSource({ mode: 'software' });
  lost.camera.lose();
  await settle();
  expect(await failureOf(lost.source.liveFrame(0, true, never))).toMatchObject({
    text: 'The camera was there and is gone.',
  });
  const deaf = await cameraSource({ mode: 'software' }, {}, (it) => {
    it.answersTriggers = false;
  });
  const asked = deaf.source.liveFrame(0, true, never);
  asked.catch(() => undefined);
  for (let step = 0; step < 51; step += 1) await deaf.advance(100);
  expect(await failureOf(asked)).toMatchObject({ text: 'The camera was triggered and sent no picture.' });
});
