import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import { INVOKE_CHANNEL, SNAPSHOT_CHANNEL } from '../../shared/channels.ts';

/** Two functions and nothing else. The Electron event, which could reach further, stays on this side. */
contextBridge.exposeInMainWorld('gateway', {
  invoke: (operation: string, request: unknown): Promise<unknown> =>
    ipcRenderer.invoke(INVOKE_CHANNEL, operation, request),
  subscribe: (listener: (snapshot: unknown) => void): (() => void) => {
    const forward = (_event: IpcRendererEvent, snapshot: unknown): void => listener(snapshot);
    ipcRenderer.on(SNAPSHOT_CHANNEL, forward);
    return () => ipcRenderer.removeListener(SNAPSHOT_CHANNEL, forward);
  },
});
