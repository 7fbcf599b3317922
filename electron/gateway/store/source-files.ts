import type { Refusal } from '../../../shared/contract.ts';
import type { Code } from '../../../shared/messages/codes.ts';
import { legacy, type Message, readMessage, storedMessage } from '../../../shared/messages/message.ts';
import type { FileStatus, Reason } from '../model/file-sink.ts';
import { type FileVersion, sameVersion } from '../model/file-version.ts';
import type { Database } from './database/database.ts';
import { WriteBatch } from './database/write-batch.ts';
import { Ledger } from './ledger/ledger.ts';

/** Values that are on their way into the database, by source and path. `undefined`: to be removed. */
class WriteBehindCache<Value> {
  readonly #group: WriteBatch;
  readonly #values = new Map<string, { readonly value: Value | undefined }>();

  constructor(group: WriteBatch) {
    this.#group = group;
  }

  read(sourceId: string, path: string, stored: () => Value | undefined): Value | undefined {
    const unwritten = this.#values.get(keyOf(sourceId, path));
    return unwritten === undefined ? stored() : unwritten.value;
  }

  write(sourceId: string, path: string, value: Value | undefined, work: () => void): Promise<void> {
    const key = keyOf(sourceId, path);
    const unwritten = { value };
    this.#values.set(key, unwritten);
    return this.#group.defer(work, () => {
      if (this.#values.get(key) === unwritten) this.#values.delete(key);
    });
  }
}

const keyOf = (sourceId: string, path: string): string => `${sourceId}\0${path}`;

/** Reasons that may pass without a change of the file itself: such files are offered again at each scan. */
const reconsidered: ReadonlySet<string> = new Set<Code>([
  'unreadable',
  'not-looked-through',
  'sidecar-without-picture',
  'sidecar-before-picture',
]);

type Version = Omit<FileVersion, 'path'>;
type Known = {
  readonly version: Version;
  readonly finished: boolean;
  readonly lost: boolean;
  readonly replacedMs: number | null;
  /** It was missed when it was last looked for. */
  readonly gone: boolean;
};
type Refused = { readonly version: Version; readonly code: string };

/** A version of a file as a row has it. */
export type VersionRow = {
  readonly bytes: number;
  readonly modified_ms: number;
  readonly changed_ms: number | null;
  readonly inode: string | null;
};
export const versionOfRow = (row: VersionRow): Version => ({
  bytes: row.bytes,
  modifiedMs: row.modified_ms,
  changedMs: row.changed_ms ?? undefined,
  inode: row.inode ?? undefined,
});
/** The parameters of a statement that writes one. */
export const versionParameters = ({ bytes, modifiedMs, changedMs, inode }: Version) => ({
  bytes,
  modifiedMs,
  changedMs: changedMs ?? null,
  inode: inode ?? null,
});

/**
 * What is known of each file in the watched folders: stored (and whether the original was dealt with), or refused and
 * why. A rescan of 10,000 known files asks here instead of reading them again.
 *
 * What it is told is written behind, many notes a transaction; the promises resolve once a note is durable. Every
 * question is answered as if it already were. A note that could not be written is as if it had never been made: the
 * next scan meets the file again.
 */
export class SourceFiles {
  readonly #ledger: Ledger;
  readonly #group: WriteBatch;
  readonly #statements: ReturnType<typeof prepare>;
  /** What is not written yet: the newest of each file. */
  readonly #files: WriteBehindCache<Known>;
  readonly #refusals: WriteBehindCache<Refused>;

  constructor(database: Database, ledger: Ledger = new Ledger(database)) {
    this.#ledger = ledger;
    this.#group = WriteBatch.of(database);
    this.#files = new WriteBehindCache(this.#group);
    this.#refusals = new WriteBehindCache(this.#group);
    this.#statements = prepare(database);
  }

  /**
   * `new`: not seen in this version. `stored`: in the outbox, the original still to be archived or deleted.
   * `finished`: nothing more to do. `refused`: listed, and unchanged since. `listed`: the same, but worth another try.
   * Asked of a file that was met: one that was missed before is no longer, as on a disk that is there only at night.
   */
  status(sourceId: string, file: FileVersion): FileStatus {
    const known = this.#known(sourceId, file.path);
    if (known !== undefined && sameVersion(known.version, file)) {
      // The disk lost our copy: the original, still there or put back, heals it.
      if (known.lost) return 'new';
      if (known.gone) this.#metAgain(sourceId, file.path, known);
      return known.finished ? 'finished' : 'stored';
    }
    const refusal = this.#refusal(sourceId, file.path);
    if (refusal !== undefined && sameVersion(refusal.version, file))
      return reconsidered.has(refusal.code) ? 'listed' : 'refused';
    return 'new';
  }

