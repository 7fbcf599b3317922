import { ledgerOutcomes } from '../../../../shared/contract.ts';
import { isolated } from '../../../../shared/isolated.ts';
import type { Database } from '../database/database.ts';
import { gapText, shownShift } from './ledger.ts';
import { type ChainCount, chainCounts, parseCounts } from './ledger-chain.ts';
import type { Recounted } from './recount.ts';

/**
 * Compares the ledger's counts with all that they must agree with: each other, the sums of the chain's changes, the rows
 * that are in the store, and the counts that the window shows. Each difference is a sentence.
 */
export function* findDifferences(
  database: Database,
  chained: ReadonlyMap<string, readonly number[]>,
  rows: readonly Recounted[],
): Generator<string> {
  const tallies = readTallies(database);
  yield* compareWithChain(tallies, chained);
  yield* tallies.filter(isGap).map((tally) => gapText({ ...tally.counts, ...tally }));
  yield* compareWithRows(tallies, rows);
  yield* compareWithTotals(database, tallies);
}

type Counts = Readonly<Record<ChainCount, number>>;
type TallyRow = {
  readonly sourceId: string;
  readonly shift: string;
  readonly dirty: boolean;
  readonly chained: string;
  readonly counts: Counts;
};
type Place = { readonly source_id: string; readonly shift: string };
/** One text for a source and shift. */
export const keyOf = ({ source_id, shift }: Place): string => JSON.stringify([source_id, shift]);
const nameOf = (sourceId: string, shift: string): string =>
  `source "${sourceId}", shift ${isolated(shownShift(shift))}`;

function readTallies(database: Database): readonly TallyRow[] {
  type Row = Place & Counts & { readonly dirty: number; readonly chained: string };
  return database
    .prepare<[], Row>(
      `SELECT source_id, shift, dirty, chained, ${chainCounts.join(', ')} FROM ledger_tally ORDER BY id`,
    )
    .all()
    .map(({ source_id: sourceId, shift, dirty, chained, ...counts }) => ({
      sourceId,
      shift,
      dirty: dirty === 1,
      chained,
      counts,
    }));
}

const isGap = ({ counts }: TallyRow): boolean =>
  counts.captured !== ledgerOutcomes.reduce((sum, outcome) => sum + counts[outcome], 0);

function* compareWithChain(
  tallies: readonly TallyRow[],
  sums: ReadonlyMap<string, readonly number[]>,
): Generator<string> {
  const left = new Set(sums.keys());
  for (const { sourceId, shift, dirty, chained, counts } of tallies) {
    const key = keyOf({ source_id: sourceId, shift });
    left.delete(key);
    const sum = sums.get(key) ?? chainCounts.map(() => 0);
    if (JSON.stringify(sum) !== JSON.stringify(parseCounts(chained)))
      yield `The chain does not add up to what it is to add up to for ${nameOf(sourceId, shift)}: rows of it are missing or were added.`;
    if (dirty) continue;
    for (const [index, name] of chainCounts.entries())
      if (counts[name] !== sum[index])
        yield `The chain says ${sum[index]} ${inWords(name)} for ${nameOf(sourceId, shift)}, but ${counts[name]} are counted.`;
  }
  for (const key of left) {
    // Notes alone count nothing.
    if (sums.get(key)?.every((count) => count === 0) === true) continue;
    const [sourceId, shift] = JSON.parse(key) as [string, string];
    yield `The chain has rows for ${nameOf(sourceId, shift)}, but nothing is counted there.`;
  }
}

/** What must be found in the tables: pruned rows were there, and are counted where they were taken away. */
const parts: readonly {
  readonly count: ChainCount;
  readonly kinds: readonly string[];
  readonly pruned?: ChainCount;
}[] = [
  { count: 'acknowledged', kinds: ['acknowledged'], pruned: 'pruned_acknowledged' },
  { count: 'pending', kinds: ['pending', 'leased'] },
  { count: 'dead', kinds: ['dead'] },
  { count: 'refused', kinds: ['refusal'] },
  { count: 'evicted', kinds: ['dropped'], pruned: 'pruned_evicted' },
  { count: 'deleted', kinds: ['deleted'], pruned: 'pruned_deleted' },
  { count: 'lost', kinds: ['loss'] },
];

function* compareWithRows(tallies: readonly TallyRow[], rows: readonly Recounted[]): Generator<string> {
  const found = new Map<string, Map<string, number>>();
  for (const row of rows) {
    if (row.n === 0) continue;
    const kinds = found.get(keyOf(row)) ?? new Map<string, number>();
    found.set(keyOf(row), kinds.set(row.kind, row.n));
  }
  for (const { sourceId, shift, counts } of tallies) {
    const key = keyOf({ source_id: sourceId, shift });
    const kinds = found.get(key);
    found.delete(key);
    const pruned = counts.pruned_acknowledged + counts.pruned_evicted + counts.pruned_deleted;
    const images = (kinds?.get('image') ?? 0) + pruned;
    const others = counts.refused + counts.gated + counts.lost;
    if (images + others !== counts.captured)
      yield `${counts.captured - others} pictures are counted for ${nameOf(sourceId, shift)}, but ${images} are or were in the store.`;
    for (const { count, kinds: of, pruned: taken } of parts) {
      const present = of.reduce((sum, kind) => sum + (kinds?.get(kind) ?? 0), taken === undefined ? 0 : counts[taken]);
      if (present !== counts[count])
        yield `${counts[count]} ${inWords(count)} are counted for ${nameOf(sourceId, shift)}, but ${present} are found.`;
    }
  }
  for (const key of found.keys()) {
    const [sourceId, shift] = JSON.parse(key) as [string, string];
    yield `There are pictures or refused files of ${nameOf(sourceId, shift)}, but the ledger has no row for them.`;
  }
}

/** The counts that the window shows, which are kept apart from the ledger's. */
function* compareWithTotals(database: Database, tallies: readonly TallyRow[]): Generator<string> {
  const rows = database
    .prepare<[], { source_id: string } & Record<string, number>>(`
      SELECT source_id, collected + refused + gated + lost AS captured, acknowledged, pending + leased AS pending, dead,
        refused, dropped AS evicted, gated, deleted, lost FROM tally ORDER BY source_id`)
    .all();
  const sums = new Map<string, Map<ChainCount, number>>();
  for (const { sourceId, counts } of tallies) {
    const sum = sums.get(sourceId) ?? new Map<ChainCount, number>();
    for (const name of chainCounts) sum.set(name, (sum.get(name) ?? 0) + counts[name]);
    sums.set(sourceId, sum);
  }
  for (const sourceId of sums.keys())
    if (!rows.some((row) => row.source_id === sourceId))
      yield `The ledger has source "${sourceId}", but the window's counts do not.`;
  for (const { source_id: sourceId, ...shown } of rows)
    for (const [name, count] of Object.entries(shown))
      if (count !== (sums.get(sourceId)?.get(name as ChainCount) ?? 0))
        yield `The window shows ${count} ${inWords(name)} for source "${sourceId}", but the ledger has ${sums.get(sourceId)?.get(name as ChainCount) ?? 0}.`;
}

const inWords = (name: string): string => (name === 'evicted' ? 'dropped' : name.replace('_', ' '));
