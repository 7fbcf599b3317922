import { bare } from './no-proxy.ts';

/** How one server is reached: straight, or through a proxy. */
export type Route = { readonly kind: 'direct' } | { readonly kind: 'proxy'; readonly url: URL };

export type Routes = {
  /** In the order in which they are to be tried. */
  readonly routes: readonly Route[];
  /** Kinds of proxies that were named and that nobody here can use: `SOCKS5`. */
  readonly foreign: readonly string[];
};

export const direct: Route = { kind: 'direct' };
export const keyOf = (route: Route): string => (route.kind === 'direct' ? 'DIRECT' : route.url.origin);

const schemes: Readonly<Record<string, string>> = { PROXY: 'http', HTTP: 'http', HTTPS: 'https' };

/** Reads the answer of a proxy script: `PROXY a:3128; HTTPS b:443; DIRECT`. What is no such answer is left out. */
export function routesOf(list: string): Routes {
  const routes: Route[] = [];
  const foreign = new Set<string>();
  for (const entry of list.split(';')) {
    const [kind = '', host = ''] = entry.trim().split(/\s+/);
    const word = kind.toUpperCase();
    const scheme = schemes[word];
    if (word === 'DIRECT') routes.push(direct);
    else if (scheme === undefined) {
      if (/^[A-Z][A-Z0-9]{0,15}$/.test(word)) foreign.add(word);
    } else if (URL.canParse(`${scheme}://${host}`) && /^[^/?#@]+$/.test(host)) {
      const url = new URL(`${scheme}://${host}`);
      routes.push({ kind: 'proxy', url });
    }
  }
  return { routes: [...new Map(routes.map((route) => [keyOf(route), route])).values()], foreign: [...foreign] };
}

/** Servers on this very PC are never looked for elsewhere, as browsers have it too. */
export function isThisPc({ hostname }: URL): boolean {
  const host = bare(hostname).replace(/\.$/, '').toLowerCase();
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(?:\.\d+){3}$/.test(host);
}
