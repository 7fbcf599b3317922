import { errors, Pool } from 'undici';
import type { ProxySettings, TlsSettings } from '../../../../shared/config.ts';
import { type Lookup, systemLookup } from './address-race.ts';
import { chosenTransport, noController } from './chosen-transport.ts';
import {
  type Connector,
  type ConnectorOptions,
  directConnector,
  type ProxyPlace,
  proxyConnector,
  tunnelConnector,
} from './connectors.ts';
import type { Transport } from './http-exchange.ts';
import { noProxyOf } from './proxy/no-proxy.ts';
import { direct, isThisPc, keyOf, type Route } from './proxy/proxy-routes.ts';
import { type AskProxy, RouteChoice } from './proxy/route-choice.ts';
import { withdrawFromEnvironment } from './tls/tls-environment.ts';
import { followTrust, type TrustOptions } from './tls/trust-watch.ts';
import { type Way, Ways } from './ways.ts';

const encrypted = /^\s*https:\/\//i;

/**
 * Which proxies may be given name and password. Written as `noProxy`; an entry that begins with `https://` means only a
 * proxy to which the way is encrypted. Whoever writes the script, or answers in its place, chooses how a proxy is reached:
 * with a bare name he may have the password sent in clear.
 */
function loginPlacesOf(entries: readonly string[]): (proxy: URL) => boolean {
  const either = noProxyOf(entries.filter((entry) => !encrypted.test(entry)));
  const secure = noProxyOf(
    entries.filter((entry) => encrypted.test(entry)).map((entry) => entry.replace(encrypted, '').replace(/\/\s*$/, '')),
  );
  return (proxy) => either(proxy) || (proxy.protocol === 'https:' && secure(proxy));
}

export type NetworkOptions = {
  readonly tls: TlsSettings;
  readonly proxy?: ProxySettings | undefined;
  readonly proxyPassword?: string | null | undefined;
  /** Who knows this PC's proxy settings and runs proxy scripts. */
  readonly askProxy?: AskProxy | undefined;
  /** Most connections to one server. */
  readonly connections: number;
  /** To the server, as long again for the encryption, and the same for a proxy before it. */
  readonly connectTimeoutMilliseconds: number;
  /** How names are found; as the system does it where it is left out. */
  readonly lookup?: Lookup | undefined;
  /** What the proxy is told. */
  readonly userAgent: string;
  /** This PC's own certificates, where they lie elsewhere. */
  readonly system?: TrustOptions['system'];
  /** Called when this PC's certificate store gives something else than before. */
  readonly onSystem?: TrustOptions['onSystem'];
  /** Called when the file of authorities gives something else than before. */
  readonly onFile?: TrustOptions['onFile'];
};

/** The ways to the API and to the object storage. */
export type Network = {
  /** For the origin of this URL; one for all URLs of an origin. */
  readonly transportFor: (url: string) => Transport;
  /** In the order in which they are tried. Rejects with a coded error where nobody can say. */
  readonly routesTo: (url: string) => Promise<readonly Route[]>;
  /** What the proxy of this way is sent besides the request. */
  readonly proxyHeaders: (proxy: URL) => Readonly<Record<string, string>>;
  /** Ends every connection. */
  readonly close: () => Promise<void>;
};

/**
 * Proxies come from the configuration; the environment and this PC's settings have a say only where it says so. An
 * `https://` server is reached through a proxy by CONNECT, an `http://` one by handing the proxy the whole address
 * (RFC 9112, 3.2.2): proxies allow CONNECT to port 443 only as a rule, and plain requests to almost any port.
 *
 * A file of certificate authorities that can't be used fails each connection in its own words, until it can.
 * When something else is trusted, no request goes over a connection that began before.
 */
