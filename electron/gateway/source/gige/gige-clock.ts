import type { Clock } from '../../platform/clock.ts';
import type { CameraTime } from './gige-time.ts';
import { registers } from './gvcp/bootstrap.ts';
import type { ControlChannel } from './gvcp/control-channel.ts';
import { GvcpError } from './gvcp/gvcp-error.ts';

const latch = 2;

type Registers = Pick<ControlChannel, 'readRegister' | 'writeRegister'>;

const wide = async (camera: Registers, high: number, low: number): Promise<bigint> =>
  (BigInt(await camera.readRegister(high)) << 32n) | BigInt(await camera.readRegister(low));

/** Ticks of the camera's clock in a second; 0n where it does not say. */
export async function tickFrequency(camera: Registers): Promise<bigint> {
  try {
    return await wide(camera, registers.tickFrequencyHigh, registers.tickFrequencyLow);
  } catch (error) {
    if (error instanceof GvcpError && error.status !== null) return 0n;
    throw error;
  }
}

/** Compares the camera's clock with ours. False where the camera can't hold its clock for that. */
export async function latchClock(camera: Registers, clock: Clock, time: CameraTime): Promise<boolean> {
  try {
    const asked = clock.monotonic();
    await camera.writeRegister(registers.timestampControl, latch);
    const answered = clock.monotonic();
    const ticks = await wide(camera, registers.timestampHigh, registers.timestampLow);
    if (ticks === 0n) return false;
    time.latched(ticks, asked, answered);
    return true;
  } catch (error) {
    if (error instanceof GvcpError && error.status !== null) return false;
    throw error;
  }
}
