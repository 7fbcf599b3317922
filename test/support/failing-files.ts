import { rm, writeFile } from 'node:fs/promises';
import { type Files, nodeFiles } from '../../electron/gateway/platform/files.ts';

/** Steps that change something on the disk. `writeAndSync` is the write, `fsync` the flush that follows it. */
export const fileChanges = ['writeAndSync', 'fsync', 'rename', 'syncDirectory', 'makeDirectory', 'remove'] as const;
/** Looks fail only where a test asks for it. */
const fileLooks = ['list', 'size', 'space'] as const;
export const fileSteps = [...fileChanges, ...fileLooks] as const;
export type FileStep = (typeof fileSteps)[number];

export type FailWish = {
  /** Counting from 1, over all changing steps. */
  readonly nth: number;
  readonly code: 'ENOSPC' | 'EIO' | 'EROFS' | 'EACCES' | 'ENOENT';
  /** `once`: the disk recovers. `from-then-on`: it does not, as when the process is killed at that step. */
  readonly lasts: 'once' | 'from-then-on';
  /** Counts only these steps; all that change something where it is not given. */
  readonly only?: readonly FileStep[];
  /** A write that fails leaves a part of the file behind, as a kill does. */
  readonly tornWrites?: boolean;
};

/** The real disk, one of whose steps fails on command; it counts them. */
export class FailingFiles implements Files {
  readonly calls: Record<FileStep, number> = {
    writeAndSync: 0,
    fsync: 0,
    rename: 0,
    syncDirectory: 0,
    makeDirectory: 0,
    remove: 0,
    list: 0,
    size: 0,
    space: 0,
  };
  /** Free and total bytes to report instead of the disk's. */
  reported: { freeBytes: number; totalBytes: number } | null = null;
  #wish: FailWish | null = null;
  #counted = 0;
  failed = 0;
  readonly #disk: Files;

  /** `disk`: what carries out the steps that do not fail. */
  constructor(disk: Files = nodeFiles) {
    this.#disk = disk;
  }

  failAt(wish: FailWish | null): void {
    this.#wish = wish;
    this.#counted = 0;
    this.failed = 0;
  }

  #fails(name: FileStep): NodeJS.ErrnoException | null {
    this.calls[name] += 1;
    const wish = this.#wish;
    if (wish === null || !(wish.only ?? fileChanges).some((step) => step === name)) return null;
    this.#counted += 1;
    const hit = wish.lasts === 'once' ? this.#counted === wish.nth : this.#counted >= wish.nth;
    if (!hit) return null;
    this.failed += 1;
    return Object.assign(new Error(`${wish.code}: made to fail, ${name}`), { code: wish.code });
  }

  #step<T>(name: FileStep, work: () => Promise<T>): Promise<T> {
    const error = this.#fails(name);
    return error === null ? work() : Promise.reject(error);
  }

  writeAndSync = async (path: string, bytes: Uint8Array): Promise<void> => {
    const torn = this.#wish?.tornWrites === true;
    const unwritten = this.#fails('writeAndSync');
    if (unwritten !== null) {
      if (torn) await writeFile(path, bytes.subarray(0, bytes.length >> 1));
      throw unwritten;
    }
    const unflushed = this.#fails('fsync');
    await this.#disk.writeAndSync(path, bytes);
    if (unflushed === null) return;
    // As the real one does it, unless the process is killed before it gets to it.
    if (!torn) await rm(path, { force: true });
    throw unflushed;
  };
  rename = (from: string, to: string): Promise<void> => this.#step('rename', () => this.#disk.rename(from, to));
  renameIfFree = (from: string, to: string): Promise<boolean> =>
    this.#step('rename', () => this.#disk.renameIfFree(from, to));
  syncDirectory = (path: string): Promise<void> => this.#step('syncDirectory', () => this.#disk.syncDirectory(path));
  makeDirectory = (path: string): Promise<void> => this.#step('makeDirectory', () => this.#disk.makeDirectory(path));
  remove = (path: string): Promise<void> => this.#step('remove', () => this.#disk.remove(path));
  removeIfFree = (path: string): Promise<boolean> => this.#step('remove', () => this.#disk.removeIfFree(path));
  list = (path: string): Promise<string[]> => this.#step('list', () => this.#disk.list(path));
  size = (path: string): Promise<number | null> => this.#step('size', () => this.#disk.size(path));
  space = (path: string): Promise<{ freeBytes: number; totalBytes: number }> =>
    this.#step('space', () => (this.reported === null ? this.#disk.space(path) : Promise.resolve(this.reported)));
}
