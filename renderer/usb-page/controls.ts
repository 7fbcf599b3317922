import type { UsbControl, UsbControlValue } from '../../shared/usb-camera.ts';
import { type UsbFault, usbFault } from '../../shared/usb-fault.ts';
import { PageFault } from './page-faults.ts';

/**
 * The camera's own settings: exposure, focus, white balance and what else it offers, by the names of the Media Capture
 * standard.
 */

/** Not settings of the camera, or none that may be changed. */
const notControls = new Set(['deviceId', 'groupId', 'facingMode', 'resizeMode', 'aspectRatio', 'displaySurface']);
/** Another size or rate in the middle of a session would be another acquisition. */
const fixedControls = new Set(['width', 'height', 'frameRate']);

type Range = { readonly min?: number; readonly max?: number; readonly step?: number };
const isRange = (offer: unknown): offer is Range =>
  typeof offer === 'object' && offer !== null && ('min' in offer || 'max' in offer);

export function describeControls(track: MediaStreamTrack): readonly UsbControl[] {
  const offers = track.getCapabilities() as Readonly<Record<string, unknown>>;
  const values = track.getSettings() as Readonly<Record<string, unknown>>;
  return Object.keys(offers)
    .filter((name) => !notControls.has(name))
    .slice(0, 64)
    .map((name) => describeControl(name, offers[name], values[name]));
}

function describeControl(name: string, offer: unknown, value: unknown): UsbControl {
  const range = isRange(offer) ? offer : {};
  return {
    name,
    value: typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' ? value : null,
    minimum: range.min ?? null,
    maximum: range.max ?? null,
    step: range.step ?? null,
    choices: Array.isArray(offer) ? offer.slice(0, 32).map(String) : [],
    fixed: fixedControls.has(name),
  };
}

/** Null where the control may have this value. */
export function faultOfValue(control: UsbControl, value: UsbControlValue): UsbFault | null {
  const { name: detail, minimum, maximum, step, choices } = control;
  if (choices.length > 0)
    return choices.includes(String(value)) ? null : usbFault('control-choice', { detail, choices });
  if (minimum !== null || maximum !== null) {
    const inRange =
      typeof value === 'number' &&
      Number.isFinite(value) &&
      value >= (minimum ?? Number.NEGATIVE_INFINITY) &&
      value <= (maximum ?? Number.POSITIVE_INFINITY);
    const range = [minimum, maximum, step === 0 ? null : step].map((bound) => String(bound ?? ''));
    return inRange ? null : usbFault('control-range', { detail, choices: range });
  }
  const kind = typeof control.value;
  return kind === typeof value ? null : usbFault('control-choice', { detail, choices: [kind] });
}

/** Throws a `PageFault` that names what may be given. */
export async function setControl(track: MediaStreamTrack, name: string, value: UsbControlValue): Promise<void> {
  const control = describeControls(track).find((each) => each.name === name);
  if (control === undefined || control.fixed) throw new PageFault(usbFault('control', { detail: name }));
  const fault = faultOfValue(control, value);
  if (fault !== null) throw new PageFault(fault);
  const { choices } = control;
  // A choice of true and false comes as booleans from the camera, and as such it must go back.
  const given = choices.length > 0 && (value === 'true' || value === 'false') ? value === 'true' : value;
  try {
    // Constraints add up only within one call, so those that hold are repeated.
    const held = track.getConstraints();
    const advanced = [...(held.advanced ?? []).filter((set) => !(name in set)), { [name]: given }];
    await track.applyConstraints({ ...held, advanced });
  } catch (error) {
    const technical = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new PageFault(usbFault('control-untaken', { detail: name, technical }));
  }
  const now = describeControls(track).find((each) => each.name === name)?.value ?? null;
  // An advanced constraint that can't be met is passed over in silence.
  const off = Math.max(control.step ?? 0, Math.abs(Number(given)) * 1e-3);
  const met = typeof given === 'number' ? typeof now === 'number' && Math.abs(now - given) <= off : now === given;
  if (!met) throw new PageFault(usbFault('control-untaken', { detail: name, choices: [String(now)] }));
}

/** Modes first: an exposure time is refused while the camera chooses it by itself. */
export async function setControls(
  track: MediaStreamTrack,
  controls: Readonly<Record<string, UsbControlValue>>,
): Promise<void> {
  const byMode = Object.entries(controls).sort(([a], [b]) => Number(b.endsWith('Mode')) - Number(a.endsWith('Mode')));
  for (const [name, value] of byMode) await setControl(track, name, value);
}

/** The exposure time that the camera was told to keep; null while it chooses by itself. */
export function exposureMicroseconds(track: MediaStreamTrack): number | null {
  const { exposureMode, exposureTime } = track.getSettings() as Readonly<Record<string, unknown>>;
  // The standard counts in units of 100 µs.
  return exposureMode === 'manual' && typeof exposureTime === 'number' ? exposureTime * 100 : null;
}
