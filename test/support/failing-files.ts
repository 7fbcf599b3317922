import { writeFile } from 'node:fs/promises';
import { type Files, nodeFiles } from '../../electron/gateway/platform/files.ts';

/** Calls that change something on the disk. */
export const fileChanges = ['writeAndSync', 'rename', 'syncDirectory', 'makeDirectory', 'remove'] as const;
export type FileChange = (typeof fileChanges)[number];

export type FailWish = {
  /** Counting from 1, over all changing calls. */
  readonly nth: number;
  readonly code: 'ENOSPC' | 'EIO' | 'EROFS' | 'EACCES' | 'ENOENT';
  /** `once`: the disk recovers. `from-then-on`: it does not, as when the process is killed at that call. */
  readonly lasts: 'once' | 'from-then-on';
  /** Counts only these calls; all of them where it is not given. */
  readonly only?: readonly FileChange[];
  /** A write that fails leaves a part of the file behind, as a kill does. */
  readonly tornWrites?: boolean;
};

/** The real disk, one of whose calls fails on command; it counts the calls. */
export class FailingFiles implements Files {
  readonly calls: Record<FileChange, number> = {
    writeAndSync: 0,
    rename: 0,
    syncDirectory: 0,
    makeDirectory: 0,
    remove: 0,
  };
  /** Free and total bytes to report instead of the disk's. */
  reported: { freeBytes: number; totalBytes: number } | null = null;
  #wish: FailWish | null = null;
  #counted = 0;
  failed = 0;

  get changes(): number {
    return fileChanges.reduce((sum, name) => sum + this.calls[name], 0);
  }

  failAt(wish: FailWish | null): void {
    this.#wish = wish;
    this.#counted = 0;
    this.failed = 0;
  }

  #fails(name: FileChange): NodeJS.ErrnoException | null {
    this.calls[name] += 1;
    const wish = this.#wish;
    if (wish === null || (wish.only !== undefined && !wish.only.includes(name))) return null;
    this.#counted += 1;
    const hit = wish.lasts === 'once' ? this.#counted === wish.nth : this.#counted >= wish.nth;
    if (!hit) return null;
    this.failed += 1;
    return Object.assign(new Error(`${wish.code}: made to fail, ${name}`), { code: wish.code });
  }

  #change(name: FileChange, work: () => Promise<void>): Promise<void> {
    const error = this.#fails(name);
    return error === null ? work() : Promise.reject(error);
  }

  writeAndSync = async (path: string, bytes: Uint8Array): Promise<void> => {
    const error = this.#fails('writeAndSync');
    if (error === null) return nodeFiles.writeAndSync(path, bytes);
    if (this.#wish?.tornWrites === true) await writeFile(path, bytes.subarray(0, bytes.length >> 1));
    throw error;
  };
  rename = (from: string, to: string): Promise<void> => this.#change('rename', () => nodeFiles.rename(from, to));
  syncDirectory = (path: string): Promise<void> => this.#change('syncDirectory', () => nodeFiles.syncDirectory(path));
  makeDirectory = (path: string): Promise<void> => this.#change('makeDirectory', () => nodeFiles.makeDirectory(path));
  remove = (path: string): Promise<void> => this.#change('remove', () => nodeFiles.remove(path));
  list = (path: string): Promise<string[]> => nodeFiles.list(path);
  size = (path: string): Promise<number | null> => nodeFiles.size(path);
  space = (path: string): Promise<{ freeBytes: number; totalBytes: number }> =>
    this.reported === null ? nodeFiles.space(path) : Promise.resolve(this.reported);
}
