import type { Socket } from 'node:net';
import type { DoctorCheck } from '../../../shared/contract.ts';
import { type Message, message } from '../../../shared/messages/message.ts';
import type { Lookup } from '../cloud/http/address-race.ts';
import type { Exchange } from '../cloud/http/http-exchange.ts';
import { distrustFault } from '../cloud/http/tls/certificate-faults.ts';
import { checkCertificate, shakeHands, type Trust } from './certificate.ts';
import { check, type Finding, finding, titleOf, type Untested, untested, type Visit } from './check.ts';
import { type Endpoint, isLoopback } from './endpoint.ts';
import { checkTunnel, judgeForwarding, type ProxyFacts } from './proxy-route.ts';
import { checkName, checkReach, connectMilliseconds, type Open } from './reach.ts';

/** The way to one server: name, connection, proxy, certificate. Each layer is tested only where the one below holds. */
export type RouteFacts = {
  readonly server: 'api' | 'object-store';
  readonly endpoint: Endpoint;
  /** The setting that says where the server is. */
  readonly setting: Message;
  /** Null where this server is reached without one. */
  readonly proxy: ProxyFacts | null;
  readonly trust: Trust;
  readonly lookup: Lookup;
  readonly now: () => number;
  /** One request as deliveries make them; for servers that a proxy forwards plain requests to. */
  readonly ask: (signal: AbortSignal) => Promise<Exchange>;
};

const limits = { dns: 10_000, tcp: connectMilliseconds + 1_000, proxy: 12_000, tls: 12_000 } as const;
type Layer = keyof typeof limits;

/** Code and title of one layer of the way to a server. */
export const layerOf = (server: RouteFacts['server'], layer: Layer | 'proxy-choice') =>
  server === 'api'
    ? { code: layer, title: titleOf(layer) }
    : { code: `${server}:${layer}`, title: titleOf(`storage-${layer}`) };

/** Returns null when the way is open, else why what comes after it can't be tested. */
export async function* checkRoute(visit: Visit, facts: RouteFacts): AsyncGenerator<DoctorCheck, Untested | null> {
  const { endpoint, proxy, lookup, trust } = facts;
  const nextHop = proxy?.place ?? endpoint;
  const setting = proxy === null ? facts.setting : proxy.setting;
  const step = (layer: Layer) => ({ ...layerOf(facts.server, layer), limitMilliseconds: limits[layer] });
  const tell = (layer: Layer, found: Finding): DoctorCheck => check(step(layer).code, step(layer).title, found);
  function* skip(layers: readonly Layer[], why: Untested): Generator<DoctorCheck> {
    for (const layer of layers) {
      if (layer === 'proxy' && proxy === null) continue;
      yield tell(layer, untested(why));
    }
  }

  const name = await visit.take(step('dns'), () => checkName(nextHop, setting, lookup, visit.clock));
  yield name.check;
  const addresses = name.value;
  if (addresses === null) {
    yield* skip(['tcp', 'proxy', 'tls'], 'name-unknown');
    return 'name-unknown';
  }
  const reach = await visit.take(step('tcp'), (signal) => checkReach(nextHop, setting, addresses, visit.clock, signal));
  yield reach.check;
  let open: Open<Socket> | null = reach.value;
  if (open === null) {
    const why = proxy === null ? 'unreachable' : 'proxy-unreachable';
    yield* skip(['proxy', 'tls'], why);
    return why;
  }
  if (proxy !== null) {
    const toProxy: Open<Socket> = open;
    const entry: Open<Socket> = proxy.place.secure
      ? (signal) => encryptedEntry(toProxy, proxy.place, trust, signal)
      : toProxy;
    const passed = endpoint.secure
      ? await visit.take(step('proxy'), (signal) => checkTunnel(entry, proxy, endpoint, signal))
      : await visit.take(step('proxy'), async (signal) => judgeForwarding(await facts.ask(signal), proxy, endpoint));
    yield passed.check;
    if (passed.value === null) {
      yield* skip(['tls'], 'proxy-in-the-way');
      return 'proxy-in-the-way';
    }
    open = passed.value === true ? null : passed.value;
  }
  if (!endpoint.secure) {
    yield tell('tls', unencrypted(endpoint, facts.setting));
    return null;
  }
  const tunnel = open;
  if (tunnel === null) return null;
  const certificate = await visit.take(step('tls'), (signal) =>
    checkCertificate(tunnel, endpoint, trust, facts.now(), signal),
  );
  yield certificate.check;
  return certificate.value === null ? 'untrusted' : null;
}

/** To the proxy, by the same trust as deliveries. */
async function encryptedEntry(
  open: Open<Socket>,
  place: Endpoint,
  { trusted }: Trust,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = await shakeHands(await open(signal), place, trusted.context, true, signal);
  const distrusted = distrustFault(socket, trusted.distrusted);
  if (distrusted === null) return socket;
  socket.destroy();
  throw distrusted;
}

const unencrypted = ({ host }: Endpoint, setting: Message): Finding =>
  finding(isLoopback(host) ? message('check-tls-needless') : message('check-tls-none', { setting }));
