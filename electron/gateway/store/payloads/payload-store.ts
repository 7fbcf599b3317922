import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { extensionOf, type PictureFormat } from '../../model/image.ts';
import { errnoCode } from '../../platform/errors.ts';
import type { Files } from '../../platform/files.ts';

/**
 * The bytes of the images, by SHA-256: `payloads/<first two digits>/<hash>.<jpg|png>`.
 *
 * Invariant 1, bytes before row: `stage` makes the bytes durable under a temporary name, `publish` the final names;
 * only after `publish` may a row that names a payload be committed. A payload without a row is an orphan: the audit puts
 * it aside, and deletes it only once the same content is in the store again or was delivered. A row without its payload
 * must be impossible, which is why publishing and removing the same hash exclude each other (`exclusively`).
 *
 * Temporary names lie in the payload's own folder: renames from one common folder exclude each other over the whole file
 * system, and cost twice what writing does. They bear the number of the run that made them, by which the audit knows what
 * a killed process left half-written.
 */
export type StagedPayload = { readonly sha256: string; readonly format: PictureFormat; readonly temporaryPath: string };

/** A file that holds one, by its name: nothing of it was looked at. */
export type PayloadFile = { readonly path: string; readonly sha256: string; readonly format: PictureFormat };
const payloadPattern = /^([0-9a-f]{64})\.(jpg|png)$/;

const temporaryEnd = '.part';
/** Of a removal, before a person hears of it. */
const lastingTries = 5;
const isTemporary = (name: string): boolean => name.endsWith(temporaryEnd);

/** Another folder lies where the data folder was, or none: its disk is gone, and with it nothing of what it holds. */
export class StoreAwayError extends Error {}

export class PayloadStore {
  readonly root: string;
  /** Of the data folder, when it was prepared. */
  #identity: string | null = null;
  readonly #files: Files;
  readonly #tails = new Map<string, Promise<unknown>>();
  readonly #run = randomUUID();
  #staged = 0;
  /** Half-written files that could not be removed, and how often that was tried. */
  readonly #leftOvers = new Map<string, number>();

  constructor(root: string, files: Files) {
    this.root = root;
    this.#files = files;
  }