  #metAgain(sourceId: string, path: string, known: Known): void {
    const write = (): void => void this.#statements.metAgain.run(sourceId, path);
    void this.#files.write(sourceId, path, { ...known, gone: false }, write);
  }

  /** When the version that had this file's name before was written, milliseconds since the epoch; null: none is known. */
  previousOf(sourceId: string, file: FileVersion): number | null {
    const known = this.#known(sourceId, file.path);
    if (known === undefined) return null;
    return sameVersion(known.version, file) ? known.replacedMs : known.version.modifiedMs;
  }

  /** The version under this name that was dealt with last; null where there was none. */
  versionOf(sourceId: string, path: string): FileVersion | null {
    const known = this.#known(sourceId, path);
    return known === undefined ? null : { ...known.version, path };
  }

  #known(sourceId: string, path: string): Known | undefined {
    return this.#files.read(sourceId, path, () => {
      const row = this.#statements.find.get(sourceId, path);
      return (
        row && {
          version: versionOfRow(row),
          finished: row.finished === 1,
          lost: row.lost === 1,
          replacedMs: row.replaced_ms,
          gone: row.gone_at !== null,
        }
      );
    });
  }

  #refusal(sourceId: string, path: string): Refused | undefined {
    return this.#refusals.read(sourceId, path, () => {
      const row = this.#statements.findRefusal.get(sourceId, path);
      return row && { version: versionOfRow(row), code: row.code };
    });
  }

  /** Files of sources that are no longer configured are nobody's to look after. */
  forgetRefusalsExceptOf(sourceIds: readonly string[]): number {
    return this.#group.run(() =>
      this.#statements.sources
        .all()
        .filter(({ source_id: id }) => !sourceIds.includes(id))
        .reduce((sum, { source_id: id }) => sum + this.#statements.forgetAll.run(id).changes, 0),
    );
  }

  /** The original was archived or deleted, or needs nothing more. `at`: wall clock. */
  finish(sourceId: string, path: string, at: number): Promise<void> {
    return this.finishMany(sourceId, [path], at);
  }

  finishMany(sourceId: string, paths: readonly string[], at: number): Promise<void> {
    const notes = paths.flatMap((path) => {
      const known = this.#known(sourceId, path);
      if (known === undefined) return [];
      const finish = (): void => void this.#statements.finish.run(Math.round(at), sourceId, path);
      return [this.#files.write(sourceId, path, { ...known, finished: true }, finish)];
    });
    const done = Promise.all(notes).then(() => undefined);
    // As with each of them, whoever ignores the outcome must not end the process by it.
    done.catch(() => undefined);
    return done;
  }

  /** A file that is no image and was understood in this version: a sidecar that was read, a class list. */
  settle(sourceId: string, file: FileVersion, originalStays: boolean): Promise<void> {
    const row = { sourceId, path: file.path, ...versionParameters(file), finished: originalStays ? 1 : 0 };
    const known = {
      version: file,
      finished: originalStays,
      lost: false,
      replacedMs: this.previousOf(sourceId, file),
      gone: false,
    };
    return this.#files.write(sourceId, file.path, known, () => void this.#statements.settle.run(row));
  }

  /** Lists a file that can't be taken. One entry a path: a newer reason replaces the older. Returns true if it is news. */
  refuse(sourceId: string, file: FileVersion, { severity, message }: Reason, at: number): boolean {
    const { code } = message;
    const known = this.#refusal(sourceId, file.path);
    if (known?.code === code && sameVersion(known.version, file)) return false;
    const refused = { version: file, code };
    void this.#refusals.write(sourceId, file.path, refused, () => {
      this.#statements.forget.run(sourceId, file.path);
      this.#statements.refuse.run({
        sourceId,
        path: file.path,
        ...versionParameters(file),
        severity,
        code,
        message: storedMessage(message),
        at: Math.round(at),
        shift: this.#ledger.shiftOf(at),
      });
      this.#ledger.seal(at);
    });
    return true;
  }

  /** The reason is gone: the file was taken, changed, or removed by a person. Returns whether it was listed. */
  forgetRefusal(sourceId: string, path: string): boolean {
    if (this.#refusal(sourceId, path) === undefined) return false;
    void this.#refusals.write(sourceId, path, undefined, () => void this.#statements.forget.run(sourceId, path));
    return true;
  }

  /** Resolves once all that was said is durable. */
  drain(): Promise<void> {
    return this.#group.defer(() => undefined);
  }

  /** Paths of a source's refusals, so that a rescan can drop those whose file is gone. */
  refusedPaths(sourceId: string): readonly string[] {
    this.#group.flush();
    return this.#statements.refusedPaths.all(sourceId).map(({ path }) => path);
  }

  refusal(id: number): { sourceId: string; path: string } | null {
    const row = this.#statements.refusalById.get(id);
    return row === undefined ? null : { sourceId: row.source_id, path: row.path };
  }

  refusalsPage(before: string | null, limit: number): { rows: Refusal[]; nextCursor: string | null } {
    const position = before === null ? Number.MAX_SAFE_INTEGER : Number(before);
    if (!Number.isSafeInteger(position)) return { rows: [], nextCursor: null };
    this.#group.flush();
    const rows = this.#statements.refusalsPage.all(position, limit);
    const last = rows.at(-1);
    return {
      rows: rows.map(({ source_id: sourceId, text, hint, ...row }) => ({
        sourceId,
        ...row,
        message: saidIn(row.code, text, hint),
      })),
      nextCursor: rows.length === limit && last !== undefined ? String(last.id) : null,
    };
  }
}

