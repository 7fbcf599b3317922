import { isIP } from 'node:net';

/** A server as the checks look at it, one layer after the other. */
export type Endpoint = {
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** As in the settings: `https://10.0.0.5`. */
  readonly origin: string;
  /** Begins with "/" and does not end with it; empty for none. */
  readonly basePath: string;
};

export function endpointOf(address: string): Endpoint {
  const url = new URL(address);
  const secure = url.protocol === 'https:';
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    secure,
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
  };
}

/** `10.0.0.5:443`, `[fd00::5]:443`. */
export const authority = ({ host, port }: Pick<Endpoint, 'host' | 'port'>): string =>
  `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
