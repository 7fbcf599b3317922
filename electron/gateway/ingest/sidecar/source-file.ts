import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type FileVersion, fileVersion, sameVersion } from '../../model/file-version.ts';

export type FileContent =
  | { readonly kind: 'content'; readonly bytes: Buffer; readonly version: FileVersion }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Codes that mean "there is no such file" when a name is only tried. */
const absent = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'EINVAL']);

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'the gateway may not read it (access denied); give its account read access',
  EPERM: 'the gateway may not read it (access denied); give its account read access',
  EBUSY: 'another program keeps it locked',
  EIO: 'the disk reports a read error',
  ELOOP: 'it is a link to itself',
};

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';

const explain = (error: unknown): string => reasons[codeOf(error)] ?? `it cannot be read (${codeOf(error)})`;

/** Not through a link as the last part of the path, and without waiting for a pipe's other end. Windows knows neither. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const leadsOut = 'it is reached through a link that leads out of the watched folder';

/** Reads files below one folder, by their path relative to it with '/'. Never reads through a link that leads out. */
export class SourceFolder {
  readonly #root: string;
  #realRoot: string | null = null;

  constructor(root: string) {
    this.#root = root;
  }

  absolute(path: string): string {
    return join(this.#root, ...path.split('/'));
  }

  /** The version of a file; null where there is no ordinary file, and also where it cannot be looked at. */
  async version(path: string): Promise<FileVersion | null> {
    try {
      const found = await stat(this.absolute(path));
      return found.isFile() ? fileVersion(path, found) : null;
    } catch (error) {
      // An unreadable folder hides the file; trying to read it will name the reason.
      return absent.has(codeOf(error)) ? null : { path, bytes: -1, modifiedMs: 0 };
    }
  }

  /** When a folder's entries last changed (nanoseconds since the epoch; -1: not to be learned); null: no such folder. */
  async folderModified(folder: string): Promise<bigint | null> {
    try {
      const found = await stat(this.absolute(folder), { bigint: true });
      return found.isDirectory() ? found.mtimeNs : null;
    } catch (error) {
      return absent.has(codeOf(error)) ? null : -1n;
    }
  }

  async read(path: string, maxBytes: number): Promise<FileContent> {
    try {
      const found = await this.#readAt(path, this.absolute(path), maxBytes);
      if (found !== 'link') return found;
      const target = await realpath(this.absolute(path));
      if (!(await this.#isInside(target))) return { kind: 'unreadable', why: leadsOut };
      const behind = await this.#readAt(path, target, maxBytes);
      return behind === 'link' ? { kind: 'missing' } : behind;
    } catch (error) {
      return absent.has(codeOf(error)) ? { kind: 'missing' } : { kind: 'unreadable', why: explain(error) };
    }
  }

  /** Names in a folder; null where there is none or it cannot be read. */
  async names(folder: string): Promise<readonly string[] | null> {
    try {
      return await readdir(this.absolute(folder));
    } catch {
      return null;
    }
  }

  /** What is read is what was opened, wherever that lies: a folder that becomes a link meanwhile leads nowhere. */
  async #readAt(path: string, place: string, maxBytes: number): Promise<FileContent | 'link'> {
    if (constants.O_NOFOLLOW === undefined && (await lstat(place)).isSymbolicLink()) return 'link';
    let file: FileHandle;
    try {
      file = await open(place, openFlags);
    } catch (error) {
      if (codeOf(error) === 'ELOOP' || codeOf(error) === 'EMLINK') return 'link';
      throw error;
    }
    try {
      const [isInside, content] = await Promise.all([
        this.#isInside(placeOf(file, place)),
        readWhole(path, file, maxBytes),
      ]);
      return isInside ? content : { kind: 'unreadable', why: leadsOut };
    } finally {
      await file.close();
    }
  }

  async #isInside(place: string | Promise<string>): Promise<boolean> {
    const target = await place;
    const isBelow = (root: string): boolean => target.startsWith(root.endsWith(sep) ? root : root + sep);
    if (this.#realRoot !== null && isBelow(this.#realRoot)) return true;
    this.#realRoot = await realpath(this.#root);
    return isBelow(this.#realRoot);
  }
}

/** Where an open file lies, links resolved. Linux tells it of the file itself; elsewhere the path is followed again. */
async function placeOf(file: FileHandle, path: string): Promise<string> {
  if (process.platform === 'linux') {
    const place = await readlink(`/proc/self/fd/${file.fd}`).catch(() => null);
    if (place !== null) return place;
  }
  return realpath(path);
}

/** An open file, as far as it is read. */
export type OpenFile = {
  stat(): Promise<Stats>;
  read(into: Buffer, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
};

/** A file that changes while it is read is read once more, so that content and version are surely of each other. */
export async function readWhole(path: string, file: OpenFile, maxBytes: number): Promise<FileContent> {
  const megabytes = (count: number): string => `${Math.ceil(count / 1e6)} MB`;
  let found = await file.stat();
  for (let tries = 2; tries > 0; tries -= 1) {
    const { size } = found;
    if (!found.isFile()) return { kind: 'missing' };
    if (size > maxBytes) {
      const why = `it has ${megabytes(size)}, more than the ${megabytes(maxBytes)} that are read`;
      return { kind: 'unreadable', why };
    }
    const bytes = Buffer.alloc(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    const version = fileVersion(path, found);
    found = await file.stat();
    if (sameVersion(version, fileVersion(path, found)))
      return { kind: 'content', bytes: bytes.subarray(0, filled), version };
  }
  return { kind: 'unreadable', why: 'it changes while it is read' };
}
