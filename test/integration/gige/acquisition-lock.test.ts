import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { feature } from '../../../electron/simulators/camera/addresses.ts';
import type { SimulatorOptions } from '../../../electron/simulators/camera/options.ts';
import type { SimulatedCamera } from '../../../electron/simulators/camera/simulated-camera.ts';
import { legacy } from '../../../shared/messages/message.ts';
import { said } from '../../support/spoken.ts';
import { streamWorker } from '../../support/workers.ts';
import { moreFrames, noting, patiently, type Rig, reaches, startSource } from './camera-rig.ts';
import { expectAll, otherProgram, registerOf, simulate } from './simulated-camera.ts';

/** Cameras that start only while their settings are locked, and take settings only while they are not. */

type Lock = Pick<SimulatorOptions, 'lock' | 'lockKept'>;
const locks: readonly Lock[] = [
  { lock: 'none', lockKept: 'register' },
  { lock: 'start', lockKept: 'register' },
  { lock: 'start', lockKept: 'description' },
  { lock: 'start-and-stop', lockKept: 'register' },
  { lock: 'start-and-stop', lockKept: 'description' },
];
const isLocked = (camera: SimulatedCamera): Promise<number> => registerOf(camera, feature.transportLocked);
const widths = ({ sink }: Rig, since = 0): readonly number[] => [
  ...new Set(sink.frames.slice(since).map(({ width }) => width)),
];

/** The hardest to please. */
const hardest = locks.filter(
  ({ lock, lockKept }) => lock === 'start-and-stop' || (lock === 'start' && lockKept === 'register'),
);

describe.each(locks)('a camera that locks $lock, in its $lockKept', (lock) => {
  test('gives 100 pictures of 100, set as it was asked for, and is unlocked afterwards', async () => {
    const camera = await simulate(lock);
    const rig = await startSource(
      { address: camera.address },
      { frames: 100, features: { Width: 32, PixelFormat: 'Mono16' } },
    );
    await expectAll(rig, 100);
    expect(widths(rig)).toEqual([32]);
    expect([camera.acquiring, camera.controlled, await isLocked(camera)]).toEqual([false, false, 0]);
  });

  test('is found running and locked, as a killed program left it: it is stopped, unlocked, set and started', async () => {
    const camera = await simulate({ ...lock, runsOn: true, heartbeatMilliseconds: 500 });
    const killed = await otherProgram(camera);
    await killed.takeControl('control', () => undefined);
    if (lock.lock !== 'none' && lock.lockKept === 'register') await killed.writeRegister(feature.transportLocked, 1);
    await killed.writeRegister(feature.acquisitionStart, 1);
    // Without a word to the camera.
    killed.close();
    expect(camera.acquiring).toBe(true);
    const { logger, troubles } = noting();
    const rig = await startSource({ address: camera.address }, { features: { Width: 32 }, frames: 100, logger });
    await expectAll(rig, 100);
    expect(widths(rig)).toEqual([32]);
    expect(troubles.map(({ state }) => state)).toEqual(troubles.map(() => 'taken'));
    expect([camera.acquiring, await isLocked(camera)]).toEqual([false, 0]);
  });
});

