import { realpath, statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type Koffi from 'koffi';

/** `f_type` of file systems whose changes on another machine raise no event here (Linux `statfs(2)`). */
const remoteTypes = new Set([0x6969, 0xff534d42, 0xfe534d42, 0x517b, 0x65735546, 0x01021997, 0x00c36400, 0x5346414f]);

/** Whether a folder lies on a network share (or a FUSE mount, which may be one), so that events can't be trusted. */
export async function isNetworkShare(path: string): Promise<boolean> {
  if (process.platform === 'win32') {
    const real = await realpath(path).catch(() => path);
    return isSharePath(real) || isSharePath(path) || mappedDriveOf(path) !== null;
  }
  try {
    return process.platform === 'linux' && remoteTypes.has((await statfs(path)).type);
  } catch {
    return false;
  }
}

/** `\\server\share`, also with the prefix for long paths; not `\\?\C:\` nor a device. */
export const isSharePath = (path: string): boolean => /^[\\/]{2}(?:[?.][\\/]UNC[\\/]|(?![?.][\\/]))/i.test(path);

/** `Z:` of `Z:\in` and of `\\?\Z:\in`. */
export const driveOf = (path: string): string | null =>
  /^(?:[\\/]{2}[?.][\\/])?([a-z]:)/i.exec(path)?.[1]?.toUpperCase() ?? null;

/** A drive letter that this user has given to a share. `share`: `\\server\share`; null where Windows does not tell. */
export type MappedDrive = { readonly drive: string; readonly share: string | null };

/** Of Windows alone: the network drive that a path begins with; null where it begins with none. */
export function mappedDriveOf(path: string): MappedDrive | null {
  const drive = driveOf(path);
  if (drive === null || process.platform !== 'win32') return null;
  library ??= load();
  return library.isRemote(drive) ? { drive, share: library.shareOf(drive) } : null;
}

type Library = {
  readonly isRemote: (drive: string) => boolean;
  readonly shareOf: (drive: string) => string | null;
};
let library: Library | null = null;

/** `DRIVE_REMOTE` of `GetDriveTypeW` (fileapi.h). */
const remoteDrive = 4;
const longestShare = 1_024;

function load(): Library {
  try {
    // Not by a plain import: it may not be loadable in this system.
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
    const driveType = koffi.load('kernel32.dll').func('uint32_t __stdcall GetDriveTypeW(str16 root)');
    const connection = koffi
      .load('mpr.dll')
      .func('uint32_t __stdcall WNetGetConnectionW(str16 drive, void *share, void *length)');
    return {
      isRemote: (drive) => driveType(`${drive}\\`) === remoteDrive,
      shareOf: (drive) => {
        const share = Buffer.alloc(longestShare * 2);
        if (connection(drive, share, Uint32Array.of(longestShare)) !== 0) return null;
        return share.toString('utf16le').split('\0', 1)[0] || null;
      },
    };
  } catch {
    return { isRemote: () => false, shareOf: () => null };
  }
}
