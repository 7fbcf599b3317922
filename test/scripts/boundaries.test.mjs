import { describe, expect, it } from 'vitest';
import { findBreaches } from '../../scripts/check-boundaries.mjs';

describe('the boundary check', () => {
  it.each([
    ['electron/window/window.ts', "import { ipcMain } from 'electron';"],
    ['electron/window/window.ts', "import electron from 'electron';\nelectron.ipcMain.handle('x', () => 1);"],
    ['renderer/app.tsx', "import { ipcRenderer as channel } from 'electron';"],
    ['electron/window/window.ts', "window.webContents.send('snapshot', 1);"],
    ['electron/window/ipc.ts', "event.sender?.send('snapshot', 1);"],
    ['renderer/app.tsx', 'const element = <p>{String(window.gateway)}</p>;'],
    ['renderer/app.tsx', 'const { gateway } = window;'],
    ['electron/gateway/sync/syncer.ts', "export type X = import('../source/s.ts').S;"],
  ])('refuses in %s: %s', (file, source) => {
    expect(findBreaches(file, source)).not.toEqual([]);
  });

  it.each([
    ['electron/window/ipc.ts', "import { ipcMain } from 'electron';"],
    ['electron/window/preload.ts', "import { ipcRenderer } from 'electron';"],
    ['electron/window/snapshot-publisher.ts', "target.webContents.send('snapshot', 1);"],
    ['renderer/gateway/bridge.ts', 'export const bridge = window.gateway;'],
    ['electron/window/window.ts', "// ipcMain is for ipc.ts\nconst text = 'ipcMain';"],
    ['electron/window/window.ts', "import { gateway } from './start.ts';\nresponse.send(gateway);"],
  ])('allows in %s: %s', (file, source) => {
    expect(findBreaches(file, source)).toEqual([]);
  });

  it('names the file, the line and the place it belongs to', () => {
    expect(findBreaches('electron/window/tray.ts', "\n\nimport { ipcMain } from 'electron';")).toEqual([
      'electron/window/tray.ts:3: uses ipcMain, which is for electron/window/ipc.ts alone',
    ]);
  });

  it('does not pass over a file that it cannot read', () => {
    expect(findBreaches('electron/window/tray.ts', 'import {')).toHaveLength(1);
  });
});
