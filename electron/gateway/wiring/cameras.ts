import type { Feature, FeatureValue, FoundCamera, LiveFrame } from '../../../shared/camera.ts';
import { type Message, message } from '../../../shared/messages/message.ts';
import type { SourceConfig } from '../../../shared/source-config.ts';
import { OperatorError } from '../platform/errors.ts';
import { CameraError } from '../source/camera/camera-device.ts';
import { messageOf } from '../source/camera/camera-errors.ts';
import type { RefusedSetting } from '../source/camera/camera-settings.ts';
import type { CameraSource } from '../source/camera/camera-source.ts';
import { type DiscoverOptions, discover } from '../source/gige/discovery/discovery.ts';
import { hasSerial } from '../source/gige/discovery/find-camera.ts';
import { type ForceIpOptions, forceIp } from '../source/gige/discovery/force-ip.ts';
import { bestWays, type DiscoveredCamera, identityOf } from '../source/gige/discovery/found-cameras.ts';
import { heldCameras } from '../source/gige/discovery/held-cameras.ts';
import { findUsbCameras, type UsbCameras } from '../source/usb/usb-cameras.ts';

export type { UsbCameras };
export type CameraList = { readonly cameras: FoundCamera[]; readonly problems: Message[] };

/** What people do with cameras, by the id of their source. Every refusal is an `OperatorError`. */
export class Cameras {
  readonly #sources: readonly SourceConfig[];
  readonly #sourceOf: (sourceId: string) => CameraSource | null;
  readonly #usb: UsbCameras;

  constructor(sources: readonly SourceConfig[], sourceOf: (sourceId: string) => CameraSource | null, usb: UsbCameras) {
    this.#sources = sources;
    this.#sourceOf = sourceOf;
    this.#usb = usb;
  }

