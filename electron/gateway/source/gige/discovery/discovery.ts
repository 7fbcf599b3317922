import type { Socket } from 'node:dgram';
import { networkInterfaces as systemInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Message, message } from '../../../../../shared/messages/message.ts';
import { describeCause, errnoCode } from '../../../platform/errors.ts';
import { isErrorStatus } from '../gvcp/gvcp-error.ts';
import { decodeAcknowledge, encodeDiscovery, gvcpCommands, gvcpPort } from '../gvcp/gvcp-packet.ts';
import {
  endOf,
  holdsAddress,
  type LocalNetwork,
  localAddressFor,
  localNetworks,
  type NetworkInterfaces,
  parseIpv4,
  subnetBroadcast,
} from '../network/interfaces.ts';
import { type KeptOut, keptOut } from '../network/kept-out.ts';
import { type BroadcastSocket, boundSocket, openBroadcastSocket, type Receive } from '../network/udp-socket.ts';
import { type DiscoveredCamera, FoundCameras } from './found-cameras.ts';

export type DiscoverOptions = {
  /** Names or addresses; all interfaces where it is left out. */
  readonly interfaces?: readonly string[] | undefined;
  /** Cameras to ask by themselves: what broadcasts do not reach, behind a router. */
  readonly addresses?: readonly string[] | undefined;
  readonly timeoutMilliseconds?: number;
  readonly signal?: AbortSignal | undefined;
  readonly networkInterfaces?: NetworkInterfaces;
  readonly port?: number;
  /** Is what was found so far what was looked for? Then the wait ends early. */
  readonly enough?: (cameras: readonly DiscoveredCamera[]) => boolean;
};

/** Why cameras may be missing from the list. */
export type DiscoveryProblem = {
  /** Empty where it is about an address. */
  readonly interface: string;
  readonly address: string;
  readonly message: Message;
  readonly technical: string;
  /** Cameras may be there all the same, and can't be heard. */
  readonly isKeptOut: boolean;
};

export type Discovery = {
  readonly cameras: readonly DiscoveredCamera[];
  readonly problems: readonly DiscoveryProblem[];
};

const id = 0xffff;
const rounds = 3;
/** Another camera that fits as well should be heard of, too. */
const graceMilliseconds = 200;
const limitedBroadcast = '255.255.255.255';

/** One interface that is asked, and what became of the packets. */
type Way = {
  readonly network: LocalNetwork;
  readonly socket: BroadcastSocket;
  readonly receive: Receive;
  /** From the same address, but by the card that the system chooses; opened when it is needed. */
  routed: Promise<Socket> | null;
  broadcast: boolean;
  fault: unknown;
};

/**
 * Asks on each IPv4 interface who is there: three times within the time-out (a second, if not said otherwise), as each
 * packet may be lost. Rejects with the signal's reason only; what fails is in `problems`.
 */
export async function discover(options: DiscoverOptions = {}): Promise<Discovery> {
  const { addresses = [], timeoutMilliseconds = 1_000, signal, port = gvcpPort } = options;
  signal?.throwIfAborted();
  const found = new FoundCameras(options.interfaces !== undefined);
  const problems: DiscoveryProblem[] = [];
  const asked = new Set(addresses);
  const ways: Way[] = [];
  try {
    await openWays(options, found, asked, ways, problems);
    const reached = new Set<string>();
    const packet = encodeDiscovery(id);
    for (let round = 0; round < rounds; round += 1) {
      const sending = ways.map((way) => broadcast(way, packet, port));
      for (const address of asked) sending.push(askAlone(address, ways, options, packet, port, reached));
      await Promise.all(sending);
      if (await listen(timeoutMilliseconds / rounds, found, options)) break;
    }
    for (const way of ways) if (!way.broadcast) problems.push(interfaceProblem(way.network, way.fault));
    for (const address of asked) if (!reached.has(address)) problems.push(addressProblem(address));
  } finally {
    for (const { socket, routed } of ways) {
      socket.close();
      void routed?.then((other) => other.close()).catch(() => undefined);
    }
  }
  return { cameras: found.list(), problems };
}

