import { expect, test } from 'vitest';
import { DrawingWatch } from '../../../electron/window/drawing-watch.ts';
import { FakeClock } from '../../support/fake-clock.ts';

function open() {
  const clock = new FakeClock();
  const state = { isShown: true, canDraw: true, givenUp: 0 };
  const watch = new DrawingWatch({
    clock,
    logger: { log: () => undefined },
    isShown: () => state.isShown,
    canDraw: () => state.canDraw,
    giveUp: () => {
      state.givenUp += 1;
    },
  });
  return { clock, state, watch };
}

test('a process that draws and is missing for a moment, or ends some times, is not given up', () => {
  const { clock, state, watch } = open();
  state.canDraw = false;
  clock.advance(7_000);
  state.canDraw = true;
  for (let second = 0; second < 600; second += 1) {
    watch.ended();
    clock.advance(1_000);
  }
  for (let end = 0; end < 20; end += 1) watch.ended();
  clock.advance(60_000);
  expect(state.givenUp).toBe(0);
});

test('one that can’t be started is given up, once', () => {
  const { clock, state } = open();
  state.canDraw = false;
  clock.advance(9_000);
  expect(state.givenUp).toBe(1);
  clock.advance(600_000);
  expect(state.givenUp).toBe(1);
  expect(clock.timers).toBe(0);
});

test('one that ends as soon as it is started is given up as well', () => {
  const { clock, state, watch } = open();
  for (let turn = 0; turn < 90; turn += 1) {
    watch.ended();
    clock.advance(100);
  }
  expect(state.givenUp).toBe(1);
});

test('a window that nobody has open needs no drawing; at the end nothing is looked at', () => {
  const { clock, state, watch } = open();
  state.canDraw = false;
  state.isShown = false;
  clock.advance(60_000);
  expect(state.givenUp).toBe(0);
  watch.stop();
  expect(clock.timers).toBe(0);
});
