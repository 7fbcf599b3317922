import { BrowserWindow, type Session } from 'electron';
import { lockedPage, lockNavigation } from './locked-page.ts';

export type WindowOptions = {
  readonly session: Session;
  readonly preload: string;
  readonly url: string;
  readonly icon: string;
  readonly title: string;
};

/** The one window: sandboxed, isolated, unable to go anywhere but its own page. Shown once it has something to show. */
export function createWindow({ session, preload, url, icon, title }: WindowOptions): BrowserWindow {
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
  // Chromium restores a page that crashed only when asked.
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    // Not at once: a page that crashes as it loads would do so in a hot loop.
    setTimeout(() => {
      if (!window.isDestroyed()) window.webContents.reload();
    }, 2_000);
  });
  void window.loadURL(url);
  return window;
}

/** No page of this session may ask for anything: cameras come with a window of their own. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => event.preventDefault());
}
