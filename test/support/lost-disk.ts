import { execFileSync } from 'node:child_process';
import { renameSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import { mayMount, unmount } from './memory-disk.ts';

/** EXT4_IOC_SHUTDOWN without a flush (fs/ext4/ext4.h): from then on every access answers EIO, as when the cable is pulled. */
const shutDown = `
import fcntl, os, struct, sys
folder = os.open(sys.argv[1], os.O_RDONLY)
fcntl.ioctl(folder, 0x8004587d, struct.pack('I', 2))
`;

function canLoop(): boolean {
  try {
    execFileSync('losetup', ['--find'], { stdio: 'ignore' });
    execFileSync('mkfs.ext4', ['-V'], { stdio: 'ignore' });
    execFileSync('python3', ['-c', 'import fcntl'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A disk of its own for one folder, that can be taken away while it is in use, and brought back with what was on it. */
export class LostDisk {
  static readonly isPossible = mayMount && canLoop();
  readonly #folder: string;
  readonly #image: string;

  private constructor(folder: string, image: string) {
    this.#folder = folder;
    this.#image = image;
  }

  /** `image`: the file that the disk lies in. */
  static async mount(folder: string, image: string): Promise<LostDisk> {
    const file = await open(image, 'w');
    await file.truncate(256_000_000);
    await file.close();
    execFileSync('mkfs.ext4', ['-q', '-F', image]);
    await mkdir(folder, { recursive: true });
    const disk = new LostDisk(folder, image);
    disk.bringBack();
    return disk;
  }

  lose(): void {
    execFileSync('python3', ['-c', shutDown, this.#folder]);
    // What comes back is another device with what was on it now, however long files of the one that is gone are held, and
    // whatever the system still writes for that.
    const image = `${this.#image}.copy`;
    execFileSync('cp', ['--sparse=always', this.#image, image]);
    renameSync(image, this.#image);
  }

  bringBack(): void {
    unmount(this.#folder);
    execFileSync('mount', ['-o', 'loop', this.#image, this.#folder]);
    onTestFinished(() => unmount(this.#folder));
  }
}
