import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * The few file operations durability rests on, as a port: tests put one in whose n-th call fails. `writeAndSync`
 * returns only once the bytes are on the disk; a new name is on the disk only once `syncDirectory` has returned.
 */
export type Files = {
  /** Creates the file (it must not exist), writes everything, fsyncs, closes. On failure nothing is left behind. */
  readonly writeAndSync: (path: string, bytes: Uint8Array) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly syncDirectory: (path: string) => Promise<void>;
  /** Creates a directory and its parents, each made durable. */
  readonly makeDirectory: (path: string) => Promise<void>;
  /** Removes a file; one that is not there is no error. */
  readonly remove: (path: string) => Promise<void>;
  readonly list: (path: string) => Promise<string[]>;
  /** Size in bytes, or null where there is no such file. */
  readonly size: (path: string) => Promise<number | null>;
  /** Free bytes for an unprivileged program, and all bytes, of the file system that holds `path`. */
  readonly space: (path: string) => Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;
};

export const nodeFiles: Files = {
  writeAndSync: async (path, bytes) => {
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, 'wx', 0o600);
      await handle.writeFile(bytes);
      await handle.sync();
      await handle.close();
    } catch (error) {
      await handle?.close().catch(() => undefined);
      if (handle !== undefined) await rm(path, { force: true }).catch(() => undefined);
      throw error;
    }
  },
  rename,
  syncDirectory: async (path) => {
    // Windows has no fsync of a directory: NTFS journals the rename itself.
    if (process.platform === 'win32') return;
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  makeDirectory: async (path) => {
    const first = await mkdir(path, { recursive: true, mode: 0o700 });
    if (first === undefined) return;
    for (let made = path; made.length >= first.length; made = dirname(made))
      await nodeFiles.syncDirectory(dirname(made));
  },
  remove: (path) => rm(path, { force: true }),
  list: (path) => readdir(path),
  size: async (path) => {
    try {
      return (await stat(path)).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  },
  space: async (path) => {
    const facts = await statfs(path);
    return { freeBytes: facts.bavail * facts.bsize, totalBytes: facts.blocks * facts.bsize };
  },
};
