import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Encoded, FrameLine, type LinePicture } from '../../../renderer/usb-page/frame-line.ts';
import type { UsbMode, UsbTallies } from '../../../shared/usb-camera.ts';
import type { UsbFault } from '../../../shared/usb-fault.ts';

const dropped = ({ drops }: UsbTallies): number => Object.values(drops).reduce((sum, frames) => sum + frames, 0);

/** A line whose encoder answers when it is told to, and whose clock stands still. */
class Bench {
  clock = 1_000;
  /** Frames whose memory is missing to the camera. */
  open = 0;
  copies = 0;
  broken: UsbFault | null = null;
  readonly pictures: LinePicture[] = [];
  readonly triggered = new Map<number, UsbFault | null>();
  readonly line: FrameLine<{ readonly timestamp: number; readonly close: () => void }>;
  readonly #encoding: { resolve: (encoded: Encoded) => void; reject: (error: Error) => void }[] = [];

  constructor(mode: UsbMode, waiting = 1) {
    this.line = new FrameLine({
      mode,
      waiting,
      hold: (frame) => {
        frame.close();
        this.copies += 1;
        return {
          encode: () => {
            const encoded = new Promise<Encoded>((resolve, reject) => {
              this.#encoding.push({ resolve, reject });
              expect(this.#encoding.length).toBeLessThanOrEqual(6);
            });
            return encoded.finally(() => {
              this.copies -= 1;
            });
          },
        };
      },
      onPicture: (picture) => this.pictures.push(picture),
      onTriggered: (request, fault) => {
        expect(this.triggered.has(request)).toBe(false);
        this.triggered.set(request, fault);
      },
      onBroken: (fault) => {
        this.broken = fault;
      },
      monotonic: () => this.clock,
      now: () => 1_700_000_000_000 + this.clock,
    });
  }

  frame(): void {
    let closed = false;
    this.open += 1;
    this.line.take({
      timestamp: this.clock * 1_000,
      close: () => {
        if (!closed) this.open -= 1;
        closed = true;
      },
    });
  }

  get isEncoding(): boolean {
    return this.#encoding.length > 0;
  }

  /** The encoder has done one of those that it has: the one that came first, or the latest. */
  async encoded(well = true, which: 'first' | 'latest' = 'first'): Promise<void> {
    const encoding = which === 'first' ? this.#encoding.shift() : this.#encoding.pop();
    if (well) encoding?.resolve({ data: new ArrayBuffer(4), width: 2, height: 2 });
    else encoding?.reject(new Error('no memory'));
    await new Promise(setImmediate);
  }
}

test('a frame that comes while others are encoded waits, the next one is dropped for the encoder', async () => {
  const bench = new Bench({ kind: 'free-run', everyNth: 1 });
  for (let frame = 0; frame < 9; frame += 1) bench.frame();
  expect(bench.line.tallies()).toEqual({ captured: 9, sent: 0, drops: { 'encoder-busy': 2 } });
  for (let frame = 0; frame < 7; frame += 1) await bench.encoded();
  expect(bench.pictures.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(bench.line.tallies()).toEqual({ captured: 9, sent: 7, drops: { 'encoder-busy': 2 } });
  expect(bench.open).toBe(0);
});

test('frames that wait are copies: the camera has its memory back, and a hiccup costs no picture', async () => {
  const bench = new Bench({ kind: 'free-run', everyNth: 1 }, 6);
  for (let frame = 0; frame < 8; frame += 1) bench.frame();
  expect([bench.open, bench.copies]).toEqual([0, 8]);
  for (let frame = 0; frame < 8; frame += 1) await bench.encoded(true, frame % 2 === 0 ? 'latest' : 'first');
  expect(bench.pictures.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(bench.line.tallies()).toEqual({ captured: 8, sent: 8, drops: {} });
  expect(bench.copies).toBe(0);
});

test('while the gateway takes no pictures, frames are dropped for it, and none is kept', async () => {
  const bench = new Bench({ kind: 'free-run', everyNth: 1 });
  for (let frame = 0; frame < 20; frame += 1) {
    bench.frame();
    await bench.encoded();
  }
  expect(bench.line.tallies()).toEqual({ captured: 20, sent: 16, drops: { 'gateway-busy': 4 } });
  bench.line.taken();
  bench.frame();
  await bench.encoded();
  expect(bench.line.tallies().sent).toBe(17);
  expect(bench.open).toBe(0);
});

test('a trigger gets the newest frame where it is fresh, and no frame serves two', async () => {
  const bench = new Bench({ kind: 'triggered' });
  bench.frame();
  bench.frame();
  bench.clock += 50;
  bench.line.trigger(1);
  await bench.encoded();
  expect(bench.triggered.get(1)).toBe(null);
  bench.line.trigger(2);
  expect(bench.isEncoding).toBe(false);
  bench.frame();
  await bench.encoded();
  expect(bench.triggered.get(2)).toBe(null);
  expect(bench.pictures.map(({ number }) => number)).toEqual([1, 2]);
  // What the camera saw before is not what somebody wanted to see.
  bench.frame();
  bench.clock += 500;
  bench.line.trigger(3);
  expect(bench.isEncoding).toBe(false);
  bench.frame();
  await bench.encoded();
  expect(bench.pictures.map(({ capturedAt }) => capturedAt - 1_700_000_000_000)).toEqual([1_000, 1_050, 1_550]);
  bench.line.end();
  expect(bench.open).toBe(0);
});

test('a trigger without a picture is given up after two seconds, and too many at once are refused', async () => {
  const bench = new Bench({ kind: 'triggered' });
  for (let request = 1; request <= 9; request += 1) bench.line.trigger(request);
  expect(bench.triggered.get(9)?.code).toBe('overrun');
  bench.clock += 2_001;
  bench.line.look();
  expect(bench.triggered.get(1)?.code).toBe('no-frame');
  expect(bench.line.tallies()).toEqual({ captured: 9, sent: 0, drops: { overrun: 1, 'no-frame': 8 } });
});

test('an encoder that fails again and again is told once', async () => {
  const bench = new Bench({ kind: 'free-run', everyNth: 1 });
  for (let frame = 0; frame < 12; frame += 1) {
    bench.frame();
    await bench.encoded(false);
  }
  expect(bench.broken?.code).toBe('encode-failed');
  expect(bench.line.tallies()).toEqual({ captured: 12, sent: 0, drops: { 'encode-failed': 12 } });
});

test('what waits when the camera is let go is made and leaves yet', async () => {
  const bench = new Bench({ kind: 'free-run', everyNth: 1 }, 6);
  for (let frame = 0; frame < 9; frame += 1) bench.frame();
  let hasEnded = false;
  const ended = bench.line.end().then(() => {
    hasEnded = true;
  });
  bench.frame();
  for (let frame = 0; frame < 9; frame += 1) {
    expect(hasEnded).toBe(false);
    await bench.encoded();
  }
  await ended;
  expect(bench.pictures.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(bench.line.tallies()).toEqual({ captured: 9, sent: 9, drops: {} });
  expect([bench.open, bench.copies]).toEqual([0, 0]);
});

test('whatever happens in whatever order, each frame is sent or counted once, and all memory is given back', async () => {
  const step = fc.constantFrom('frame', 'frame', 'encoded', 'latest', 'failed', 'taken', 'trigger', 'look', 'later');
  const mode = fc.oneof(
    fc.record({ kind: fc.constant('free-run' as const), everyNth: fc.integer({ min: 1, max: 4 }) }),
    fc.constant({ kind: 'triggered' as const }),
  );
  await fc.assert(
    fc.asyncProperty(
      mode,
      fc.integer({ min: 1, max: 6 }),
      fc.array(step, { maxLength: 80 }),
      async (given, waiting, steps) => {
        const bench = new Bench(given, waiting);
        let triggers = 0;
        for (const each of steps) {
          if (each === 'frame') bench.frame();
          if (each === 'encoded' || each === 'failed') await bench.encoded(each === 'encoded');
          if (each === 'latest') await bench.encoded(true, 'latest');
          if (each === 'taken') bench.line.taken();
          if (each === 'look') bench.line.look();
          if (each === 'later') bench.clock += 700;
          if (each === 'trigger' && given.kind === 'triggered') {
            triggers += 1;
            bench.line.trigger(triggers);
          }
          // At most the newest one, which a trigger may want.
          expect(bench.open).toBeLessThanOrEqual(1);
        }
        const ended = bench.line.end();
        for (let rest = 0; rest < 13; rest += 1) await bench.encoded();
        await ended;
        const tallies = bench.line.tallies();
        // Triggers that no frame came for are given up, frames that came are not.
        const closed = [...bench.triggered.values()].filter((fault) => fault?.code === 'closed');
        expect(tallies.drops['aborted'] ?? 0).toBe(closed.length);
        expect(tallies.captured).toBe(tallies.sent + dropped(tallies));
        expect(tallies.sent).toBe(bench.pictures.length);
        const numbers = bench.pictures.map(({ number }) => number);
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
        expect(bench.triggered.size).toBe(triggers);
        expect([bench.open, bench.copies]).toEqual([0, 0]);
      },
    ),
    { numRuns: 300 },
  );
});
