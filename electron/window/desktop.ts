import { join } from 'node:path';
import { app, type BrowserWindow, dialog, Menu, session } from 'electron';
import { APP_ORIGIN } from '../../shared/channels.ts';
import { message } from '../../shared/messages/message.ts';
import { createWords } from '../../shared/messages/words.ts';
import { systemClock } from '../gateway/platform/clock.ts';
import type { Logger } from '../gateway/platform/logger.ts';
import type { GatewayHost } from '../gateway-thread/host.ts';
import type { AppPaths } from '../runtime/paths.ts';
import { serveApp, serveImages } from './app-protocol.ts';
import { DRAWS_ITSELF } from './drawing.ts';
import { DrawingWatch } from './drawing-watch.ts';
import { answerCalls, type Operate } from './ipc.ts';
import { Publisher } from './snapshot-publisher.ts';
import { GatewayTray } from './tray.ts';
import { createWindow, denyPermissions } from './window.ts';

export type Desktop = {
  readonly window: () => BrowserWindow | null;
  readonly show: () => void;
  readonly close: () => void;
};

/**
 * The window, its tray icon and its way to the gateway. Closing the window hides it: the gateway goes on, and the tray
 * icon, or starting the program again, brings it back.
 */
export function openDesktop(
  host: GatewayHost,
  paths: AppPaths,
  operate: Operate,
  logger: Logger,
  /** Ends the program in order, and starts it again so that it draws in its own process. */
  startOver: () => void,
): Desktop {
  // Only a development build may show a page of a development server.
  const developmentUrl = app.isPackaged ? undefined : process.env['ACUSIGHT_DEV_URL'];
  const origin = developmentUrl === undefined ? APP_ORIGIN : new URL(developmentUrl).origin;
  const own = session.fromPartition('gateway');
  denyPermissions(own);
  serveApp(own, paths.renderer);
  serveImages(own, {
    preview: async (imageId, isLooked) => (await host.gateway?.call('preview', { imageId, isLooked })) ?? null,
    original: async (imageId) => (await host.gateway?.call('original', { imageId })) ?? null,
    live: async (sourceId, number) => (await host.gateway?.call('livePicture', { sourceId, number })) ?? null,
  });
  Menu.setApplicationMenu(null);

  let window: BrowserWindow | null = null;
  let quitting = false;
  /** A person has closed it. */
  let hidden = false;
  answerCalls((contents) => contents === window?.webContents, origin, operate, logger);
  const publisher = new Publisher(() => host.snapshot());

  const show = (): void => {
    hidden = false;
    if (window !== null && !window.isDestroyed()) {
      if (window.isMinimized()) window.restore();
      window.show();
      return window.focus();
    }
    const made = createWindow({
      session: own,
      preload: paths.preload,
      url: developmentUrl ?? `${APP_ORIGIN}/index.html`,
      icon: join(paths.icons, '256x256.png'),
      title: createWords().text(message('app-name')),
      logger,
    });
    made.on('close', (event) => {
      if (quitting) return;
      event.preventDefault();
      hidden = true;
      made.hide();
    });
    made.on('closed', () => {
      if (window === made) window = null;
    });
    window = made;
    publisher.add(made.webContents);
  };

  const tray = makeTray(paths, { open: show, quit: () => void askToQuit(host, window) }, logger);
  host.onChange(() => {
    publisher.changed();
    tray?.changed();
  });
  show();
  const watch = watchWindow();
  return {
    window: () => window,
    show,
    close: () => {
      quitting = true;
      publisher.stop();
      watch?.stop();
      tray?.destroy();
      window?.destroy();
    },
  };

  function watchWindow(): DrawingWatch | null {
    if (app.commandLine.hasSwitch(DRAWS_ITSELF)) return null;
    const made = new DrawingWatch({
      clock: systemClock,
      logger,
      isShown: () => window !== null && !hidden && !window.isMinimized(),
      canDraw: () => app.getAppMetrics().some(({ type }) => type === 'GPU'),
      giveUp: startOver,
    });
    app.on('child-process-gone', (_event, { type }) => {
      if (type === 'GPU') made.ended();
    });
    return made;
  }

  function makeTray(from: AppPaths, actions: { open: () => void; quit: () => void }, log: Logger) {
    try {
      const made = new GatewayTray(from.icons, actions);
      let timer: NodeJS.Timeout | null = null;
      return {
        changed: () => {
          timer ??= setTimeout(() => {
            timer = null;
            made.update(host.snapshot());
          }, 1_000);
        },
        destroy: () => {
          if (timer !== null) clearTimeout(timer);
          made.destroy();
        },
      };
    } catch (error) {
      // Some desktops have no tray: starting the program again shows the window there.
      log.log('info', 'no-tray', { error });
      return null;
    }
  }
}

async function askToQuit(host: GatewayHost, window: BrowserWindow | null): Promise<void> {
  const { pending, leased } = host.snapshot().counts;
  const { text, hint } = createWords();
  const question = message('stop-collecting', { count: pending + leased });
  const options = {
    type: 'warning' as const,
    buttons: (['keep-running', 'quit'] as const).map((context) => text(message('shell-label', { context }))),
    defaultId: 0,
    cancelId: 0,
    message: text(question),
    detail: hint(question),
  };
  const { response } =
    window === null ? await dialog.showMessageBox(options) : await dialog.showMessageBox(window, options);
  if (response === 1) app.quit();
}
