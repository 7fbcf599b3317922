import { type Message, message } from '../../../../shared/messages/message.ts';
import { OperatorError } from '../../platform/errors.ts';
import { type Acquisition, CameraError } from '../camera/camera-device.ts';
import type { NodeMap } from '../genicam/node-map.ts';

/** The features that make a camera wait for a trigger, or not (the names are those of the SFNC). */

type Features = Pick<NodeMap, 'has' | 'set' | 'choices'>;

/** The trigger that takes a picture, by the names that cameras have for it, the best first. */
const frameTriggers = ['FrameStart', 'AcquisitionStart', 'FrameBurstStart', 'ExposureStart'];

/** Rejects with `setting-refused` where the camera can't be triggered like that. */
export async function setTrigger(features: Features, acquisition: Acquisition): Promise<void> {
  if (features.has('AcquisitionMode')) await attempt(features.set('AcquisitionMode', 'Continuous'));
  await switchAllOff(features);
  if (acquisition.kind === 'free-run') return;
  const source = acquisition.kind === 'software' ? 'Software' : acquisition.line;
  if (!features.has('TriggerMode') || (acquisition.kind === 'software' && !features.has('TriggerSoftware')))
    throw refused(acquisition, message('camera-no-trigger'));
  try {
    if (features.has('TriggerSelector')) {
      const offered = await features.choices('TriggerSelector');
      const selector = frameTriggers.find((name) => offered.includes(name)) ?? offered[0];
      if (selector !== undefined) await features.set('TriggerSelector', selector);
    }
    // Some cameras let the source be chosen only while the trigger is off, others only while it is on.
    const isChosen = features.has('TriggerSource') && (await attempt(features.set('TriggerSource', source)));
    await features.set('TriggerMode', 'On');
    if (features.has('TriggerSource') && !isChosen) await features.set('TriggerSource', source);
    if (acquisition.kind === 'hardware' && features.has('TriggerActivation'))
      await features.set('TriggerActivation', acquisition.activation);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await switchAllOff(features);
    throw refused(acquisition, error.said, error.technical);
  }
}

async function switchAllOff(features: Features): Promise<void> {
  if (!features.has('TriggerMode')) return;
  if (!features.has('TriggerSelector')) {
    await attempt(features.set('TriggerMode', 'Off'));
    return;
  }
  const offered = await features.choices('TriggerSelector');
  for (const selector of offered.slice(0, 32))
    if (await attempt(features.set('TriggerSelector', selector))) await attempt(features.set('TriggerMode', 'Off'));
}

/** False where the camera refused it. Rejects when the camera can't be reached. */
export async function attempt(setting: Promise<unknown>): Promise<boolean> {
  try {
    await setting;
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

/** Of this one feature; every other error means that the camera can't be reached. */
export function isRefusal(error: unknown): error is OperatorError {
  return error instanceof OperatorError && error.code !== 'camera-memory';
}

function refused(acquisition: Acquisition, why: Message, technical = ''): CameraError {
  const by =
    acquisition.kind === 'hardware'
      ? ({ context: 'line', line: acquisition.line, activation: acquisition.activation } as const)
      : ({ context: 'software', line: '', activation: '' } as const);
  return new CameraError('setting-refused', message('camera-trigger-refused', { ...by, why }), technical);
}
