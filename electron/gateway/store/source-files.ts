import type { Refusal } from '../../../shared/contract.ts';
import type { FileStatus } from '../model/file-sink.ts';
import type { FileVersion } from '../model/image.ts';
import type { Database } from './database.ts';

export const unreadable = 'unreadable';
export const withoutPicture = 'sidecar-without-picture';
/** Reasons that may pass without a change of the file itself: such files are offered again at each scan. */
const reconsidered: ReadonlySet<string> = new Set([unreadable, withoutPicture]);

export type Reason = {
  readonly severity: 'refused' | 'notice';
  readonly code: string;
  readonly text: string;
  readonly hint: string;
};

/**
 * What is known of each file in the watched folders: stored (and whether the original was dealt with), or refused and
 * why. A rescan of 10,000 known files asks here instead of reading them again.
 */
export class SourceFiles {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#statements = prepare(database);
  }

  /**
   * `new`: not seen in this version. `stored`: in the outbox, the original still to be archived or deleted.
   * `finished`: nothing more to do. `refused`: listed, and unchanged since. `listed`: the same, but worth another try.
   */
  status(sourceId: string, file: FileVersion): FileStatus {
    const known = this.#statements.find.get(sourceId, file.path);
    if (known !== undefined && known.bytes === file.bytes && known.modified_ms === file.modifiedMs) {
      // The disk lost our copy: the original, still there or put back, heals it.
      if (known.lost === 1) return 'new';
      return known.finished === 1 ? 'finished' : 'stored';
    }
    const refusal = this.#statements.findRefusal.get(sourceId, file.path);
    if (refusal !== undefined && refusal.bytes === file.bytes && refusal.modified_ms === file.modifiedMs) {
      return reconsidered.has(refusal.code) ? 'listed' : 'refused';
    }
    return 'new';
  }

  /** Files of sources that are no longer configured are nobody's to look after. */
  forgetRefusalsExceptOf(sourceIds: readonly string[]): number {
    return this.#statements.sources
      .all()
      .filter(({ source_id: id }) => !sourceIds.includes(id))
      .reduce((sum, { source_id: id }) => sum + this.#statements.forgetAll.run(id).changes, 0);
  }

  finish(sourceId: string, path: string): void {
    this.#statements.finish.run(sourceId, path);
  }

  /** A file that is no image and was understood in this version: a sidecar that was read, a class list. */
  settle(sourceId: string, file: FileVersion, originalStays: boolean): void {
    this.#statements.settle.run(sourceId, file.path, file.bytes, file.modifiedMs, originalStays ? 1 : 0);
  }

  /** Lists a file that can't be taken. One entry a path: a newer reason replaces the older. Returns true if it is news. */
  refuse(sourceId: string, file: FileVersion, reason: Reason, at: number): boolean {
    const known = this.#statements.findRefusal.get(sourceId, file.path);
    if (known?.code === reason.code && known.bytes === file.bytes && known.modified_ms === file.modifiedMs)
      return false;
    this.#statements.forget.run(sourceId, file.path);
    this.#statements.refuse.run(
      sourceId,
      file.path,
      file.bytes,
      file.modifiedMs,
      reason.severity,
      reason.code,
      reason.text,
      reason.hint,
      at,
    );
    return true;
  }

  /** The reason is gone: the file was taken, changed, or removed by a person. */
  forgetRefusal(sourceId: string, path: string): boolean {
    return this.#statements.forget.run(sourceId, path).changes > 0;
  }

  /** Paths of a source's refusals, a page at a time, so that a rescan can drop those whose file is gone. */
  refusedPaths(sourceId: string): readonly string[] {
    return this.#statements.refusedPaths.all(sourceId).map(({ path }) => path);
  }

  refusal(id: number): { sourceId: string; path: string } | null {
    const row = this.#statements.refusalById.get(id);
    return row === undefined ? null : { sourceId: row.source_id, path: row.path };
  }

  refusalsPage(before: string | null, limit: number): { rows: Refusal[]; nextCursor: string | null } {
    const position = before === null ? Number.MAX_SAFE_INTEGER : Number(before);
    if (!Number.isSafeInteger(position)) return { rows: [], nextCursor: null };
    const rows = this.#statements.refusalsPage.all(position, limit);
    const last = rows.at(-1);
    return {
      rows: rows.map(({ source_id: sourceId, ...row }) => ({ sourceId, ...row })),
      nextCursor: rows.length === limit && last !== undefined ? String(last.id) : null,
    };
  }
}

type RefusalRow = Omit<Refusal, 'sourceId'> & { readonly source_id: string };

function prepare(database: Database) {
  return {
    find: database.prepare<[string, string], { bytes: number; modified_ms: number; finished: number; lost: number }>(`
      SELECT bytes, modified_ms, finished, EXISTS (
        SELECT 1 FROM outbox o WHERE o.seq = f.seq AND o.state = 'dead'
          AND o.last_error ->> '$.code' IN ('payload-missing', 'payload-damaged')) AS lost
      FROM source_files f WHERE source_id = ? AND path = ?`),
    sources: database.prepare<[], { source_id: string }>('SELECT source_id FROM tally'),
    forgetAll: database.prepare<[string]>('DELETE FROM refusals WHERE source_id = ?'),
    finish: database.prepare('UPDATE source_files SET finished = 1 WHERE source_id = ? AND path = ?'),
    settle: database.prepare(`
      INSERT INTO source_files (source_id, path, bytes, modified_ms, seq, finished) VALUES (?, ?, ?, ?, NULL, ?)
      ON CONFLICT DO UPDATE SET bytes = excluded.bytes, modified_ms = excluded.modified_ms, seq = NULL,
        finished = excluded.finished`),
    findRefusal: database.prepare<[string, string], { bytes: number; modified_ms: number; code: string }>(
      'SELECT bytes, modified_ms, code FROM refusals WHERE source_id = ? AND path = ?',
    ),
    refuse: database.prepare(`
      INSERT INTO refusals (source_id, path, bytes, modified_ms, severity, code, text, hint, at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`),
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
