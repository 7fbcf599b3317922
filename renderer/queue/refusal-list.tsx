import { type ReactNode, useEffect } from 'react';
import type { Refusal } from '../../shared/contract.ts';
import { formatBytes } from '../../shared/messages/numbers.ts';
import { fileName } from '../format/file-name.ts';
import { formatMoment } from '../format/time.ts';
import { call } from '../gateway/bridge.ts';
import { checkAgain, reveal } from '../gateway/commands.ts';
import { useGateway } from '../gateway/gateway-store.ts';
import { pagedList } from '../gateway/paged-list.ts';
import { useRevisionRefresh } from '../gateway/use-revision-refresh.ts';
import { useWords } from '../gateway/words.ts';
import { Button } from '../ui/button.tsx';
import { FolderIcon, InfoIcon, RetryWaitIcon } from '../ui/icons.ts';
import { DeadIcon, GoodShape } from '../ui/shapes.tsx';
import { useNow } from '../ui/use-now.ts';

/** Nobody reads more, and each check again makes the list shorter. */
const MOST_ROWS = 1_000;

/** Files that could not be taken, newest first. */
const {
  useList: useRefusals,
  reload: reloadRefusals,
  loadMore: loadMoreRefusals,
} = pagedList<Refusal>((request) => call('refusals.page', request), MOST_ROWS);

/** Files that were not taken, with the reason and what to do; notices, which cost no picture, stand apart. */
export function RefusalList(): ReactNode {
  const { rows, more, loaded, failure } = useRefusals();
  useEffect(() => {
    void reloadRefusals();
  }, []);
  useRevisionRefresh(() => void reloadRefusals(), 2_000);
  const { text, hint } = useWords();
  if (failure !== null) {
    return (
      <div className="list-state" role="alert">
        <strong>{text(failure)}</strong>
        <span>{hint(failure)}</span>
      </div>
    );
  }
  if (!loaded) return <div className="list-state">Loading…</div>;
  if (rows.length === 0) {
    return (
      <div className="list-state list-state-good">
        <GoodShape />
        <strong>Every file was taken</strong>
        <span>Files that cannot be taken stay in their folder and are listed here with the reason.</span>
      </div>
    );
  }
  const refused = rows.filter((row) => row.severity === 'refused');
  const notices = rows.filter((row) => row.severity === 'notice');
  return (
    <div className="refusals">
      <RefusalGroup title="Not taken" note="These files are still in their folder." rows={refused} />
      <RefusalGroup title="Notices" note="No picture is lost by these." rows={notices} />
      {more && <Button onClick={() => void loadMoreRefusals()}>Show older</Button>}
    </div>
  );
}

type GroupProps = { readonly title: string; readonly note: string; readonly rows: readonly Refusal[] };

function RefusalGroup({ title, note, rows }: GroupProps): ReactNode {
  if (rows.length === 0) return null;
  return (
    <section className="refusal-group">
      <h3>
        {title} <span>{note}</span>
      </h3>
      <ul>
        {rows.map((row) => (
          <RefusalEntry key={row.id} refusal={row} />
        ))}
      </ul>
    </section>
  );
}

function RefusalEntry({ refusal }: { readonly refusal: Refusal }): ReactNode {
  const now = useNow(30_000);
  const words = useWords();
  const hint = words.hint(refusal.message);
  const source = useGateway(
    (mirror) => mirror.snapshot?.sources.find((one) => one.id === refusal.sourceId)?.name ?? refusal.sourceId,
  );
  return (
    <li className="refusal" data-severity={refusal.severity} data-testid="refusal-row" data-code={refusal.code}>
      {refusal.severity === 'refused' ? <DeadIcon /> : <InfoIcon />}
      <div className="refusal-words">
        <p className="refusal-name">
          <bdi>{fileName(refusal.path)}</bdi>
        </p>
        <p className="refusal-text">{words.text(refusal.message)}</p>
        {hint !== '' && <p className="refusal-hint">{hint}</p>}
        <p className="refusal-facts">
          <span>{formatMoment(refusal.at, now)}</span>
          <span>{source}</span>
          <span>{formatBytes(refusal.bytes)}</span>
          <bdi className="refusal-path" title={refusal.path}>
            {refusal.path}
          </bdi>
        </p>
      </div>
      <div className="refusal-actions">
        <Button onClick={() => checkAgain(refusal.id)}>
          <RetryWaitIcon /> Check again
        </Button>
        <Button variant="quiet" onClick={() => reveal({ kind: 'refusal', id: refusal.id })}>
          <FolderIcon /> Show file
        </Button>
      </div>
    </li>
  );
}
