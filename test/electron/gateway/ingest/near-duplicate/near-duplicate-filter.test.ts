import { describe, expect, it, onTestFinished } from 'vitest';
import { blockMeans, differenceOf } from '../../../../../electron/gateway/ingest/codec/block-signature.ts';
import { Decoder } from '../../../../../electron/gateway/ingest/codec/decoder.ts';
import {
  type FilterFrame,
  NearDuplicateFilter,
} from '../../../../../electron/gateway/ingest/near-duplicate/near-duplicate-filter.ts';
import { systemClock } from '../../../../../electron/gateway/platform/clock.ts';
import { FakeClock } from '../../../../support/fake-clock.ts';
import { type FrameWish, makeFrames } from '../../../../support/frames.ts';
import { sha256 } from '../../../../support/store.ts';
import { decodeWorker } from '../../../../support/workers.ts';

const scene = 'bench/stuff.jpg';
const defect = { edge: 13, levels: -70 } as const;

function openDecoder(): Decoder {
  const decoder = new Decoder(decodeWorker, systemClock, 30_000);
  onTestFinished(() => decoder.stop());
  return decoder;
}

async function differences(scene: string, wishes: readonly FrameWish[]): Promise<number[]> {
  const decoder = openDecoder();
  const frames = await makeFrames(scene, wishes);
  const signatures = [];
  for (const [index, bytes] of frames.entries()) {
    const reply = await decoder.ask({ kind: 'signature', bytes, format: wishes[index]?.format ?? 'jpeg' });
    if (reply.kind !== 'signature') throw new Error(reply.detail);
    signatures.push(reply.signature);
  }
  const [first, ...others] = signatures;
  if (first === undefined) throw new Error('no frames');
  return others.map((signature) => differenceOf(first, signature));
}

describe('the difference of two frames of real scenes', () => {
  it.each(['aoi-top/hackrf-one.jpg', 'aoi-top/opera-cake.jpg'])(
    '%s: tells a small defect from the noise of the sensor',
    async (photograph) => {
      const [noise = 0, dark = 0, bright = 0, red = 0] = await differences(photograph, [
        { seed: 1 },
        { seed: 2 },
        { seed: 4, defect },
        { seed: 5, defect: { edge: 13, levels: 70 } },
        { seed: 6, defect: { edge: 13, levels: 90, redOnly: true } },
      ]);
      expect(noise).toBeLessThan(0.6);
      for (const found of [dark, bright, red]) expect(found).toBeGreaterThan(1);
    },
  );

  it('is about the same in PNG, where every pixel counts', async () => {
    const [noise = 0, found = 0] = await differences(scene, [
      { format: 'png' },
      { format: 'png', seed: 2 },
      { format: 'png', seed: 3, defect },
    ]);
    expect(noise).toBeLessThan(0.9);
    expect(found).toBeGreaterThan(1);
  });

  it('grows with a change of the light', async () => {
    const [brighter = 0] = await differences(scene, [{}, { seed: 2, light: 1.1 }]);
    expect(brighter).toBeGreaterThan(3);
  });
});

describe('block means', () => {
  it('are exact for pictures of any size, also smaller than the blocks', () => {
    expect([...blockMeans(Uint8Array.of(10, 20, 30, 40, 50, 60), { width: 2, height: 1, channels: 3 })]).toEqual([
      10, 20, 30, 40, 50, 60,
    ]);
    const odd = blockMeans(new Uint8Array(100 * 37).fill(7), { width: 100, height: 37, channels: 1 });
    expect(odd).toHaveLength(32 * 32);
    expect(odd.every((mean) => mean === 7)).toBe(true);
  });

  it('differ in all where the frames are of another size', () => {
    const of = (width: number) => ({ width, height: 10, channels: 1, means: new Float32Array(10) });
    expect(differenceOf(of(10), of(10))).toBe(0);
    expect(differenceOf(of(10), of(11))).toBe(100);
  });
});

