import { afterEach, expect, test, vi } from 'vitest';
import { laneCount, PictureLanes } from '../../../renderer/usb-page/picture-lanes.ts';

/** A browser's thread that does what it is told; the real ones make pictures in `usb-camera.test.ts` (e2e). */
class Thread extends EventTarget {
  static readonly all: Thread[] = [];
  readonly heard: { readonly id: number }[] = [];
  constructor() {
    super();
    Thread.all.push(this);
  }
  postMessage(message: { readonly id: number }): void {
    this.heard.push(message);
  }
  say(data: object): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data }));
  }
}

const frame = {} as VideoFrame;
const encoded = { data: new ArrayBuffer(4), width: 2, height: 2 };

function open(count: number) {
  Thread.all.splice(0);
  vi.stubGlobal('Worker', Thread);
  const broken: string[] = [];
  const lanes = new PictureLanes(count, 'image/jpeg', 0.9, (technical) => broken.push(technical));
  return { lanes, broken, threads: Thread.all };
}
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('there are at most three lanes, and one at least', () => {
  expect([0, 1, 2, 16].map(laneCount)).toEqual([1, 1, 2, 3]);
});

test('each frame goes to the lane that has the least to do, and its picture comes back to it', async () => {
  const { lanes, threads } = open(2);
  const [first, second, third] = [lanes.hold(frame), lanes.hold(frame), lanes.hold(frame)];
  expect(threads.map(({ heard }) => heard.map(({ id }) => id))).toEqual([[1, 3], [2]]);
  threads[1]?.say({ id: 2, encoded });
  expect(await second.encode()).toBe(encoded);
  lanes.hold(frame);
  expect(threads[1]?.heard.map(({ id }) => id)).toEqual([2, 4]);
  threads[0]?.say({ id: 1, failed: 'no memory' });
  await expect(first.encode()).rejects.toThrow('no memory');
  threads[0]?.say({ id: 3, encoded });
  expect(await third.encode()).toBe(encoded);
});

test('a lane that fails, and one that says nothing for ten seconds, are told as broken', async () => {
  vi.useFakeTimers();
  const { lanes, broken, threads } = open(1);
  const held = lanes.hold(frame);
  threads[0]?.dispatchEvent(Object.assign(new Event('error'), { message: 'script not loaded' }));
  await expect(held.encode()).rejects.toThrow('script not loaded');
  expect(broken).toEqual(['script not loaded']);
  const stuck = lanes.hold(frame).encode().catch(String);
  await vi.advanceTimersByTimeAsync(9_999);
  expect(broken).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(broken).toEqual(['script not loaded', 'a picture was not made in time']);
  expect(await stuck).toContain('a picture was not made in time');
});
