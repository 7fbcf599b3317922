import { app, type Session, session } from 'electron';
import type { AskProxy, ProxyAnswer, ProxySource } from './gateway/proxy-questions.ts';

/**
 * This PC's proxy settings and proxy scripts (PAC), as Chromium reads and runs them: in a sandboxed process of its own,
 * with the system's settings followed by itself. A session for each source, which nothing else uses.
 */

/** A script is fetched, looks up names, and may never end. */
const answerMilliseconds = 10_000;
/** So often at most the settings are read and the script is fetched again because a proxy did not answer. */
const reloadMilliseconds = 10_000;

type Opened = { readonly session: Session; reloadedAt: number };

export function systemProxy(): AskProxy {
  const sessions = new Map<string, Promise<Opened>>();
  let count = 0;
  return async ({ source, url, fresh }): Promise<ProxyAnswer> => {
    const key = source.kind === 'pac' ? source.url : '';
    const opened = sessions.get(key) ?? open(source, count++);
    sessions.set(key, opened);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), answerMilliseconds);
    });
    try {
      const list = await Promise.race([opened.then((one) => resolve(one, url, fresh)), late]);
      if (list === null) {
        endScript();
        return { ok: false, reason: 'silent', technical: `no answer for ${answerMilliseconds} ms` };
      }
      // Chromium's word for a script that it could not fetch or run.
      if (list.trim() === '') return { ok: false, reason: 'failed', technical: 'the proxy script gave nothing' };
      return { ok: true, list };
    } catch (error) {
      // The next question opens it anew.
      sessions.delete(key);
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
async function open(source: ProxySource, number: number): Promise<Opened> {
  const own = session.fromPartition(`proxy-${number}`, { cache: false });
  await own.setProxy({ mode: 'fixed_servers', proxyRules: before.proxyRules });
  for (let look = 0; (await own.resolveProxy('http://server.invalid/')) !== before.list; look += 1) {
    if (look > mostLooks) throw new Error('Chromium takes no proxy settings');
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
  throw new Error('Chromium keeps its proxy settings');
}

/** A script that does not end would take a processor's whole time for good. Chromium starts the process anew for the next question. */
function endScript(): void {
  for (const { pid, serviceName } of app.getAppMetrics()) {
    if (serviceName?.startsWith('proxy_resolver.') !== true) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}
