import { execFileSync } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { mayMount, unmount } from './memory-disk.ts';

function hasQuotas(): boolean {
  try {
    execFileSync('mkfs.btrfs', ['--version'], { stdio: 'ignore' });
    execFileSync('btrfs', ['--version'], { stdio: 'ignore' });
    execFileSync('losetup', ['--find'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export const mayLimit = mayMount && hasQuotas();

/**
 * A disk with plenty of room, of whose one folder no more than `limit` (`20M`) may be used: whoever writes more is told
 * EDQUOT, root as well. Returns that folder. `mountPoint`: an empty folder; `image`: the file that the disk lies in.
 */
export async function mountQuota(mountPoint: string, image: string, limit: string): Promise<string> {
  const file = await open(image, 'w');
  await file.truncate(512_000_000);
  await file.close();
  execFileSync('mkfs.btrfs', ['-q', '-f', image], { stdio: 'ignore' });
  execFileSync('mount', ['-o', 'loop', image, mountPoint]);
  onTestFinished(() => unmount(mountPoint));
  const folder = join(mountPoint, 'data');
  execFileSync('btrfs', ['quota', 'enable', mountPoint], { stdio: 'ignore' });
  execFileSync('btrfs', ['subvolume', 'create', folder], { stdio: 'ignore' });
  execFileSync('btrfs', ['qgroup', 'limit', limit, folder], { stdio: 'ignore' });
  return folder;
}