type KnownRow = VersionRow & { finished: number; lost: number; replaced_ms: number | null; gone_at: number | null };

/** SQL: notes the version of a file that was dealt with, in the place of the one before. `seq`: its image's, an expression. */
export const rememberFile = (seq: string): string => `
  INSERT INTO source_files (source_id, path, bytes, modified_ms, changed_ms, inode, seq, finished)
  VALUES (@sourceId, @path, @bytes, @modifiedMs, @changedMs, @inode, ${seq}, @finished)
  ON CONFLICT DO UPDATE SET bytes = excluded.bytes, modified_ms = excluded.modified_ms,
    changed_ms = excluded.changed_ms, inode = excluded.inode, seq = excluded.seq, finished = excluded.finished,
    gone_at = NULL, replaced_ms = CASE WHEN source_files.bytes = excluded.bytes AND source_files.modified_ms = excluded.modified_ms
      THEN source_files.replaced_ms ELSE source_files.modified_ms END`;

type RefusalRow = Omit<Refusal, 'sourceId' | 'message'> & {
  readonly source_id: string;
  /** The message; a sentence in rows of older versions, which have a hint too. */
  readonly text: string;
  readonly hint: string;
};

/** Of a message that only a newer version knows, its code is all that can be told. */
function saidIn(code: string, text: string, hint: string): Message {
  return readMessage(text) ?? legacy(hint === '' && text.startsWith('{') ? code : text, hint);
}

function prepare(database: Database) {
  return {
    find: database.prepare<[string, string], KnownRow>(`
      SELECT bytes, modified_ms, changed_ms, inode, finished, replaced_ms, gone_at, EXISTS (
        SELECT 1 FROM outbox o WHERE o.seq = f.seq AND o.state = 'dead'
          AND o.last_error ->> '$.code' IN ('payload-missing', 'payload-damaged')) AS lost
      FROM source_files f WHERE source_id = ? AND path = ?`),
    sources: database.prepare<[], { source_id: string }>('SELECT source_id FROM tally'),
    forgetAll: database.prepare<[string]>('DELETE FROM refusals WHERE source_id = ?'),
    metAgain: database.prepare('UPDATE source_files SET gone_at = NULL WHERE source_id = ? AND path = ?'),
    // Archived or deleted: its number may soon be another file's.
    finish: database.prepare(
      'UPDATE source_files SET finished = 1, inode = NULL, gone_at = ? WHERE source_id = ? AND path = ?',
    ),
    settle: database.prepare<[Readonly<Record<string, unknown>>]>(rememberFile('NULL')),
    findRefusal: database.prepare<[string, string], VersionRow & { code: string }>(
      'SELECT bytes, modified_ms, changed_ms, inode, code FROM refusals WHERE source_id = ? AND path = ?',
    ),
    refuse: database.prepare<[Readonly<Record<string, unknown>>]>(`
      INSERT INTO refusals (source_id, path, bytes, modified_ms, changed_ms, inode, severity, code, text, hint, at, shift)
      VALUES (@sourceId, @path, @bytes, @modifiedMs, @changedMs, @inode, @severity, @code, @message, '', @at, @shift)`),
    forget: database.prepare('DELETE FROM refusals WHERE source_id = ? AND path = ?'),
    refusedPaths: database.prepare<[string], { path: string }>('SELECT path FROM refusals WHERE source_id = ?'),
    refusalById: database.prepare<[number], { source_id: string; path: string }>(
      'SELECT source_id, path FROM refusals WHERE id = ?',
    ),
    refusalsPage: database.prepare<[number, number], RefusalRow>(`
      SELECT id, source_id, path, bytes, severity, code, text, hint, at
      FROM refusals WHERE id < ? ORDER BY id DESC LIMIT ?`),
  };
}
