import { readFile } from 'node:fs/promises';
import {
  formatIpv4,
  holdsAddress,
  type LocalNetwork,
  localAddressFor,
  parseIpv4,
  proposeAddress,
} from './interfaces.ts';

/** A network card whose answers this PC does not let in, and the one with the same network that it sends by itself. */
export type KeptOut = { readonly network: LocalNetwork; readonly other: LocalNetwork };

/**
 * Linux may take a packet only from the card that it would send the answer by (`rp_filter` 1, ip-sysctl.txt). Of two
 * cards with one network that is always the same card, and no socket can change it. Empty on other systems. Never rejects.
 */
export async function keptOut(
  asked: readonly LocalNetwork[],
  all: readonly LocalNetwork[],
  readFilter: (card: string) => Promise<number> = reversePathFilter,
): Promise<readonly KeptOut[]> {
  const kept: KeptOut[] = [];
  for (const network of asked) {
    // A card with two addresses is kept out by both.
    if (kept.some((one) => one.network.interface === network.interface)) continue;
    const other = all.find((candidate) => isSameNetwork(network, candidate));
    if (other === undefined || (await isSystemsWay(network, all))) continue;
    const filters = await Promise.all(['all', network.interface].map((card) => readFilter(card).catch(() => 0)));
    if (Math.max(...filters) === strict) kept.push({ network, other });
  }
  return kept;
}

const strict = 1;

function isSameNetwork(one: LocalNetwork, other: LocalNetwork): boolean {
  if (one.interface === other.interface || one.loopback || other.loopback) return false;
  return holdsAddress(one, other.address) || holdsAddress(other, one.address);
}

/** Does the system send to this network by this card? */
async function isSystemsWay({ address, mask }: LocalNetwork, all: readonly LocalNetwork[]): Promise<boolean> {
  const own = new Set(all.map((network) => parseIpv4(network.address) ?? 0));
  const somebody = proposeAddress(parseIpv4(address) ?? 0, parseIpv4(mask) ?? 0, own);
  if (somebody === null) return true;
  return (await localAddressFor(formatIpv4(somebody)).catch(() => address)) === address;
}

async function reversePathFilter(card: string): Promise<number> {
  if (process.platform !== 'linux') return 0;
  return Number(await readFile(`/proc/sys/net/ipv4/conf/${card.split(':')[0]}/rp_filter`, 'utf8'));
}
