/** A version of a file as its source saw it. */
export type FileVersion = {
  /** Relative to the source's folder, '/' between parts. */
  readonly path: string;
  readonly bytes: number;
  /** Modification time, milliseconds since the epoch, with its fraction. */
  readonly modifiedMs: number;
  /**
   * When the file system last changed anything of the file (POSIX `ctime`), milliseconds since the epoch. Programs can't
   * set it, so that it tells a rewrite of the same size and modification time. Absent where it is not known, and on
   * Windows, where a backup that ticks off a file changes it too.
   */
  readonly changedMs?: number | undefined;
  /** The file's number in its file system, which a new name leaves as it is. Absent where it is not known. */
  readonly inode?: string | undefined;
};

/** What is asked of the file system: as `fs.Stats`. */
export type FileFacts = {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
};

export const fileVersion = (path: string, { size, mtimeMs, ctimeMs, ino }: FileFacts): FileVersion => ({
  path,
  bytes: size,
  modifiedMs: mtimeMs,
  changedMs: process.platform === 'win32' ? undefined : ctimeMs,
  // A number that is rounded stands for several files.
  inode: ino === 0 || !Number.isSafeInteger(ino) ? undefined : String(ino),
});

type Facts = Omit<FileVersion, 'path'>;

/**
 * Whether two looks at one name saw the same content. By size and modification time, and by the time of change where
 * both know it; else by the file's number, which tells a file that was replaced. Numbers alone are not asked where the
 * times agree: some network file systems give new ones at each mount.
 */
export function sameVersion(a: Facts, b: Facts): boolean {
  if (a.bytes !== b.bytes || a.modifiedMs !== b.modifiedMs) return false;
  if (a.changedMs !== undefined && b.changedMs !== undefined) return a.changedMs === b.changedMs;
  return a.inode === undefined || b.inode === undefined || a.inode === b.inode;
}
