import { expect, test } from 'vitest';
import { givenUp, LostFrames } from '../../../renderer/usb-page/camera-stream.ts';
import { faultOfValue } from '../../../renderer/usb-page/controls.ts';
import { chooseDevice } from '../../../renderer/usb-page/devices.ts';
import { FrameTime } from '../../../renderer/usb-page/frame-line.ts';
import { asFault } from '../../../renderer/usb-page/page-faults.ts';

const device = (id: string, label: string) => ({ id, label, width: null, height: null, frameRate: null });
const brio = device('aaa', 'Logitech BRIO (046d:085e)');
const other = device('bbb', 'HD Webcam (1bcf:2c01)');
const twin = device('ccc', 'Logitech BRIO (046d:085e)');

test('a camera is chosen by its id, its exact name, or its name without the numbers', () => {
  expect(chooseDevice([brio, other], 'bbb')).toBe(other);
  expect(chooseDevice([brio, other], 'Logitech BRIO (046d:085e)')).toBe(brio);
  expect(chooseDevice([brio, other], 'logitech brio')).toBe(brio);
  expect(chooseDevice([brio, twin], 'ccc')).toBe(twin);
});

test('two cameras of one name are never chosen by chance; one that is missing is told with those that are there', () => {
  expect(chooseDevice([brio, other, twin], 'Logitech BRIO')).toMatchObject({
    code: 'ambiguous',
    choices: ['aaa', 'ccc'],
  });
  expect(chooseDevice([other], 'Logitech BRIO')).toMatchObject({
    code: 'not-found',
    choices: ['HD Webcam (1bcf:2c01)'],
  });
});

test('the time of capture comes from the time stamps, relative to the fastest frame', () => {
  const time = new FrameTime();
  expect(time.ageOf(0, 1_000)).toBe(0);
  expect(time.ageOf(33_000, 1_073)).toBe(40);
  expect(time.ageOf(66_000, 1_056)).toBe(0);
  expect(time.ageOf(99_000, 1_099)).toBe(10);
});

test('a clock that drifts is followed, and one that begins anew is taken as it is', () => {
  const time = new FrameTime();
  let age = 0;
  // The camera’s clock loses a thousandth: a second in 1000.
  for (let at = 0; at < 1_000_000; at += 500) age = time.ageOf(at * 999, at);
  expect(age).toBeLessThan(25);
  expect(time.ageOf(0, 1_000_000)).toBe(0);
  expect(time.ageOf(1_000, 1_002)).toBe(0);
  expect(time.ageOf(Number.NaN, 1_000)).toBe(0);
});

test('frames on their way are not lost; what stays missing is', () => {
  const lost = new LostFrames();
  const looks: [delivered: number, read: number][] = [];
  for (let look = 1; look <= 10; look += 1) looks.push([look * 10 + 3, look * 10 - (look % 2)]);
  expect(looks.map(([delivered, read]) => lost.look(delivered, read)).at(-1)).toBe(0);
  for (let look = 11; look <= 20; look += 1) expect(lost.look(look * 10 + 3, look * 10 - 5)).toBeLessThanOrEqual(5);
  expect(lost.look(213, 205)).toBe(5);
  expect(lost.look(223, 223)).toBe(5);
});

test('what a thread that says nothing any more had captured is counted as given up', () => {
  expect(givenUp({ captured: 9, sent: 5, drops: { 'encoder-busy': 1 } })).toEqual({
    captured: 9,
    sent: 5,
    drops: { 'encoder-busy': 1, aborted: 3 },
  });
  expect(givenUp({ captured: 9, sent: 5, drops: { aborted: 2 } }).drops).toEqual({ aborted: 4 });
  expect(givenUp({ captured: 9, sent: 8, drops: { skipped: 1 } }).drops).toEqual({ skipped: 1 });
});

test('a value that the camera does not offer is answered with those that it does', () => {
  const range = { name: 'x', value: 5, minimum: 1, maximum: 9, step: 2, choices: [], fixed: false };
  expect(faultOfValue(range, 3)).toBeNull();
  for (const wrong of [0, 10, Number.NaN, '3', true])
    expect(faultOfValue(range, wrong)).toMatchObject({ code: 'control-range', detail: 'x', choices: ['1', '9', '2'] });
  const mode = { ...range, value: 'a', minimum: null, maximum: null, step: null, choices: ['manual', 'none'] };
  expect(faultOfValue(mode, 'manual')).toBeNull();
  expect(faultOfValue(mode, 'auto')).toMatchObject({ code: 'control-choice', choices: ['manual', 'none'] });
});

test('what the browser throws is told apart by its name', () => {
  const named = (name: string) => asFault(Object.assign(new Error('words'), { name })).code;
  expect(
    ['NotFoundError', 'NotAllowedError', 'NotReadableError', 'OverconstrainedError', 'TypeError'].map(named),
  ).toEqual(['not-found', 'not-allowed', 'not-readable', 'overconstrained', 'failed']);
});
