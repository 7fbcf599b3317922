import { expect, test } from 'vitest';
import { CameraTime } from '../../../../../electron/gateway/source/gige/gige-time.ts';

const mega = 1_000_000n;
/** Ticks of a clock of 1 MHz at this time of the camera, in milliseconds. */
const ticksAt = (milliseconds: number): bigint => BigInt(Math.round(milliseconds * 1_000));

test('after a latch, a frame’s time is the camera’s, however late it arrives', () => {
  const time = new CameraTime(mega);
  // Ours is 5,000 ahead.
  time.latched(ticksAt(1_000), 5_999, 6_001);
  expect(time.timeOf(ticksAt(1_100), 6_140)).toEqual({ at: 6_100, from: 'camera' });
  expect(time.timeOf(ticksAt(1_200), 6_900)).toEqual({ at: 6_200, from: 'camera' });
  expect(time.nanoseconds(ticksAt(1_200))).toBe('1200000000');
});

test('a frame is never taken after it arrived', () => {
  const time = new CameraTime(mega);
  time.latched(ticksAt(1_000), 6_000, 6_020);
  expect(time.timeOf(ticksAt(1_100), 6_105)).toEqual({ at: 6_105, from: 'camera' });
});

test('a latch that took long is not believed', () => {
  const time = new CameraTime(mega);
  time.latched(ticksAt(1_000), 6_000, 6_500);
  expect(time.timeOf(ticksAt(1_100), 6_105).from).toBe('arrival');
});

test('without a latch, the frame that was fastest counts, once there are some', () => {
  const time = new CameraTime(mega);
  const delays = [30, 12, 40, 10, 25, 33, 50];
  const times = delays.map((delay, frame) => time.timeOf(ticksAt(100 * frame + 1), 9_000 + 100 * frame + delay));
  expect(times.map(({ from }) => from)).toEqual([
    ...new Array<string>(4).fill('arrival'),
    ...new Array<string>(3).fill('camera'),
  ]);
  expect(times.slice(4).map(({ at }) => at)).toEqual([9_410, 9_510, 9_610]);
});

test('the drift of a clock is followed', () => {
  const time = new CameraTime(mega);
  let last = 0;
  // The camera's clock is 100 ppm fast, over ten minutes.
  for (let at = 0; at < 600_000; at += 100) {
    const { at: taken } = time.timeOf(ticksAt(1 + at * 1.0001), at + 5);
    last = taken - at;
  }
  expect(Math.abs(last - 5)).toBeLessThan(10);
});

test('a camera that begins anew is believed again after some frames, with or without a latch', () => {
  for (const hasLatch of [true, false]) {
    const time = new CameraTime(mega);
    if (hasLatch) time.latched(ticksAt(500_000), 600_000, 600_000);
    for (let frame = 0; frame < 10; frame += 1) time.timeOf(ticksAt(500_000 + 100 * frame), 600_010 + 100 * frame);
    const after = Array.from({ length: 10 }, (_, frame) =>
      time.timeOf(ticksAt(100 + 100 * frame), 602_010 + 100 * frame),
    );
    expect(after[0]).toEqual({ at: 602_010, from: 'arrival' });
    expect(after[9]).toEqual({ at: 602_910, from: 'camera' });
  }
});

test('a clock that leaps ahead of ours is not followed into the future', () => {
  const time = new CameraTime(mega);
  time.latched(ticksAt(1_000), 6_000, 6_000);
  const { at } = time.timeOf(ticksAt(900_000), 6_100);
  expect(at).toBeLessThanOrEqual(6_100);
});

test('frames that overtook each other do not unsettle it', () => {
  const time = new CameraTime(mega);
  time.latched(ticksAt(1_000), 6_000, 6_000);
  time.timeOf(ticksAt(1_200), 6_240);
  expect(time.timeOf(ticksAt(1_100), 6_250)).toEqual({ at: 6_100, from: 'camera' });
  expect(time.timeOf(ticksAt(1_300), 6_340)).toEqual({ at: 6_300, from: 'camera' });
});

test('a camera without a clock, or whose clock stands still, has the time of arrival', () => {
  const none = new CameraTime(0n);
  expect(none.timeOf(ticksAt(1_000), 50)).toEqual({ at: 50, from: 'arrival' });
  expect(none.nanoseconds(5n)).toBeNull();
  const zero = new CameraTime(mega);
  expect(zero.timeOf(0n, 50)).toEqual({ at: 50, from: 'arrival' });
  expect(zero.nanoseconds(0n)).toBeNull();
  const still = new CameraTime(mega);
  for (let at = 0; at < 20_000; at += 1_000) expect(still.timeOf(7n, at)).toEqual({ at, from: 'arrival' });
});

test('a clock that was set back by some seconds is noticed, although a frame could be that late', () => {
  const time = new CameraTime(mega);
  time.latched(ticksAt(5_000), 10_000, 10_000);
  time.timeOf(ticksAt(5_100), 10_110);
  expect(time.timeOf(ticksAt(100), 10_210)).toEqual({ at: 10_210, from: 'arrival' });
});
