import type { WebContents, WebPreferences } from 'electron';

/** What every page of this program is made with: no Node, and nothing that reaches beyond the page. */
export const lockedPage = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  webviewTag: false,
  spellcheck: false,
  navigateOnDragDrop: false,
  // The numbers must be right at the moment somebody looks, and cameras run without anybody looking.
  backgroundThrottling: false,
} as const satisfies WebPreferences;

/** The page stays where it is: it goes nowhere and opens nothing. */
export function lockNavigation(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
}
