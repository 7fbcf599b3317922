import { isolated } from '../../../../../shared/isolated.ts';
import { legacy } from '../../../../../shared/messages/message.ts';
import { createWords } from '../../../../../shared/messages/words.ts';
import { CameraError } from '../../camera/camera-device.ts';
import { type DiscoverOptions, type Discovery, discover } from './discovery.ts';
import { bestWays, cameraLabel, type DiscoveredCamera } from './found-cameras.ts';

/** What selects a camera: all that is given has to fit. */
export type CameraSelector = {
  readonly address?: string | undefined;
  /** Or the MAC address. */
  readonly serial?: string | undefined;
  readonly userName?: string | undefined;
  /** Name or address of the network card. */
  readonly interface?: string | undefined;
};

export type FindOptions = Omit<DiscoverOptions, 'interfaces' | 'addresses' | 'enough'>;

const powered = 'Check that the camera is switched on, and its cable.';

function matches(wanted: CameraSelector, camera: DiscoveredCamera): boolean {
  return (
    (wanted.address === undefined || camera.ip === wanted.address) &&
    (wanted.serial === undefined || hasSerial(camera, wanted.serial)) &&
    (wanted.userName === undefined || camera.userName === wanted.userName)
  );
}

/** Or the MAC address: cameras without a serial number have one all the same. */
export function hasSerial(camera: Pick<DiscoveredCamera, 'serial' | 'mac'>, serial: string): boolean {
  return camera.serial === serial || camera.mac === serial.toLowerCase().replaceAll('-', ':');
}

/**
 * The one camera that is meant. Rejects with a `CameraError`: `missing` (with what was found instead), `unreachable`
 * (its network, or ours, is the wrong one), `failed` (more than one fits); or with the signal's reason.
 */
export async function findCamera(wanted: CameraSelector, options: FindOptions = {}): Promise<DiscoveredCamera> {
  const usable = (camera: DiscoveredCamera): boolean => matches(wanted, camera) && camera.problem === 'none';
  const discovery = await discover({
    ...options,
    interfaces: wanted.interface === undefined ? undefined : [wanted.interface],
    addresses: wanted.address === undefined ? [] : [wanted.address],
    enough: (cameras) => cameras.some(usable),
  });
  const fitting = discovery.cameras.filter((camera) => matches(wanted, camera));
  const [camera, ...others] = bestWays(fitting).values();
  if (camera === undefined) throw missing(wanted, discovery);
  if (others.length > 0) throw ambiguous(wanted, [camera, ...others]);
  if (camera.message !== null) throw new CameraError('unreachable', camera.message);
  return camera;
}

/** `with the serial number 2217 at 192.168.77.10` */
function describe({ address, serial, userName }: CameraSelector): string {
  const parts = [
    serial === undefined ? '' : ` with the serial number ${serial}`,
    userName === undefined ? '' : ` named "${isolated(userName)}"`,
    address === undefined ? '' : ` at ${address}`,
  ];
  return parts.join('');
}

function ambiguous(wanted: CameraSelector, cameras: readonly DiscoveredCamera[]): CameraError {
  const list = cameras.slice(0, 5).map(({ serial, ip }) => `${isolated(serial)} at ${ip}`);
  const text = `There are ${cameras.length} cameras${describe(wanted)}: ${list.join(', ')}.`;
  return new CameraError(
    'failed',
    legacy(text, 'Select the camera by its serial number, or give each its own IP address.'),
  );
}

function missing(wanted: CameraSelector, { cameras, problems }: Discovery): CameraError {
  const words = createWords();
  const technical = problems.map((one) => `${words.text(one.message)} ${one.technical}`.trim()).join(' ');
  const [problem] = problems;
  const kept = problems.find(({ isKeptOut }) => isKeptOut);
  // The way to the camera is the cause, where the very interface or address that was named has none.
  if (problem !== undefined && (wanted.interface !== undefined || problem.address === wanted.address)) {
    return new CameraError('unreachable', problem.message, technical);
  }
  const text = `No camera${describe(wanted)} answers.`;
  const there = cameras.find(({ ip }) => ip === wanted.address);
  if (there !== undefined) {
    const hint = `${cameraLabel(there)} has this address. Correct the serial number or the name, or the address.`;
    return new CameraError('missing', legacy(text, hint), technical);
  }
  const elsewhere = cameras.find(
    (camera) => wanted.address !== undefined && matches({ ...wanted, address: undefined }, camera) && hasMore(wanted),
  );
  if (elsewhere !== undefined) {
    return new CameraError('missing', legacy(text, `It answers at ${elsewhere.ip}: correct the address.`), technical);
  }
  if (kept !== undefined) {
    const hint = `${powered} ${words.text(kept.message)} ${words.hint(kept.message)}`;
    return new CameraError('missing', legacy(text, hint), technical);
  }
  const hint = cameras.length === 0 ? powered : `${powered} Found instead: ${listed(cameras)}.`;
  return new CameraError('missing', legacy(text, hint), technical);
}

function hasMore({ serial, userName }: CameraSelector): boolean {
  return serial !== undefined || userName !== undefined;
}

function listed(cameras: readonly DiscoveredCamera[]): string {
  const names = cameras
    .slice(0, 5)
    .map(({ model, serial, ip }) => `${isolated(model)} ${isolated(serial)} at ${ip}`.trim());
  return names.join(', ') + (cameras.length > 5 ? ' and others' : '');
}
