import { join } from 'node:path';
import { message } from '../../../shared/messages/message.ts';
import { extensionOf, type PictureFormat } from '../model/image.ts';
import { errnoCode } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import type { Database } from './database/database.ts';
import type { Outbox } from './outbox/outbox.ts';
import { type PayloadStore, StoreAwayError } from './payloads/payload-store.ts';

/** That the payloads lie in, by the first two digits of their hash. */
const folders = 256;
const sliceMilliseconds = 20;

export type AuditFindings = {
  /** Payloads without a row that were put aside now. */
  readonly orphans: number;
  readonly missing: number;
};

/**
 * Compares the payload folder with the rows, one of its 256 folders at a time, in the background after start.
 *
 * A payload without a row is what a kill between publish and commit leaves; its original is still in its folder and is
 * collected again. But it may also be the only copy, where a disk lied about a flush or a database was put back from an
 * old backup. So it is put aside in `orphans/`, and deleted only once a row has the same content again or it was delivered
 * after all. A row without a payload must be impossible; where the disk lost one, the entry is buried with its reason, never
 * silently skipped.
 */
export class PayloadAudit {
  readonly #payloads: PayloadStore;
  readonly #files: Files;
  readonly #outbox: Outbox;
  readonly #rows;
  readonly #row;
  readonly #entries;
  readonly #delivered;
  readonly #referAgain;
  #next = 0;

  constructor(database: Database, payloads: PayloadStore, files: Files, outbox: Outbox) {
    this.#payloads = payloads;
    this.#files = files;
    this.#outbox = outbox;
    this.#rows = database.prepare<[string, string], Payload>(
      'SELECT sha256, format FROM payloads WHERE sha256 >= ? AND sha256 < ?',
    );
    this.#row = database.prepare<[string], Payload>('SELECT sha256, format FROM payloads WHERE sha256 = ?');
    this.#entries = database.prepare<[string], { seq: number }>(`
      SELECT o.seq FROM images i JOIN outbox o USING (seq)
      WHERE i.sha256 = ? AND o.state = 'pending'`);
    this.#referAgain = database.prepare<[string]>(`
      INSERT INTO payloads (sha256, format, bytes, refs)
      SELECT i.sha256, min(i.format), min(i.bytes), count(*) FROM images i JOIN outbox o USING (seq)
      WHERE i.sha256 = ? AND o.payload_present = 1 GROUP BY i.sha256 ON CONFLICT DO NOTHING`);
    this.#delivered = database.prepare<[string], { found: number }>(`
      SELECT 1 AS found FROM images i JOIN outbox o USING (seq)
      WHERE i.sha256 = ? AND o.state = 'acknowledged' LIMIT 1`);
  }

  async run(signal: AbortSignal, now: () => number): Promise<AuditFindings> {
    const orphans: string[] = [];
    let missing = 0;
    for (let value = 0; value < folders && !signal.aborted; value += 1) {
      const found = await this.#compare(value, now());
      missing += found.missing;
      orphans.push(...found.orphans);
    }
    let aside = 0;
    if (orphans.length > 0) await this.#files.makeDirectory(this.orphanRoot);
    for (const name of orphans) {
      if (signal.aborted) break;
      if (await this.#putAside(name)) aside += 1;
    }
    return { orphans: aside, missing };
  }

  /**
   * What `run` does for payloads that are gone, some folders at a time: a picture that waits for weeks may lose its
   * payload meanwhile. Returns whether there is more to do in this round.
   */
  async slice(now: () => number): Promise<boolean> {
    const began = performance.now();
    do {
      const value = this.#next;
      // Before it is looked at: one that can't be must not keep the others from their turn.
      this.#next = (value + 1) % folders;
      await this.#compare(value, now());
    } while (this.#next !== 0 && performance.now() - began < sliceMilliseconds);
    return this.#next !== 0;
  }

  /** One of the folders with its rows: buries what is gone, and names what no row knows. */
  async #compare(value: number, now: number): Promise<{ readonly missing: number; readonly orphans: string[] }> {
    const prefix = value.toString(16).padStart(2, '0');
    const rows = this.#rows.all(prefix, `${prefix}g`);
    const expected = new Map(rows.map((row) => [fileName(row), row]));
    const folder = join(this.#payloads.root, prefix);
    const present = new Set(await this.#list(folder));
    const orphans: string[] = [];
    for (const name of present) {
      const kind = this.#payloads.kindOf(name);
      if (kind === 'left') await this.#payloads.clear(join(folder, name));
      else if (kind === 'payload' && !expected.has(name)) orphans.push(name);
    }
    let missing = 0;
    for (const [name, row] of expected) {
      if (!present.has(name)) missing += await this.#buryMissing(row, now);
    }
    return { missing, orphans };
  }

  /** A folder that is gone has nothing in it: what waits in there is looked for one by one, and buried. */
  async #list(folder: string): Promise<readonly string[]> {
    try {
      return await this.#files.list(folder);
    } catch (error) {
      if (errnoCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** Where payloads without a row are kept. */
  get orphanRoot(): string {
    return this.#payloads.orphanRoot;
  }

  /** Drops what was put aside and is in the store again, or was delivered. Returns how many files are still without a row. */
  async settleOrphans(): Promise<number> {
    const names = (await this.#files.size(this.orphanRoot)) === null ? [] : await this.#files.list(this.orphanRoot);
    let left = 0;
    for (const name of names) {
      const known = this.#row.get(name.slice(0, name.indexOf('.')));
      const isStored = known !== undefined && fileName(known) === name;
      if (isStored || this.#delivered.get(name.slice(0, name.indexOf('.'))) !== undefined)
        await this.#files.remove(join(this.orphanRoot, name));
      else left += 1;
    }
    return left;
  }

  #putAside(name: string): Promise<boolean> {
    const sha256 = name.slice(0, name.indexOf('.'));
    return this.#payloads.exclusively([sha256], async () => {
      const row = this.#row.get(sha256);
      if (row !== undefined && fileName(row) === name) return false;
      // A damaged row of its own must not take the picture from an image that needs it.
      if (this.#referAgain.run(sha256).changes > 0) return false;
      await this.#files.rename(join(this.#payloads.root, name.slice(0, 2), name), join(this.orphanRoot, name));
      return true;
    });
  }

  #buryMissing({ sha256, format }: Payload, at: number): Promise<number> {
    return this.#payloads.exclusively([sha256], async () => {
      if (this.#row.get(sha256) === undefined || (await this.#payloads.size(sha256, format)) !== null) return 0;
      if (await this.#payloads.isAway()) throw new StoreAwayError('the data folder is not where it was');
      let buried = 0;
      for (const { seq } of this.#entries.all(sha256)) {
        buried += this.#outbox.buryUnreadable(seq, {
          message: message('payload-missing'),
          technical: sha256,
          at,
        });
      }
      return buried;
    });
  }
}

type Payload = { readonly sha256: string; readonly format: PictureFormat };
const fileName = ({ sha256, format }: Payload): string => `${sha256}.${extensionOf(format)}`;
