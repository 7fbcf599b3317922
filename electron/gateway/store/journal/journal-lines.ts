import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { errnoCode } from '../../platform/errors.ts';
import type { Files } from '../../platform/files.ts';

/** A file of the journal. Later lines overrule earlier ones; a later number is a later file. */
export type Segment = { readonly number: number; readonly bytes: number };

const namePattern = /^images-(\d{8})\.jsonl$/;
export const segmentName = (number: number): string => `images-${String(number).padStart(8, '0')}.jsonl`;

/** In their order; none where there is no such folder. */
export async function listSegments(folder: string, files: Pick<Files, 'list'>): Promise<readonly Segment[]> {
  const names = await files.list(folder).catch((error: unknown) => {
    if (errnoCode(error) === 'ENOENT') return [];
    throw error;
  });
  const numbers = names.flatMap((name) => namePattern.exec(name)?.[1] ?? []).map(Number);
  return Promise.all(
    numbers
      .sort((a, b) => a - b)
      .map(async (number) => ({ number, bytes: (await stat(join(folder, segmentName(number)))).size })),
  );
}

/**
 * One line of the journal: the CRC-32 of the JSON in eight hex digits, a space, the JSON. A line that a kill or a disk has
 * spoilt is so none, and never another picture's acknowledgement.
 */
export const encodeLine = (json: string): string => `${checksum(json)} ${json}\n`;

const checksum = (json: string): string => crc32(json).toString(16).padStart(8, '0');

/** From which an entry never comes back. */
export const finalStates = ['acknowledged', 'dropped', 'deleted'] as const;

/** What becomes of an entry. `at`: when the cloud acknowledged it, milliseconds since the epoch. */
const outcomeSchema = z.object({
  state: z.enum(['pending', 'leased', 'dead', ...finalStates]),
  acknowledged_at: z.number().nullable(),
  duplicate: z.number(),
  server_image_id: z.string().nullable(),
  server_batch_id: z.string().nullable(),
});

/** Only what a reader decides by; the rest goes into the database as it stands in the line. */
const wholeSchema = z.object({
  image: z.object({
    seq: z.number().int().positive(),
    image_id: z.string().min(1),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    format: z.enum(['jpeg', 'png']),
    bytes: z.number().int().nonnegative(),
  }),
  entry: outcomeSchema,
});
const outcomeLineSchema = z.object({ id: z.string().min(1), seq: z.number().int(), entry: outcomeSchema });

export type Outcome = z.infer<typeof outcomeSchema>;
export type JournalLine =
  | {
      readonly kind: 'whole';
      readonly json: string;
      readonly image: z.infer<typeof wholeSchema>['image'];
      readonly entry: Outcome;
    }
  | { readonly kind: 'outcome'; readonly id: string; readonly seq: number; readonly entry: Outcome };

/** Null: the line is spoilt, or from a version that writes something else. */
export function parseLine(line: string): JournalLine | null {
  const json = line.slice(9);
  if (line.length < 10 || line[8] !== ' ' || line.slice(0, 8) !== checksum(json)) return null;
  try {
    const value: unknown = JSON.parse(json);
    const whole = wholeSchema.safeParse(value);
    if (whole.success) return { kind: 'whole', json, ...whole.data };
    const outcome = outcomeLineSchema.safeParse(value);
    return outcome.success ? { kind: 'outcome', ...outcome.data } : null;
  } catch {
    return null;
  }
}

/** Of `images`, by their names in the database. */
export const imageColumns = [
  'image_id',
  'source_id',
  'path',
  'stem',
  'filename',
  'sha256',
  'bytes',
  'format',
  'width',
  'height',
  'captured_at',
  'capture_offset',
  'captured_from',
  'stored_at',
  'annotation_count',
  'content',
  'sidecar_problem',
  'check_state',
  'check_detail',
  'shift',
  'frame',
  'orientation',
  'original',
  'notes',
] as const;
/** Of `outbox`: where it stands in line. */
export const placeColumns = ['source_id', 'shift', 'bytes', 'rank', 'position', 'annotated', 'stored_at'] as const;
export const outcomeColumns = [
  'state',
  'acknowledged_at',
  'duplicate',
  'server_image_id',
  'server_batch_id',
] as const satisfies readonly (keyof Outcome)[];
/** Of `source_files`: which version of which file it was. */
export const fileColumns = ['path', 'bytes', 'modified_ms', 'changed_ms', 'inode', 'replaced_ms', 'finished'] as const;

/** SQL: a JSON object of those columns of that table. */
const objectOf = (table: string, columns: readonly string[]): string =>
  `json_object(${columns.map((column) => `'${column}', ${table}.${column}`).join(', ')})`;

/** SQL: the JSON of a whole line, from `images i`, `outbox o` and, where there is one, `source_files f`. */
export const wholeJson = `json_object('image', ${objectOf('i', ['seq', ...imageColumns])},
  'entry', ${objectOf('o', [...placeColumns, 'object_key', ...outcomeColumns])},
  'file', CASE WHEN f.path IS NULL THEN NULL ELSE ${objectOf('f', fileColumns)} END)`;
/** SQL: the JSON of an outcome's line. */
export const outcomeJson = `json_object('id', i.image_id, 'seq', i.seq, 'entry', ${objectOf('o', outcomeColumns)})`;
