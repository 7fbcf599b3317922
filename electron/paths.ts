import { join } from 'node:path';

/** Where the program's own files lie: the same below the project in development and below the archive in a package. */
export type AppPaths = {
  readonly renderer: string;
  readonly preload: string;
  readonly gatewayWorker: string;
  readonly decodeWorker: string;
  readonly serverWorker: string;
  readonly icons: string;
  readonly demoPictures: string;
};

export function appPaths(root: string): AppPaths {
  return {
    renderer: join(root, 'out', 'renderer'),
    preload: join(root, 'out', 'preload', 'preload.cjs'),
    gatewayWorker: join(root, 'out', 'main', 'gateway-worker.cjs'),
    decodeWorker: join(root, 'out', 'main', 'decode-worker.cjs'),
    serverWorker: join(root, 'out', 'main', 'server-worker.cjs'),
    icons: join(root, 'resources', 'icons'),
    demoPictures: join(root, 'resources', 'demo'),
  };
}
