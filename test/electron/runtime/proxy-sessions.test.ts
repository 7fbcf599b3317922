import { expect, test } from 'vitest';
import { askSessions, type ProxySession } from '../../../electron/runtime/proxy-sessions.ts';

/** Chromium's sessions, in memory: one for a name, each with the settings it was given last. */
function sessionsOf() {
  const made = new Map<string, ProxySession>();
  const trouble = { setting: false, resolving: false };
  let settings = 0;
  const sessionNamed = (name: string): ProxySession => {
    let list = 'DIRECT';
    const own: ProxySession = made.get(name) ?? {
      setProxy: async ({ pacScript, proxyRules }) => {
        if (trouble.setting) throw new Error('no settings now');
        // Now sooner, now later.
        settings += 1;
        if (settings % 3 === 0) await new Promise((done) => setTimeout(done, settings % 7));
        list = `PROXY ${proxyRules ?? new URL(pacScript ?? 'http://system').host}`;
      },
      resolveProxy: async () => {
        if (trouble.resolving) throw new Error('the network process is gone');
        return list;
      },
      forceReloadProxyConfig: async () => undefined,
    };
    made.set(name, own);
    return own;
  };
  const ask = askSessions({ sessionNamed, endScript: () => undefined });
  return {
    made,
    trouble,
    ask: async (script: string) => {
      const source = script === '' ? { kind: 'system' as const } : { kind: 'pac' as const, url: `http://${script}/` };
      const answer = await ask({ source, url: 'https://server.test/', fresh: false });
      return answer.ok ? answer.list : answer.technical;
    },
  };
}

test('a session that failed is opened anew, and no other is made for it', async () => {
  const { made, trouble, ask } = sessionsOf();
  for (let round = 0; round < 20; round += 1) {
    trouble.setting = true;
    expect(await ask('')).toMatch('no settings now');
    trouble.setting = false;
    expect(await ask('')).toBe('PROXY system');
    trouble.resolving = true;
    expect(await ask('')).toMatch('the network process is gone');
    trouble.resolving = false;
  }
  expect(made.size).toBe(1);
});

test('however many scripts are tried, some sessions are enough, and each answer is that of its own script', async () => {
  const { made, ask } = sessionsOf();
  for (let round = 0; round < 50; round += 1) {
    expect(await ask(`script-${round}`)).toBe(`PROXY script-${round}`);
    expect(await ask('gateway')).toBe('PROXY gateway');
  }
  const together = Array.from({ length: 30 }, (_, index) => ask(`together-${index}`));
  for (const [index, answer] of (await Promise.all(together)).entries())
    expect([`PROXY together-${index}`, 'Error: others asked for too many different scripts']).toContain(answer);
  for (let index = 22; index < 30; index += 1) expect(await ask(`together-${index}`)).toBe(`PROXY together-${index}`);
  expect(made.size).toBe(8);
});
