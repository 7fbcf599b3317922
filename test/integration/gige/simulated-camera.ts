import { expect, onTestFinished } from 'vitest';
import { errnoCode } from '../../../electron/gateway/platform/errors.ts';
import { ControlChannel } from '../../../electron/gateway/source/gige/gvcp/control-channel.ts';
import type { SimulatorOptionsInput } from '../../../electron/simulators/camera/options.ts';
import { SimulatedCamera } from '../../../electron/simulators/camera/simulated-camera.ts';
import { patiently, type Rig } from './camera-rig.ts';

let last = 0;

/** Small and quick, on an address of its own; it ends with the test. */
export async function simulate(options: Partial<SimulatorOptionsInput> = {}, tries = 9): Promise<SimulatedCamera> {
  last = (last % 99) + 1;
  try {
    const camera = await SimulatedCamera.start({
      // Each file of tests is a process of its own, and they run at the same time.
      address: `127.0.${1 + (process.pid % 250)}.${last}`,
      serial: `CTL${last}`,
      hearsBroadcasts: false,
      width: 64,
      height: 48,
      framesPerSecond: 100,
      ...options,
    });
    onTestFinished(() => camera.stop());
    return camera;
  } catch (error) {
    if (errnoCode(error) !== 'EADDRINUSE' || tries <= 1) throw error;
    return simulate(options, tries - 1);
  }
}

/** The source ends by itself, after so many pictures, and none of them is missing. */
export async function expectAll(rig: Rig, count: number): Promise<void> {
  await expect.poll(() => rig.source.status().state, patiently).toBe('finished');
  await rig.source.stop();
  const numbers = rig.sink.frames.map(({ facts }) => facts.frameNumber);
  expect(numbers).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  expect(rig.source.camera().drops).toEqual([]);
}

/** Another program, with nothing but registers. */
export async function otherProgram(camera: SimulatedCamera): Promise<ControlChannel> {
  const channel = await ControlChannel.open({ address: camera.address, interfaceAddress: '127.0.0.1' });
  onTestFinished(() => channel.close());
  return channel;
}

/** A register of the camera, read from outside. */
export async function registerOf(camera: SimulatedCamera, address: number): Promise<number> {
  const channel = await otherProgram(camera);
  const value = await channel.readRegister(address);
  channel.close();
  return value;
}
