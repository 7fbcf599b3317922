import { message } from '../../../../shared/messages/message.ts';
import { cameraError } from '../camera/camera-errors.ts';
import type { NodeMap } from '../genicam/node-map.ts';
import { attempt, isRefusal } from './gige-trigger.ts';

/**
 * Starting and stopping, in the order that cameras want: settings, `TLParamsLocked` = 1, start; stop, `TLParamsLocked`
 * = 0. Most cameras of the SFNC 2 refuse the start while it is 0, some the stop as well, and settings while it is 1;
 * some keep it in a register, where it outlives its controller, and in others it is a value of the description, where
 * each controller begins at 0 whatever the camera does. Source: decision 12.
 */

type Commands = Pick<NodeMap, 'has' | 'set' | 'execute'>;
/** `under-way`: it is taken, and not done: a long exposure, or a trigger that the camera waits for. */
export type StopOutcome = 'stopped' | 'under-way' | 'refused';

const lock = 'TLParamsLocked';

/** Rejects with a `CameraError` that says why where the camera refuses it; nothing is locked then. */
export async function startAcquisition(map: Commands): Promise<void> {
  await setLock(map, true);
  try {
    await map.execute('AcquisitionStart', { waitMilliseconds: 0 });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await setLock(map, false);
    const { said: why, technical } = error;
    throw cameraError('failed', { said: message('camera-start-refused', { why }), technical, cause: error });
  }
}

/** `AcquisitionAbort` where the camera refuses to stop. Rejects only when it can't be reached. */
export async function stopAcquisition(map: Commands, waitMilliseconds: number): Promise<StopOutcome> {
  const stopped = await outcomeOf(map, waitMilliseconds);
  if (stopped !== 'refused') return stopped;
  // It may run although nobody has locked it here: another controller did.
  await setLock(map, true);
  const stoppedLocked = await outcomeOf(map, waitMilliseconds);
  if (stoppedLocked !== 'refused') return stoppedLocked;
  return (await abortAcquisition(map)) ? 'stopped' : 'refused';
}

/** At once, without the picture that is being taken. False where the camera has no such command or refuses it. */
export async function abortAcquisition(map: Commands): Promise<boolean> {
  return map.has('AcquisitionAbort') && (await attempt(map.execute('AcquisitionAbort', { waitMilliseconds: 500 })));
}

/** Settings may be changed again. */
export function unlockSettings(map: Commands): Promise<void> {
  return setLock(map, false);
}

/** A camera that has it as something that only can be read needs no help. */
async function setLock(map: Commands, isLocked: boolean): Promise<void> {
  if (!map.has(lock)) return;
  if (await attempt(map.set(lock, isLocked ? 1 : 0))) return;
  await attempt(map.set(lock, isLocked));
}

async function outcomeOf(map: Commands, waitMilliseconds: number): Promise<StopOutcome> {
  if (!map.has('AcquisitionStop')) return 'refused';
  try {
    return (await map.execute('AcquisitionStop', { waitMilliseconds })) ? 'stopped' : 'under-way';
  } catch (error) {
    if (isRefusal(error)) return 'refused';
    throw error;
  }
}
