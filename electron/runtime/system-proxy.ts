import { app, session } from 'electron';
import type { AskProxy } from '../gateway/gateway-options.ts';
import { askSessions } from './proxy-sessions.ts';

/**
 * This PC's proxy settings and proxy scripts (PAC), as Chromium reads and runs them: in a sandboxed process of its own,
 * with the system's settings followed by itself.
 */
export const systemProxy = (): AskProxy =>
  askSessions({ sessionNamed: (name) => session.fromPartition(name, { cache: false }), endScript });

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
