import type { Feature, FeatureValue } from '../../../shared/camera.ts';
import type { Failure } from '../../../shared/result.ts';
import { failureSaying } from '../spoken.ts';

/** The settings of a made-up camera, of every kind and access, which it takes or refuses as a real one does. */

const feature = (name: string, category: string | readonly string[], change: Partial<Feature>): Feature => ({
  name,
  displayName: name.replace(/([a-z])([A-Z])/g, '$1 $2'),
  category: typeof category === 'string' ? [category] : [...category],
  kind: 'integer',
  access: 'read-write',
  visibility: 'beginner',
  tooltip: '',
  unit: '',
  value: null,
  minimum: null,
  maximum: null,
  increment: null,
  choices: [],
  ...change,
});

const choices = (...names: string[]) => names.map((name) => ({ name, displayName: name }));

export const fakeFeatures = (): Feature[] => [
  feature('DeviceVendorName', 'DeviceControl', { kind: 'string', access: 'read', value: 'Basler' }),
  feature('DeviceUserID', 'DeviceControl', {
    kind: 'string',
    value: 'TOP',
    tooltip: 'What people call this camera. It is kept in the camera.',
  }),
  feature('DeviceTemperature', 'DeviceControl', {
    kind: 'float',
    access: 'read',
    visibility: 'expert',
    unit: '°C',
    value: 47.25,
  }),
  feature('DeviceReset', 'DeviceControl', {
    kind: 'command',
    access: 'write',
    visibility: 'guru',
    tooltip: 'Restarts the camera. It is lost for some seconds.',
  }),
  feature('Width', 'ImageFormatControl', {
    unit: 'px',
    value: 1936,
    minimum: 16,
    maximum: 1936,
    increment: 16,
    tooltip: 'Width of the picture.',
  }),
  feature('Height', 'ImageFormatControl', { unit: 'px', value: 1216, minimum: 2, maximum: 1216, increment: 2 }),
  feature('PixelFormat', 'ImageFormatControl', {
    kind: 'enumeration',
    value: 'Mono8',
    choices: choices('Mono8', 'Mono12', 'Mono12Packed'),
  }),
  feature('ReverseX', 'ImageFormatControl', {
    kind: 'boolean',
    value: false,
    tooltip: 'Turns the picture as a mirror does.',
  }),
  feature('TestImageSelector', ['ImageFormatControl', 'TestImages'], {
    kind: 'enumeration',
    visibility: 'expert',
    value: 'Off',
    choices: choices('Off', 'GreyRamp', 'Moving'),
  }),
  feature('AcquisitionFrameRate', 'AcquisitionControl', {
    kind: 'float',
    unit: 'Hz',
    value: 20,
    minimum: 0.1,
    maximum: 41.6432,
  }),
  feature('ExposureAuto', 'AcquisitionControl', {
    kind: 'enumeration',
    value: 'Off',
    choices: choices('Off', 'Once', 'Continuous'),
  }),
  feature('ExposureTime', 'AcquisitionControl', {
    kind: 'float',
    unit: 'µs',
    value: 4_000,
    minimum: 34,
    maximum: 10_000_000,
    tooltip: 'How long the sensor collects light. Longer is brighter, and blurs what moves.',
  }),
  feature('TriggerSoftware', 'AcquisitionControl', { kind: 'command', access: 'none', visibility: 'expert' }),
  feature('Gain', 'AnalogControl', { kind: 'float', unit: 'dB', value: 3, minimum: 0, maximum: 24 }),
  feature('BlackLevel', 'AnalogControl', { kind: 'float', visibility: 'expert', value: 0, minimum: 0, maximum: 31.9 }),
  feature('LUTValueAll', 'LUTControl', { kind: 'register', visibility: 'guru' }),
  feature('UserSetSave', 'UserSetControl', { kind: 'command', access: 'write', tooltip: 'Keeps all in the camera.' }),
  feature('GevSCPSPacketSize', 'TransportLayerControl', {
    visibility: 'expert',
    unit: 'B',
    value: 1_500,
    minimum: 220,
    maximum: 16_404,
    increment: 4,
  }),
  feature('GevTimestampKey', 'TransportLayerControl', {
    access: 'write',
    visibility: 'guru',
    minimum: 0,
    maximum: 255,
  }),
];

const refusal = (text: string, hint: string): Failure => failureSaying(text, hint, false);

/** All settings with the new value; or why the camera does not take it. */
export function withFeature(all: readonly Feature[], name: string, value: FeatureValue): readonly Feature[] | Failure {
  const wanted = all.find((one) => one.name === name);
  if (wanted === undefined) return refusal(`The camera has no setting ${name}.`, 'Read the settings again.');
  const { minimum, maximum, increment, kind } = wanted;
  if (typeof value === 'number') {
    if ((minimum !== null && value < minimum) || (maximum !== null && value > maximum)) {
      return refusal(`The camera does not take ${value}.`, 'Enter a value in its range.');
    }
    if (increment !== null && (value - (minimum ?? 0)) % increment !== 0) {
      return refusal(`The camera does not take ${value}: it is between two steps.`, 'Enter a value of its steps.');
    }
  }
  // Cameras set a float to the nearest value that they can have.
  const taken = kind === 'float' && typeof value === 'number' ? Math.round(value * 2) / 2 : value;
  return all.map((one) => (one.name === name ? { ...one, value: taken } : one));
}
