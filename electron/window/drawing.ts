import { app } from 'electron';
import type { Logger } from '../gateway/platform/logger.ts';

/** Of one run: a driver that ends it again and again must not fill the log. */
const mostLogged = 20;

/** Chromium's switch for drawing in the program's own process: nothing else can end, or fail to start, then. */
export const DRAWS_ITSELF = 'in-process-gpu';

/**
 * Chromium draws in a process of its own, and ends the whole program when that process has ended six times. A gateway
 * must not depend on a PC's graphics: it draws without them, and a process that ends is made anew however often. Must
 * run before Electron is ready.
 */
export function drawSafely(): void {
  app.disableHardwareAcceleration();
  app.commandLine.appendSwitch('disable-gpu-process-crash-limit');
}

/** Says in the log when a process of Chromium's has ended that no page is told of. */
export function watchDrawing(logger: Logger): void {
  let logged = 0;
  app.on('child-process-gone', (_event, { type, reason, exitCode, name }) => {
    if (reason === 'clean-exit' || logged >= mostLogged) return;
    logged += 1;
    const event = type === 'GPU' ? 'drawing-process-gone' : 'child-process-gone';
    logger.log('warn', event, { type, reason, exitCode, name, ...(logged === mostLogged ? { last: true } : {}) });
  });
}

/** Starts the program again when this one has ended, as it was started. `more`: arguments besides. */
export function startAgain(more: readonly string[]): void {
  const args = [...more, ...process.argv.slice(1)];
  // What runs of an AppImage lies in a mount that ends with this program.
  const { APPIMAGE: image } = process.env;
  if (image === undefined) app.relaunch({ args });
  else app.relaunch({ execPath: image, args: ['--appimage-extract-and-run', ...args] });
}
