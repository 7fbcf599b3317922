import { join } from 'node:path';
import type { Interruption } from '../gateway-options.ts';
import { OperatorError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Database } from '../store/database/database.ts';
import { WriteBatch } from '../store/database/write-batch.ts';
import type { Ledger } from '../store/ledger/ledger.ts';
import { LossFile, type LossLine } from '../store/ledger/loss-file.ts';
import type { Losses } from '../store/ledger/losses.ts';

type Store = { readonly database: Database; readonly losses: Losses; readonly ledger: Ledger };

/** What a gateway knows to be lost and can't write into its database is in the ledger of the next one that can. None of it throws. */
export class UnwrittenLosses {
  readonly #file: LossFile;
  readonly #logger: Logger;

  constructor(dataDir: string, logger: Logger) {
    this.#file = new LossFile(join(dataDir, 'gateway.sqlite'));
    this.#logger = logger;
  }

  writeDown(lines: readonly LossLine[]): void {
    try {
      this.#file.append(lines);
    } catch (error) {
      this.#logger.log('error', 'losses-not-written', { lines, error });
    }
  }

  /** A start that fails: once, however often it is tried. */
  writeDownDamage(error: unknown, at: number): void {
    if (!(error instanceof OperatorError) || error.code !== 'store-damaged') return;
    const { said, technical } = error;
    try {
      if (this.#file.read().lines.some(({ kind }) => kind === 'fault')) return;
    } catch {
      // What can't be read may still take a line.
    }
    this.writeDown([{ kind: 'fault', way: 'store-damaged', at, said, technical, pictures: null }]);
  }

  /** Puts into this database what the gateway before could not write. What does not succeed is left for the next start. */
  recover(
    { database, losses, ledger }: Store,
    interruption: Interruption | undefined,
    /** Ids of the sources whose pictures lie nowhere else. */
    cameras: readonly string[],
  ): void {
    try {
      const { lines, unreadable } = this.#file.read();
      const all: LossLine[] = interruption === undefined ? [...lines] : [...lines, { kind: 'fault', ...interruption }];
      if (all.length + unreadable === 0) return;
      WriteBatch.of(database).run(() => {
        for (const line of all) {
          if (line.kind === 'lost') losses.countWithin(line);
          else {
            const { at, way, pictures, said, technical } = line;
            ledger.note(at, '', { loss: way, pictures, said, technical });
            if (way !== 'interrupted') continue;
            losses.showWithin({ sourceId: '', cause: 'interrupted', path: '', at, frames: 1 });
            for (const sourceId of cameras)
              losses.showWithin({ sourceId, cause: 'unwatched', path: '', at, frames: 1 });
          }
        }
      });
      this.#logger.log('warn', 'losses-recovered', { lines: all.length, unreadable });
      this.#file.remove();
    } catch (error) {
      this.#logger.log('error', 'losses-not-recovered', { error });
      if (interruption !== undefined) this.writeDown([{ kind: 'fault', ...interruption }]);
    }
  }
}
