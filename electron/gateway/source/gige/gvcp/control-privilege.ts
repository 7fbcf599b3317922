import { message } from '../../../../../shared/messages/message.ts';
import { CameraError } from '../../camera/camera-device.ts';
import { type ControlMode, controlHeld, controlPrivileges, registers } from './bootstrap.ts';
import { GvcpError, isGvcpError } from './gvcp-error.ts';

/** How one program, and only one, comes to control a camera. */

export type RegisterAccess = {
  /** The camera's. */
  readonly address: string;
  readonly readRegister: (address: number, signal?: AbortSignal) => Promise<number>;
  readonly writeRegister: (address: number, value: number, signal?: AbortSignal) => Promise<void>;
};

/** Where the camera does not say. */
const usualTimeoutMilliseconds = 3_000;

function readPrivilege(camera: RegisterAccess, signal?: AbortSignal): Promise<number> {
  return camera.readRegister(registers.controlPrivilege, signal);
}

/** Returns after how many milliseconds without a heartbeat the camera lets go. Rejects as `takeControl` does. */
export async function takePrivilege(camera: RegisterAccess, mode: ControlMode, signal?: AbortSignal): Promise<number> {
  try {
    const privilege = await readPrivilege(camera, signal);
    if ((privilege & controlHeld) !== 0) throw taken(camera, `privilege register: ${privilege}`);
    await write(camera, mode, signal);
  } catch (error) {
    throw asTrouble(camera, error);
  }
  try {
    return await heartbeatTimeout(camera, signal);
  } catch (error) {
    // It is ours by now, and nobody else could have it until its time is over.
    camera.writeRegister(registers.controlPrivilege, 0).catch(() => undefined);
    throw asTrouble(camera, error);
  }
}

async function write(camera: RegisterAccess, mode: ControlMode, signal: AbortSignal | undefined): Promise<void> {
  try {
    await camera.writeRegister(registers.controlPrivilege, controlPrivileges[mode], signal);
  } catch (error) {
    if (!isGvcpError(error, 'timeout')) throw error;
    // Some cameras say nothing to a program that may not write. Another one was faster, or the camera is gone.
    const privilege = await readPrivilege(camera, signal);
    if ((privilege & controlHeld) !== 0) throw taken(camera, `no answer; privilege register: ${privilege}`);
    const said = message('camera-not-controllable', { address: camera.address });
    throw new CameraError('failed', said, error.technical, { cause: error });
  }
}

async function heartbeatTimeout(camera: RegisterAccess, signal: AbortSignal | undefined): Promise<number> {
  try {
    const timeout = await camera.readRegister(registers.heartbeatTimeout, signal);
    return timeout === 0 ? usualTimeoutMilliseconds : timeout;
  } catch (error) {
    if (error instanceof GvcpError && error.status !== null) return usualTimeoutMilliseconds;
    throw error;
  }
}

function taken(camera: RegisterAccess, technical: string): CameraError {
  const { address } = camera;
  return new CameraError(
    'taken',
    message('camera-taken', { context: 'address', address, model: '', serial: '' }),
    technical,
  );
}

function asTrouble(camera: RegisterAccess, error: unknown): unknown {
  // A `CameraError` has its message; the reason of a signal is the caller's own.
  if (!(error instanceof GvcpError) || error.code === 'closed') return error;
  if (error.code === 'access-denied') return taken(camera, error.technical);
  const { refusal, technical } = error;
  if (refusal === null) {
    const said = message('camera-no-answer', { address: camera.address });
    return new CameraError('missing', said, technical, { cause: error });
  }
  return new CameraError('failed', message('camera-refused', { why: refusal }), technical, { cause: error });
}