describe.each(hardest)('a camera that locks $lock, in its $lockKept,', (lock) => {
  test('takes a picture for each software trigger', async () => {
    const camera = await simulate(lock);
    const rig = await startSource({ address: camera.address }, { trigger: { mode: 'software' } });
    await reaches(rig, 'armed');
    for (let count = 0; count < 5; count += 1) await rig.source.trigger('command');
    await expect.poll(() => rig.sink.frames.length, patiently).toBe(5);
    expect(camera.counters().triggersIgnored).toBe(0);
    await rig.source.stop();
    expect([camera.acquiring, await isLocked(camera)]).toEqual([false, 0]);
  });

  test('is set from the window while it takes pictures: between two of them', async () => {
    const camera = await simulate(lock);
    const rig = await startSource({ address: camera.address });
    await moreFrames(rig, 5);
    const listed = new Map((await rig.source.features().list()).map((found) => [found.name, found]));
    expect(listed.get('Width')).toMatchObject({ access: 'read-write', value: 64 });
    expect(listed.get('UserSetLoad')).toMatchObject({ access: 'write' });
    expect(listed.get('AcquisitionStart')).toMatchObject({ access: 'write' });
    expect(listed.get('SensorWidth')).toMatchObject({ access: 'read' });
    expect(await rig.source.saveSettings()).toBeGreaterThan(10);
    await rig.source.features().set('Width', 48);
    const since = rig.sink.frames.length;
    await moreFrames(rig, 20);
    expect(widths(rig, since)).toEqual([48]);
    await rig.source.features().set('ExposureTime', 1_000);
    await rig.source.features().execute('UserSetLoad');
    const loaded = rig.sink.frames.length;
    await moreFrames(rig, 20);
    expect(widths(rig, loaded)).toEqual([64]);
    expect(rig.source.camera().reconnects).toBe(0);
  });

  test('begins again after there was no room', async () => {
    const camera = await simulate(lock);
    const rig = await startSource({ address: camera.address });
    await moreFrames(rig, 5);
    rig.sink.verdict = { kind: 'no-room', message: legacy('The disk is full.', 'Make room.') };
    await reaches(rig, 'blocked');
    await expect.poll(() => camera.acquiring, patiently).toBe(false);
    expect(await isLocked(camera)).toBe(0);
    rig.sink.verdict = { kind: 'stored', imageId: 'x' };
    await moreFrames(rig, 20);
    expect(rig.source.camera().reconnects).toBe(0);
  });

  test('is gone for a while, and is taken over half way with pictures on', async () => {
    const camera = await simulate({ ...lock, runsOn: true, heartbeatMilliseconds: 600 });
    const rig = await startSource({ address: camera.address }, { features: { Width: 32 } });
    await moreFrames(rig, 5);
    camera.vanish();
    await expect.poll(() => camera.controlled, patiently).toBe(false);
    camera.comeBack();
    const since = rig.sink.frames.length;
    await expect.poll(() => rig.source.camera().reconnects, patiently).toBeGreaterThan(0);
    await moreFrames(rig, 20);
    expect(widths(rig, since)).toEqual([32]);
    await rig.source.stop();
    expect([camera.acquiring, await isLocked(camera)]).toEqual([false, 0]);
  });

  test('is stolen, and set as we want it when it is free again', async () => {
    const camera = await simulate({ ...lock, runsOn: true });
    const rig = await startSource({ address: camera.address }, { features: { Width: 32 } });
    await moreFrames(rig, 5);
    camera.setFaults({ controlStolen: 'control' });
    await reaches(rig, 'taken');
    const before = rig.sink.frames.length;
    camera.clearFaults();
    await moreFrames(rig, 20);
    expect(widths(rig, before)).toEqual([32]);
    await rig.source.stop();
    expect([camera.acquiring, await isLocked(camera)]).toEqual([false, 0]);
  });

  test('sends no more pictures: it is stopped and unlocked before it is let go', async () => {
    const camera = await simulate({ ...lock, runsOn: true });
    const rig = await startSource({ address: camera.address });
    await moreFrames(rig, 5);
    camera.setFaults({ frozen: true });
    await reaches(rig, 'silent');
    await expect.poll(() => [camera.acquiring, camera.controlled], patiently).toEqual([false, false]);
    expect(await isLocked(camera)).toBe(0);
    camera.clearFaults();
    await moreFrames(rig, 5);
  });

  test('is stopped, unlocked and let go when our receiver ends in a fault, and is there again at once', async () => {
    const camera = await simulate({ ...lock, runsOn: true });
    const { logger, troubles } = noting();
    const rig = await startSource({ address: camera.address }, { logger }, { streamWorkerPath: await failingWorker() });
    await moreFrames(rig, 5);
    await expect.poll(() => troubles.map(({ state }) => state), patiently).toEqual(['lost']);
    expect([camera.acquiring, camera.controlled, await isLocked(camera)]).toEqual([false, false, 0]);
    await expect.poll(() => rig.source.camera().reconnects, patiently).toBeGreaterThan(0);
    // Nobody has to wait until the camera forgets us.
    expect(troubles.map(({ state }) => state)).not.toContain('taken');
  });

  test('is aborted where it refuses to stop', async () => {
    const camera = await simulate({ ...lock, runsOn: true });
    const rig = await startSource({ address: camera.address });
    await moreFrames(rig, 5);
    camera.setFaults({ stopRefused: true });
    await rig.source.stop();
    expect([camera.acquiring, camera.controlled, await isLocked(camera)]).toEqual([false, false, 0]);
  });
});

/** The receiver's thread, which fails after a while. */
async function failingWorker(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'acusight-worker-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'worker.mjs');
  const real = JSON.stringify(pathToFileURL(streamWorker).href);
  const lines = [
    "import { parentPort } from 'node:worker_threads';",
    'const post = parentPort.postMessage.bind(parentPort);',
    'let count = 0;',
    'parentPort.postMessage = (...words) => {',
    "  if ((count += 1) > 40) throw new Error('fault');",
    '  post(...words);',
    '};',
    `await import(${real});`,
  ];
  await writeFile(file, lines.join('\n'));
  return file;
}

test('a camera whose lock can’t be changed says which setting keeps it from starting', async () => {
  const camera = await simulate({ lock: 'start', lockKept: 'register' });
  camera.setFaults({ lockRefused: true });
  const rig = await startSource({ address: camera.address }, { features: { Width: 32 } });
  await reaches(rig, 'failed');
  expect(said(rig.source.status().message).text).toBe(
    'The camera does not start to take pictures. The camera setting “AcquisitionStart” is locked (“TLParamsLocked” is 0); it was to be executed.',
  );
  expect(said(rig.source.status().message).hint).toContain('Change what locks it');
});