export function makeNetwork(options: NetworkOptions): Network {
  const { tls, proxy, system, onSystem, onFile } = options;
  withdrawFromEnvironment(process.env);
  const monotonic = (): number => performance.now();
  const ways = new Ways();
  const trust = followTrust(tls, { system, onSystem, onFile, monotonic, onChange: () => ways.giveUpAll() });
  const common: ConnectorOptions = {
    timeout: options.connectTimeoutMilliseconds,
    trust,
    pinnedSha256: tls.pinnedSha256 ?? null,
    lookup: options.lookup ?? systemLookup,
  };
  const around = noProxyOf(proxy?.noProxy ?? []);
  const proxyHeaders = headersFor(proxy, options.proxyPassword ?? '', options.userAgent);
  let isClosed = false;
  const choice = choiceOf(options, monotonic);
  const fixed: Route = proxy?.url === undefined ? direct : { kind: 'proxy', url: new URL(proxy.url) };
  /** Null where it has to be asked for. */
  const routeTo = (url: URL): Route | null => {
    if (around(url)) return direct;
    if (choice === null) return fixed;
    return isThisPc(url) ? direct : null;
  };

  const open = (url: URL, route: Route): Way => {
    const pool = (origin: string, connect: Connector): Pool =>
      new Pool(origin, {
        connections: options.connections,
        pipelining: 1,
        connect,
        // Shorter than the usual idle limit of servers and proxies, so that they rarely close a connection we write to.
        keepAliveTimeout: 4_000,
        keepAliveMaxTimeout: 30_000,
        headersTimeout: 0,
        bodyTimeout: 0,
        allowH2: false,
      });
    if (route.kind === 'direct') {
      const straight = pool(url.origin, directConnector(common));
      return { pool: straight, transport: straight };
    }
    const through: ProxyPlace = { url: route.url, headers: proxyHeaders(route.url) };
    if (url.protocol === 'https:') {
      const tunnelled = pool(url.origin, tunnelConnector(common, through));
      return { pool: tunnelled, transport: tunnelled };
    }
    const forwarding = pool(through.url.origin, proxyConnector(common, through));
    return { pool: forwarding, transport: forwardedBy(forwarding, url, through) };
  };
  /** For the very next request. */
  const transportBy = (url: URL, route: Route): Transport => {
    trust.glance();
    return ways.get(`${url.origin} ${keyOf(route)}`, () => open(url, route)).transport;
  };
  const fixedTransport = (url: URL, route: Route): Transport => ({
    dispatch: (request, sink) => {
      if (!isClosed) return transportBy(url, route).dispatch(request, sink);
      sink.onResponseError?.(noController, new errors.ClientDestroyedError());
      return true;
    },
  });

  return {
    transportFor: (text) => {
      const url = new URL(text);
      const route = routeTo(url);
      if (route !== null || choice === null) return fixedTransport(url, route ?? fixed);
      return chosenTransport(choice, url.origin, (chosen) => (isClosed ? null : transportBy(url, chosen)));
    },
    routesTo: async (text) => {
      const url = new URL(text);
      const route = routeTo(url);
      return route !== null || choice === null ? [route ?? fixed] : choice.routesTo(url.origin);
    },
    proxyHeaders,
    close: async () => {
      isClosed = true;
      await ways.destroy();
    },
  };
}

function choiceOf({ proxy, askProxy }: NetworkOptions, monotonic: () => number): RouteChoice | null {
  if (proxy === undefined || proxy.url !== undefined) return null;
  const nobody: AskProxy = async () => ({ ok: false, reason: 'failed', technical: 'nobody here knows the settings' });
  const source = proxy.pacUrl === undefined ? { kind: 'system' as const } : { kind: 'pac' as const, url: proxy.pacUrl };
  return new RouteChoice({ ask: askProxy ?? nobody, source, monotonic });
}

/** Each request names its server whole, and shows the proxy who asks. */
const forwardedBy = (pool: Pool, { origin, host }: URL, { headers }: ProxyPlace): Transport => ({
  dispatch: (request, sink) =>
    pool.dispatch(
      {
        ...request,
        path: `${origin}${request.path}`,
        headers: { ...headers, ...(request.headers as Record<string, string>), host },
      },
      sink,
    ),
});

/** Name and password go to the proxy that the configuration names, or lists for those that a script names. */
function headersFor(proxy: ProxySettings | undefined, password: string, userAgent: string): Network['proxyHeaders'] {
  const { url, username, loginAt = [] } = proxy ?? {};
  const login = Buffer.from(`${username ?? ''}:${password}`, 'utf8').toString('base64');
  const isListed = loginPlacesOf(loginAt);
  return (place) => {
    const mayKnow = username !== undefined && (url !== undefined || isListed(place));
    return { 'user-agent': userAgent, ...(mayKnow ? { 'proxy-authorization': `Basic ${login}` } : {}) };
  };
}
