import type { ProxyConfig } from '../../../shared/config.ts';
import { meaningOfLoss, offlineWords } from '../cloud/acusight/connection-failures.ts';
import { connectTo, type Lookup, systemLookup } from '../cloud/http/address-race.ts';
import { type Exchange, exchange } from '../cloud/http/http-exchange.ts';
import { makeNetwork, type Network } from '../cloud/http/network.ts';
import { cloudPeer, type Peer } from '../cloud/http/peers.ts';
import { direct, type Route } from '../cloud/http/proxy/proxy-routes.ts';
import { describeCause, errnoCode } from '../platform/errors.ts';
import { type Found, fault, fine, warning } from './check.ts';
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
    const words = offlineWords(error, cloudPeer);
    const script = proxy.pacUrl === undefined || isKind(error) ? null : await scriptFault(options, proxy.pacUrl);
    const text = script === null ? words.text : `The proxy script (PAC) ${proxy.pacUrl} can’t be used: ${script}`;
    return { finding: fault(text, words.hint, describeCause(error)), value: null };
  }
  const told = `${sourceOf(proxy)} for ${authority(target)}: ${routes.map(nameOf).join(', then ')}.`;
  const dead: string[] = [];
  for (const route of routes) {
    if (route.kind === 'direct' || (await isThere(route.url, lookup))) {
      if (dead.length === 0) return { finding: fine(told), value: route };
      return {
        finding: warning(
          `${told} Nobody answers at ${dead.join(', ')}.`,
          'It works by the next one. Tell the network’s administrator.',
        ),
        value: route,
      };
    }
    dead.push(route.url.host);
  }
  // The checks that follow say what is wrong with it.
  return { finding: fine(told), value: routes[0] ?? direct };
}

/** The script works, and names what is of no use here. */
const isKind = (error: unknown): boolean => errnoCode(error) === 'ACUSIGHT_PROXY_KIND';

const sourceOf = ({ pacUrl }: ProxyConfig): string =>
  pacUrl === undefined ? 'This PC’s proxy settings say' : 'The proxy script (PAC) says';

const nameOf = (route: Route): string => (route.kind === 'direct' ? 'directly' : `the proxy ${route.url.host}`);

async function isThere(proxy: URL, lookup: Lookup): Promise<boolean> {
  const { host, port } = endpointOf(proxy.href);
  try {
    (await connectTo(host, port, { timeoutMilliseconds: connectMilliseconds, lookup })).destroy();
    return true;
  } catch {
    return false;
  }
}

const scriptPeer: Peer = {
  prefix: 'proxy-',
  name: 'its server',
  service: 'that server',
  setting: 'cloud.proxy.pacUrl',
};

/** Why the script is of no use, as far as a look at it tells. */
async function scriptFault(options: DoctorOptions, pacUrl: string): Promise<string> {
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

function pageFault(answer: Exchange): string {
  if (answer.kind === 'lost') return lowerFirst(meaningOfLoss(answer.error, false, scriptPeer).text);
  if (answer.kind === 'aborted') return 'its server does not answer.';
  if (answer.status !== 200) return `its server answers ${answer.status} instead of a script.`;
  if (!answer.body.includes('FindProxyForURL')) return 'what its server answers is no such script.';
  return 'it has an error, or does not end.';
}

const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
