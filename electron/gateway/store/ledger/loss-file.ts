import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { legacy } from '../../../../shared/messages/message.ts';
import { messageSchema } from '../../../../shared/messages/message-schema.ts';
import type { LeftUnsaid, LossCause } from '../../model/ways-to-lose.ts';
import { errnoCode } from '../../platform/errors.ts';
import { patientlySync } from '../../platform/held-files.ts';

const causes = [
  'overwritten',
  'vanished',
  'frame-lost',
  'frame-no-room',
  'frame-refused',
] as const satisfies readonly LossCause[];
const faults = ['store-damaged', 'store-away', 'interrupted'] as const satisfies readonly LeftUnsaid[];

const lineSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('lost'),
    sourceId: z.string(),
    cause: z.enum(causes),
    path: z.string(),
    at: z.number(),
    frames: z.number().int().positive(),
  }),
  /** The database could not be written any more, or nobody was there to; so many pictures waited in it, null: nobody knows. */
  z.object({
    kind: z.literal('fault'),
    way: z.enum(faults),
    at: z.number(),
    // Another version's code may be none of this one's: the loss counts all the same.
    said: z.union([messageSchema, z.object({ code: z.string() }).transform(({ code }) => legacy(code))]),
    technical: z.string(),
    pictures: z.number().int().nullable(),
  }),
]);
export type LossLine = Readonly<z.infer<typeof lineSchema>>;

/**
 * Losses that the database could not take, because it is damaged or its disk takes nothing more: in a file beside it,
 * which the next gateway that can write the ledger puts in there and removes. A kill between the two counts them twice
 * rather than never.
 */
export class LossFile {
  readonly #path: string;
  readonly #database: string;

  /** `database`: its path; beside another folder that lies where the disk was, nothing is written. */
  constructor(database: string) {
    this.#database = database;
    this.#path = `${database}-losses.jsonl`;
  }

  /** Durable once it returns. Throws where the disk does not take it. */
  append(lines: readonly LossLine[]): void {
    if (lines.length === 0) return;
    if (!existsSync(this.#database)) throw new Error('the database is not where it was');
    const file = patientlySync(() => openSync(this.#path, 'a', 0o600));
    try {
      // Begins with a line of its own, whatever a kill has left of the one before.
      appendFileSync(file, `\n${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  /** `unreadable`: lines that a kill or the disk has spoilt. */
  read(): { readonly lines: readonly LossLine[]; readonly unreadable: number } {
    const texts = this.#text().split('\n').filter(Boolean);
    const lines = texts.map(parse).filter((line) => line !== null);
    return { lines, unreadable: texts.length - lines.length };
  }

  remove(): void {
    patientlySync(() => rmSync(this.#path, { force: true }));
  }

  #text(): string {
    try {
      return patientlySync(() => readFileSync(this.#path, 'utf8'));
    } catch (error) {
      if (errnoCode(error) === 'ENOENT') return '';
      throw error;
    }
  }
}

/** Versions before wrote a sentence. */
const withCode = (line: unknown): unknown =>
  typeof line === 'object' && line !== null && 'text' in line ? { ...line, said: legacy(String(line.text)) } : line;

function parse(text: string): LossLine | null {
  try {
    return lineSchema.safeParse(withCode(JSON.parse(text))).data ?? null;
  } catch {
    return null;
  }
}
