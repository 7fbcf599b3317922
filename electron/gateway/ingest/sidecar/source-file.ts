import { type FileHandle, lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** One version of a file: a change of its content shows in these. */
export type FileVersion = { readonly size: number; readonly modified: bigint };

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

/** Reads files below one folder, by their path relative to it with '/'. Never reads through a link that leads out. */
export class SourceFolder {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  absolute(path: string): string {
    return join(this.#root, ...path.split('/'));
  }

  /** The version of a file; null where there is no ordinary file, and also where it cannot be looked at. */
  async version(path: string): Promise<FileVersion | null> {
    try {
      const found = await stat(this.absolute(path), { bigint: true });
      return found.isFile() ? { size: Number(found.size), modified: found.mtimeNs } : null;
    } catch (error) {
      // An unreadable folder hides the file; trying to read it will name the reason.
      return absent.has(codeOf(error)) ? null : { size: -1, modified: 0n };
    }
  }

  /** When a folder's entries last changed (nanoseconds since the epoch); null where there is no such folder. */
  async folderModified(folder: string): Promise<bigint | null> {
    try {
      const found = await stat(this.absolute(folder), { bigint: true });
      return found.isDirectory() ? found.mtimeNs : null;
    } catch {
      return null;
    }
  }

  async read(path: string, maxBytes: number): Promise<FileContent> {
    try {
      const target = await this.#resolve(path);
      if (target === null) {
        return { kind: 'unreadable', why: 'it is reached through a link that leads out of the watched folder' };
      }
      const file = await open(target, 'r');
      try {
        return await readWhole(file, maxBytes);
      } finally {
        await file.close();
      }
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

  async isAbsent(path: string): Promise<boolean> {
    return lstat(this.absolute(path)).then(
      () => false,
      (error: unknown) => absent.has(codeOf(error)),
    );
  }

  /** Where the file lies, or null when links on the way lead out of the folder. Without links nothing is resolved. */
  async #resolve(path: string): Promise<string | null> {
    const parts = path.split('/');
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const found = await lstat(this.absolute(parts.slice(0, depth).join('/')));
      if (!found.isSymbolicLink()) continue;
      const [root, target] = await Promise.all([realpath(this.#root), realpath(this.absolute(path))]);
      return target.startsWith(root.endsWith(sep) ? root : root + sep) ? target : null;
    }
    return this.absolute(path);
  }
}

async function readWhole(file: FileHandle, maxBytes: number): Promise<FileContent> {
  const found = await file.stat({ bigint: true });
  if (!found.isFile()) return { kind: 'missing' };
  const size = Number(found.size);
  const megabytes = (count: number): string => `${Math.ceil(count / 1e6)} MB`;
  if (size > maxBytes) {
    return { kind: 'unreadable', why: `it has ${megabytes(size)}, more than the ${megabytes(maxBytes)} that are read` };
  }
  const bytes = Buffer.alloc(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return { kind: 'content', bytes: bytes.subarray(0, filled), version: { size, modified: found.mtimeNs } };
}
