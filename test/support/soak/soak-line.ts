import { createHash } from 'node:crypto';
import { link, lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeJpeg } from '../pictures.ts';

/** How often each camera takes a picture, in milliseconds. */
const period = 400;
const reusedNames = 4;
/** What lies in folders and is no picture: it is listed, and holds up nobody. */
const noPictures: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from('%PDF-1.4 no picture'),
  Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10]),
];

/**
 * Cameras that write into folders of a line, each in its own way, whatever becomes of the gateway. They know what they
 * took: that is what must arrive.
 */
export class SoakLine {
  /** SHA-256 of each picture, and which camera took it. */
  readonly taken = new Map<string, string>();
  /** Rejects where a camera can't go on; resolves when they were stopped. */
  readonly ended: Promise<unknown>;
  readonly #folder: string;
  #stopped = false;
  #count = 0;

  private constructor(folder: string) {
    this.#folder = folder;
    this.ended = Promise.all([this.#inPieces(), this.#renamed(), this.#reused(), this.#onShare()]);
  }

  /** Makes the folders `pieces`, `renamed`, `reused` and `backing`, the share's own. */
  static async start(folder: string): Promise<SoakLine> {
    for (const name of ['pieces', 'renamed', 'reused', 'backing']) await mkdir(join(folder, name), { recursive: true });
    return new SoakLine(folder);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.ended;
  }

  /** So many pictures at once, as a magazine camera copies them. */
  async burst(pictures: number): Promise<void> {
    for (let at = 0; at < pictures; at += 1) {
      const { bytes, name } = await this.#take('burst');
      await writeFile(this.#path('pieces', name), bytes);
    }
  }

  async dropNoPictures(): Promise<void> {
    for (const [at, bytes] of noPictures.entries()) {
      this.#count += 1;
      await writeFile(this.#path('pieces', `none-${this.#count}-${at}.jpg`), bytes);
    }
  }

  /** Written in two pieces under its own name; what is inspected writes the labels soon after. */
  #inPieces(): Promise<void> {
    return this.#each(async () => {
      const { bytes, name } = await this.#take('pieces');
      const path = this.#path('pieces', name);
      await writeFile(path, bytes.subarray(0, bytes.length >> 1));
      await sleep(20);
      await writeFile(path, bytes.subarray(bytes.length >> 1), { flag: 'a' });
      await writeFile(path.replace('.jpg', '.txt'), '0 0.5 0.5 0.2 0.2\n');
    });
  }

  #renamed(): Promise<void> {
    return this.#each(async () => {
      const { bytes, name } = await this.#take('renamed');
      const aside = this.#path(name);
      await writeFile(aside, bytes);
      await rename(aside, this.#path('renamed', name));
    });
  }

  /** Takes the next one under the same name as soon as the original before it is gone. */
  #reused(): Promise<void> {
    let camera = 0;
    return this.#each(async () => {
      camera = (camera + 1) % reusedNames;
      const path = this.#path('reused', `camera-${camera}.jpg`);
      if (await isThere(path)) return;
      const { bytes, name, forget } = await this.#take('reused');
      const aside = this.#path(name);
      await writeFile(aside, bytes);
      try {
        // Never over a picture that was put back meanwhile.
        await link(aside, path);
      } catch {
        forget();
      }
      await rm(aside);
    });
  }

  #onShare(): Promise<void> {
    return this.#each(async () => {
      const { bytes, name } = await this.#take('share');
      await writeFile(this.#path('backing', name), bytes);
    });
  }

  async #each(take: () => Promise<void>): Promise<void> {
    while (!this.#stopped) {
      const began = performance.now();
      await take();
      await sleep(Math.max(5, period - (performance.now() - began)));
    }
  }

  async #take(camera: string): Promise<{ bytes: Buffer; name: string; forget: () => void }> {
    this.#count += 1;
    const seed = this.#count;
    const bytes = await makeJpeg({ width: 96, height: 64, seed, targetBytes: 20_000 + (seed % 5) * 10_000 });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.taken.set(sha256, camera);
    return { bytes, name: `${camera}-${seed}.jpg`, forget: () => void this.taken.delete(sha256) };
  }

  #path(...parts: readonly string[]): string {
    return join(this.#folder, ...parts);
  }
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
