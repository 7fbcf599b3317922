import type { UsbDevice, UsbSettings } from '../../shared/usb-camera.ts';
import { type UsbFault, usbFault } from '../../shared/usb-fault.ts';
import { asFault, PageFault, within } from './page-faults.ts';

/** Chromium writes `Logitech BRIO (046d:085e)`; people write what stands on the camera. */
const plainName = (label: string): string =>
  label
    .replace(/\s*\([0-9a-f]{4}:[0-9a-f]{4}\)$/i, '')
    .trim()
    .toLowerCase();

/** By its exact id, else by its exact name, else by its name without the numbers and without regard to case. */
export function chooseDevice(devices: readonly UsbDevice[], wanted: string): UsbDevice | UsbFault {
  const ways: readonly ((device: UsbDevice) => boolean)[] = [
    ({ id }) => id === wanted,
    ({ label }) => label === wanted,
    ({ label }) => plainName(label) === plainName(wanted),
  ];
  for (const way of ways) {
    const [first, ...others] = devices.filter(way);
    if (first === undefined) continue;
    if (others.length === 0) return first;
    return usbFault('ambiguous', { detail: first.label, choices: [first, ...others].map(({ id }) => id) });
  }
  return usbFault('not-found', { detail: wanted, choices: devices.map(({ id, label }) => label || id) });
}

const listMilliseconds = 5_000;
/** Some cameras take seconds to wake up. */
const openMilliseconds = 10_000;

/** The cameras of this PC. Also makes Chromium notice one that has been unplugged. */
export async function listDevices(): Promise<readonly UsbDevice[]> {
  const all = await within(listMilliseconds, 'enumerateDevices', navigator.mediaDevices.enumerateDevices());
  return all
    .filter(({ kind, deviceId }) => kind === 'videoinput' && deviceId !== '')
    .slice(0, 64)
    .map((device) => {
      const offered = device instanceof InputDeviceInfo ? device.getCapabilities() : {};
      return {
        id: device.deviceId,
        label: device.label.slice(0, 300),
        width: offered.width?.max ?? null,
        height: offered.height?.max ?? null,
        frameRate: offered.frameRate?.max ?? null,
      };
    });
}

export type OpenedTrack = { readonly track: MediaStreamTrack; readonly device: UsbDevice };

/** Opens the one camera that is meant, in a resolution of its own. Throws a `PageFault`. */
export async function openTrack(settings: UsbSettings): Promise<OpenedTrack> {
  const device = chooseDevice(await listDevices(), settings.device);
  if ('code' in device) throw new PageFault(device);
  try {
    return await openDevice(device, settings);
  } catch (error) {
    const offers = [device.width, device.height, device.frameRate].map((most) => String(most ?? ''));
    const fault = asFault(error, offers);
    if (fault.code !== 'overconstrained') throw new PageFault(fault);
    throw new PageFault({ ...fault, detail: await findOverstepped(device, settings) });
  }
}

/** The browser often says no more than that this camera does not fit, so it is tried what does. */
async function findOverstepped(device: UsbDevice, settings: UsbSettings): Promise<string> {
  if (!(await listDevices()).some(({ id }) => id === device.id)) return 'deviceId';
  if (settings.frameRate === null) return 'size';
  try {
    const { track } = await openDevice(device, { ...settings, frameRate: null });
    track.stop();
    return 'frameRate';
  } catch {
    return 'size';
  }
}

async function openDevice(device: UsbDevice, { width, height, frameRate }: UsbSettings): Promise<OpenedTrack> {
  const video: MediaTrackConstraints & { resizeMode: ConstrainDOMString } = {
    deviceId: { exact: device.id },
    // Pixels as the camera's sensor took them, never scaled by the browser to a size that it does not have.
    resizeMode: { exact: 'none' },
    ...(width === null ? {} : { width: { exact: width } }),
    ...(height === null ? {} : { height: { exact: height } }),
    ...(frameRate === null ? {} : { frameRate: { ideal: frameRate, max: frameRate } }),
  };
  const opening = navigator.mediaDevices.getUserMedia({ video, audio: false });
  const stream = await within(openMilliseconds, 'getUserMedia', opening).catch((error: unknown) => {
    // One that comes after all is let go: nobody would.
    opening.then(stopAll).catch(() => undefined);
    throw error;
  });
  const [track] = stream.getVideoTracks();
  const taken = track?.getSettings();
  if (track === undefined || taken?.deviceId !== device.id) {
    // The permission was for this camera and for no other.
    stopAll(stream);
    throw new Error('another camera was opened than the one that was asked for');
  }
  return {
    track,
    device: {
      id: device.id,
      label: device.label,
      width: taken.width ?? null,
      height: taken.height ?? null,
      frameRate: taken.frameRate ?? null,
    },
  };
}

function stopAll(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
