import { type Message, message } from '../../../../../shared/messages/message.ts';
import { CameraError } from '../../camera/camera-device.ts';
import { type DiscoverOptions, type Discovery, discover } from './discovery.ts';
import { bestWays, type DiscoveredCamera, labelOf } from './found-cameras.ts';

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
function searchFor({ address, serial, userName }: CameraSelector) {
  const wanted = [
    ...(serial === undefined ? [] : [message('camera-with', { context: 'serial', value: serial })]),
    ...(userName === undefined ? [] : [message('camera-with', { context: 'user-name', value: userName })]),
    ...(address === undefined ? [] : [message('camera-with', { context: 'address', value: address })]),
  ];
  return { context: wanted.length === 0 ? 'any' : 'wanted', wanted } as const;
}

const mostListed = 5;

function ambiguous(wanted: CameraSelector, cameras: readonly DiscoveredCamera[]): CameraError {
  const found = listed(cameras, ({ serial }) => serial);
  return new CameraError('failed', message('camera-ambiguous', { ...searchFor(wanted), count: cameras.length, found }));
}

function missing(wanted: CameraSelector, { cameras, problems }: Discovery): CameraError {
  const technical = problems.map((problem) => `${problem.message.code} ${problem.technical}`.trim()).join(', ');
  const [problem] = problems;
  // The way to the camera is the cause, where the very interface or address that was named has none.
  if (problem !== undefined && (wanted.interface !== undefined || problem.address === wanted.address)) {
    return new CameraError('unreachable', problem.message, technical);
  }
  return new CameraError('missing', notFound(wanted, { cameras, problems }), technical);
}

function notFound(wanted: CameraSelector, { cameras, problems }: Discovery): Message {
  const search = searchFor(wanted);
  const there = cameras.find(({ ip }) => ip === wanted.address);
  if (there !== undefined) return message('camera-found-other-there', { wanted: search.wanted, ...labelOf(there) });
  const elsewhere = cameras.find(
    (camera) => wanted.address !== undefined && matches({ ...wanted, address: undefined }, camera) && hasMore(wanted),
  );
  if (elsewhere !== undefined) {
    return message('camera-found-elsewhere', { wanted: search.wanted, address: elsewhere.ip });
  }
  const kept = problems.filter(({ isKeptOut }) => isKeptOut).slice(0, 1);
  if (kept.length > 0) return message('camera-kept-out', { ...search, kept: kept.map((one) => one.message) });
  if (cameras.length === 0) return message('camera-not-found', search);
  const found = listed(cameras, ({ model, serial }) => `${model} ${serial}`.trim());
  return message('camera-found-others', { ...search, found });
}

function hasMore({ serial, userName }: CameraSelector): boolean {
  return serial !== undefined || userName !== undefined;
}

function listed(
  cameras: readonly DiscoveredCamera[],
  nameOf: (camera: DiscoveredCamera) => string,
): readonly Message[] {
  const last = Math.min(cameras.length, mostListed) - 1;
  return cameras.slice(0, mostListed).map((camera, index) => {
    const context = index < last ? 'more' : cameras.length > mostListed ? 'and-others' : 'last';
    return message('camera-at', { context, camera: nameOf(camera), address: camera.ip });
  });
}
