import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { message } from '../../../../../shared/messages/message.ts';
import type { CameraError } from '../../camera/camera-device.ts';
import { cameraError } from '../../camera/camera-errors.ts';
import type { LocalEnd } from './udp-socket.ts';

/** Bytes of the largest packet that the network card with this address takes whole; null where nobody knows. Never rejects. */
export async function cardMtu(localAddress: string): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  try {
    const [network] = localNetworks(networkInterfaces, [localAddress]);
    const card = network?.interface.split(':')[0] ?? '';
    const text = await readFile(`/sys/class/net/${card}/mtu`, 'utf8');
    return /^\d+\s*$/.test(text) ? Number(text) : null;
  } catch {
    return null;
  }
}

/**
 * The address of this PC that the system would send from. Nothing is sent. Rejects with the system's error where there
 * is no way.
 */
export async function localAddressFor(address: string): Promise<string> {
  const socket = createSocket('udp4');
  try {
    const connected = once(socket, 'connect');
    // The port is of no account: connecting a datagram socket only asks the routing table.
    socket.connect(9, address);
    await connected;
    return socket.address().address;
  } finally {
    socket.close();
  }
}

/** IPv4 addresses as unsigned numbers of 32 bits. */

/** Null where it is no address in dotted decimal. */
export function parseIpv4(text: string): number | null {
  if (!isIPv4(text)) return null;
  let value = 0;
  for (const part of text.split('.')) value = value * 256 + Number(part);
  return value;
}

export function formatIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');
}

export function networkOf(address: number, mask: number): number {
  return (address & mask) >>> 0;
}

export function broadcastOf(address: number, mask: number): number {
  return (address | ~mask) >>> 0;
}

/** All ones, then all zeros. */
export function isNetworkMask(mask: number): boolean {
  const hosts = ~mask >>> 0;
  return mask !== 0 && (hosts & (hosts + 1)) === 0;
}

export function prefixLength(mask: number): number {
  return Math.clz32(~mask >>> 0);
}

const furthestProposal = 1_024;

/** An address of the interface's network that is neither its own nor in `used`; null where there is none nearby. */
export function proposeAddress(interfaceAddress: number, mask: number, used: ReadonlySet<number>): number | null {
  const network = networkOf(interfaceAddress, mask);
  const hosts = broadcastOf(interfaceAddress, mask) - network - 1;
  // Routers and PCs tend to sit at the beginning of a network, next to each other: begin a little further on.
  const first = interfaceAddress - network + 10;
  for (let step = 0; step < Math.min(hosts, furthestProposal); step += 1) {
    const candidate = network + 1 + ((first + step - 1) % hosts);
    if (candidate !== interfaceAddress && !used.has(candidate)) return candidate;
  }
  return null;
}

/**
 * For a camera that is gone: null as long as this PC has the address that the camera was reached from. A card without a
 * cable has none, as far as the system tells.
 */
export function cardLoss(localAddress: string, list: NetworkInterfaces = networkInterfaces): CameraError | null {
  if (hasAddress(localAddress, list)) return null;
  const said = message('camera-card-gone', { address: localAddress });
  return cameraError('lost', { said, technical: `no network card has the address ${localAddress}` });
}

function hasAddress(localAddress: string, list: NetworkInterfaces): boolean {
  try {
    return localNetworks(list, [localAddress]).length > 0;
  } catch {
    // Who can't be asked tells nothing.
    return true;
  }
}

/** `os.networkInterfaces` */
export type NetworkInterfaces = () => NodeJS.Dict<NetworkInterfaceInfo[]>;

/** An IPv4 address of this PC. An interface with two addresses makes two. */
export type LocalNetwork = {
  /** The interface's name: `eth0`, `Ethernet 2`. */
  readonly interface: string;
  readonly address: string;
  readonly mask: string;
  readonly loopback: boolean;
};

/** Those of the named interfaces (by name or address); of all, where none is named. May throw the system's error. */
export function localNetworks(list: NetworkInterfaces, wanted?: readonly string[]): readonly LocalNetwork[] {
  const found: LocalNetwork[] = [];
  for (const [name, addresses] of Object.entries(list())) {
    for (const { family, address, netmask, internal } of addresses ?? []) {
      if (family !== 'IPv4' || parseIpv4(address) === null || parseIpv4(netmask) === null) continue;
      if (wanted !== undefined && !wanted.includes(name) && !wanted.includes(address)) continue;
      found.push({ interface: name, address, mask: netmask, loopback: internal });
    }
  }
  return found;
}

/** Everything goes by this network's card. */
export function endOf(network: LocalNetwork): LocalEnd {
  return { address: network.address, card: network.loopback ? null : network.interface };
}

/** Is the address one of this network? */
export function holdsAddress(network: Pick<LocalNetwork, 'address' | 'mask'>, address: string): boolean {
  const mask = parseIpv4(network.mask) ?? 0;
  const other = parseIpv4(address);
  return other !== null && networkOf(other, mask) === networkOf(parseIpv4(network.address) ?? 0, mask);
}

/** `eth0, 192.168.77.1/24` */
export function describeNetwork(network: LocalNetwork): string {
  return `${network.interface}, ${network.address}/${prefixLength(parseIpv4(network.mask) ?? 0)}`;
}

/** Null where the network has room for two addresses or fewer, and so no broadcast. */
export function subnetBroadcast(network: LocalNetwork): string | null {
  const address = parseIpv4(network.address);
  const mask = parseIpv4(network.mask);
  if (address === null || mask === null || prefixLength(mask) >= 31) return null;
  return formatIpv4(broadcastOf(address, mask));
}

/** Can both reach each other without a router? `mask` is the camera's own idea of its network; 0.0.0.0 says nothing. */
export function areNeighbours(network: LocalNetwork, address: string, mask: string): boolean {
  // Cameras on the loopback interface are simulated ones, and reached under any address that they answer on.
  if (network.loopback) return true;
  const ours = parseIpv4(network.address) ?? 0;
  const camera = parseIpv4(address) ?? 0;
  const shared = (bits: number): boolean => networkOf(camera, bits) === networkOf(ours, bits);
  return camera !== 0 && shared(parseIpv4(network.mask) ?? 0) && shared(parseIpv4(mask) ?? 0);
}
