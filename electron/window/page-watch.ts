import type { BrowserWindow } from 'electron';
import { GrowingDelay, withoutJitter } from '../gateway/platform/backoff.ts';
import type { Logger } from '../gateway/platform/logger.ts';

/** Not at once: a page that crashes as it loads would do so in a hot loop. */
const reloadBackoff = { first: 2_000, longest: 60_000 };
/** A page that lived so long was a good one. */
const healthyMilliseconds = 60_000;
/** A page that answers nobody may be busy for a moment. */
const patienceMilliseconds = 10_000;
/** Chromium's for a load that another one took the place of. */
const aborted = -3;

/**
 * Brings the window's page back when it crashes, hangs or can't be loaded: Chromium does so only when asked. Each time
 * in a row it comes later.
 */
export function keepPageAlive(window: BrowserWindow, logger: Logger): void {
  const { webContents } = window;
  const delay = new GrowingDelay(reloadBackoff, withoutJitter);
  let loadedAt = performance.now();
  let reloading: NodeJS.Timeout | undefined;
  let hanging: NodeJS.Timeout | undefined;

  const bringBack = (facts: Readonly<Record<string, unknown>>): void => {
    clearTimeout(hanging);
    if (reloading !== undefined) return;
    if (performance.now() - loadedAt > healthyMilliseconds) delay.reset();
    const milliseconds = delay.next();
    logger.log('error', 'window-page-gone', { ...facts, milliseconds });
    reloading = setTimeout(() => {
      reloading = undefined;
      loadedAt = performance.now();
      if (!window.isDestroyed()) webContents.reload();
    }, milliseconds);
  };

  webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason !== 'clean-exit') bringBack({ reason, exitCode });
  });
  webContents.on('did-fail-load', (_event, code, description, _url, isMainFrame) => {
    if (isMainFrame && code !== aborted) bringBack({ reason: description, exitCode: code });
  });
  window.on('unresponsive', () => {
    logger.log('warn', 'window-page-hangs');
    clearTimeout(hanging);
    hanging = setTimeout(() => {
      if (!window.isDestroyed()) webContents.forcefullyCrashRenderer();
    }, patienceMilliseconds);
  });
  window.on('responsive', () => clearTimeout(hanging));
  window.on('closed', () => {
    clearTimeout(reloading);
    clearTimeout(hanging);
  });
}
