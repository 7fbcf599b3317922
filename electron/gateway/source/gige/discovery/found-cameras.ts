import { type Message, message } from '../../../../../shared/messages/message.ts';
import { type DeviceDescription, decodeDescription } from '../gvcp/bootstrap.ts';
import {
  areNeighbours,
  describeNetwork,
  endOf,
  formatIpv4,
  holdsAddress,
  type LocalNetwork,
  parseIpv4,
  proposeAddress,
} from '../network/interfaces.ts';

export type IpSettings = { readonly address: string; readonly mask: string; readonly gateway: string };

export type DiscoveredCamera = DeviceDescription & {
  /** The interface of this PC that it answered on, and its address and mask there. */
  readonly interface: string;
  readonly interfaceAddress: string;
  readonly interfaceMask: string;
  /** The network card to speak to it by; null where the system chooses. */
  readonly card: string | null;
  readonly problem: 'none' | 'wrong-network';
  /** What is wrong and what to do; null where nothing is. */
  readonly message: Message | null;
  /** For `forceIp`, where the network is the wrong one and an address of the right one is to be had. */
  readonly proposal: IpSettings | null;
};

type Answer = { readonly device: DeviceDescription; readonly network: LocalNetwork; readonly fits: boolean };

/** A network has not that many cameras; who sends more is none. */
const mostCameras = 512;

/** For messages that name a camera by its model, where it has one, and its serial number. */
export const labelOf = ({ model, serial }: Pick<DeviceDescription, 'model' | 'serial'>) =>
  ({ context: model === '' ? 'serial' : 'model', model, serial }) as const;

/** The same for one camera, on whichever network card it is heard. */
export const identityOf = ({ mac, serial, ip }: DiscoveredCamera): string => `${mac} ${serial} ${ip}`;

/**
 * A camera is heard on every network card it can shout to. Of each camera the best way to it: by a card whose network it
 * is of, or else by one that reaches it, such as a container's, which may be gone in a moment.
 */
export function bestWays(cameras: readonly DiscoveredCamera[]): ReadonlyMap<string, DiscoveredCamera> {
  const best = new Map<string, DiscoveredCamera>();
  for (const camera of cameras) {
    const known = best.get(identityOf(camera));
    if (known === undefined || rankOf(camera) > rankOf(known)) best.set(identityOf(camera), camera);
  }
  return best;
}

function rankOf({ problem, interfaceAddress: address, interfaceMask: mask, ip }: DiscoveredCamera): number {
  if (problem !== 'none') return 0;
  // What is heard on the loopback is simulated on this PC itself, whose cards lead away from it.
  if (address.startsWith('127.')) return 3;
  return holdsAddress({ address, mask }, ip) ? 2 : 1;
}

/** Gathers the answers to a discovery: one entry for each camera and interface. */
export class FoundCameras {
  readonly #answers = new Map<string, Answer>();
  readonly #isNamed: boolean;

  /** `isNamed`: the network cards were named, and everything goes by these; else, what is in no card's network does not. */
  constructor(isNamed = false) {
    this.#isNamed = isNamed;
  }

  /** `direct`: the answer to a packet that was sent to the camera's address alone, which therefore works. */
  add(network: LocalNetwork, payload: Buffer, from: string, direct: boolean): void {
    const device = decodeDescription(payload);
    if (device === null) return;
    // Simulated cameras tend to have no MAC address at all.
    const id = /^[0:]+$/.test(device.mac) ? `${device.ip} ${device.serial}` : device.mac;
    const key = `${network.interface} ${id}`;
    const fits = (direct && from === device.ip) || areNeighbours(network, device.ip, device.mask);
    const known = this.#answers.get(key);
    if (known === undefined ? this.#answers.size < mostCameras : fits && !known.fits) {
      this.#answers.set(key, { device, network, fits });
    }
  }

  list(): readonly DiscoveredCamera[] {
    const answers = [...this.#answers.values()];
    // Each proposal is taken from then on: two cameras must not be given one address.
    const used = new Set(answers.flatMap(({ device, network }) => [device.ip, network.address]).map(numberOf));
    return answers.map(({ device, network, fits }) => {
      const card = this.#isNamed || holdsAddress(network, device.ip) ? endOf(network).card : null;
      const { interface: name, address: interfaceAddress, mask: interfaceMask } = network;
      const place = { interface: name, interfaceAddress, interfaceMask, card };
      if (fits) return { ...device, ...place, problem: 'none', message: null, proposal: null };
      const proposal = propose(network, used);
      const said = message('camera-wrong-network', {
        context: proposal === null ? 'full' : 'free',
        camera: message('camera-called', labelOf(device)),
        address: device.ip,
        card: describeNetwork(network),
        proposal: proposal?.address ?? '',
      });
      return { ...device, ...place, problem: 'wrong-network', message: said, proposal };
    });
  }
}

function numberOf(address: string): number {
  return parseIpv4(address) ?? 0;
}

function propose(network: LocalNetwork, used: Set<number>): IpSettings | null {
  const address = proposeAddress(numberOf(network.address), numberOf(network.mask), used);
  if (address === null) return null;
  used.add(address);
  return { address: formatIpv4(address), mask: network.mask, gateway: '0.0.0.0' };
}