  find(): Promise<CameraList> {
    const held = (): readonly string[] => this.#sources.flatMap(({ id }) => this.#sourceOf(id)?.holds ?? []);
    return findCameras({ sources: this.#sources, addresses: [], usb: this.#usb, held });
  }

  async forceIp(
    settings: Pick<ForceIpOptions, 'mac' | 'interfaceAddress' | 'address' | 'mask' | 'gateway'>,
  ): Promise<void> {
    await asOperation('force-ip', forceIp(settings));
  }

  trigger(sourceId: string, by: string): Promise<void> {
    return asOperation('trigger', this.#source(sourceId).trigger(by));
  }

  features(sourceId: string): Promise<readonly Feature[]> {
    return this.#source(sourceId).features().list();
  }

  /** Answers with all of them: one setting changes others. */
  async setFeature(sourceId: string, name: string, value: FeatureValue): Promise<readonly Feature[]> {
    const features = this.#source(sourceId).features();
    await features.set(name, value);
    return features.list();
  }

  async runCommand(sourceId: string, name: string): Promise<readonly Feature[]> {
    const features = this.#source(sourceId).features();
    await features.execute(name);
    return features.list();
  }

  saveSettings(sourceId: string): Promise<number> {
    return this.#source(sourceId).saveSettings();
  }

  async loadSettings(sourceId: string): Promise<{ loaded: number; failed: RefusedSetting[] }> {
    const { loaded, failed } = await this.#source(sourceId).loadSettings();
    return { loaded, failed: [...failed] };
  }

  liveFrame(sourceId: string, after: number, testShot: boolean): Promise<LiveFrame | null> {
    return this.#source(sourceId).liveFrame(after, testShot, new AbortController().signal);
  }

  /** A copy: it goes to another thread, and others may ask for the same. */
  livePicture(sourceId: string, number: number): Uint8Array<ArrayBuffer> | null {
    const picture = this.#sourceOf(sourceId)?.livePicture(number) ?? null;
    return picture === null ? null : new Uint8Array(picture);
  }

  #source(sourceId: string): CameraSource {
    const source = this.#sourceOf(sourceId);
    if (source !== null) return source;
    throw new OperatorError(message('no-camera', { source: sourceId }), { operation: 'camera', disposition: 'bury' });
  }
}

export type FindWish = Pick<DiscoverOptions, 'networkInterfaces'> & {
  /** Of the configuration: which camera is whose. */
  readonly sources: readonly SourceConfig[];
  /** Asked besides what answers by itself. */
  readonly addresses: readonly string[];
  readonly usb: UsbCameras;
  /** Addresses of the cameras that we control ourselves; left out by a program that controls none. */
  readonly held?: () => readonly string[];
};

/** All cameras on this PC's networks and USB ports. What could not be asked is in `problems`. */
export async function findCameras({ sources, addresses, usb, held, ...networks }: FindWish): Promise<CameraList> {
  const configured = sources.flatMap((source) =>
    source.kind === 'gige' && source.address !== undefined ? [source.address] : [],
  );
  const [gige, plugged] = await Promise.all([
    findGige({ addresses: [...new Set([...addresses, ...configured])], ...networks }, held ?? (() => [])),
    findUsbCameras(usb).then(
      (cameras) => ({ cameras, problems: [] }),
      (error) => ({ cameras: [], problems: [message('usb-not-listed', { why: messageOf(error) })] }),
    ),
  ]);
  const found = [
    ...gige.cameras.map(
      ({ camera, isTaken }): FoundCamera => ({
        kind: 'gige',
        id: camera.mac,
        vendor: camera.vendor,
        model: camera.model,
        serial: camera.serial,
        userName: camera.userName,
        address: camera.ip,
        interface: camera.interface,
        interfaceAddress: camera.interfaceAddress,
        proposal: camera.proposal,
        sourceId: null,
        ...(isTaken ? taken(camera) : { problem: camera.problem, message: camera.message }),
      }),
    ),
    ...plugged.cameras,
  ];
  return {
    cameras: found.map((camera) => {
      const sourceId = sources.find((source) => isOf(source, camera))?.id ?? null;
      return { ...camera, ...(held === undefined ? maybeOurs(camera, sourceId) : {}), sourceId };
    }),
    problems: [...gige.problems.map((problem) => problem.message), ...plugged.problems],
  };
}

/** Which cameras there are, and which of them another program controls. */
async function findGige(where: DiscoverOptions, held: () => readonly string[]) {
  const { cameras, problems } = await discover(where);
  // Before and after: a camera that we take or leave while it is asked is ours, too.
  const ours = new Set(held());
  // By every card that it was heard on: one of them may be gone, or let its answer not through.
  const controlled = await heldCameras(cameras.filter(({ problem }) => problem === 'none'));
  for (const address of held()) ours.add(address);
  const taken = new Set([...controlled].filter(({ ip }) => !ours.has(ip)).map(identityOf));
  const isTaken = (camera: DiscoveredCamera): boolean => taken.has(identityOf(camera));
  return { cameras: usableFirst(cameras).map((camera) => ({ camera, isTaken: isTaken(camera) })), problems };
}

type Trouble = Pick<FoundCamera, 'problem' | 'message'>;

const taken = ({ ip: address, model, serial }: DiscoveredCamera): Trouble => ({
  problem: 'taken',
  message: message('camera-taken', { context: model === '' ? 'serial' : 'model', address, model, serial }),
});

/** To a program beside the gateway, the gateway itself is another program. */
const maybeOurs = ({ problem, message: what }: FoundCamera, sourceId: string | null): Partial<Trouble> =>
  problem === 'taken' && what !== null && sourceId !== null
    ? { message: message('camera-perhaps-ours', { what, source: sourceId }) }
    : {};

/** One that can be spoken to is listed once, as `bestWays` has it; another with each card that it was heard on. */
function usableFirst(cameras: readonly DiscoveredCamera[]): readonly DiscoveredCamera[] {
  const best = bestWays(cameras);
  return cameras.filter((camera) => {
    const chosen = best.get(identityOf(camera));
    return chosen === camera || chosen?.problem !== 'none';
  });
}

function isOf(source: SourceConfig, camera: FoundCamera): boolean {
  if (source.kind === 'usb')
    return camera.kind === 'usb' && (camera.id === source.device || camera.model.startsWith(source.device));
  if (source.kind !== 'gige' || camera.kind !== 'gige') return false;
  const { address, serial, userName } = source;
  return (
    (address === undefined || address === camera.address) &&
    (serial === undefined || hasSerial({ serial: camera.serial, mac: camera.id }, serial)) &&
    (userName === undefined || userName === camera.userName)
  );
}

async function asOperation<T>(operation: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof CameraError)) throw error;
    throw new OperatorError(error.said, { operation, technical: error.technical, disposition: 'retry' });
  }
}
