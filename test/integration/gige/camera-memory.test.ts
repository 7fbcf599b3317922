import { describe, expect, test } from 'vitest';
import { bootstrap, feature } from '../../../electron/simulators/camera/addresses.ts';
import type { SimulatorOptionsInput } from '../../../electron/simulators/camera/options.ts';
import { moreFrames, startSource } from './camera-rig.ts';
import { expectAll, otherProgram, registerOf, simulate } from './simulated-camera.ts';

/** Cameras whose memory is not as their description, or the length of it, says. */

const wide = 1_024;

describe.each<[string, Partial<SimulatorOptionsInput>]>([
  ['that calls its little-endian registers big-endian', { memoryOrder: 'little-endian' }],
  ['that calls them so, without WRITEMEM', { memoryOrder: 'little-endian', capabilities: { writeMemory: false } }],
  ['whose registers refuse READMEM and WRITEMEM', { refusesMemory: true }],
  ['that locks its start and stop besides', { memoryOrder: 'little-endian', lock: 'start-and-stop' }],
])('a camera %s', (_, options) => {
  test('is read, set and started as it is: 100 pictures of 100', async () => {
    const camera = await simulate({ ...options, sensorWidth: 2_048, width: wide, height: 48 });
    const rig = await startSource(
      { address: camera.address },
      { frames: 100, features: { Height: 32, ExposureTime: 1_500, AcquisitionFrameRate: 50 } },
    );
    await expect.poll(() => rig.sink.frames.length, { timeout: 20_000 }).toBeGreaterThan(0);
    const features = new Map((await rig.source.features().list()).map((found) => [found.name, found]));
    expect(features.get('Width')).toMatchObject({ value: wide, maximum: 2_048, increment: 4 });
    expect(features.get('PixelFormat')).toMatchObject({ value: 'Mono8' });
    expect(features.get('ExposureTime')).toMatchObject({ value: 1_500, minimum: 10 });
    expect(features.get('GevHeartbeatTimeout')).toMatchObject({ value: 3_000 });
    await expectAll(rig, 100);
    expect(rig.sink.frames[0]).toMatchObject({ width: wide, height: 32 });
    expect(rig.sink.frames[0]?.facts.exposureMicroseconds).toBe(1_500);
    expect(await registerOf(camera, feature.height)).toBe(32);
  });
});

test('the simulated camera shows the trouble: 1024 in READREG, 262144 in READMEM', async () => {
  const camera = await simulate({ memoryOrder: 'little-endian', width: wide });
  const program = await otherProgram(camera);
  expect(await program.readRegister(feature.width)).toBe(wide);
  expect((await program.readMemory(feature.width, 4)).readUInt32BE(0)).toBe(262_144);
  expect((await program.readRegister(bootstrap.mode)) >>> 31).toBe(0);
});

test.each<[string, Partial<SimulatorOptionsInput>]>([
  ['erased flash', { descriptionTail: Buffer.alloc(1_000, 0xff) }],
  ['old text', { descriptionTail: Buffer.from('</Group></RegisterDescription>\n<old & torn') }],
  ['a control sign', { descriptionTail: Buffer.from([0x1a]) }],
  ['erased flash, zipped', { descriptionTail: Buffer.alloc(1_000, 0xff), zippedDescription: true }],
])('a camera whose description is followed by %s is read, set and started', async (_, options) => {
  const camera = await simulate(options);
  const rig = await startSource({ address: camera.address }, { frames: 5, features: { Width: 32 } });
  await expectAll(rig, 5);
  expect(rig.sink.frames[0]?.width).toBe(32);
});

test.each(['A&B.xml', "a,b'[c]#@%=~!.zip", '', 'a;b.xml'])(
  'a camera whose description is called %j is read, set and started',
  async (descriptionName) => {
    const camera = await simulate({ descriptionName });
    const rig = await startSource({ address: camera.address }, { frames: 5, features: { Width: 32 } });
    await expectAll(rig, 5);
    expect(rig.sink.frames[0]?.width).toBe(32);
  },
);

test('what comes with an event of the camera is not available, and none of its registers', async () => {
  const camera = await simulate();
  const rig = await startSource({ address: camera.address });
  await moreFrames(rig, 1);
  const features = (await rig.source.features().list()).filter(({ category }) => category.includes('EventControl'));
  expect(features.map(({ name, access, value }) => [name, access, value])).toEqual([
    ['EventExposureEndTimestamp', 'none', null],
    ['EventExposureEndFrameID', 'none', null],
  ]);
});
