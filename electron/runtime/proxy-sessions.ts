import type { Session } from 'electron';
import type { AskProxy, ProxyAnswer, ProxySource } from '../gateway/gateway-options.ts';

/** A session for each source of proxies, which nothing else uses, and what is asked of it. */
export type ProxySession = Pick<Session, 'setProxy' | 'resolveProxy' | 'forceReloadProxyConfig'>;

export type ProxySessions = {
  /** The same one for the same name. There is no way to give one back. */
  readonly sessionNamed: (name: string) => ProxySession;
  /** Called when a script does not end. */
  readonly endScript: () => void;
};

/** A script is fetched, looks up names, and may never end. */
const answerMilliseconds = 10_000;
/** So often at most the settings are read and the script is fetched again because a proxy did not answer. */
const reloadMilliseconds = 10_000;
/** One is the gateway's, the others are those that somebody tries in the settings. */
const mostSessions = 8;

type Opened = { readonly session: ProxySession; reloadedAt: number };
/** `opened`: null after a failure; the next question opens the same session anew. */
type Kept = { readonly name: string; opened: Promise<Opened> | null };

export function askSessions({ sessionNamed, endScript }: ProxySessions): AskProxy {
  const kept = new Map<string, Kept>();
  /** Where all are taken, that of the source that nobody asked for longest. */
  const freeName = (): string => {
    const [oldest] = kept;
    if (oldest === undefined || kept.size < mostSessions) return `proxy-${kept.size}`;
    kept.delete(oldest[0]);
    return oldest[1].name;
  };
  const opening = new Map<string, Promise<Opened>>();
  /** After whoever opens the same session still: its settings must not come after these. */
  const openedLast = (name: string, source: ProxySource): Promise<Opened> => {
    const now = (): Promise<Opened> => open(source, sessionNamed(name));
    const opened = opening.get(name)?.then(now, now) ?? now();
    opening.set(name, opened);
    return opened;
  };
  return async ({ source, url, fresh }): Promise<ProxyAnswer> => {
    const key = source.kind === 'pac' ? source.url : '';
    const own = kept.get(key) ?? { name: freeName(), opened: null };
    kept.delete(key);
    kept.set(key, own);
    const opened = own.opened ?? openedLast(own.name, source);
    own.opened = opened;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), answerMilliseconds);
    });
    try {
      const list = await Promise.race([opened.then((one) => resolve(one, url, fresh)), late]);
      if (kept.get(key) !== own) throw new Error('others asked for too many different scripts');
      if (list === null) {
        endScript();
        return { ok: false, reason: 'silent', technical: `no answer for ${answerMilliseconds} ms` };
      }
      // Chromium's word for a script that it could not fetch or run.
      if (list.trim() === '') return { ok: false, reason: 'failed', technical: 'the proxy script gave nothing' };
      return { ok: true, list };
    } catch (error) {
      if (own.opened === opened) own.opened = null;
      return { ok: false, reason: 'failed', technical: String(error) };
    } finally {
      clearTimeout(timer);
    }
  };
}

/** A proxy that nobody has: what is answered with it was asked of the settings before ours. */
const before = { proxyRules: 'settings-before.invalid:1', list: 'PROXY settings-before.invalid:1' } as const;

/**
 * Chromium's network process takes new settings a moment after it was told, and answers by the old ones until then: on
 * a busy PC it would say "directly" of a script that it has not looked at. So it is given settings first that are known
 * when they are seen.
 */
async function open(source: ProxySource, own: ProxySession): Promise<Opened> {
  await own.setProxy({ mode: 'fixed_servers', proxyRules: before.proxyRules });
  for (let look = 0; (await own.resolveProxy('http://server.invalid/')) !== before.list; look += 1) {
    if (look > mostLooks) throw new Error('no proxy settings are taken by Chromium');
    await moment();
  }
  await own.setProxy(source.kind === 'pac' ? { mode: 'pac_script', pacScript: source.url } : { mode: 'system' });
  return { session: own, reloadedAt: performance.now() };
}

const mostLooks = 500;
const moment = (): Promise<void> => new Promise((done) => setTimeout(done, 10));

async function resolve(opened: Opened, url: string, fresh: boolean): Promise<string> {
  if (fresh && performance.now() - opened.reloadedAt > reloadMilliseconds) {
    opened.reloadedAt = performance.now();
    await opened.session.forceReloadProxyConfig();
  }
  for (let look = 0; look < mostLooks; look += 1) {
    const list = await opened.session.resolveProxy(url);
    if (list !== before.list) return list;
    await moment();
  }
  throw new Error('the proxy settings of before are kept by Chromium');
}
