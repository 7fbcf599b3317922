import type { LedgerVerdict } from '../../../../shared/contract.ts';
import { type Message, message } from '../../../../shared/messages/message.ts';
import type { Database } from '../database/database.ts';
import { WriteBatch } from '../database/write-batch.ts';
import { type ChainRow, chainHash, genesisHash, parseCounts } from './ledger-chain.ts';
import { findDifferences, keyOf } from './ledger-compare.ts';
import { Recount } from './recount.ts';

const mostProblems = 50;
const rowsAtOnce = 1_000;

export type VerifyOptions = {
  /** Lets the rest of the gateway have its turn between two slices. */
  readonly pause?: () => Promise<void>;
  /** Ends it early: the verdict then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
};

const running = new WeakMap<Database, Promise<LedgerVerdict>>();

/**
 * Checks the ledger against itself and against the store, in slices of some milliseconds: the chain of hashes is whole;
 * its changes add up to the counts; the counts of each source and shift balance; and a fresh count of every image, entry
 * and refusal, with what was pruned, gives the same. Only one runs at a time: whoever asks meanwhile gets its verdict.
 */
export function verifyLedger(database: Database, options: VerifyOptions = {}): Promise<LedgerVerdict> {
  const under = running.get(database);
  if (under !== undefined) return under;
  const verdict = verify(database, options).finally(() => running.delete(database));
  running.set(database, verdict);
  return verdict;
}

async function verify(database: Database, { pause = nextTurn, signal }: VerifyOptions): Promise<LedgerVerdict> {
  const rest = async (): Promise<void> => {
    await pause();
    signal?.throwIfAborted();
  };
  const recount = new Recount(database);
  try {
    const chain = new ChainWalk(database);
    while (chain.step(rowsAtOnce)) await rest();
    await rest();
    while (recount.countSlice(rowsAtOnce)) await rest();
    // From here on in one turn: what came since, and all comparisons, are of the same moment.
    WriteBatch.of(database).flush();
    while (chain.step(rowsAtOnce));
    while (recount.countSlice(rowsAtOnce));
    const problems = [...chain.problems, ...findDifferences(database, chain.sums, recount.result())];
    return { ok: problems.length === 0, rows: chain.rows, problems: problems.slice(0, mostProblems), head: chain.head };
  } finally {
    recount.close();
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Walks the chain from its first row, adding up its changes. */
class ChainWalk {
  readonly problems: Message[] = [];
  readonly sums = new Map<string, number[]>();
  head = genesisHash;
  rows = 0;
  #last = 0;
  readonly #page;

  constructor(database: Database) {
    this.#page = database.prepare<[number, number], ChainRow>(
      'SELECT id, at, source_id, shift, change, detail, hash FROM ledger WHERE id > ? ORDER BY id LIMIT ?',
    );
  }

  /** Returns false when there were no more rows. */
  step(limit: number): boolean {
    const page = this.#page.all(this.#last, limit);
    for (const row of page) this.#look(row);
    return page.length === limit;
  }

  #look(row: ChainRow): void {
    if (row.id !== this.#last + 1) {
      this.#say(message('ledger-rows-missing', { count: row.id - this.#last - 1, row: row.id }));
    } else if (row.hash !== chainHash(this.head, row)) {
      this.#say(message('ledger-row-changed', { row: row.id }));
    }
    const change = parseCounts(row.change);
    if (change === null) this.#say(message('ledger-row-unreadable', { row: row.id }));
    else {
      const key = keyOf(row);
      const sums = this.sums.get(key);
      this.sums.set(
        key,
        change.map((difference, index) => difference + (sums?.[index] ?? 0)),
      );
    }
    this.#last = row.id;
    this.head = row.hash;
    this.rows += 1;
  }

  /** A break may show in every row behind it: the first ones tell where to look. */
  #say(problem: Message): void {
    if (this.problems.length < mostProblems) this.problems.push(problem);
  }
}
