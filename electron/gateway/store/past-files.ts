import type { FileMemory, FolderPlace, RememberedFile } from '../model/file-memory.ts';
import type { Database } from './database/database.ts';
import { WriteBatch } from './database/write-batch.ts';

/**
 * What is known of files that are gone, so that it does not grow for ever. A file is forgotten only once its image has
 * left the list (`History`): until then it may come back renamed, and must be known by its content.
 */
export class PastFiles {
  readonly #group: WriteBatch;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#group = WriteBatch.of(database);
    this.#statements = prepare(database);
  }

  of(sourceId: string): FileMemory {
    const s = this.#statements;
    return {
      page: (after, limit) =>
        s.page.all(sourceId, after, limit).map(({ isOver, ...file }) => ({ ...file, isOver: isOver === 1 })),
      lastSeq: () => s.lastSeq.get()?.seq ?? 0,
      gone: (paths, at) =>
        this.#group.runSoon(() => {
          for (const path of paths) s.gone.run(Math.round(at), sourceId, path);
        }),
      thereAgain: (paths) =>
        this.#group.runSoon(() => {
          for (const path of paths) s.there.run(sourceId, path);
        }),
      forget: (files) =>
        this.#group.runSoon(() =>
          files.reduce((sum, { path, goneAt }) => sum + s.forget.run(sourceId, path, goneAt).changes, 0),
        ),
      places: () => s.places.all(sourceId),
      keepPlaces: (places) =>
        this.#group.runSoon(() => {
          s.forgetPlaces.run(sourceId);
          for (const place of places) s.keepPlace.run({ sourceId, ...place });
        }),
    };
  }
}

type Row = Omit<RememberedFile, 'isOver'> & { readonly isOver: number };

function prepare(database: Database) {
  return {
    page: database.prepare<[string, string, number], Row>(`
      SELECT path, bytes, modified_ms AS modifiedMs, seq, gone_at AS goneAt,
        gone_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM images i WHERE i.seq = f.seq) AS isOver
      FROM source_files f WHERE source_id = ? AND path > ? ORDER BY path LIMIT ?`),
    // Of all that ever were: images leave the list.
    lastSeq: database.prepare<[], { seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'images'"),
    gone: database.prepare('UPDATE source_files SET gone_at = ? WHERE source_id = ? AND path = ? AND gone_at IS NULL'),
    there: database.prepare('UPDATE source_files SET gone_at = NULL WHERE source_id = ? AND path = ?'),
    // As it was when it was looked for: another picture may have taken the name since.
    forget: database.prepare(`
      DELETE FROM source_files WHERE source_id = ? AND path = ? AND gone_at = ?
        AND NOT EXISTS (SELECT 1 FROM images i WHERE i.seq = source_files.seq)`),
    places: database.prepare<[string], FolderPlace>(`
      SELECT path, identity, through_seq AS throughSeq, judged_from AS judgedFrom
      FROM source_places WHERE source_id = ?`),
    forgetPlaces: database.prepare('DELETE FROM source_places WHERE source_id = ?'),
    keepPlace: database.prepare<[Readonly<Record<string, unknown>>]>(`
      INSERT INTO source_places (source_id, path, identity, through_seq, judged_from)
      VALUES (@sourceId, @path, @identity, @throughSeq, @judgedFrom)`),
  };
}
