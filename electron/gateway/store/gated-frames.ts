import { type FileVersion, sameVersion } from '../model/file-version.ts';
import type { Database } from './database/database.ts';
import { WriteBatch } from './database/write-batch.ts';
import type { ShiftOf } from './ledger/shifts.ts';
import { rememberFile, type VersionRow, versionOfRow, versionParameters } from './source-files.ts';

export type GatedFile = {
  readonly sourceId: string;
  readonly file: FileVersion;
  /** Its own sidecar, in which there was no annotation; null where it has none. */
  readonly sidecar: FileVersion | null;
  readonly originalStays: boolean;
};

/**
 * Frames that the near-duplicate filter turned away: counted for source and shift, and the versions of those that came as
 * files remembered in the same transaction, so that they are neither read nor counted again.
 */
export class GatedFrames {
  readonly #group: WriteBatch;
  readonly #ledger: { readonly shiftOf: ShiftOf; readonly seal: (at: number) => void };
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, ledger: { readonly shiftOf: ShiftOf; readonly seal: (at: number) => void }) {
    this.#group = WriteBatch.of(database);
    this.#ledger = ledger;
    this.#statements = prepare(database);
  }

  /** Resolves once it is durable; frames of one moment share a transaction. */
  count({ sourceId, file, sidecar, originalStays }: GatedFile, at: number): Promise<void> {
    const s = this.#statements;
    return this.#group.defer(() => {
      // The same version offered twice is one frame.
      if (this.#isKnown(sourceId, file)) return;
      for (const version of sidecar === null ? [file] : [file, sidecar]) {
        const { path } = version;
        s.remember.run({ sourceId, path, ...versionParameters(version), finished: originalStays ? 1 : 0 });
        s.forgetRefusal.run(sourceId, path);
      }
      this.#countOne(sourceId, at);
    });
  }

  /** A camera's frame, which no file stands for: it never comes again. Resolves once it is durable. */
  countFrame(sourceId: string, at: number): Promise<void> {
    return this.#group.defer(() => this.#countOne(sourceId, at));
  }

  #isKnown(sourceId: string, file: FileVersion): boolean {
    const row = this.#statements.known.get(sourceId, file.path);
    return row !== undefined && sameVersion(versionOfRow(row), file);
  }

  #countOne(sourceId: string, at: number): void {
    const s = this.#statements;
    const shift = this.#ledger.shiftOf(at);
    s.openSource.run(sourceId);
    s.tally.run(sourceId);
    s.openShift.run(sourceId, shift);
    s.ledger.run(sourceId, shift);
    this.#ledger.seal(at);
  }
}

function prepare(database: Database) {
  return {
    known: database.prepare<[string, string], VersionRow>(
      'SELECT bytes, modified_ms, changed_ms, inode FROM source_files WHERE source_id = ? AND path = ?',
    ),
    remember: database.prepare<[Readonly<Record<string, unknown>>]>(rememberFile('NULL')),
    forgetRefusal: database.prepare('DELETE FROM refusals WHERE source_id = ? AND path = ?'),
    openSource: database.prepare('INSERT INTO tally (source_id) VALUES (?) ON CONFLICT DO NOTHING'),
    tally: database.prepare('UPDATE tally SET gated = gated + 1 WHERE source_id = ?'),
    openShift: database.prepare('INSERT INTO ledger_tally (source_id, shift) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    ledger: database.prepare(`
      UPDATE ledger_tally SET captured = captured + 1, gated = gated + 1, dirty = 1
      WHERE source_id = ? AND shift = ?`),
  };
}
