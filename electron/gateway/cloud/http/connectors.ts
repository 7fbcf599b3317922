import { isIP, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import { connectTo, type Lookup } from './address-race.ts';
import { CodedError } from './coded-error.ts';
import { bare } from './proxy/no-proxy.ts';
import { openTunnel } from './proxy/proxy-tunnel.ts';
import { distrustFault, isDoubtful, pinFault } from './tls/certificate-faults.ts';
import type { Trusted } from './tls/trust.ts';
import type { Trust } from './tls/trust-watch.ts';

export type Connector = buildConnector.connector;

/** Where and how to reach the proxy. */
export type ProxyPlace = {
  readonly url: URL;
  /** `Proxy-Authorization`, `User-Agent`. */
  readonly headers: Readonly<Record<string, string>>;
};

/** What every connection has in common. */
export type ConnectorOptions = {
  /** Of a connection, and as long again of the encryption in it. */
  readonly timeout: number;
  readonly trust: Trust;
  /** The server's one certificate, where the site has named it. */
  readonly pinnedSha256: string | null;
  readonly lookup: Lookup;
};

/**
 * Connections straight to a server. All its addresses are tried side by side. TLS trusts the usual authorities, those of
 * this PC and those of the configuration; with a pinned certificate, that one alone.
 */
export function directConnector({ timeout, trust, pinnedSha256, lookup }: ConnectorOptions): Connector {
  const socketTo = async ({ hostname, port, protocol, httpSocket }: buildConnector.Options): Promise<Socket> => {
    if (httpSocket !== undefined) return httpSocket;
    const place = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
    const socket = await connectTo(hostname, place, { timeoutMilliseconds: timeout, lookup });
    return socket.setKeepAlive(true, keepAliveMilliseconds);
  };
  const pinned = pinnedSha256 === null ? null : pinnedEncryption(timeout, pinnedSha256);
  const trusting = trustingEncryption(timeout, trust);
  const encrypted = async (options: buildConnector.Options): Promise<Socket> => {
    // Before the connection: a file of authorities that can't be used opens none.
    const { encrypt, faultOf } = pinned ?? (await orEnd(trusting(), options.httpSocket));
    try {
      const socket = await connected(encrypt, { ...options, httpSocket: await socketTo(options) });
      const fault = socket instanceof TLSSocket ? faultOf(socket) : null;
      if (fault === null) return socket;
      socket.destroy();
      throw fault;
    } catch (error) {
      if (isDoubtful(error)) trust.doubt();
      throw error;
    }
  };
  return (options, callback) => {
    (options.protocol === 'https:' ? encrypted(options) : socketTo(options)).then(
      (socket) => callback(null, socket),
      (error: unknown) => fail(callback, error),
    );
  };
}

const keepAliveMilliseconds = 60_000;

/** A socket that was handed on belongs to nobody else: where nothing comes of it, it is ended here. */
async function orEnd<T>(work: Promise<T>, socket: Socket | undefined): Promise<T> {
  try {
    return await work;
  } catch (error) {
    // Whatever it still has to say is no news.
    socket?.on('error', () => undefined).destroy();
    throw error;
  }
}

/** How a connection is encrypted, and what is wrong with one that is. */
type Encryption = { readonly encrypt: Connector; readonly faultOf: (socket: TLSSocket) => CodedError | null };

/** A resumed TLS session shows no certificate, so with a pin none is resumed. */
const pinnedEncryption = (timeout: number, pinnedSha256: string): Encryption => ({
  encrypt: buildConnector({ timeout, allowH2: false, rejectUnauthorized: false, maxCachedSessions: 0 }),
  faultOf: (socket) => pinFault(socket, pinnedSha256),
});

/** Made anew when something else is trusted: a session that began under the old authorities is not resumed then. */
function trustingEncryption(timeout: number, trust: Trust): () => Promise<Encryption> {
  let made: { readonly trusted: Trusted; readonly encryption: Encryption } | null = null;
  return async () => {
    const trusted = await trust.current();
    if (made?.trusted === trusted) return made.encryption;
    // That certificates are checked is said in so many words: left unsaid, `NODE_TLS_REJECT_UNAUTHORIZED` would decide.
    const { context } = trusted;
    const encrypt = buildConnector({
      timeout,
      allowH2: false,
      rejectUnauthorized: true,
      ...(context === null ? {} : { secureContext: context }),
    });
    const encryption: Encryption = { encrypt, faultOf: (socket) => distrustFault(socket, trusted.distrusted) };
    made = { trusted, encryption };
    return encryption;
  };
}

/** Connections to the proxy itself: what goes wrong there is about the proxy, not about the server. */
export function proxyConnector(common: ConnectorOptions, { url }: ProxyPlace): Connector {
  const direct = directConnector({ ...common, pinnedSha256: null });
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
export function tunnelConnector(common: ConnectorOptions, proxy: ProxyPlace): Connector {
  const toProxy = proxyConnector(common, proxy);
  const toServer = directConnector(common);
  const tunnelled = async (options: buildConnector.Options): Promise<Socket> => {
    // As on the straight way: without authorities nobody is asked for a tunnel.
    if (common.pinnedSha256 === null) await common.trust.current();
    const socket = await connected(toProxy, options);
    const name = isIP(options.hostname) === 6 ? `[${options.hostname}]` : options.hostname;
    return openTunnel(socket, `${name}:${options.port || '443'}`, proxy.headers, common.timeout);
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
