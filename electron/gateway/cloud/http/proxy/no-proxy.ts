import { BlockList, isIP } from 'node:net';

/**
 * Which servers are reached without the proxy. An entry is `*`, a host name (that host only), `.plant.local` or
 * `*.plant.local` (all below it), an address, or a network (`10.0.0.0/8`, `fd00::/8`); with `:port` behind it, it holds
 * for that port only. Names are not looked up: a network matches servers that are given by their address.
 */
export type NoProxy = (url: URL) => boolean;

export function noProxyOf(entries: readonly string[]): NoProxy {
  const rules = entries.map(ruleOf);
  return (url) => {
    const host = bare(url.hostname).replace(/\.$/, '').toLowerCase();
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
    return rules.some((rule) => rule(host, port));
  };
}

type Rule = (host: string, port: number) => boolean;

function ruleOf(entry: string): Rule {
  const text = entry.trim().toLowerCase();
  // `host:port` and `[address]:port`; an IPv6 address without brackets has more than one colon and no port.
  const parts = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(text);
  const host = hostRule(bare(parts?.[1] ?? text).replace(/(?<=.)\.$/, ''));
  const only = parts?.[2] === undefined ? null : Number(parts[2]);
  return (name, port) => (only === null || only === port) && host(name);
}

function hostRule(text: string): (host: string) => boolean {
  if (text === '*') return () => true;
  const network = /^([^/]+)\/(\d{1,3})$/.exec(text);
  if (network !== null) return networkRule(network[1] ?? '', Number(network[2]));
  if (isIP(text) !== 0) return networkRule(text, isIP(text) === 4 ? 32 : 128);
  const suffix = text.startsWith('*.') ? text.slice(1) : text;
  return suffix.startsWith('.') ? (host) => host.endsWith(suffix) : (host) => host === suffix;
}

/** Addresses have several spellings: compared as numbers, not as text. */
function networkRule(address: string, prefix: number): (host: string) => boolean {
  const family = isIP(address);
  if (family === 0 || prefix > (family === 4 ? 32 : 128)) return () => false;
  const list = new BlockList();
  list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  return (host) => isIP(host) === family && list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/** A host as Node takes it: IPv6 without the brackets of a URL. */
export const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1');
