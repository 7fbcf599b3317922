import { closeSync, fdatasync, open, write } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Files, replaceFile } from '../../platform/files.ts';
import { GroupCommit } from '../../platform/group-commit.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Database } from '../database/database.ts';
import { WriteBatch } from '../database/write-batch.ts';
import {
  encodeLine,
  finalStates,
  listSegments,
  outcomeJson,
  type Segment,
  segmentName,
  wholeJson,
} from './journal-lines.ts';

const openFile = promisify(open);
const writeFile = promisify(write);
const syncData = promisify(fdatasync);

const segmentBytes = 8_000_000;
const linesAtOnce = 500;
/** So much more than the pictures that are stored need may lie in the journal, before it is written anew. */
const mostExcess = 3;
const leastBytes = 32_000_000;
/** In `meta`: the segment that is being written to. */
export const journalMetaKey = 'journal';
/** The newest image that had a line when that segment was begun. */
const throughMetaKey = 'journal_through';
const completeName = 'complete.json';

export type ImageJournalOptions = {
  readonly database: Database;
  /** It is made where it is missing. */
  readonly folder: string;
  readonly files: Files;
  readonly logger: Logger;
};

/**
 * A second account of every stored picture, beside the database and independent of it: files to which a line is added for
 * each image once it is committed, and for what becomes of it. From the payloads and these lines the database can be built
 * anew (`replay.ts`).
 *
 * Which images are due is kept by triggers in a table of this connection's memory: part of each transaction, whoever makes
 * it, and gone with a kill, when the database knows more than the journal. A line that can't be written costs no picture:
 * the database has it, and the line is tried again.
 *
 * Segments hold some megabytes each. The database notes into which it writes; by that a copy of it from before is known.
 */
