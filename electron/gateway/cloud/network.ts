import { Pool } from 'undici';
import type { ProxyConfig, TlsConfig } from '../../../shared/config.ts';
import { type Lookup, systemLookup } from './address-race.ts';
import {
  type Connector,
  type ConnectorOptions,
  directConnector,
  type ProxyPlace,
  proxyConnector,
  tunnelConnector,
} from './connectors.ts';
import type { Transport } from './http-exchange.ts';
import { noProxyOf } from './no-proxy.ts';
import { trustOnce, withdrawFromEnvironment } from './trust.ts';

export type NetworkOptions = {
  readonly tls: TlsConfig;
  readonly proxy?: ProxyConfig | undefined;
  readonly proxyPassword?: string | null | undefined;
  /** Most connections to one server. */
  readonly connections: number;
  /** To the server, as long again for the encryption, and the same for a proxy before it. */
  readonly connectTimeoutMilliseconds: number;
  /** How names are found; as the system does it where it is left out. */
  readonly lookup?: Lookup | undefined;
  /** What the proxy is told. */
  readonly userAgent: string;
};

/** The ways to the API and to the object storage. Proxies come from the configuration alone, never from the environment. */
export type Network = {
  /** For the origin of this URL; one for all URLs of an origin. */
  readonly transportFor: (url: string) => Transport;
  /** `host:port` of the proxy on the way there; null where there is none. */
  readonly proxyFor: (url: string) => string | null;
  /** Ends every connection. */
  readonly close: () => Promise<void>;
};

/**
 * An `https://` server is reached through a proxy by CONNECT, an `http://` one by handing the proxy the whole address
 * (RFC 9112, 3.2.2): proxies allow CONNECT to port 443 only as a rule, and plain requests to almost any port.
 *
 * A file of certificate authorities that can't be used fails each connection in its own words, until it can.
 */
export function makeNetwork(options: NetworkOptions): Network {
  const { tls, proxy } = options;
  withdrawFromEnvironment(process.env);
  const common: ConnectorOptions = {
    timeout: options.connectTimeoutMilliseconds,
    trust: trustOnce(tls),
    pinnedSha256: tls.pinnedSha256 ?? null,
    lookup: options.lookup ?? systemLookup,
  };
  const around = noProxyOf(proxy?.noProxy ?? []);
  const place = proxy === undefined ? null : placeOf(proxy, options.proxyPassword ?? '', options.userAgent);
  const pools = new Map<string, { readonly pool: Pool; readonly transport: Transport }>();
  const proxied = (url: URL): ProxyPlace | null => (place === null || around(url) ? null : place);

  const open = (url: URL): { readonly pool: Pool; readonly transport: Transport } => {
    const through = proxied(url);
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
    if (through === null) {
      const direct = pool(url.origin, directConnector(common));
      return { pool: direct, transport: direct };
    }
    if (url.protocol === 'https:') {
      const tunnelled = pool(url.origin, tunnelConnector(common, through));
      return { pool: tunnelled, transport: tunnelled };
    }
    const forwarding = pool(through.url.origin, proxyConnector(common, through));
    return { pool: forwarding, transport: forwardedBy(forwarding, url, through) };
  };

  return {
    transportFor: (text) => {
      const url = new URL(text);
      const known = pools.get(url.origin) ?? open(url);
      pools.set(url.origin, known);
      return known.transport;
    },
    proxyFor: (text) => proxied(new URL(text))?.url.host ?? null,
    close: async () => {
      await Promise.all([...pools.values()].map(({ pool }) => pool.destroy()));
      pools.clear();
    },
  };
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

function placeOf({ url, username }: ProxyConfig, password: string, userAgent: string): ProxyPlace {
  const credentials = Buffer.from(`${username ?? ''}:${password}`, 'utf8').toString('base64');
  return {
    url: new URL(url),
    headers: {
      'user-agent': userAgent,
      ...(username === undefined ? {} : { 'proxy-authorization': `Basic ${credentials}` }),
    },
  };
}
