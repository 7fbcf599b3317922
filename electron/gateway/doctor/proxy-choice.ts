import type { ProxyConfig } from '../../../shared/config.ts';
import { type Message, message, type ParamsOf } from '../../../shared/messages/message.ts';
import { meaningOfLoss, whyOffline } from '../cloud/acusight/connection-failures.ts';
import { connectTo, type Lookup, systemLookup } from '../cloud/http/address-race.ts';
import { type Exchange, exchange } from '../cloud/http/http-exchange.ts';
import { makeNetwork, type Network } from '../cloud/http/network.ts';
import { direct, type Route } from '../cloud/http/proxy/proxy-routes.ts';
import { describeCause, errnoCode } from '../platform/errors.ts';
import { type Found, fault, finding } from './check.ts';
import type { DoctorOptions } from './doctor-options.ts';
import { authority, type Endpoint, endpointOf } from './endpoint.ts';
import { connectMilliseconds } from './reach.ts';

/** Which way this PC's settings, or the site's proxy script, tell for one server: the first that is there, as deliveries take it. */
export async function checkChoice(
  network: Network,
  options: DoctorOptions,
  proxy: ProxyConfig,
  target: Endpoint,
): Promise<Found<Route>> {
  const { lookup = systemLookup } = options;
  let routes: readonly Route[];
  try {
    routes = await network.routesTo(target.origin);
  } catch (error) {
    const what = whyOffline(error, 'server');
    const technical = describeCause(error);
    const script = isKind(error) ? undefined : proxy.pacUrl;
    if (script === undefined) return { finding: fault(what, technical), value: null };
    const why = await scriptFault(options, script);
    return { finding: finding(message('check-pac-unusable', { script, why, what }), technical), value: null };
  }
  const chosen = message('check-proxy-chosen', {
    context: proxy.pacUrl === undefined ? 'system' : 'script',
    target: authority(target),
    routes: routes.map(toldOf),
  });
  const dead: string[] = [];
  for (const route of routes) {
    if (route.kind === 'direct' || (await isThere(route.url, lookup))) {
      const found = dead.length === 0 ? chosen : message('check-proxy-absent', { chosen, proxies: dead.join(', ') });
      return { finding: finding(found), value: route };
    }
    dead.push(route.url.host);
  }
  // The checks that follow say what is wrong with it.
  return { finding: finding(chosen), value: routes[0] ?? direct };
}

/** The script works, and names what is of no use here. */
const isKind = (error: unknown): boolean => errnoCode(error) === 'ACUSIGHT_PROXY_KIND';

function toldOf(route: Route, index: number): Message {
  const kind = route.kind === 'direct' ? 'direct' : 'proxy';
  const context = index === 0 ? kind : (`then-${kind}` as const);
  return message('check-route', { context, proxy: route.kind === 'direct' ? '' : route.url.host });
}

async function isThere(proxy: URL, lookup: Lookup): Promise<boolean> {
  const { host, port } = endpointOf(proxy.href);
  try {
    (await connectTo(host, port, { timeoutMilliseconds: connectMilliseconds, lookup })).destroy();
    return true;
  } catch {
    return false;
  }
}

/** Why the script is of no use, as far as a look at it tells. */
async function scriptFault(options: DoctorOptions, pacUrl: string): Promise<Message> {
  const { lookup, system, userAgent, config } = options;
  const { pathname, search } = new URL(pacUrl);
  const common = { connections: 1, connectTimeoutMilliseconds: connectMilliseconds, userAgent, lookup, system };
  const straight = makeNetwork({ ...common, tls: { ...config.cloud.tls, pinnedSha256: undefined } });
  try {
    const answer = await exchange(straight.transportFor(pacUrl), {
      method: 'GET',
      path: `${pathname}${search}`,
      headers: { 'user-agent': userAgent },
      body: { kind: 'none' },
      silenceMilliseconds: connectMilliseconds,
    });
    return pageFault(answer);
  } finally {
    await straight.close();
  }
}

function pageFault(answer: Exchange): Message {
  const server = (context: ParamsOf<'check-pac-server'>['context'], status = 0): Message =>
    message('check-pac-server', { context, status });
  if (answer.kind === 'lost') return meaningOfLoss(answer.error, false, 'script').message;
  if (answer.kind === 'aborted') return server('silent');
  if (answer.status !== 200) return server('status', answer.status);
  return server(answer.body.includes('FindProxyForURL') ? 'faulty' : 'no-script');
}