export class ImageJournal {
  readonly #options: ImageJournalOptions;
  readonly #group: WriteBatch;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #writes = new GroupCommit<null, null>({
    commit: async (group) => {
      await this.#write();
      return group;
    },
  });
  #segments: Segment[] = [];
  /** Of the newest segment, once something was written to it. */
  #file: number | null = null;
  #number = 0;
  #bytes = 0;
  /** Written by this run. */
  #writtenBytes = 0;
  /** The newest image that has a line. */
  #through = 0;
  /** The last write may have left half a line. */
  #isTorn = false;
  #isFailing = false;
  /** Of the journal, after it was written anew; null: it never was as a whole. */
  #wholeBytes: number | null = null;
  #anew: Anew | null = null;

  constructor(options: ImageJournalOptions) {
    this.#options = options;
    this.#group = WriteBatch.of(options.database);
    options.database.exec(triggers);
    this.#statements = prepare(options.database);
  }

  /**
   * Once, before anything is written; after the replay. `through`: the newest image that it met a line of. What came after
   * that was committed by a gateway that was killed before it wrote its lines.
   */
  async open(through = 0): Promise<void> {
    const { folder, files } = this.#options;
    await files.makeDirectory(folder);
    this.#segments = [...(await listSegments(folder, files))];
    this.#number = this.#segments.at(-1)?.number ?? 0;
    this.#wholeBytes = await wholeBytesOf(join(folder, completeName));
    const { noted, newest, dueSince } = this.#statements;
    // Of an older version there are no lines at all: those are written bit by bit.
    const isNew = this.#wholeBytes === null;
    this.#through = isNew ? (newest.get()?.seq ?? 0) : Math.max(through, Number(noted.get(throughMetaKey)?.value ?? 0));
    dueSince.run(this.#through);
    this.#begin();
  }

  /** Whether the last lines could not be written; they are tried again with the next. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** Resolves once a line of everything that was committed before this call is on the disk, or was tried. Never rejects. */
  async write(): Promise<void> {
    try {
      await this.#writes.add(null);
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#options.logger.log('warn', 'journal-not-written', { error });
      this.#isFailing = true;
      this.#isTorn = true;
    }
  }

  async close(): Promise<void> {
    await this.write();
    await this.#writes.idle();
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  /**
   * Writes the journal anew, some lines at a time, where it was never whole (the pictures of an older version) or holds
   * much that is over. What it replaces goes only when all is on the disk. Returns whether there is more to do.
   */
  async slice(): Promise<boolean> {
    this.#anew ??= this.#isAnewDue() ? this.#beginAnew() : null;
    if (this.#anew === null) return false;
    const before = this.#writtenBytes;
    const seqs = this.#statements.stored.all(this.#anew.cursor, linesAtOnce).map(({ seq }) => seq);
    for (const seq of seqs) this.#statements.due.run(seq);
    await this.#writes.add(null);
    this.#anew.cursor = seqs.at(-1) ?? this.#anew.cursor;
    this.#anew.bytes += this.#writtenBytes - before;
    if (seqs.length === linesAtOnce) return true;
    await this.#endAnew(this.#anew);
    this.#anew = null;
    return false;
  }

  #isAnewDue(): boolean {
    if (this.#wholeBytes === null) return true;
    const all = this.#segments.reduce((sum, { bytes }) => sum + bytes, 0) + this.#bytes;
    return all > Math.max(leastBytes, mostExcess * this.#wholeBytes);
  }

  #beginAnew(): Anew {
    this.#begin();
    return { from: this.#number, cursor: 0, bytes: 0 };
  }

  async #endAnew({ from, bytes }: Anew): Promise<void> {
    const { folder, files } = this.#options;
    await replaceFile(files, join(folder, completeName), JSON.stringify({ bytes }));
    this.#wholeBytes = bytes;
    const over = this.#segments.filter(({ number }) => number < from);
    for (const { number } of over) await files.remove(join(folder, segmentName(number)));
    this.#segments = this.#segments.filter(({ number }) => number >= from);
  }

  /** The next segment; its file is made with its first line. */
  #begin(): void {
    if (this.#file !== null) {
      closeSync(this.#file);
      this.#segments.push({ number: this.#number, bytes: this.#bytes });
    }
    this.#file = null;
    this.#number += 1;
    this.#bytes = 0;
    this.#isTorn = false;
    this.#group.runSoon(() => {
      this.#statements.note.run(journalMetaKey, String(this.#number));
      this.#statements.note.run(throughMetaKey, String(this.#through));
    });
  }

  async #write(): Promise<void> {
    for (;;) {
      const due = this.#statements.take.all(linesAtOnce);
      if (due.length === 0) return;
      try {
        await this.#append(due);
      } catch (error) {
        for (const { seq, whole } of due) (whole === 1 ? this.#statements.due : this.#statements.dueAgain).run(seq);
        throw error;
      }
      if (this.#bytes > segmentBytes) this.#begin();
    }
  }

  async #append(due: readonly Due[]): Promise<void> {
    const { folder, files } = this.#options;
    const seqsOf = (wanted: number): string =>
      JSON.stringify(due.filter(({ whole }) => whole === wanted).map(({ seq }) => seq));
    const rows = [...this.#statements.whole.all(seqsOf(1)), ...this.#statements.outcomes.all(seqsOf(0))];
    if (rows.length === 0) return;
    const text = `${this.#isTorn ? '\n' : ''}${rows.map(({ json }) => encodeLine(json)).join('')}`;
    const isNew = this.#file === null;
    this.#file ??= await openFile(join(folder, segmentName(this.#number)), 'a', 0o600);
    const bytes = Buffer.from(text, 'utf8');
    for (let written = 0; written < bytes.length; )
      written += (await writeFile(this.#file, bytes, written, bytes.length - written)).bytesWritten;
    this.#isTorn = false;
    this.#bytes += bytes.length;
    this.#writtenBytes += bytes.length;
    await syncData(this.#file);
    for (const { seq, whole } of due) if (whole === 1) this.#through = Math.max(this.#through, seq);
    if (isNew) await files.syncDirectory(folder);
  }
}

/** Written anew from the segment `from` on, up to the image `cursor`. */
type Anew = { readonly from: number; cursor: number; bytes: number };
/** `whole`: 0, only what became of it. */
type Due = { readonly seq: number; readonly whole: 0 | 1 };

/** Null: there is no such file, or it is spoilt. */
async function wholeBytesOf(path: string): Promise<number | null> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    const bytes = typeof value === 'object' && value !== null && 'bytes' in value ? value.bytes : null;
    return typeof bytes === 'number' ? bytes : null;
  } catch {
    return null;
  }
}

const wholeIsDue = `INSERT INTO journal_due (seq, whole) VALUES (NEW.seq, 1) ON CONFLICT DO UPDATE SET whole = 1`;
const triggers = `
CREATE TEMP TABLE journal_due (seq INTEGER PRIMARY KEY, whole INTEGER NOT NULL) STRICT;
CREATE TEMP TRIGGER journal_stored AFTER INSERT ON main.outbox BEGIN
  ${wholeIsDue};
END;
CREATE TEMP TRIGGER journal_changed AFTER UPDATE OF content, path ON main.images BEGIN
  ${wholeIsDue};
END;
CREATE TEMP TRIGGER journal_ended AFTER UPDATE OF state ON main.outbox
WHEN OLD.state <> NEW.state AND NEW.state IN (${finalStates.map((state) => `'${state}'`).join(', ')}) BEGIN
  INSERT INTO journal_due (seq, whole) VALUES (NEW.seq, 0) ON CONFLICT DO NOTHING;
END;
`;

function prepare(database: Database) {
  type Json = { readonly json: string };
  return {
    take: database.prepare<[number], Due>(`
      DELETE FROM journal_due WHERE seq IN (SELECT seq FROM journal_due ORDER BY seq LIMIT ?) RETURNING seq, whole`),
    due: database.prepare<[number]>(
      'INSERT INTO journal_due (seq, whole) VALUES (?, 1) ON CONFLICT DO UPDATE SET whole = 1',
    ),
    dueAgain: database.prepare<[number]>('INSERT INTO journal_due (seq, whole) VALUES (?, 0) ON CONFLICT DO NOTHING'),
    noted: database.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?'),
    newest: database.prepare<[], { seq: number | null }>('SELECT max(seq) AS seq FROM outbox'),
    dueSince: database.prepare<[number]>(`
      INSERT INTO journal_due (seq, whole) SELECT seq, 1 FROM outbox WHERE seq > ?
      ON CONFLICT DO UPDATE SET whole = 1`),
    stored: database.prepare<[number, number], { seq: number }>(
      'SELECT seq FROM outbox WHERE seq > ? AND payload_present = 1 ORDER BY seq LIMIT ?',
    ),
    whole: database.prepare<[string], Json>(`
      SELECT ${wholeJson} AS json
      FROM json_each(?) chosen CROSS JOIN images i ON i.seq = chosen.value CROSS JOIN outbox o USING (seq)
        LEFT JOIN source_files f ON f.source_id = i.source_id AND f.path = i.path AND f.seq = i.seq`),
    outcomes: database.prepare<[string], Json>(`
      SELECT ${outcomeJson} AS json
      FROM json_each(?) chosen CROSS JOIN images i ON i.seq = chosen.value CROSS JOIN outbox o USING (seq)`),
    note: database.prepare<[string, string]>(
      'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    ),
  };
}
