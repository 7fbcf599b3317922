import { BrowserWindow, type Session, screen } from 'electron';
import type { Logger } from '../gateway/platform/logger.ts';
import { lockedPage, lockNavigation } from './hardening.ts';
import { keepPageAlive } from './page-watch.ts';
import { liesOutside, placeIn } from './window-place.ts';

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
  const { fills, ...place } = placeIn(screen.getPrimaryDisplay().workArea);
  const window = new BrowserWindow({
    ...place,
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
  window.once('ready-to-show', () => {
    if (fills) window.maximize();
    window.show();
  });
  stayOnScreen(window);
  lockNavigation(window.webContents);
  window.on('page-title-updated', (event) => event.preventDefault());
  keepPageAlive(window, logger);
  // Why it could not be loaded is told to whoever keeps the page alive.
  window.loadURL(url).catch(() => undefined);
  return window;
}

/** Another resolution, a remote session, a screen that was unplugged: the window comes to where there is a screen. */
function stayOnScreen(window: BrowserWindow): void {
  const fit = (): void => {
    // The window system sees to those itself.
    if (window.isMaximized() || window.isFullScreen()) return;
    const { workArea } = screen.getDisplayMatching(window.getBounds());
    if (!liesOutside(window.getBounds(), workArea)) return;
    const { fills, minWidth, minHeight, ...place } = placeIn(workArea);
    window.setMinimumSize(minWidth, minHeight);
    window.setBounds(place);
    if (fills && window.isVisible()) window.maximize();
  };
  const changes = ['display-metrics-changed', 'display-removed'] as const;
  screen.on(changes[0], fit);
  screen.on(changes[1], fit);
  window.on('closed', () => {
    screen.off(changes[0], fit);
    screen.off(changes[1], fit);
  });
}

/** No page of this session may ask for anything: cameras come with a window of their own. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => event.preventDefault());
}
