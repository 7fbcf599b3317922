import { networkInterfaces } from 'node:os';
import type { CameraError } from '../../camera/camera-device.ts';
import { cameraError } from '../../camera/camera-words.ts';
import { localNetworks, type NetworkInterfaces } from './interfaces.ts';

/**
 * For a camera that is gone: null as long as this PC has the address that the camera was reached from. A card without a
 * cable has none, as far as the system tells.
 */
export function cardLoss(localAddress: string, list: NetworkInterfaces = networkInterfaces): CameraError | null {
  if (hasAddress(localAddress, list)) return null;
  const text = `The camera was there and is gone, and so is this PC’s network address ${localAddress}, which it was reached from.`;
  const hint =
    'Check the network card for the cameras: that it is in its place, its cable, and its IP address. The camera is connected again as soon as it answers.';
  return cameraError('lost', { text, hint, technical: `no network card has the address ${localAddress}` });
}

function hasAddress(localAddress: string, list: NetworkInterfaces): boolean {
  try {
    return localNetworks(list, [localAddress]).length > 0;
  } catch {
    // Who can't be asked tells nothing.
    return true;
  }
}
