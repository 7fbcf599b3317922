import { statfs } from 'node:fs/promises';

/** `f_type` of file systems whose changes on another machine raise no event here (Linux `statfs(2)`). */
const remoteTypes = new Set([0x6969, 0xff534d42, 0xfe534d42, 0x517b, 0x65735546, 0x01021997, 0x00c36400, 0x5346414f]);

/** Whether a folder lies on a network share (or a FUSE mount, which may be one), so that events can't be trusted. */
export async function isNetworkShare(path: string): Promise<boolean> {
  if (process.platform === 'win32') return path.startsWith('\\\\') || path.startsWith('//');
  try {
    return process.platform === 'linux' && remoteTypes.has((await statfs(path)).type);
  } catch {
    return false;
  }
}
