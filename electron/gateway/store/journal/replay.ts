import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Message, message } from '../../../../shared/messages/message.ts';
import type { Files } from '../../platform/files.ts';
import type { Database } from '../database/database.ts';
import { WriteBatch } from '../database/write-batch.ts';
import type { PayloadStore } from '../payloads/payload-store.ts';
import { journalMetaKey } from './image-journal.ts';
import {
  fileColumns,
  finalStates,
  imageColumns,
  type JournalLine,
  listSegments,
  type Outcome,
  outcomeColumns,
  parseLine,
  placeColumns,
  segmentName,
} from './journal-lines.ts';

export type Replayed = {
  /** Images that the database did not know, and now has: they wait for their delivery. */
  readonly queued: number;
  /** Images, known to it or not, of which it now knows that the cloud has them. */
  readonly delivered: number;
  /** Images that it did not know, and whose payload is gone undelivered. */
  readonly missing: number;
  /** Lines that a kill or the disk has spoilt. */
  readonly spoilt: number;
  /** The newest image that has a line; 0 where none was read. */
  readonly through: number;
};

export type ReplayOptions = {
  readonly database: Database;
  readonly folder: string;
  readonly payloads: PayloadStore;
  readonly files: Files;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

export const journalFolder = (dataDir: string): string => join(dataDir, 'journal');

/** What was put right, for people: only what there is of it. */
export function tellReplayed({ queued, delivered, missing }: Replayed, lost = 0): readonly Message[] {
  const found = [message('recovered-queued', { count: queued })];
  if (delivered > 0) found.push(message('recovered-delivered', { count: delivered }));
  if (missing > 0) found.push(message('recovered-gone', { count: missing }));
  if (lost > 0) found.push(message('recovered-lost', { count: lost }));
  return found;
}

const atOnce = 200;

/**
 * Puts into the database what the journal has and it does not: at each start of the segment that it was last writing to,
 * of all of them where the database was built anew. Nothing that it knows is taken away, and what it knows better stays:
 * an image that waits is "acknowledged" only by a line that says so, one with labels keeps them.
 *
 * An image that it does not know, though it has had a later one, has left its list by age: it is brought back only where
 * its payload is there and it is not over.
 */
export async function replayJournal(options: ReplayOptions): Promise<Replayed> {
  const replay = new Replay(options);
  const from = replay.position;
  for (const { number } of await listSegments(options.folder, options.files)) {
    if (number < from) continue;
    await replay.take(await readFile(join(options.folder, segmentName(number)), 'utf8'));
  }
  return replay.end();
}

class Replay {
  readonly #options: ReplayOptions;
  readonly #group: WriteBatch;
  readonly #statements: ReturnType<typeof prepare>;
  /** The newest image that the database has had. */
  readonly #newest: number;
  /** Images whose payload is not there, which are not known to be over. */
  readonly #withoutPayload = new Set<number>();
  readonly #added = new Set<number>();
  /** Of the segment that is being read: images that are over by one of its lines. */
  #ended: ReadonlySet<string> = new Set();
  #through = 0;
  #delivered = 0;
  #spoilt = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#group = WriteBatch.of(options.database);
    this.#statements = prepare(options.database);
    this.#newest = this.#statements.newest.get()?.seq ?? 0;
  }

  /** The segment that the database was last writing to; 0 where it never wrote to one. */
  get position(): number {
    return Number(this.#statements.position.get(journalMetaKey)?.value ?? 0);
  }

  async take(text: string): Promise<void> {
    const parsed = text.split('\n').filter(Boolean).map(parseLine);
    const lines = parsed.filter((line) => line !== null);
    this.#spoilt += parsed.length - lines.length;
    this.#ended = new Set(lines.filter(({ entry }) => isFinal(entry.state)).map(idOf));
    for (let start = 0; start < lines.length; start += atOnce) {
      const some = lines.slice(start, start + atOnce);
      const present = await this.#presentOf(some);
      this.#group.run(() => {
        for (const line of some) this.#apply(line, present);
      });
    }
  }

  /** Of those lines' payloads. One that was put aside, because no row knew it, is put back. */
  async #presentOf(lines: readonly JournalLine[]): Promise<ReadonlySet<string>> {
    const { payloads } = this.#options;
    const present = new Set<string>();
    await Promise.all(
      lines.map(async (line) => {
        if (line.kind !== 'whole' || this.#statements.imageOf.get(line.image.image_id) !== undefined) return;
        const { sha256, format } = line.image;
        if ((await payloads.size(sha256, format)) !== null || (await payloads.takeBack(sha256, format)))
          present.add(sha256);
      }),
    );
    return present;
  }

  #apply(line: JournalLine, present: ReadonlySet<string>): void {
    if (line.kind === 'outcome') {
      const known = this.#statements.imageOf.get(line.id);
      if (known !== undefined) this.#settle(known, line.entry);
      return;
    }
    const { image, entry, json } = line;
    this.#through = Math.max(this.#through, image.seq);
    const known = this.#statements.imageOf.get(image.image_id);
    if (known === undefined) {
      const isPresent = present.has(image.sha256);
      if (image.seq <= this.#newest && (!isPresent || this.#ended.has(image.image_id))) return;
      const added = this.#add(line);
      if (!isPresent) this.#withoutPayload.add(added.seq);
      this.#settle(added, entry);
      return;
    }
    if (known.sha256 !== image.sha256) this.#correct(known, image);
    // Labels that came later.
    this.#statements.label.run({ json, seq: known.seq });
    this.#settle(known, entry);
  }

  #add({ json, image }: Extract<JournalLine, { kind: 'whole' }>): Known {
    const s = this.#statements;
    const isFree = s.isTaken.get(image.seq) === undefined;
    const { seq } = s.addImage.get({ json, seq: isFree ? image.seq : null }) as { seq: number };
    s.referPayload.run(image.sha256, image.format, image.bytes);
    s.addEntry.run({ json, seq });
    // Nobody knows whether it was sent.
    s.mayBeSent.run(seq);
    s.rememberFile.run({ json, seq });
    this.#added.add(seq);
    return { seq, sha256: image.sha256 };
  }

  /** An image never gets another payload: what the database has is damage that its own check can't see. */
  #correct({ seq, sha256 }: Known, image: Extract<JournalLine, { kind: 'whole' }>['image']): void {
    const s = this.#statements;
    s.correct.run(image.sha256, seq);
    s.referPayload.run(image.sha256, image.format, image.bytes);
    s.release.run(sha256);
    s.dropUnreferenced.run(sha256);
  }

  #settle({ seq, sha256 }: Known, entry: Outcome): void {
    const s = this.#statements;
    if (entry.state === 'acknowledged') {
      if (s.acknowledge.run({ ...entry, seq }).changes === 0) return;
      this.#delivered += 1;
      if (this.#withoutPayload.delete(seq)) this.#payloadIsGone(seq, sha256);
    } else if ((entry.state === 'dropped' || entry.state === 'deleted') && this.#withoutPayload.has(seq)) {
      if (s.end.run(entry.state, seq).changes === 0) return;
      this.#withoutPayload.delete(seq);
      this.#payloadIsGone(seq, sha256);
    }
  }

  #payloadIsGone(seq: number, sha256: string): void {
    this.#statements.payloadIsGone.run(seq);
    this.#statements.release.run(sha256);
    this.#statements.dropUnreferenced.run(sha256);
  }

  /** What is still without a payload was lost undelivered: the audit would find it too, this says it at once. */
  end(): Replayed {
    const error = JSON.stringify({
      ...(message('payload-missing') satisfies Message),
      technical: 'journal',
      at: this.#options.now(),
    });
    this.#group.run(() => {
      for (const seq of this.#withoutPayload) this.#statements.bury.run(error, seq);
    });
    const missing = this.#withoutPayload.size;
    const queued = [...this.#added].filter((seq) => this.#statements.isOpen.get(seq) !== undefined).length;
    return { queued, delivered: this.#delivered, missing, spoilt: this.#spoilt, through: this.#through };
  }
}

