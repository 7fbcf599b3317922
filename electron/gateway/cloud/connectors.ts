import { isIP, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import { CodedError } from './coded-error.ts';
import { bare } from './no-proxy.ts';
import { openTunnel } from './proxy-tunnel.ts';
import { pinFault, type ReadTrust } from './trust.ts';

export type Connector = buildConnector.connector;

/** Where and how to reach the proxy. */
export type ProxyPlace = {
  readonly url: URL;
  /** `Proxy-Authorization`, `User-Agent`. */
  readonly headers: Readonly<Record<string, string>>;
};

/**
 * Connections straight to a server. IPv4 and IPv6 are tried side by side. TLS trusts the usual authorities and those
 * of the configuration; with a pinned certificate, that one alone.
 */
export function directConnector(timeout: number, trust: ReadTrust, pinnedSha256: string | null): Connector {
  let build: Connector | null = null;
  return (options, callback) => {
    try {
      build ??= buildConnector({ timeout, autoSelectFamily: true, allowH2: false, ...tlsOptions(trust, pinnedSha256) });
    } catch (error) {
      return fail(callback, error);
    }
    build(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      const fault = pinnedSha256 !== null && socket instanceof TLSSocket ? pinFault(socket, pinnedSha256) : null;
      if (fault === null) return callback(null, socket);
      socket.destroy();
      callback(fault, null);
    });
  };
}

/** A resumed TLS session shows no certificate, so with a pin none is resumed. */
function tlsOptions(trust: ReadTrust, pinnedSha256: string | null): buildConnector.BuildOptions {
  if (pinnedSha256 !== null) return { rejectUnauthorized: false, maxCachedSessions: 0 };
  const secureContext = trust();
  return secureContext === null ? {} : { secureContext };
}

/** Connections to the proxy itself: what goes wrong there is about the proxy, not about the server. */
export function proxyConnector(timeout: number, trust: ReadTrust, { url }: ProxyPlace): Connector {
  const direct = directConnector(timeout, trust, null);
  const hostname = bare(url.hostname);
  const place = {
    hostname,
    host: url.host,
    protocol: url.protocol,
    port: url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port,
    ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
  };
  return (_options, callback) => {
    direct(place, (...[error, socket]) => {
      if (error === null) callback(null, socket);
      else callback(new CodedError('ACUSIGHT_PROXY_LOST', `no connection to the proxy ${url.host}`, error), null);
    });
  };
}

/** Connections to an `https://` server through the proxy (CONNECT): the proxy sees a name and a port, nothing else. */
export function tunnelConnector(
  timeout: number,
  trust: ReadTrust,
  pinnedSha256: string | null,
  proxy: ProxyPlace,
): Connector {
  const toProxy = proxyConnector(timeout, trust, proxy);
  const toServer = directConnector(timeout, trust, pinnedSha256);
  const tunnelled = async (options: buildConnector.Options): Promise<Socket> => {
    const socket = await connected(toProxy, options);
    const name = isIP(options.hostname) === 6 ? `[${options.hostname}]` : options.hostname;
    return openTunnel(socket, `${name}:${options.port || '443'}`, proxy.headers, timeout);
  };
  return (options, callback) => {
    tunnelled(options).then(
      (httpSocket) => toServer({ ...options, httpSocket }, callback),
      (error: unknown) => fail(callback, error),
    );
  };
}

const connected = (connector: Connector, options: buildConnector.Options): Promise<Socket> =>
  new Promise((resolve, reject) => {
    connector(options, (...[error, socket]) => (error === null ? resolve(socket) : reject(error)));
  });

/** Not at once: undici expects an answer after its call has returned. */
const fail = (callback: buildConnector.Callback, error: unknown): void => {
  setImmediate(() => callback(error instanceof Error ? error : new Error(String(error)), null));
};
