import { join } from 'node:path';
import type { WorkerPaths } from '../gateway/gateway-options.ts';

/** Where the program's own files lie: the same below the project in development and below the archive in a package. */
export type AppPaths = {
  readonly renderer: string;
  readonly preload: string;
  /** Folder of the hidden page that drives USB cameras, and its preload script. */
  readonly cameraPage: string;
  readonly cameraPreload: string;
  readonly gatewayWorker: string;
  readonly recoverWorker: string;
  readonly workers: WorkerPaths;
  /** What only the demo needs; packages leave all of it out. */
  readonly demo: string;
  readonly serverWorker: string;
  readonly demoPictures: string;
  readonly icons: string;
};

export function appPaths(root: string): AppPaths {
  return {
    renderer: join(root, 'out', 'renderer'),
    preload: join(root, 'out', 'preload', 'preload.cjs'),
    cameraPage: join(root, 'out', 'camera'),
    cameraPreload: join(root, 'out', 'preload', 'camera-preload.cjs'),
    gatewayWorker: join(root, 'out', 'main', 'gateway-worker.cjs'),
    recoverWorker: join(root, 'out', 'main', 'recover-worker.cjs'),
    workers: {
      decode: join(root, 'out', 'main', 'decode-worker.cjs'),
      reading: join(root, 'out', 'main', 'reading-worker.cjs'),
      encode: join(root, 'out', 'main', 'encode-worker.cjs'),
      stream: join(root, 'out', 'main', 'stream-worker.cjs'),
      check: join(root, 'out', 'main', 'check-worker.cjs'),
    },
    demo: join(root, 'out', 'main', 'demo.cjs'),
    serverWorker: join(root, 'out', 'main', 'server-worker.cjs'),
    demoPictures: join(root, 'resources', 'demo'),
    icons: join(root, 'resources', 'icons'),
  };
}
