import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileVersion, fileVersion, sameVersion } from '../../model/file-version.ts';
import { locate, partsBelow, placeIn } from '../../platform/path-containment.ts';
import type { SmallFile } from '../../platform/reading-jobs.ts';

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

const changesMeanwhile = 'it changes while it is read';
const megabytes = (count: number): string => `${Math.ceil(count / 1e6)} MB`;
const tooLarge = (size: number, most: number): string =>
  `it has ${megabytes(size)}, more than the ${megabytes(most)} that are read`;

/** `FileReader`, as far as it is needed here: null where it does not read this file. */
export type SmallReader = { readonly readSmall: (path: string, mostBytes: number) => Promise<SmallFile> | null };

/** Reads files below one folder, by their path relative to it with '/'. Never reads through a link that leads out. */
export class SourceFolder {
  readonly #root: string;
  readonly #reader: SmallReader | null;
  #realRoot: string | null = null;

  /** `reader`: reads small files by fewer steps, where it does. */
  constructor(root: string, reader: SmallReader | null = null) {
    this.#root = root;
    this.#reader = reader;
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

  read(path: string, maxBytes: number): Promise<FileContent> {
    return this.#read(path, maxBytes, null);
  }

  /** As `read`; the content goes to `take`, from the beginning, in pieces that must not be kept, and the answer has none. */
  readPieces(path: string, maxBytes: number, take: Take): Promise<FileContent> {
    return this.#read(path, maxBytes, take);
  }

  async #read(path: string, maxBytes: number, take: Take | null): Promise<FileContent> {
    try {
      const found = await this.#readAt(path, this.absolute(path), maxBytes, take);
      if (found !== 'link') return found;
      const target = await realpath(this.absolute(path));
      if (!(await this.#isInside(target))) return { kind: 'unreadable', why: leadsOut };
      const behind = await this.#readAt(path, target, maxBytes, take);
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
  async #readAt(path: string, place: string, maxBytes: number, take: Take | null): Promise<FileContent | 'link'> {
    if (constants.O_NOFOLLOW === undefined && (await lstat(place)).isSymbolicLink()) return 'link';
    const small = take === null ? await this.#reader?.readSmall(place, maxBytes) : null;
    if (small != null) return this.#fromSmall(path, place, maxBytes, small);
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
        take === null ? readWhole(path, file, maxBytes) : readInPieces(path, file, maxBytes, take),
      ]);
      return isInside ? content : { kind: 'unreadable', why: leadsOut };
    } finally {
      await file.close();
    }
  }

  async #fromSmall(path: string, place: string, maxBytes: number, small: SmallFile): Promise<FileContent | 'link'> {
    switch (small.kind) {
      case 'failed':
        if (small.code === 'ELOOP' || small.code === 'EMLINK') return 'link';
        throw Object.assign(new Error(small.message), { code: small.code });
      case 'other':
        return small.isFile ? { kind: 'unreadable', why: tooLarge(small.size, maxBytes) } : { kind: 'missing' };
      case 'read': {
        if (!(await this.#isInside(small.place ?? realpath(place)))) return { kind: 'unreadable', why: leadsOut };
        if (!small.isUnchanged) return { kind: 'unreadable', why: changesMeanwhile };
        const { buffer, byteOffset, byteLength } = small.bytes;
        const bytes = Buffer.from(buffer, byteOffset, byteLength);
        return { kind: 'content', bytes, version: fileVersion(path, small.facts) };
      }
    }
  }

  async #isInside(place: string | Promise<string>): Promise<boolean> {
    const target = await place;
    // Both without links, so that the names tell, and at once; what they do not tell, the disk may.
    if (this.#realRoot !== null && partsBelow(this.#realRoot, target) !== null) return true;
    this.#realRoot = await realpath(this.#root);
    if (partsBelow(this.#realRoot, target) !== null) return true;
    return placeIn(await locate(this.#root), await locate(target)) !== null;
  }
}

type Take = (piece: Uint8Array) => void;

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
  let found = await file.stat();
  for (let tries = 2; tries > 0; tries -= 1) {
    const { size } = found;
    if (!found.isFile()) return { kind: 'missing' };
    if (size > maxBytes) return { kind: 'unreadable', why: tooLarge(size, maxBytes) };
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
  return { kind: 'unreadable', why: changesMeanwhile };
}

/** What takes a piece takes some ten milliseconds for it at most, in the thread that all else runs in. */
const pieceBytes = 131_072;

/** Only once: whoever took the pieces can't take them back. */
async function readInPieces(path: string, file: OpenFile, maxBytes: number, take: Take): Promise<FileContent> {
  const found = await file.stat();
  if (!found.isFile()) return { kind: 'missing' };
  if (found.size > maxBytes) return { kind: 'unreadable', why: tooLarge(found.size, maxBytes) };
  const version = fileVersion(path, found);
  const piece = Buffer.alloc(pieceBytes);
  for (let at = 0; at < found.size; ) {
    const { bytesRead } = await file.read(piece, 0, Math.min(pieceBytes, found.size - at), at);
    if (bytesRead === 0) break;
    take(piece.subarray(0, bytesRead));
    at += bytesRead;
  }
  return sameVersion(version, fileVersion(path, await file.stat()))
    ? { kind: 'content', bytes: Buffer.alloc(0), version }
    : { kind: 'unreadable', why: changesMeanwhile };
}
