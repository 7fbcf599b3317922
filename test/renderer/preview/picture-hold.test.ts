import { expect, test } from 'vitest';
import { PictureHold } from '../../../renderer/preview/picture-hold.ts';
import { FakeClock } from '../../support/fake-clock.ts';

function open() {
  const clock = new FakeClock();
  const shown: (string | null)[] = [];
  const decoding = new Map<
    string,
    { readonly done: () => void; readonly fail: () => void; readonly signal: AbortSignal }
  >();
  const hold = new PictureHold({
    decode: (imageId, signal) =>
      new Promise((resolve, reject) => {
        decoding.set(imageId, { done: resolve, fail: () => reject(new Error('no picture')), signal });
      }),
    onShow: (imageId) => void shown.push(imageId),
    now: clock.monotonic,
    after: clock.after,
  });
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    clock,
    hold,
    shown,
    decoding,
    end: async (imageId: string, how: 'done' | 'fail' = 'done'): Promise<void> => {
      decoding.get(imageId)?.[how]();
      await settle();
    },
  };
}

test('the picture shown stays until the next one is decoded', async () => {
  const { hold, shown, end } = open();
  hold.want('a', true);
  expect(shown).toEqual([]);
  await end('a');
  hold.want('b', true);
  expect(shown).toEqual(['a']);
  await end('b');
  expect(shown).toEqual(['a', 'b']);
});

test('a followed picture is waited for although newer ones come, and the newest of them is next', async () => {
  const { clock, hold, shown, decoding, end } = open();
  hold.want('a', true);
  clock.advance(1_500);
  hold.want('b', true);
  clock.advance(1_500);
  hold.want('c', true);
  expect([...decoding.keys()]).toEqual(['a']);
  await end('a');
  expect(shown).toEqual(['a']);
  expect([...decoding.keys()]).toEqual(['a', 'c']);
  await end('c');
  expect(shown).toEqual(['a', 'c']);
});

test('one that takes for ever makes room for the newest', async () => {
  const { clock, hold, shown, decoding, end } = open();
  hold.want('huge', true);
  clock.advance(60_000);
  hold.want('b', true);
  expect(decoding.get('huge')?.signal.aborted).toBe(true);
  await end('huge');
  expect(shown).toEqual([]);
  await end('b');
  expect(shown).toEqual(['b']);
});

test('one that can’t be drawn is shown all the same, for its words', async () => {
  const { hold, shown, end } = open();
  hold.want('broken', true);
  await end('broken', 'fail');
  expect(shown).toEqual(['broken']);
});

test('a picked one overtakes, and its words come within a moment whatever its picture does', async () => {
  const { clock, hold, shown, decoding, end } = open();
  hold.want('a', true);
  await end('a');
  hold.want('b', true);
  hold.want('picked', false);
  expect(decoding.get('b')?.signal.aborted).toBe(true);
  clock.advance(399);
  expect(shown).toEqual(['a']);
  clock.advance(1);
  expect(shown).toEqual(['a', 'picked']);
  await end('picked');
  expect(shown).toEqual(['a', 'picked']);
  expect(clock.timers).toBe(0);
});

test('picking what is being decoded anyway counts as picked', async () => {
  const { clock, hold, shown, end } = open();
  hold.want('a', true);
  await end('a');
  hold.want('b', true);
  hold.want('b', false);
  clock.advance(400);
  expect(shown).toEqual(['a', 'b']);
});

test('where no picture is held, a picked one has its words at once', () => {
  const { hold, shown } = open();
  hold.want('a', true);
  hold.want('picked', false);
  expect(shown).toEqual(['picked']);
});

test('where there is none, none is shown; after the end nothing is', async () => {
  const { hold, shown, decoding, end } = open();
  hold.want('a', true);
  await end('a');
  hold.want('b', true);
  hold.want(null, true);
  expect(shown).toEqual(['a', null]);
  expect(decoding.get('b')?.signal.aborted).toBe(true);
  await end('b');
  hold.want('c', true);
  hold.stop();
  await end('c');
  expect(shown).toEqual(['a', null]);
});