  /** Makes the folders. Nothing else may be using the store. */
  async prepare(): Promise<void> {
    await this.#files.makeDirectory(this.root);
    this.#identity = await identityOf(dirname(this.root));
    const present = new Set(await this.#files.list(this.root));
    // Where versions before this one had their temporary files.
    const old = join(this.root, 'tmp');
    if (present.has('tmp')) for (const name of await this.#files.list(old)) await this.clear(join(old, name));
    for (let value = 0; value < 256; value += 1) {
      const name = value.toString(16).padStart(2, '0');
      if (!present.has(name)) await this.#files.makeDirectory(join(this.root, name));
    }
  }

  /** Whether the data folder's disk was taken away: then no payload that can't be found is lost. */
  async isAway(): Promise<boolean> {
    return this.#identity !== null && (await identityOf(dirname(this.root))) !== this.#identity;
  }

  /** Whether any payload lies here; also before the folders were made. */
  async isEmpty(): Promise<boolean> {
    for (const folder of await this.#listOr(this.root)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue;
      if ((await this.#listOr(join(this.root, folder))).some((name) => !isTemporary(name))) return false;
    }
    return true;
  }

  /** Every payload, and every one that was put aside; temporary files are none. */
  async *everyFile(): AsyncGenerator<PayloadFile, void, undefined> {
    const folders = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'));
    for (const folder of [...folders.map((name) => join(this.root, name)), this.orphanRoot])
      for (const name of await this.#listOr(folder)) {
        const [, sha256, end] = payloadPattern.exec(name) ?? [];
        if (sha256 === undefined) continue;
        yield { path: join(folder, name), sha256, format: end === 'png' ? 'png' : 'jpeg' };
      }
  }

  /** What a file in one of the folders is, by its name. `left`: half-written by a process that is no more. */
  kindOf(name: string): 'payload' | 'staged' | 'left' {
    if (!isTemporary(name)) return 'payload';
    return name.startsWith(`.${this.#run}-`) ? 'staged' : 'left';
  }

  #listOr(path: string): Promise<string[]> {
    return this.#files.list(path).catch((error: unknown) => {
      if (errnoCode(error) === 'ENOENT') return [];
      throw error;
    });
  }

  pathOf(sha256: string, format: PictureFormat): string {
    return join(this.root, sha256.slice(0, 2), `${sha256}.${extensionOf(format)}`);
  }

  /** Bytes on the disk, fsynced, under a temporary name. */
  async stage(sha256: string, format: PictureFormat, bytes: Uint8Array): Promise<StagedPayload> {
    this.#staged += 1;
    const temporaryPath = join(this.root, sha256.slice(0, 2), `.${this.#run}-${this.#staged}${temporaryEnd}`);
    try {
      await this.#files.writeAndSync(temporaryPath, bytes);
    } catch (error) {
      await this.clear(temporaryPath);
      throw error;
    }
    return { sha256, format, temporaryPath };
  }

  /** Never rejects. */
  discard(payload: StagedPayload): Promise<void> {
    return this.clear(payload.temporaryPath);
  }

  /** Half-written files that another program, or the disk, does not let go. None that a scanner looks at for a moment. */
  get leftOvers(): number {
    return [...this.#leftOvers.values()].filter((tries) => tries >= lastingTries).length;
  }

  /** Removes a half-written file; one that stays is tried again by `clearLeftOvers`. Never rejects. */
  async clear(temporaryPath: string): Promise<void> {
    const isGone = await this.#files.removeIfFree(temporaryPath).catch(() => false);
    if (isGone) this.#leftOvers.delete(temporaryPath);
    else this.#leftOvers.set(temporaryPath, (this.#leftOvers.get(temporaryPath) ?? 0) + 1);
  }

  /** To be called once a second or so. Never rejects. */
  async clearLeftOvers(): Promise<void> {
    await Promise.all([...this.#leftOvers.keys()].map((path) => this.clear(path)));
  }

  /**
   * Gives staged payloads their final names and makes the names durable, one directory fsync for each folder touched.
   * An older file of the same hash is replaced, so that a damaged one heals. Tried once, for others wait behind it:
   * returns those that another program holds, which still have their temporary names.
   */
  async publish(payloads: readonly StagedPayload[]): Promise<ReadonlySet<StagedPayload>> {
    const folders = new Set<string>();
    const held = new Set<StagedPayload>();
    await Promise.all(
      payloads.map(async (payload) => {
        const { sha256, format, temporaryPath } = payload;
        if (await this.#files.renameIfFree(temporaryPath, this.pathOf(sha256, format)))
          folders.add(join(this.root, sha256.slice(0, 2)));
        else held.add(payload);
      }),
    );
    await Promise.all([...folders].map((folder) => this.#files.syncDirectory(folder)));
    return held;
  }

  remove(sha256: string, format: PictureFormat): Promise<void> {
    return this.#files.remove(this.pathOf(sha256, format));
  }

  /** Where payloads without a row are kept. */
  get orphanRoot(): string {
    return join(this.root, 'orphans');
  }

  /** Puts back a payload that was put aside, durably. Returns false where there is none. */
  async takeBack(sha256: string, format: PictureFormat): Promise<boolean> {
    const path = this.pathOf(sha256, format);
    try {
      await this.#files.rename(join(this.orphanRoot, basename(path)), path);
    } catch (error) {
      if (errnoCode(error) === 'ENOENT') return false;
      throw error;
    }
    await Promise.all([dirname(path), this.orphanRoot].map((folder) => this.#files.syncDirectory(folder)));
    return true;
  }

  size(sha256: string, format: PictureFormat): Promise<number | null> {
    return this.#files.size(this.pathOf(sha256, format));
  }

  /** Runs `work` while nothing else that takes any of these hashes runs. */
  async exclusively<T>(hashes: readonly string[], work: () => Promise<T>): Promise<T> {
    const unique = [...new Set(hashes)];
    const before = Promise.allSettled(unique.map((hash) => this.#tails.get(hash)));
    const run = before.then(work);
    const tail = run.catch(() => undefined);
    for (const hash of unique) this.#tails.set(hash, tail);
    try {
      return await run;
    } finally {
      for (const hash of unique) if (this.#tails.get(hash) === tail) this.#tails.delete(hash);
    }
  }
}

/** What tells a folder from another that lies under its name later; null where there is none. */
const identityOf = (path: string): Promise<string | null> =>
  stat(path, { bigint: true }).then(
    ({ dev, ino }) => `${dev} ${ino}`,
    () => null,
  );