async function openWays(
  options: DiscoverOptions,
  found: FoundCameras,
  asked: ReadonlySet<string>,
  ways: Way[],
  problems: DiscoveryProblem[],
): Promise<void> {
  const { interfaces, networkInterfaces = systemInterfaces, port = gvcpPort } = options;
  let networks: readonly LocalNetwork[] = [];
  try {
    networks = localNetworks(networkInterfaces, interfaces);
    for (const kept of await keptOut(networks, localNetworks(networkInterfaces))) problems.push(keptOutProblem(kept));
  } catch (error) {
    problems.push({ ...unplaced, message: message('network-cards-not-listed'), technical: describeCause(error) });
  }
  for (const wanted of interfaces ?? []) {
    if (!networks.some((network) => network.interface === wanted || network.address === wanted)) {
      problems.push(missingInterface(wanted));
    }
  }
  for (const network of networks) {
    const receive: Receive = (bytes, from) => {
      const answer = decodeAcknowledge(bytes);
      if (answer === null || answer.id !== id || answer.command !== gvcpCommands.discovery + 1) return;
      if (from.port !== port || isErrorStatus(answer.status)) return;
      found.add(network, answer.payload, from.address, asked.has(from.address));
    };
    try {
      const socket = await openBroadcastSocket(endOf(network), receive);
      ways.push({ network, socket, receive, routed: null, broadcast: false, fault: null });
    } catch (error) {
      problems.push(interfaceProblem(network, error));
    }
  }
}

async function broadcast(way: Way, packet: Buffer, port: number): Promise<void> {
  for (const address of [limitedBroadcast, subnetBroadcast(way.network)]) {
    if (address === null) continue;
    try {
      await way.socket.send(packet, port, address);
      way.broadcast = true;
    } catch (error) {
      way.fault = error;
    }
  }
}

/** By each card that was named; where none was, by each whose network it is of, or as the system would. */
async function askAlone(
  address: string,
  ways: readonly Way[],
  options: DiscoverOptions,
  packet: Buffer,
  port: number,
  reached: Set<string>,
): Promise<void> {
  if (parseIpv4(address) === null) return;
  const isNamed = options.interfaces !== undefined;
  const local = isNamed ? null : await localAddressFor(address).catch(() => null);
  const sendings = ways.flatMap((way) => {
    if (isNamed || holdsAddress(way.network, address)) return [way.socket.send(packet, port, address)];
    return way.network.address === local ? [sendRouted(way, packet, port, address)] : [];
  });
  const sent = await Promise.allSettled(sendings);
  if (sent.some(({ status }) => status === 'fulfilled')) reached.add(address);
}

async function sendRouted(way: Way, packet: Buffer, port: number, address: string): Promise<void> {
  way.routed ??= boundSocket({ address: way.network.address, card: null }, 0, way.receive);
  const socket = await way.routed;
  await new Promise<void>((resolve, reject) => {
    socket.send(packet, port, address, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** True once that is found which was looked for. */
async function listen(milliseconds: number, found: FoundCameras, options: DiscoverOptions): Promise<boolean> {
  const { enough, signal } = options;
  const step = 50;
  const pause = (duration: number): Promise<void> =>
    sleep(duration, undefined, signal === undefined ? {} : { signal }).catch(() => signal?.throwIfAborted());
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    await pause(Math.max(1, Math.min(step, end - performance.now())));
    if (enough?.(found.list()) === true) {
      await pause(graceMilliseconds);
      return true;
    }
  }
  return false;
}

const unplaced = { interface: '', address: '', technical: '', isKeptOut: false };

function missingInterface(wanted: string): DiscoveryProblem {
  return { ...unplaced, interface: wanted, message: message('network-card-missing', { card: wanted }) };
}

function interfaceProblem(network: LocalNetwork, fault: unknown): DiscoveryProblem {
  const code = errnoCode(fault);
  const context = code === 'EACCES' || code === 'EPERM' ? 'denied' : 'failed';
  const { interface: card, address } = network;
  const said = message('network-card-not-searched', { context, card });
  return { ...unplaced, interface: card, address, message: said, technical: describeCause(fault) };
}

function keptOutProblem({ network, other }: KeptOut): DiscoveryProblem {
  const { interface: card, address } = network;
  const said = message('network-card-kept-out', { card, other: other.interface });
  return { ...unplaced, interface: card, address, message: said, technical: 'rp_filter is 1', isKeptOut: true };
}

function addressProblem(address: string): DiscoveryProblem {
  const said =
    parseIpv4(address) === null
      ? message('camera-not-an-address', { address })
      : message('camera-no-way', { context: 'address', address, from: '' });
  return { ...unplaced, address, message: said };
}
