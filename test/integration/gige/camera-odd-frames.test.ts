import { describe, expect, onTestFinished, test } from 'vitest';
import { silentLogger } from '../../../electron/gateway/platform/logger.ts';
import type { CameraNote } from '../../../electron/gateway/source/camera/camera-device.ts';
import type { Faults } from '../../../electron/simulators/camera/faults.ts';
import type { SimulatorOptionsInput } from '../../../electron/simulators/camera/options.ts';
import { SimulatedCamera } from '../../../electron/simulators/camera/simulated-camera.ts';
import { told } from '../../support/spoken.ts';
import { type KeptFrame, patiently, type Rig, reaches, startSource } from './camera-rig.ts';

/** Frames that end elsewhere than their leader says: a hundred of a hundred, through the real receiver. */

const width = 100;

let last = 0;
async function simulate(options: Partial<SimulatorOptionsInput>): Promise<SimulatedCamera> {
  last += 1;
  const address = `127.0.73.${last}`;
  const size = { width, height: 200, framesPerSecond: 120, keptFrames: 100 };
  const camera = await SimulatedCamera.start({
    address,
    serial: `ODD${last}`,
    hearsBroadcasts: false,
    ...size,
    ...options,
  });
  onTestFinished(() => camera.stop());
  return camera;
}

/** What is asked for again has to come while the next few frames do. */
const slowly = { framesPerSecond: 40 };

type Wish = {
  readonly faults?: Partial<Faults>;
  readonly packetSize?: number;
  readonly features?: Readonly<Record<string, boolean>>;
};

/** A hundred pictures, and what was noted in the log. */
async function hundred(
  options: Partial<SimulatorOptionsInput>,
  { faults, packetSize = 1_500, features = {} }: Wish = {},
) {
  const camera = await simulate(options);
  if (faults !== undefined) camera.setFaults(faults);
  const notes: CameraNote[] = [];
  const logger = {
    ...silentLogger,
    log: (_: string, event: string, fields?: object) =>
      void (event === 'camera-note' && notes.push(fields as CameraNote)),
  };
  const rig = await startSource({ address: camera.address, packetSize }, { frames: 100, logger, features });
  await reaches(rig, 'finished');
  expect(rig.sink.frames).toHaveLength(100);
  return { rig, camera, notes };
}

/** The pictures are the moving ramp, whole; after the first none is missing between them. */
function expectRamps({ sink, source }: Rig, lines: (frame: KeptFrame) => number, stride = width): void {
  for (const frame of sink.frames) {
    const { data, height, facts } = frame;
    expect([frame.width, height]).toEqual([width, lines(frame)]);
    const origin = data[0] ?? 0;
    for (let y = 0; y < height; y += 1)
      for (let x = 0; x < width; x += 1)
        if (data[y * stride + x] !== ((origin + x + y) & 0xff)) throw new Error(`${facts.frameNumber}: ${x}, ${y}`);
  }
  expect(source.camera().drops).toEqual([]);
}

describe('a hundred of a hundred pictures', () => {
  test('of a line scan camera have the lines that came', async () => {
    const { rig, notes } = await hundred({ lines: [100] });
    expectRamps(rig, () => 100);
    expect(rig.source.camera()).toMatchObject({ width: 100, height: 100 });
    expect(notes).toEqual([]);
  });

  test.each<[string, Wish]>([
    ['', {}],
    ['with packets lost and in disorder', { faults: { lossPerThousand: 10, reorderWindow: 4 } }],
    ['with large packets', { packetSize: 9_000 }],
    ['with 64-bit ids', { faults: { extendedIds: true } }],
    ['with chunk data', { features: { ChunkModeActive: true } }],
  ])('have each their own number of lines %s', async (_, wish) => {
    const lines = [60, 200, 117, 300];
    const { rig, notes } = await hundred({ lines, ...(wish.faults === undefined ? {} : slowly) }, wish);
    expectRamps(rig, ({ facts }) => lines[((facts.frameNumber ?? 0) - 1) % 4] ?? 0);
    expect(notes).toEqual([]);
  });

  test.each<[string, Wish]>([
    ['', {}],
    ['with packets lost and in disorder', { faults: { lossPerThousand: 10, reorderWindow: 4 } }],
  ])('come from a camera that does not know the number of lines when it begins, %s', async (_, wish) => {
    const { rig } = await hundred({ lines: [50, 160], announcesLines: false, ...slowly }, wish);
    expectRamps(rig, ({ facts }) => ((facts.frameNumber ?? 0) % 2 === 1 ? 50 : 160));
  });

  test.each<['silent' | 'torn' | 'missing']>([['silent'], ['torn'], ['missing']])(
    'have the lines of their leader where the trailer is %s',
    async (trailer) => {
      const { rig } = await hundred({}, { faults: { trailer } });
      expectRamps(rig, () => 200);
    },
  );

  test('with 312 bytes behind them are taken without these, which is said once', async () => {
    const { rig, notes, camera } = await hundred({ height: 100, surplusBytes: 312 });
    expectRamps(rig, () => 100);
    for (const { data } of rig.sink.frames) expect(data.length).toBe(10_000);
    expect(notes.map(told)).toMatchObject([
      { about: 'surplus-bytes', text: expect.stringContaining('312 B behind it') },
    ]);
    expect(camera.counters().framesSkipped).toBe(0);
  });

  test('with more behind them than the picture has, lost and in disorder, are taken too', async () => {
    const faults = { lossPerThousand: 10, reorderWindow: 4 };
    const { rig, notes } = await hundred({ height: 100, surplusBytes: 30_000, ...slowly }, { faults });
    expectRamps(rig, () => 100);
    expect(notes).toHaveLength(1);
  });

  test('with the padding that the leader names are taken as they are', async () => {
    const { rig, notes } = await hundred({ paddingX: 4, paddingY: 1_000 });
    expectRamps(rig, () => 200, width + 4);
    expect(notes).toEqual([]);
  });
});

test('a camera whose trailer names more lines than came has its pictures counted as short', async () => {
  const camera = await simulate({ lines: [100] });
  camera.setFaults({ extraTrailerLines: 1 });
  const { source, sink } = await startSource({ address: camera.address, packetSize: 1_500 });
  const short = () => source.camera().drops.find(({ cause }) => cause === 'short')?.frames ?? 0;
  await expect.poll(short, patiently).toBeGreaterThanOrEqual(20);
  expect(sink.frames).toEqual([]);
  camera.setFaults({ extraTrailerLines: 0 });
  await expect.poll(() => sink.frames.length, patiently).toBeGreaterThan(3);
  expect(told(source.status())).toMatchObject({ state: 'streaming', hint: '' });
});
