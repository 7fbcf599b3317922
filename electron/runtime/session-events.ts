import { app, BrowserWindow, powerMonitor } from 'electron';
import type { Logger } from '../gateway/platform/logger.ts';

export type SessionParts = {
  readonly logger: Logger;
  /** Somebody, or the system, wants this program to end in order. May be called more than once. */
  readonly end: () => void;
  /** The PC is awake again: whatever was waited for may have come. */
  readonly onResume: () => void;
};

/**
 * What becomes of this program from outside: told to end by a signal, by a person, by the session that is closed or by
 * the PC that is shut down; asleep, and awake again. Whoever shuts down waits a few seconds for programs that settle
 * their affairs, and ends the others.
 */
export function followSession({ logger, end, onResume }: SessionParts): void {
  app.on('before-quit', (event) => {
    event.preventDefault();
    end();
  });
  app.on('window-all-closed', () => undefined);
  // SIGHUP: the terminal, or the session, that it was started from is closed.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      logger.log('info', 'told-to-end', { by: signal });
      end();
    });
  // Not everywhere: Linux asks the login service, which a small system may lack; there a signal comes.
  powerMonitor.on('shutdown', () => {
    logger.log('info', 'told-to-end', { by: 'shutdown' });
    end();
  });
  // Windows tells its windows alone, hidden ones too.
  app.on('browser-window-created', (_event, window) => followWindow(window));
  for (const window of BrowserWindow.getAllWindows()) followWindow(window);
  let asleepSince: number | null = null;
  powerMonitor.on('suspend', () => {
    asleepSince = Date.now();
    logger.log('info', 'pc-sleeps');
  });
  powerMonitor.on('resume', () => {
    const seconds = asleepSince === null ? null : Math.round((Date.now() - asleepSince) / 1_000);
    asleepSince = null;
    logger.log('info', 'pc-woke', { seconds });
    onResume();
  });

  function followWindow(window: BrowserWindow): void {
    if (process.platform !== 'win32') return;
    window.on('session-end', () => {
      logger.log('info', 'told-to-end', { by: 'session-end' });
      end();
    });
  }
}
