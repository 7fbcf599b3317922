import type { ReactNode } from 'react';
import { formatCount, plural } from '../../shared/messages/numbers.ts';
import type { Level } from '../../shared/messages/param-kinds.ts';
import { formatDuration } from '../../shared/messages/times.ts';
import type { Snapshot } from '../../shared/snapshot.ts';
import { formatMoment } from '../format/time.ts';
import { useSnapshot } from '../gateway/gateway-store.ts';
import { useInquiry } from '../gateway/requests.ts';
import { useWords } from '../gateway/words.ts';
import { Button } from '../ui/button.tsx';
import { BalanceIcon } from '../ui/icons.ts';
import { LevelShape } from '../ui/shapes.tsx';
import { useNow } from '../ui/use-now.ts';
import { verifyLedger } from './ledger-store.ts';
import { LedgerTable } from './ledger-table.tsx';

type State = { readonly level: Level; readonly word: string };

const states: Readonly<Record<Snapshot['ledger']['state'], State>> = {
  ok: { level: 'good', word: 'Every frame is accounted for' },
  checking: { level: 'busy', word: 'The ledger is being checked' },
  gap: { level: 'alarm', word: 'The ledger has a gap' },
};

/** Reconciliation: where every captured frame has gone, by shift and source, and the proof of it. */
export function LedgerScreen(): ReactNode {
  return (
    <div className="ledger">
      <section className="panel ledger-state" aria-label="State of the ledger">
        <div className="ledger-head-row">
          <LedgerState />
          <VerifyButton />
        </div>
        <div className="verify-words" role="status" aria-live="polite">
          <VerifyWords />
        </div>
      </section>
      <section className="panel ledger-panel" aria-label="Reconciliation by shift and source">
        <LedgerTable />
      </section>
    </div>
  );
}

function LedgerState(): ReactNode {
  const ledger = useSnapshot((snapshot) => snapshot.ledger);
  const now = useNow(5_000);
  const { text } = useWords();
  if (ledger === undefined) return <p className="ledger-now">Asking the gateway…</p>;
  const { level, word } = states[ledger.state];
  return (
    <div className="ledger-now" data-level={level} data-testid="ledger-state">
      <LevelShape level={level} />
      <div>
        <h1>{word}</h1>
        <p>
          {text(ledger.message)}
          {ledger.checkedAt !== null && ` Last checked ${formatMoment(ledger.checkedAt, now)}.`}
        </p>
      </div>
    </div>
  );
}

function VerifyButton(): ReactNode {
  const { runningSince } = useInquiry('ledger.verify');
  return (
    <Button
      variant="primary"
      size="large"
      busy={runningSince !== null}
      data-testid="ledger-verify"
      onClick={() => void verifyLedger()}
    >
      <BalanceIcon /> Check everything now
    </Button>
  );
}

function VerifyWords(): ReactNode {
  const { runningSince, answer: verdict, answeredAt, failure } = useInquiry('ledger.verify');
  const now = useNow();
  const { text, hint } = useWords();
  if (runningSince !== null) {
    return (
      <p data-level="busy" className="verdict">
        <LevelShape level="busy" />
        <span>
          <strong>Counting and checking every row…</strong>
          <span aria-hidden="true"> for {formatDuration(now - runningSince)}; a million rows take some seconds.</span>
        </span>
      </p>
    );
  }
  if (failure !== null) {
    return (
      <p data-level="act" className="verdict">
        <LevelShape level="act" />
        <span>
          <strong>{text(failure)}</strong> {hint(failure)}
        </span>
      </p>
    );
  }
  if (verdict === null) {
    return (
      <p className="note-line">Counts every frame anew and checks each row of the chain against the one before.</p>
    );
  }
  const level = verdict.ok ? 'good' : 'alarm';
  return (
    <div data-level={level} className="verdict" data-testid="ledger-verdict">
      <LevelShape level={level} />
      <div>
        <strong>
          {verdict.ok
            ? `All ${plural(verdict.rows, 'row')} are sound, and the counts agree.`
            : `${plural(Math.max(1, verdict.problems.length), 'problem')} in ${formatCount(verdict.rows)} rows.`}
        </strong>
        {verdict.problems.length > 0 && (
          <ul className="problems">
            {verdict.problems.map(text).map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        )}
        <p className="ledger-head">
          Checked {formatMoment(answeredAt, now)} · last row’s hash <code>{verdict.head || 'none'}</code>
        </p>
      </div>
    </div>
  );
}
