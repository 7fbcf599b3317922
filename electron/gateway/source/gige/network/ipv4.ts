import { isIPv4 } from 'node:net';

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
