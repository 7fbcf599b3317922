import { closeSync, fsync, open, openSync, write } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { isHeldByAnother, patiently } from './held-files.ts';
import { Mutex } from './mutex.ts';

// File numbers instead of handles: half of what a small write costs us is the handle.
const openFile = promisify(open);
const writeFile = promisify(write);
const sync = promisify(fsync);

/**
 * The few file operations durability rests on, as a port: tests put one in whose n-th call fails. `writeAndSync`
 * returns only once the bytes are on the disk; a new name is on the disk only once `syncDirectory` has returned.
 */
export type Files = {
  /** Creates the file (it must not exist), writes everything, fsyncs, closes. On failure nothing is left behind. */
  readonly writeAndSync: (path: string, bytes: Uint8Array) => Promise<void>;
  /** Waits a while for a program that holds the file (`held-files.ts`). */
  readonly rename: (from: string, to: string) => Promise<void>;
  /** Once; false where another program holds the file, which still has its old name then. */
  readonly renameIfFree: (from: string, to: string) => Promise<boolean>;
  readonly syncDirectory: (path: string) => Promise<void>;
  /** Creates a directory and its parents, each made durable. */
  readonly makeDirectory: (path: string) => Promise<void>;
  /** Removes a file; one that is not there is no error. Waits a while for a program that holds it. */
  readonly remove: (path: string) => Promise<void>;
  /** Once; false where another program holds the file. */
  readonly removeIfFree: (path: string) => Promise<boolean>;
  readonly list: (path: string) => Promise<string[]>;
  /** Size in bytes, or null where there is no such file. */
  readonly size: (path: string) => Promise<number | null>;
  /** Free bytes for an unprivileged program, and all bytes, of the file system that holds `path`. */
  readonly space: (path: string) => Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;
};

/** The disk itself, where nothing waits for anybody. */
export type PlainFiles = Omit<Files, 'renameIfFree' | 'removeIfFree'>;

/** `isHeld`: whether a failure means that another program holds the file for a moment. */
export function withPatience(files: PlainFiles, isHeld: (error: unknown) => boolean = isHeldByAnother): Files {
  const once = (done: Promise<void>): Promise<boolean> =>
    done.then(
      () => true,
      (error: unknown) => {
        if (isHeld(error)) return false;
        throw error;
      },
    );
  return {
    ...files,
    rename: (from, to) => patiently(() => files.rename(from, to), { isHeld }),
    renameIfFree: (from, to) => once(files.rename(from, to)),
    remove: (path) => patiently(() => files.remove(path), { isHeld }),
    removeIfFree: (path) => once(files.remove(path)),
  };
}

const plainFiles: PlainFiles = {
  writeAndSync: async (path, bytes) => {
    const file = await openFile(path, 'wx', 0o600);
    try {
      try {
        for (let written = 0; written < bytes.length; )
          written += (await writeFile(file, bytes, written, bytes.length - written)).bytesWritten;
        await sync(file);
      } finally {
        // What is on the disk already is closed in no time; another thread would take longer to be told.
        closeSync(file);
      }
    } catch (error) {
      await patiently(() => rm(path, { force: true })).catch(() => undefined);
      throw error;
    }
  },
  rename,
  syncDirectory: async (path) => {
    // Windows has no fsync of a directory: NTFS journals the rename itself.
    if (process.platform === 'win32') return;
    const directory = openSync(path, 'r');
    try {
      await sync(directory);
    } finally {
      closeSync(directory);
    }
  },
  makeDirectory: async (path) => {
    const first = await mkdir(path, { recursive: true, mode: 0o700 });
    if (first === undefined) return;
    for (let made = path; made.length >= first.length; made = dirname(made))
      await plainFiles.syncDirectory(dirname(made));
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

export const nodeFiles: Files = withPatience(plainFiles);

const turns = new Map<string, Mutex>();

/** Replaces the file so that a power cut leaves either the old one or the new one, whole. Makes its folder. */
export function replaceFile(files: Files, path: string, text: string): Promise<void> {
  const turn = turns.get(path) ?? new Mutex();
  turns.set(path, turn);
  return turn.run(async () => {
    const folder = dirname(path);
    const temporary = `${path}.new`;
    await files.makeDirectory(folder);
    // What a kill left.
    await files.remove(temporary);
    try {
      await files.writeAndSync(temporary, Buffer.from(text, 'utf8'));
      await files.rename(temporary, path);
    } catch (error) {
      await files.remove(temporary).catch(() => undefined);
      throw error;
    }
    await files.syncDirectory(folder);
  });
}
