import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoCode } from '../../platform/errors.ts';
import { patiently } from '../../platform/held-files.ts';
import type { Database } from '../database/database.ts';

const dayMilliseconds = 86_400_000;
const hourMilliseconds = 3_600_000;
const folders = 256;
/** When previews are over their bound, go so far below it, so that it is not reached again at once. */
const refillShare = 0.9;
/** Looked at together, so that a folder of thousands does not fill the thread pool. */
const atOnce = 16;

export const previewPathOf = (root: string, sha256: string): string => join(root, sha256.slice(0, 2), `${sha256}.jpg`);

export type PreviewStoreOptions = {
  readonly root: string;
  readonly database: Database;
  /** Previews are kept for so many days after their picture made room. */
  readonly keepDays: number;
  /** Most bytes of previews; beyond it the oldest go, whatever their term. */
  readonly maxBytes: number;
};

/**
 * The small pictures, which outlive their payloads: `previews/<first two digits>/<hash>.jpg`. Any of them may be lost
 * without harm, so nothing here is fsynced or in the database. A file's modification time is when it was made or, later,
 * when its picture made room: its term counts from there.
 */
export class PreviewStore {
  readonly #options: PreviewStoreOptions;
  readonly #hasPayload;
  readonly #hasImage;
  /** The folder that the sweep looks at next, and what it has found so far: bytes by hour of modification. */
  #next = 0;
  #found = new Map<number, number>();
  /** Made before this time, previews go although their term is not over: there are too many. */
  #cutoff = 0;
  #bytes: number | null = null;

  constructor(options: PreviewStoreOptions) {
    this.#options = options;
    this.#hasPayload = options.database.prepare<[string], { found: number }>(
      'SELECT 1 AS found FROM payloads WHERE sha256 = ?',
    );
    this.#hasImage = options.database.prepare<[string], { found: number }>(
      'SELECT 1 AS found FROM images WHERE sha256 = ? LIMIT 1',
    );
  }

  /** Bytes of all previews at the last whole sweep; null before it. */
  get bytes(): number | null {
    return this.#bytes;
  }

  /** The payload made room now: the preview's term begins. */
  async release(sha256: string, at: number): Promise<void> {
    const path = previewPathOf(this.#options.root, sha256);
    if (this.#options.keepDays === 0) return patiently(() => rm(path, { force: true }));
    try {
      await patiently(() => utimes(path, at / 1_000, at / 1_000));
    } catch (error) {
      if (errnoCode(error) !== 'ENOENT') throw error;
    }
  }

  /**
   * Looks through one of the 256 folders, and removes what is over its term, of no image any more, or too much.
   * Returns true when the sweep should go on now, false when it has come round.
   */
  async sweepSlice(now: number): Promise<boolean> {
    const folder = join(this.#options.root, this.#next.toString(16).padStart(2, '0'));
    const names = await readdir(folder).catch((error: unknown) => {
      if (errnoCode(error) === 'ENOENT') return [];
      throw error;
    });
    for (let start = 0; start < names.length; start += atOnce) {
      await Promise.all(names.slice(start, start + atOnce).map((name) => this.#consider(folder, name, now)));
    }
    this.#next += 1;
    if (this.#next < folders) return true;
    const isOver = this.#endRound();
    return isOver;
  }

  async #consider(folder: string, name: string, now: number): Promise<void> {
    const path = join(folder, name);
    const facts = await stat(path).catch(() => null);
    if (facts === null) return;
    if (this.#isOver(name, facts.mtimeMs, now)) return patiently(() => rm(path, { force: true }));
    const hour = Math.floor(facts.mtimeMs / hourMilliseconds);
    this.#found.set(hour, (this.#found.get(hour) ?? 0) + facts.size);
  }

  #isOver(name: string, modifiedMs: number, now: number): boolean {
    // A half-written one of a decoder that ended; a whole one is renamed at once.
    if (!name.endsWith('.jpg')) return now - modifiedMs > hourMilliseconds;
    if (modifiedMs < this.#cutoff) return true;
    const sha256 = name.slice(0, -'.jpg'.length);
    if (this.#hasPayload.get(sha256) !== undefined) return false;
    return now - modifiedMs > this.#options.keepDays * dayMilliseconds || this.#hasImage.get(sha256) === undefined;
  }

  /** Returns true when there are too many previews: the next round then takes the oldest. */
  #endRound(): boolean {
    const { maxBytes } = this.#options;
    const hours = [...this.#found].sort(([a], [b]) => a - b);
    let bytes = hours.reduce((sum, [, size]) => sum + size, 0);
    this.#bytes = bytes;
    this.#next = 0;
    this.#found = new Map();
    this.#cutoff = 0;
    if (bytes <= maxBytes) return false;
    for (const [hour, size] of hours) {
      if (bytes <= maxBytes * refillShare) break;
      bytes -= size;
      this.#cutoff = (hour + 1) * hourMilliseconds;
    }
    return true;
  }
}
