import { join } from 'node:path';
import type { LedgerRow, LedgerVerdict } from '../../../shared/contract.ts';
import { message } from '../../../shared/messages/message.ts';
import { OperatorError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { type Database, openDatabase } from '../store/database/database.ts';
import { Ledger, type LedgerDetail } from '../store/ledger/ledger.ts';
import { verifyLedger } from '../store/ledger/ledger-verify.ts';

/** Something that was written down beside the counts. `sourceId`: empty where it is of the whole store. */
export type LedgerNote = {
  readonly at: number;
  readonly sourceId: string;
  readonly shift: string;
  readonly detail: LedgerDetail;
};

export type StoreReport = {
  /** Newest shift first, at most 1,000; the verdict is about all of them. */
  readonly rows: readonly LedgerRow[];
  readonly verdict: LedgerVerdict;
  /** What was written down beside the counts, newest first, at most 1,000. */
  readonly notes: readonly LedgerNote[];
};

export type VerifyStoreOptions = {
  readonly dataDir: string;
  readonly files: Pick<Files, 'size'>;
  /** An addon built for this runtime, where the shipped one does not fit it. */
  readonly nativeBinding?: string | undefined;
};

/** A year of three shifts and many sources is longer than anybody reads. */
const mostRows = 1_000;
const pageRows = 200;

/**
 * Checks the ledger of a data folder that no gateway uses now. Throws a OperatorError with words: nothing there, in use,
 * damaged.
 */
export async function verifyStore({ dataDir, files, nativeBinding }: VerifyStoreOptions): Promise<StoreReport> {
  const path = join(dataDir, 'gateway.sqlite');
  // Opening would make an empty one, whose ledger is whole: that is not what was asked for.
  if (((await files.size(path)) ?? 0) === 0) {
    throw new OperatorError(message('store-missing', { folder: dataDir }), {
      operation: 'verify-store',
      disposition: 'bury',
    });
  }
  const database = openDatabase({ path, nativeBinding });
  try {
    const verdict = await verifyLedger(database);
    return { rows: readRows(new Ledger(database)), verdict, notes: readNotes(database) };
  } finally {
    database.close();
  }
}

function readNotes(database: Database): readonly LedgerNote[] {
  return database
    .prepare<[number], Omit<LedgerNote, 'detail'> & { readonly detail: string }>(`
      SELECT at, source_id AS sourceId, shift, detail FROM ledger WHERE detail <> '' ORDER BY id DESC LIMIT ?`)
    .all(mostRows)
    .map(({ detail, ...row }) => ({ ...row, detail: parseDetail(detail) }));
}

/** Of a row that somebody changed, whatever stands there: that it was changed is said by the verdict. */
function parseDetail(text: string): LedgerDetail {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as LedgerDetail) : { text };
  } catch {
    return { text };
  }
}

function readRows(ledger: Ledger): readonly LedgerRow[] {
  const rows: LedgerRow[] = [];
  let cursor: string | null = null;
  do {
    const page = ledger.page(cursor, pageRows);
    rows.push(...page.rows);
    cursor = page.nextCursor;
  } while (cursor !== null && rows.length < mostRows);
  return rows;
}