describe('the filter', () => {
  const still = makeFrames(
    scene,
    [1, 2, 3, 4, 5, 6].map((seed) => ({ seed })),
  );
  const flawed = makeFrames(
    scene,
    [7, 8].map((seed) => ({ seed, defect })),
  );
  const frame = (bytes: Uint8Array, wish: Partial<FilterFrame> = {}): FilterFrame => ({
    bytes,
    format: 'jpeg',
    sha256: sha256(bytes),
    at: 0,
    mustKeep: false,
    ...wish,
  });
  const open = (threshold = 1, keepEverySeconds = 0) => {
    const clock = new FakeClock();
    const filter = new NearDuplicateFilter({ threshold, keepEverySeconds }, openDecoder(), clock);
    /** One frame through the filter and into the store. */
    const pass = async (bytes: Uint8Array, wish: Partial<FilterFrame> = {}, stored = true) => {
      const turn = filter.enter();
      const verdict = await turn.judge(frame(bytes, wish));
      turn.settle(verdict === 'keep' && stored);
      return verdict;
    };
    return { filter, clock, pass };
  };

  it('keeps the first frame and each that differs from the last one kept', async () => {
    const { pass, filter } = open();
    const [a, b, c, d] = (await still) as [Buffer, Buffer, Buffer, Buffer];
    const [x, y] = (await flawed) as [Buffer, Buffer];
    const verdicts = [];
    for (const bytes of [a, b, c, x, y, d]) verdicts.push(await pass(bytes));
    expect(verdicts).toEqual(['keep', 'drop', 'drop', 'keep', 'drop', 'keep']);
    expect(filter.status()).toMatchObject({ threshold: 1, lastAt: expect.any(Number) });
    expect(filter.status().lastDifference).toBeGreaterThan(1);
  });

  it('compares with the last frame kept, so that slow change is not lost in small steps', async () => {
    const { pass } = open(3);
    const fading = await makeFrames(
      scene,
      Array.from({ length: 9 }, (_, step) => ({ light: 1 - step * 0.02 })),
    );
    const kept = [];
    for (const [step, bytes] of fading.entries()) if ((await pass(bytes)) === 'keep') kept.push(step);
    expect(kept.length).toBeGreaterThan(2);
    expect(kept.length).toBeLessThan(7);
  });

  it('judges in the order of the offers, however long each took to be read', async () => {
    const { filter } = open();
    const [a, b] = (await still) as [Buffer, Buffer];
    const [x] = (await flawed) as [Buffer];
    const turns = [filter.enter(), filter.enter(), filter.enter()];
    const verdicts: string[] = [];
    const run = async (index: number, bytes: Uint8Array): Promise<void> => {
      const verdict = await turns[index]?.judge(frame(bytes));
      verdicts.push(`${index} ${verdict}`);
      turns[index]?.settle(true);
    };
    const last = run(2, x);
    const second = run(1, b);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(verdicts).toEqual([]);
    await Promise.all([run(0, a), second, last]);
    expect(verdicts).toEqual(['0 keep', '1 drop', '2 keep']);
  });

  it('is not held up by a frame that gave up its turn', async () => {
    const { filter, pass } = open();
    const [a] = (await still) as [Buffer];
    filter.enter().settle(false);
    expect(await pass(a)).toBe('keep');
  });

  it('drops nothing for the sake of a frame that did not come into the store', async () => {
    const { filter, pass } = open();
    const [a, b, c, d] = (await still) as [Buffer, Buffer, Buffer, Buffer];
    const first = filter.enter();
    expect(await first.judge(frame(a))).toBe('keep');
    const second = filter.enter();
    const verdict = second.judge(frame(b));
    // It was compared, and waits for what becomes of the first.
    await expect.poll(() => filter.status().lastDifference, { timeout: 20_000 }).not.toBeNull();
    first.settle(false);
    expect(await verdict).toBe('keep');
    second.settle(true);
    expect(await pass(c)).toBe('drop');
    // Offered again, the first is like what was stored meanwhile.
    expect(await pass(d)).toBe('drop');
  });

  it('offered again after there was no room, a frame is not dropped for its own sake', async () => {
    const { pass } = open();
    const [a] = (await still) as [Buffer];
    expect(await pass(a, {}, false)).toBe('keep');
    expect(await pass(a, {}, false)).toBe('keep');
    expect(await pass(a)).toBe('keep');
    expect(await pass(a)).toBe('drop');
  });

  it('keeps what must be kept, and compares with it from then on', async () => {
    const { pass } = open();
    const [a, b, c] = (await still) as [Buffer, Buffer, Buffer];
    await pass(a);
    expect(await pass(b, { mustKeep: true })).toBe('keep');
    expect(await pass(c)).toBe('drop');
  });

  it('keeps what can’t be decoded, and the frame after it', async () => {
    const { pass } = open();
    const [a, b, c] = (await still) as [Buffer, Buffer, Buffer];
    await pass(a);
    expect(await pass(Buffer.from('no picture at all'))).toBe('keep');
    expect(await pass(b)).toBe('keep');
    expect(await pass(c)).toBe('drop');
  });

  it('keeps a frame every so often even if nothing changes: by the frames’ own time, and by the clock', async () => {
    const { pass, clock } = open(1, 60);
    const [a, b, c, d, e] = (await still) as [Buffer, Buffer, Buffer, Buffer, Buffer];
    expect(await pass(a, { at: 0 })).toBe('keep');
    expect(await pass(b, { at: 59_000 })).toBe('drop');
    expect(await pass(c, { at: 60_000 })).toBe('keep');
    expect(await pass(d, { at: 60_000 })).toBe('drop');
    clock.advance(60_000);
    expect(await pass(e, { at: 60_000 })).toBe('keep');
  });

  it('with a threshold of 0 drops exact repeats alone', async () => {
    const { pass } = open(0);
    const [a, b] = (await still) as [Buffer, Buffer];
    expect([await pass(a), await pass(a), await pass(b), await pass(b)]).toEqual(['keep', 'drop', 'keep', 'drop']);
  });
});
