import { BrowserWindow, type Session } from 'electron';
import type { Logger } from './gateway/platform/logger.ts';
import { lockedPage, lockNavigation } from './locked-page.ts';
import { keepPageAlive } from './page-watch.ts';

export type WindowOptions = {
  readonly session: Session;
  readonly preload: string;
  readonly url: string;
  readonly icon: string;
  readonly title: string;
  readonly logger: Logger;
};

/** The one window: sandboxed, isolated, unable to go anywhere but its own page. Shown once it has something to show. */
export function createWindow({ session, preload, url, icon, title, logger }: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 1000,
    minHeight: 640,
    show: false,
    title,
    icon,
    autoHideMenuBar: true,
    backgroundColor: '#101418',
    webPreferences: {
      session,
      preload,
      ...lockedPage,
    },
  });
  window.once('ready-to-show', () => window.show());
  lockNavigation(window.webContents);
  window.on('page-title-updated', (event) => event.preventDefault());
  keepPageAlive(window, logger);
  // Why it could not be loaded is told to whoever keeps the page alive.
  window.loadURL(url).catch(() => undefined);
  return window;
}

/** No page of this session may ask for anything: cameras come with a window of their own. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => event.preventDefault());
}
