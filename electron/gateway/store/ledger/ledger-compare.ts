import { ledgerOutcomes } from '../../../../shared/contract.ts';
import { type Message, message } from '../../../../shared/messages/message.ts';
import type { Database } from '../database/database.ts';
import { placeOf, unbalanced } from './ledger.ts';
import { type ChainCount, chainCounts, parseCounts } from './ledger-chain.ts';
import type { Recounted } from './recount.ts';

/**
 * Compares the ledger's counts with all that they must agree with: each other, the sums of the chain's changes, the rows
 * that are in the store, and the counts that the window shows. Says each difference.
 */
export function* findDifferences(
  database: Database,
  chained: ReadonlyMap<string, readonly number[]>,
  rows: readonly Recounted[],
): Generator<Message> {
  const tallies = readTallies(database);
  yield* compareWithChain(tallies, chained);
  yield* tallies.filter(isGap).map((tally) => unbalanced({ ...tally.counts, ...tally }));
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
): Generator<Message> {
  const left = new Set(sums.keys());
  for (const { sourceId, shift, dirty, chained, counts } of tallies) {
    const key = keyOf({ source_id: sourceId, shift });
    left.delete(key);
    const sum = sums.get(key) ?? chainCounts.map(() => 0);
    if (JSON.stringify(sum) !== JSON.stringify(parseCounts(chained)))
      yield message('ledger-chain-broken', { where: placeOf(sourceId, shift) });
    if (dirty) continue;
    for (const [index, name] of chainCounts.entries())
      if (counts[name] !== sum[index])
        yield message('ledger-chain-differs', {
          where: placeOf(sourceId, shift),
          what: countOf(name),
          chained: sum[index] ?? 0,
          counted: counts[name],
        });
  }
  for (const key of left) {
    // Notes alone count nothing.
    if (sums.get(key)?.every((count) => count === 0) === true) continue;
    const [sourceId, shift] = JSON.parse(key) as [string, string];
    yield message('ledger-chain-too-long', { where: placeOf(sourceId, shift) });
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
  { count: 'dropped', kinds: ['dropped'], pruned: 'pruned_dropped' },
  { count: 'deleted', kinds: ['deleted'], pruned: 'pruned_deleted' },
  { count: 'lost', kinds: ['loss'] },
];

function* compareWithRows(tallies: readonly TallyRow[], rows: readonly Recounted[]): Generator<Message> {
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
    const pruned = counts.pruned_acknowledged + counts.pruned_dropped + counts.pruned_deleted;
    const images = (kinds?.get('image') ?? 0) + pruned;
    const others = counts.refused + counts.gated + counts.lost;
    if (images + others !== counts.captured)
      yield message('ledger-pictures-differ', {
        where: placeOf(sourceId, shift),
        count: counts.captured - others,
        found: images,
      });
    for (const { count, kinds: of, pruned: taken } of parts) {
      const present = of.reduce((sum, kind) => sum + (kinds?.get(kind) ?? 0), taken === undefined ? 0 : counts[taken]);
      if (present !== counts[count])
        yield message('ledger-rows-differ', {
          where: placeOf(sourceId, shift),
          what: countOf(count),
          counted: counts[count],
          found: present,
        });
    }
  }
  for (const key of found.keys()) {
    const [sourceId, shift] = JSON.parse(key) as [string, string];
    yield message('ledger-has-no-row', { where: placeOf(sourceId, shift) });
  }
}

/** The counts that the window shows, which are kept apart from the ledger's. */
function* compareWithTotals(database: Database, tallies: readonly TallyRow[]): Generator<Message> {
  const rows = database
    .prepare<[], { source_id: string } & Record<string, number>>(`
      SELECT source_id, collected + refused + gated + lost AS captured, acknowledged, pending + leased AS pending, dead,
        refused, dropped, gated, deleted, lost FROM tally ORDER BY source_id`)
    .all();
  const sums = new Map<string, Map<ChainCount, number>>();
  for (const { sourceId, counts } of tallies) {
    const sum = sums.get(sourceId) ?? new Map<ChainCount, number>();
    for (const name of chainCounts) sum.set(name, (sum.get(name) ?? 0) + counts[name]);
    sums.set(sourceId, sum);
  }
  for (const sourceId of sums.keys())
    if (!rows.some((row) => row.source_id === sourceId)) yield message('ledger-source-not-shown', { source: sourceId });
  for (const { source_id: source, ...all } of rows)
    for (const [name, shown] of Object.entries(all) as [ChainCount, number][]) {
      const counted = sums.get(source)?.get(name) ?? 0;
      if (shown !== counted) yield message('ledger-shown-differs', { source, what: countOf(name), shown, counted });
    }
}

const called = {
  captured: 'captured',
  acknowledged: 'acknowledged',
  pending: 'pending',
  dead: 'dead',
  refused: 'refused',
  dropped: 'dropped',
  gated: 'gated',
  deleted: 'deleted',
  lost: 'lost',
  pruned_acknowledged: 'pruned-acknowledged',
  pruned_dropped: 'pruned-dropped',
  pruned_deleted: 'pruned-deleted',
} as const satisfies Readonly<Record<ChainCount, string>>;

const countOf = (name: ChainCount): Message => message('ledger-count', { context: called[name] });
