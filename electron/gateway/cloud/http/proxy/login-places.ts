import { noProxyOf } from './no-proxy.ts';

const encrypted = /^\s*https:\/\//i;

/**
 * Which proxies may be given name and password. Written as `noProxy`; an entry that begins with `https://` means only a
 * proxy to which the way is encrypted. Whoever writes the script, or answers in its place, chooses how a proxy is reached:
 * with a bare name he may have the password sent in clear.
 */
export function loginPlacesOf(entries: readonly string[]): (proxy: URL) => boolean {
  const either = noProxyOf(entries.filter((entry) => !encrypted.test(entry)));
  const secure = noProxyOf(
    entries.filter((entry) => encrypted.test(entry)).map((entry) => entry.replace(encrypted, '').replace(/\/\s*$/, '')),
  );
  return (proxy) => either(proxy) || (proxy.protocol === 'https:' && secure(proxy));
}
