import { describe, expect, it } from 'vitest';
import { balanceOf, byShift, differenceOf } from '../../../renderer/ledger/balance.ts';
import { type LedgerRow, ledgerOutcomes } from '../../../shared/contract.ts';

const row = (change: Partial<LedgerRow> = {}): LedgerRow => ({
  sourceId: 'aoi',
  shift: '2026-11-21',
  captured: 36,
  acknowledged: 8,
  pending: 7,
  dead: 6,
  refused: 5,
  dropped: 4,
  gated: 3,
  deleted: 2,
  lost: 1,
  balanced: true,
  ...change,
});

describe('the balance of a ledger row', () => {
  it('counts every outcome of the equation', () => {
    expect(differenceOf(row())).toBe(0);
    for (const outcome of ledgerOutcomes) {
      expect(differenceOf(row({ [outcome]: row()[outcome] - 1 }))).toBe(1);
    }
  });

  it('is said in words with the number that is wrong', () => {
    expect(balanceOf(row())).toEqual({ balanced: true, word: 'Balanced' });
    expect(balanceOf(row({ captured: 1_239 }))).toEqual({ balanced: false, word: '1,203 missing' });
    expect(balanceOf(row({ captured: 34 }))).toEqual({ balanced: false, word: '2 too many' });
  });

  it('is never good on one word alone: neither the gateway’s nor the figures’', () => {
    expect(balanceOf(row({ balanced: false })).balanced).toBe(false);
    expect(balanceOf(row({ captured: 37, balanced: true })).balanced).toBe(false);
  });

  it('stands with the others of its shift, in the order they came', () => {
    const groups = byShift([row(), row({ sourceId: 'press' }), row({ shift: '2026-11-20' })]);
    expect(groups.map((group) => [group.shift, group.rows.map((one) => one.sourceId)])).toEqual([
      ['2026-11-21', ['aoi', 'press']],
      ['2026-11-20', ['aoi']],
    ]);
  });
});
