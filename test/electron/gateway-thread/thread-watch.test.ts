import { expect, test } from 'vitest';
import { ThreadWatch } from '../../../electron/gateway-thread/thread-watch.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const limit = 30_000;

function watched() {
  const clock = new FakeClock();
  const silences: number[] = [];
  let beats = 0;
  /** Passed while no timer could fire. */
  let slept = 0;
  const watch = new ThreadWatch(
    {
      clock: { ...clock, monotonic: () => clock.monotonic() + slept },
      beats: () => beats,
      onSilent: (silent) => silences.push(silent),
    },
    limit,
  );
  return {
    clock,
    silences,
    watch,
    sleep: (milliseconds: number) => {
      slept += milliseconds;
    },
    beat: () => {
      beats += 1;
    },
  };
}

test('a thread that beats is never silent, and one that stops is after its time, told once', () => {
  const { clock, silences, beat } = watched();
  for (let second = 0; second < 120; second += 1) {
    beat();
    clock.advance(1_000);
  }
  expect(silences).toEqual([]);
  clock.advance(limit - 1_000);
  expect(silences).toEqual([]);
  clock.advance(2_000);
  expect(silences).toHaveLength(1);
  clock.advance(10 * limit);
  expect(silences).toHaveLength(1);
});

test('a call that takes 29 s is no hang, however often', () => {
  const { clock, silences, beat } = watched();
  for (let call = 0; call < 5; call += 1) {
    beat();
    clock.advance(29_000);
  }
  expect(silences).toEqual([]);
});

test('while nobody could look (a PC that slept, a process that was stopped) no silence is counted', () => {
  const { clock, silences, beat, sleep } = watched();
  beat();
  clock.advance(1_000);
  sleep(3_600_000);
  clock.advance(1_000);
  expect(silences).toEqual([]);
  // Main looks first; the thread beats a moment later.
  beat();
  clock.advance(1_000);
  clock.advance(limit - 3_000);
  expect(silences).toEqual([]);
});

test('another limit holds from when it is given', () => {
  const { clock, silences, watch } = watched();
  watch.allow(5_000);
  clock.advance(6_000);
  expect(silences).toHaveLength(1);
  const other = watched();
  other.watch.stop();
  other.clock.advance(10 * limit);
  expect(other.silences).toEqual([]);
});
