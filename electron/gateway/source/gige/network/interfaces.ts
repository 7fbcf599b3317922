import type { NetworkInterfaceInfo } from 'node:os';
import { broadcastOf, formatIpv4, networkOf, parseIpv4, prefixLength } from './ipv4.ts';
import type { LocalEnd } from './udp-socket.ts';

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
