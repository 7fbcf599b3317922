import { readlinkSync } from 'node:fs';
import { errnoCode } from '../gateway/platform/errors.ts';

/**
 * Whether that process is this program: nobody else is told what the keyring holds.
 *
 * Who can't be looked at is refused, for any program can hide what it is (`PR_SET_DUMPABLE`). A gateway to which the
 * system itself gave more rights than its user has (`setcap`) is hidden as well, and knowingly refused: it stores its
 * secrets in the file that only this user can read, as where there is no keyring, and says so. Rights that it inherits
 * (systemd's `AmbientCapabilities=`) hide nothing. Only where there is no /proc at all nobody can be told apart.
 */
export function isThisProgram(pid: number, proc = '/proc'): boolean {
  let own: string;
  try {
    own = programOf('self', proc);
  } catch (error) {
    return errnoCode(error) === 'ENOENT';
  }
  try {
    return programOf(pid, proc) === own;
  } catch {
    return false;
  }
}

/** A program that was replaced while it runs is still this one. */
const programOf = (pid: number | 'self', proc: string): string =>
  readlinkSync(`${proc}/${pid}/exe`).replace(/ \(deleted\)$/, '');
