import { execFileSync } from 'node:child_process';
import { onTestFinished } from 'vitest';

/** Mounting needs the rights of the administrator: elsewhere tests with a disk of their own are skipped. */
export const mayMount = process.platform === 'linux' && process.getuid?.() === 0 && canMount();

function canMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A file system in memory on this folder, until the test is over. `options`: as of tmpfs, `size=12m` or `nr_inodes=9`. */
export function mountMemory(folder: string, options: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'none', folder]);
  onTestFinished(() => unmount(folder));
}

export const remount = (folder: string, options: string): void =>
  void execFileSync('mount', ['-o', `remount,${options}`, folder]);

/** As when the disk is pulled: whoever holds a file of it keeps it. Does not mind when it is gone already. */
export function unmount(folder: string): void {
  try {
    execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
  } catch {
    // Gone already.
  }
}
