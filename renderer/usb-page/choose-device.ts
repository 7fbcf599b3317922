import type { UsbDevice } from '../../shared/usb-camera.ts';
import { type UsbFault, usbFault } from '../../shared/usb-fault.ts';

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
