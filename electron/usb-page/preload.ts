import { ipcRenderer } from 'electron';
import { CAMERA_PORT } from '../../shared/camera-channel.ts';

/** Passes the page its port to main, once; there is nothing else that the page could reach. */
ipcRenderer.once(CAMERA_PORT, (event) => {
  window.postMessage(CAMERA_PORT, window.location.origin, event.ports as MessagePort[]);
});
