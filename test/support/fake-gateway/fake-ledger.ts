import type { LedgerRow, LedgerVerdict } from '../../../shared/contract.ts';
import { message } from '../../../shared/messages/message.ts';

/** A fortnight of shifts whose counts add up, the same with a gap, and what a check says of each. */

const noShares = { pending: 0, dead: 0, refused: 0, dropped: 0, gated: 0, deleted: 0, lost: 0 };
const ledgerRow = (shift: string, sourceId: string, change: Partial<LedgerRow>): LedgerRow => ({
  ...noShares,
  sourceId,
  shift,
  captured: 0,
  acknowledged: 0,
  balanced: true,
  ...change,
});

export const ledger: readonly LedgerRow[] = [
  ledgerRow('2026-11-21 late', 'aoi', {
    captured: 1_264,
    acknowledged: 1_212,
    pending: 30,
    dead: 15,
    refused: 4,
    gated: 3,
  }),
  ledgerRow('2026-11-21 late', 'press', { captured: 310, acknowledged: 310 }),
  ledgerRow('2026-11-21 early', 'aoi', { captured: 5_820, acknowledged: 5_808, deleted: 12 }),
  ledgerRow('2026-11-21 early', 'press', { captured: 1_402, acknowledged: 1_180, gated: 222 }),
  ...Array.from({ length: 24 }, (_, index) =>
    ledgerRow(`2026-11-${String(20 - Math.floor(index / 2)).padStart(2, '0')}`, index % 2 === 0 ? 'aoi' : 'press', {
      captured: 14_000 + index * 37,
      acknowledged: 14_000 + index * 37,
    }),
  ),
];

export const gappedLedger: readonly LedgerRow[] = ledger.map((row, index) =>
  index === 2 ? { ...row, captured: row.captured + 3, balanced: false } : row,
);
const head = '9f2c41d07be6a1558e2b90c3f4d7a68b13e05c9d2748fa6170b3c8de925f4e01';

export const soundVerdict: LedgerVerdict = { ok: true, rows: 41_208, problems: [], head };

export const brokenVerdict: LedgerVerdict = {
  ok: false,
  rows: 41_208,
  problems: [
    message('ledger-chain-broken', {
      where: message('ledger-place', { source: 'aoi', shift: '2026-11-21 early' }),
    }),
    message('ledger-row-changed', { row: 40_001 }),
  ],
  head,
};
