import type { FileVersion } from '../model/file-version.ts';
import { stemOf } from '../platform/names.ts';
import type { Database } from './database/database.ts';
import { WriteBatch } from './database/write-batch.ts';
import { rememberFile, versionParameters } from './source-files.ts';

/** An image of the same content, and the file that it came from. */
export type KnownPicture = {
  readonly seq: number;
  readonly imageId: string;
  /** Where its file lay, relative to the source's folder. */
  readonly path: string;
  /** Modification time and number of that file, where the name still stands for it. */
  readonly modifiedMs: number | null;
  readonly inode: string | null;
  /** When the picture that had that name before was written; null: the name was used once. */
  readonly replacedMs: number | null;
  /** Of the file, where its picture is stored in another format; null where it is stored as it came. */
  readonly originalSha256: string | null;
};

/**
 * Images by their content: a file that was renamed, moved or touched after it was taken is the same picture, and its new
 * name or time is noted instead of sending it again.
 */
export class KnownPictures {
  readonly #group: WriteBatch;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#group = WriteBatch.of(database);
    this.#statements = prepare(database);
  }

  /** Newest first, at most a few; of what is stored or delivered, not of what was lost, dropped or deleted since. */
  find(sourceId: string, sha256: string): readonly KnownPicture[] {
    return this.#statements.find.all(sourceId, sha256);
  }

  /** Whether the image is stored or delivered, and not lost, dropped or deleted since. */
  holds(imageId: string): boolean {
    return this.#statements.holds.get(imageId) !== undefined;
  }

  /** `place`: what lies under its old name now, `other`: another picture. Resolves once it is durable. */
  recognise(
    sourceId: string,
    known: KnownPicture,
    file: FileVersion,
    { place, originalStays }: { readonly place: 'there' | 'gone' | 'other'; readonly originalStays: boolean },
  ): Promise<void> {
    const s = this.#statements;
    return this.#group.defer(() => {
      const { seq } = known;
      const { path } = file;
      const finished = originalStays ? 1 : 0;
      const row = { sourceId, path, ...versionParameters(file), seq, finished };
      // A touch replaces nothing.
      if (known.path === path) s.touch.run(row);
      else s.remember.run(row);
      s.forgetRefusal.run(sourceId, path);
      if (place !== 'there' && known.path !== path) {
        // The name of one that another picture has is remembered: it is used again and again.
        if (place === 'gone') s.forgetFile.run(sourceId, known.path, seq);
        // What is shown as the place of the original, and what a label file that comes later is looked for by.
        s.rename.run(path, stemOf(path), seq);
      }
      if (known.path !== path || known.modifiedMs !== file.modifiedMs) s.count.run(sourceId);
    });
  }
}

/** SQL: an outbox row `o` whose picture we or the cloud have. */
const isHeld = `(o.state IN ('pending', 'leased', 'acknowledged')
          OR o.state = 'dead' AND coalesce(o.last_error ->> '$.code', '') NOT IN ('payload-missing', 'payload-damaged'))`;

function prepare(database: Database) {
  return {
    holds: database.prepare<[string], { held: 1 }>(
      `SELECT 1 AS held FROM images i JOIN outbox o USING (seq) WHERE i.image_id = ? AND ${isHeld}`,
    ),
    find: database.prepare<[string, string], KnownPicture>(`
      SELECT i.seq, i.image_id AS imageId, i.path, f.modified_ms AS modifiedMs, f.inode, f.replaced_ms AS replacedMs,
        i.original ->> '$.sha256' AS originalSha256
      FROM images i INDEXED BY images_by_payload JOIN outbox o USING (seq)
        LEFT JOIN source_files f ON f.source_id = i.source_id AND f.path = i.path AND f.seq = i.seq
      WHERE i.source_id = ? AND i.sha256 = ? AND i.path <> ''
        AND ${isHeld}
      ORDER BY i.seq DESC LIMIT 8`),
    remember: database.prepare<[Readonly<Record<string, unknown>>]>(rememberFile('@seq')),
    touch: database.prepare<[Readonly<Record<string, unknown>>]>(`
      UPDATE source_files SET bytes = @bytes, modified_ms = @modifiedMs, changed_ms = @changedMs, inode = @inode,
        finished = @finished, gone_at = NULL
      WHERE source_id = @sourceId AND path = @path AND seq = @seq`),
    forgetRefusal: database.prepare('DELETE FROM refusals WHERE source_id = ? AND path = ?'),
    forgetFile: database.prepare('DELETE FROM source_files WHERE source_id = ? AND path = ? AND seq = ?'),
    rename: database.prepare('UPDATE images SET path = ?, stem = ? WHERE seq = ?'),
    count: database.prepare('UPDATE tally SET known = known + 1 WHERE source_id = ?'),
  };
}
