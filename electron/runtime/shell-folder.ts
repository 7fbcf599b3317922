import { lstatSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { patientlySync } from '../gateway/platform/held-files.ts';

/** Where Chromium keeps what is its own, apart from the pictures. */
export type ShellFolder = {
  readonly path: string;
  /** It is not where it belongs, because nothing can be written there now; the pictures' folder has the same fault. */
  readonly isMakeshift: boolean;
};

/**
 * A folder that Chromium can write to: it must come up to show that the data folder can't be used, and to wait for it.
 * Null where there is none at all; Chromium has a place of its own then.
 */
export function shellFolder(dataDir: string): ShellFolder | null {
  const path = join(dataDir, 'shell');
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const probe = join(path, '.probe');
    patientlySync(() => rmSync(probe, { force: true }));
    writeFileSync(probe, '');
    patientlySync(() => rmSync(probe));
    return { path, isMakeshift: false };
  } catch {
    try {
      return { path: mkdtempSync(join(tmpdir(), 'acusight-shell-')), isMakeshift: true };
    } catch {
      return null;
    }
  }
}

/** To be called at the end. Never throws: what is left is the system's temporary files'. */
export function removeMakeshift(folder: ShellFolder | null): void {
  if (folder?.isMakeshift !== true) return;
  try {
    rmSync(folder.path, { recursive: true, force: true });
  } catch {
    // Chromium still writes there, perhaps.
  }
}

/**
 * Whether Chromium's lock on the folder is another program's. It can fail for its own reasons too (a disk without links,
 * no room for temporary files); the database has a lock that needs neither, so then nothing stands in the way.
 * Elsewhere than on Windows Chromium's lock is a link that names host and process (process_singleton_posix.cc).
 */
export function isHeldByAnother(folder: ShellFolder | null): boolean {
  if (process.platform === 'win32') return true;
  if (folder === null || folder.isMakeshift) return false;
  const lock = join(folder.path, 'SingletonLock');
  try {
    if (!lstatSync(lock).isSymbolicLink()) return false;
    return !readlinkSync(lock).endsWith(`-${process.pid}`);
  } catch {
    return false;
  }
}
