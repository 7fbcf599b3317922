import { Fragment, type ReactNode, useEffect } from 'react';
import { type LedgerOutcome, type LedgerRow, ledgerOutcomes } from '../../shared/contract.ts';
import { formatCount } from '../../shared/messages/numbers.ts';
import type { SourceSnapshot } from '../../shared/snapshot.ts';
import { useGateway } from '../gateway/gateway-store.ts';
import { useRevisionRefresh } from '../gateway/use-revision-refresh.ts';
import { useWords } from '../gateway/words.ts';
import { Button } from '../ui/button.tsx';
import { BalanceIcon } from '../ui/icons.ts';
import { CheckCircleIcon, StuckIcon } from '../ui/shapes.tsx';
import { balanceOf, byShift } from './balance.ts';
import { loadMoreLedger, reloadLedger, useLedger } from './ledger-store.ts';

const names: Readonly<Record<LedgerOutcome, { readonly name: string; readonly meaning: string }>> = {
  acknowledged: { name: 'Delivered', meaning: 'The cloud has them.' },
  pending: { name: 'Waiting', meaning: 'Safe on this PC, waiting or under way.' },
  dead: { name: 'Dead letters', meaning: 'The cloud refused them for good; kept here.' },
  refused: { name: 'Not taken', meaning: 'Files that could not be taken; still in their folder.' },
  dropped: { name: 'Dropped', meaning: 'Never delivered, dropped because the disk was full and the site chose so.' },
  gated: { name: 'Too similar', meaning: 'Counted and not stored: too little difference from the frame before.' },
  deleted: { name: 'Deleted', meaning: 'Dead letters that a person deleted.' },
  lost: { name: 'Lost', meaning: 'Overwritten or removed in their folder before they could be read.' },
};

const NO_SOURCES: readonly SourceSnapshot[] = [];

/** One row for each source and shift, written as the equation that must hold. */
export function LedgerTable(): ReactNode {
  const { rows, more, loaded, failure } = useLedger();
  const { text, hint } = useWords();
  useEffect(() => {
    void reloadLedger();
  }, []);
  useRevisionRefresh(() => void reloadLedger(), 2_000);
  if (failure !== null) {
    return (
      <div className="list-state" role="alert">
        <strong>{text(failure)}</strong>
        <span>{hint(failure)}</span>
        <Button onClick={() => void reloadLedger()}>Try again</Button>
      </div>
    );
  }
  if (!loaded) return <p className="list-state">Reading the ledger…</p>;
  if (rows.length === 0) {
    return (
      <div className="list-state">
        <BalanceIcon />
        <strong>Nothing captured yet</strong>
        <span>The first frame begins the first row.</span>
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls must scroll by the keyboard too
    <section className="ledger-scroll" tabIndex={0} aria-label="Ledger rows">
      <table className="ledger-table">
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col" className="figure-cell">
              Captured
            </th>
            {ledgerOutcomes.map((outcome, index) => (
              <th key={outcome} scope="col" className="figure-cell" title={names[outcome].meaning}>
                <span className="sign" aria-hidden="true">
                  {index === 0 ? '=' : '+'}
                </span>
                {names[outcome].name}
              </th>
            ))}
            <th scope="col" className="balance-cell">
              Balance
            </th>
          </tr>
        </thead>
        <tbody>
          {byShift(rows).map((group) => (
            <Fragment key={group.shift}>
              <tr className="shift-row">
                <th scope="rowgroup" colSpan={ledgerOutcomes.length + 3}>
                  {group.shift === '' ? 'before the ledger' : group.shift}
                </th>
              </tr>
              {group.rows.map((row) => (
                <LedgerTableRow key={row.sourceId} row={row} />
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
      {more && (
        <Button className="ledger-more" onClick={() => void loadMoreLedger()}>
          Show older shifts
        </Button>
      )}
    </section>
  );
}

function LedgerTableRow({ row }: { readonly row: LedgerRow }): ReactNode {
  const sources = useGateway((mirror) => mirror.snapshot?.sources ?? NO_SOURCES);
  const { balanced, word } = balanceOf(row);
  return (
    <tr data-level={balanced ? 'good' : 'alarm'} data-balanced={balanced} data-testid="ledger-row">
      <th scope="row" title={row.sourceId}>
        {sources.find((source) => source.id === row.sourceId)?.name ?? row.sourceId}
      </th>
      <td className="figure-cell captured">{formatCount(row.captured)}</td>
      {ledgerOutcomes.map((outcome) => (
        <td key={outcome} className="figure-cell" data-none={row[outcome] === 0}>
          {formatCount(row[outcome])}
        </td>
      ))}
      <td className="balance-cell">
        <span className="balance">
          {balanced ? <CheckCircleIcon /> : <StuckIcon />}
          {word}
        </span>
      </td>
    </tr>
  );
}
