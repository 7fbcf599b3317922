import { relative, sep } from 'node:path';
import { watch } from 'chokidar';
import type { FileFilter } from './folder-walk.ts';

export type FolderListener = {
  /** A file appeared or changed; the path is relative, with '/'. */
  readonly onFile: (path: string) => void;
  /** A subfolder appeared: only a look into it can tell what it holds. */
  readonly onFolder: (path: string) => void;
  /** No more events will come. */
  readonly onFailure: (error: unknown) => void;
};

/**
 * The operating system's file events for a folder and what lies below it. Only hints: `awaitWriteFinish` is off,
 * because it reports a file too early when its writer stalls; the watched folder has its own rule for what is finished.
 */
export class FolderEvents {
  /** Resolves once changes are noticed, or never will be: after a failure or a close. */
  readonly ready: Promise<void>;
  readonly #watcher;
  #endWait: () => void = () => undefined;

  constructor(root: string, filter: FileFilter, listener: FolderListener) {
    const toRelative = (path: string): string => relative(root, path).split(sep).join('/');
    this.#watcher = watch(root, {
      ignoreInitial: true,
      followSymlinks: false,
      persistent: true,
      // A subfolder that can't be read is listed by the scan; it must not end the events of all others.
      ignorePermissionErrors: true,
      ignored: (path, facts) => {
        const inside = toRelative(path);
        return inside !== '' && facts !== undefined && !filter(inside, facts.isDirectory());
      },
    });
    this.ready = new Promise((resolve) => {
      this.#endWait = resolve;
      this.#watcher.once('ready', resolve);
      this.#watcher.once('error', () => resolve());
    });
    const seen = (path: string): void => listener.onFile(toRelative(path));
    this.#watcher.on('add', seen);
    this.#watcher.on('change', seen);
    // Files that were in a folder before it was moved in here raise no event of their own.
    this.#watcher.on('addDir', (path) => listener.onFolder(toRelative(path)));
    this.#watcher.on('error', (error) => listener.onFailure(error));
  }

  async close(): Promise<void> {
    this.#endWait();
    await this.#watcher.close();
  }
}
