import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** More than this of one picture is not held in memory but written as it comes. */
const HELD_BYTES = 1 << 20;

/**
 * The received bytes, by content: `payloads/<first two digits>/<sha256>.<jpg|png>`. A file is written elsewhere and
 * renamed, so that what stands under its name is whole.
 */
export class PayloadFolder {
  readonly #dataDir: string;
  readonly #made = new Set<string>();
  #spools = 0;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  async prepare(): Promise<void> {
    await rm(this.#incoming, { recursive: true, force: true });
    await mkdir(this.#incoming, { recursive: true });
  }

  spool(): Spool {
    this.#spools += 1;
    const path = join(this.#incoming, String(this.#spools));
    return new Spool(path, (sha256, extension) => this.#place(path, sha256, extension));
  }

  /** The path of a payload by the name that the journal has for it. */
  path(payload: string): string {
    return join(this.#dataDir, ...payload.split('/'));
  }

  async clear(): Promise<void> {
    await rm(join(this.#dataDir, 'payloads'), { recursive: true, force: true });
    this.#made.clear();
    await this.prepare();
  }

  get #incoming(): string {
    return join(this.#dataDir, 'incoming');
  }

  async #place(from: string, sha256: string, extension: string): Promise<string> {
    const folder = `payloads/${sha256.slice(0, 2)}`;
    if (!this.#made.has(folder)) {
      await mkdir(this.path(folder), { recursive: true });
      this.#made.add(folder);
    }
    const payload = `${folder}/${sha256}.${extension}`;
    try {
      await rename(from, this.path(payload));
    } catch (error) {
      // Windows refuses to replace a file that somebody reads; the one in place has the same content.
      const present = await stat(this.path(payload)).catch(() => null);
      if (present === null) throw error;
      await rm(from, { force: true });
    }
    return payload;
  }
}

/** One picture while it is received. */
export class Spool {
  readonly #path: string;
  readonly #place: (sha256: string, extension: string) => Promise<string>;
  #chunks: Buffer[] = [];
  #held = 0;
  #handle: FileHandle | null = null;

  constructor(path: string, place: (sha256: string, extension: string) => Promise<string>) {
    this.#path = path;
    this.#place = place;
  }

  /** Takes one piece; returns a promise only when it must be awaited before the next. */
  add(chunk: Buffer): Promise<void> | undefined {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    return this.#held > HELD_BYTES ? this.#write() : undefined;
  }

  /** Moves the bytes to their place; returns the payload's name. */
  async keep(sha256: string, extension: string): Promise<string> {
    await this.#write();
    await this.#handle?.close();
    this.#handle = null;
    return this.#place(sha256, extension);
  }

  /** Forgets what was received; does nothing after `keep`. */
  async discard(): Promise<void> {
    this.#chunks = [];
    if (this.#handle === null) return;
    await this.#handle.close();
    this.#handle = null;
    await rm(this.#path, { force: true });
  }

  async #write(): Promise<void> {
    const chunks = this.#chunks;
    let left = this.#held;
    this.#chunks = [];
    this.#held = 0;
    this.#handle ??= await open(this.#path, 'w');
    if (left === 0) return;
    const { bytesWritten } = await this.#handle.writev(chunks);
    left -= bytesWritten;
    // A short write is rare (a full disk, a signal); the rest goes the plain way, which throws if it cannot.
    if (left > 0) await this.#handle.appendFile(Buffer.concat(chunks).subarray(bytesWritten));
  }
}
