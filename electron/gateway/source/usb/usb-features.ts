import type { Feature, FeatureValue } from '../../../../shared/camera.ts';
import { message } from '../../../../shared/messages/message.ts';
import type { UsbControl } from '../../../../shared/usb-camera.ts';
import { OperatorError } from '../../platform/errors.ts';
import type { CameraError, CameraFeatures } from '../camera/camera-device.ts';
import type { UsbStream } from './usb-cameras.ts';
import { errorOfFault } from './usb-errors.ts';

/** A USB camera's settings, in the form that every camera's settings are shown in. */
export function usbFeatures(stream: UsbStream, device: string): CameraFeatures {
  return {
    list: async () => {
      const controls = await stream.describe();
      if (!controls.ok) throw refusal(errorOfFault(controls.fault, device));
      return controls.value.map(featureOf);
    },
    set: async (name: string, value: FeatureValue) => {
      const answer = await stream.set(name, value);
      if (!answer.ok) throw refusal(errorOfFault(answer.fault, device));
    },
    execute: (name: string) =>
      Promise.reject(
        new OperatorError(message('no-command', { command: name }), {
          operation: 'camera-command',
          disposition: 'bury',
        }),
      ),
  };
}

const refusal = ({ said, technical }: CameraError): OperatorError =>
  new OperatorError(said, { operation: 'camera-setting', disposition: 'bury', technical });

const categories: readonly (readonly [RegExp, string])[] = [
  [/^(width|height|frameRate)$/, 'Picture'],
  [/^(exposure|iso)/, 'Exposure'],
  [/^(focus|pointsOfInterest)/, 'Focus'],
  [/^(whiteBalance|colorTemperature)/, 'White balance'],
  [/^(pan|tilt|zoom)/, 'Position'],
];

const units: Readonly<Record<string, string>> = {
  exposureTime: '100 µs',
  colorTemperature: 'K',
  frameRate: '1/s',
  width: 'px',
  height: 'px',
};

function featureOf({ name, value, minimum, maximum, step, choices, fixed }: UsbControl): Feature {
  return {
    name,
    displayName: spacedName(name),
    category: [categories.find(([pattern]) => pattern.test(name))?.[1] ?? 'Other'],
    kind: kindOf(choices, value, step),
    access: fixed ? 'read' : 'read-write',
    visibility: 'beginner',
    tooltip: '',
    unit: units[name] ?? '',
    value,
    minimum,
    maximum,
    increment: step,
    choices: choices.map((choice) => ({ name: choice, displayName: choice })),
  };
}

function kindOf(choices: readonly string[], value: UsbControl['value'], step: number | null): Feature['kind'] {
  if (choices.length > 0) return 'enumeration';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  return step !== null && step > 0 && Number.isInteger(step) ? 'integer' : 'float';
}

/** `whiteBalanceMode` -> `White balance mode`. */
function spacedName(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
