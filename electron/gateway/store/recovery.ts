import { join } from 'node:path';
import { extensionOf, type PictureFormat } from '../model/image.ts';
import type { Files } from '../platform/files.ts';
import type { Database } from './database.ts';
import type { Outbox } from './outbox.ts';
import type { PayloadStore } from './payload-store.ts';

export type AuditFindings = {
  readonly orphansRemoved: number;
  /** Too many to be what a kill leaves: nothing was removed. */
  readonly orphansLeft: number;
  readonly missing: number;
};

/** A kill leaves the frames of one commit group at most; several kills before one audit a few times that. */
const mostOrphansOfKills = 2_000;

/**
 * Compares the payload folder with the rows, one of its 256 folders at a time, in the background after start.
 *
 * A payload without a row is what a kill between publish and commit leaves: it is removed (its original is still in
 * its folder, or the frame was never acknowledged to its source). Very many of them are something else, a database put
 * back from an old backup for instance: then nothing is removed, for these may be the only copies. A row without a payload must be impossible; where
 * the disk lost one, the entry is buried with words, never silently skipped.
 */
export class Audit {
  readonly #payloads: PayloadStore;
  readonly #files: Files;
  readonly #outbox: Outbox;
  readonly #rows;
  readonly #row;
  readonly #entries;

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
  }

  async run(signal: AbortSignal, now: () => number): Promise<AuditFindings> {
    const orphans: string[] = [];
    let missing = 0;
    for (let value = 0; value < 256 && !signal.aborted; value += 1) {
      const prefix = value.toString(16).padStart(2, '0');
      const rows = this.#rows.all(prefix, `${prefix}g`);
      const expected = new Map(rows.map((row) => [fileName(row), row]));
      const present = new Set(await this.#files.list(join(this.#payloads.root, prefix)));
      for (const name of present) {
        if (!expected.has(name)) orphans.push(name);
      }
      for (const [name, row] of expected) {
        if (!present.has(name)) missing += await this.#buryMissing(row, now());
      }
    }
    if (orphans.length > mostOrphansOfKills) return { orphansRemoved: 0, orphansLeft: orphans.length, missing };
    let orphansRemoved = 0;
    for (const name of orphans) {
      if (signal.aborted) break;
      if (await this.#removeOrphan(name, name.slice(0, 2))) orphansRemoved += 1;
    }
    return { orphansRemoved, orphansLeft: 0, missing };
  }

  #removeOrphan(name: string, prefix: string): Promise<boolean> {
    const sha256 = name.slice(0, name.indexOf('.'));
    return this.#payloads.exclusively([sha256], async () => {
      const row = this.#row.get(sha256);
      if (row !== undefined && fileName(row) === name) return false;
      await this.#files.remove(join(this.#payloads.root, prefix, name));
      return true;
    });
  }

  #buryMissing({ sha256, format }: Payload, at: number): Promise<number> {
    return this.#payloads.exclusively([sha256], async () => {
      if (this.#row.get(sha256) === undefined || (await this.#payloads.size(sha256, format)) !== null) return 0;
      let buried = 0;
      for (const { seq } of this.#entries.all(sha256)) {
        buried += this.#outbox.buryUnreadable(seq, {
          code: 'payload-missing',
          text: 'The stored picture is gone from this PC’s disk.',
          hint: 'The disk or another program removed it. Look for the original in its folder or archive, and have the disk checked.',
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