const isFinal = (state: string): boolean => (finalStates as readonly string[]).includes(state);
const idOf = (line: JournalLine): string => (line.kind === 'whole' ? line.image.image_id : line.id);

type Known = { readonly seq: number; readonly sha256: string };
type Parameters = Readonly<Record<string, unknown>>;

/** SQL: those columns, as a line has them. */
const from = (part: string, columns: readonly string[]): string =>
  columns.map((column) => `@json ->> '$.${part}.${column}'`).join(', ');

const labelColumns = ['annotation_count', 'content', 'sidecar_problem'] as const;

function prepare(database: Database) {
  return {
    newest: database.prepare<[], { seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'images'"),
    position: database.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?'),
    imageOf: database.prepare<[string], Known>('SELECT seq, sha256 FROM images WHERE image_id = ?'),
    isTaken: database.prepare<[number], { seq: number }>('SELECT seq FROM images WHERE seq = ?'),
    isOpen: database.prepare<[number], { seq: number }>("SELECT seq FROM outbox WHERE seq = ? AND state = 'pending'"),
    addImage: database.prepare<[Parameters], { seq: number }>(`
      INSERT INTO images (seq, ${imageColumns.join(', ')}) VALUES (@seq, ${from('image', imageColumns)}) RETURNING seq`),
    addEntry: database.prepare<[Parameters]>(`
      INSERT INTO outbox (seq, ${placeColumns.join(', ')}, object_key, state)
      VALUES (@seq, ${from('entry', [...placeColumns, 'object_key'])}, 'pending')`),
    mayBeSent: database.prepare<[number]>('UPDATE outbox SET ambiguous = 1 WHERE seq = ?'),
    referPayload: database.prepare(`
      INSERT INTO payloads (sha256, format, bytes, refs) VALUES (?, ?, ?, 1)
      ON CONFLICT (sha256) DO UPDATE SET refs = refs + 1`),
    rememberFile: database.prepare<[Parameters]>(`
      INSERT INTO source_files (source_id, seq, ${fileColumns.join(', ')})
      SELECT @json ->> '$.image.source_id', @seq, ${from('file', fileColumns)} WHERE @json ->> '$.file.path' IS NOT NULL
      ON CONFLICT (source_id, path) DO UPDATE SET seq = excluded.seq,
        ${fileColumns.map((column) => `${column} = excluded.${column}`).join(', ')}
      WHERE coalesce(source_files.seq, 0) < excluded.seq`),
    correct: database.prepare<[string, number]>('UPDATE images SET sha256 = ? WHERE seq = ?'),
    label: database.prepare<[Parameters]>(`
      UPDATE images SET (${labelColumns.join(', ')}) = (SELECT ${from('image', labelColumns)})
      WHERE seq = @seq AND annotation_count = 0 AND @json ->> '$.image.annotation_count' > 0`),
    acknowledge: database.prepare<[Parameters]>(`
      UPDATE outbox SET ${outcomeColumns.map((column) => `${column} = @${column}`).join(', ')},
        stuck = 0, lease_token = NULL, last_error = NULL
      WHERE seq = @seq AND state IN ('pending', 'leased', 'dead')`),
    end: database.prepare<[string, number]>(
      "UPDATE outbox SET state = ?, stuck = 0, lease_token = NULL WHERE seq = ? AND state IN ('pending', 'leased', 'dead')",
    ),
    payloadIsGone: database.prepare<[number]>('UPDATE outbox SET payload_present = 0 WHERE seq = ?'),
    release: database.prepare<[string]>('UPDATE payloads SET refs = refs - 1 WHERE sha256 = ?'),
    dropUnreferenced: database.prepare<[string]>('DELETE FROM payloads WHERE sha256 = ? AND refs = 0'),
    bury: database.prepare<[string, number]>(
      "UPDATE outbox SET state = 'dead', last_error = ?, lease_token = NULL WHERE seq = ? AND state = 'pending'",
    ),
  };
}
