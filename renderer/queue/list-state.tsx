import type { ReactNode } from 'react';
import type { QueueFilter } from '../../shared/contract.ts';
import { formatCount } from '../../shared/messages/numbers.ts';
import { useSnapshot } from '../gateway/gateway-store.ts';
import { useWords } from '../gateway/words.ts';
import { Button } from '../ui/button.tsx';
import { ArrowUpIcon, PictureIcon } from '../ui/icons.ts';
import { MOST_ROWS, rowAt } from './page-window.ts';
import { changeCounter, loadMore, loadTop, useQueue } from './queue-store.ts';

const nothing: Readonly<Record<QueueFilter, { readonly title: string; readonly text: string }>> = {
  all: { title: 'No pictures yet', text: 'Pictures appear here as soon as they arrive in a watched folder.' },
  waiting: { title: 'Nothing is waiting', text: 'Everything that was collected is delivered.' },
  retrying: { title: 'Nothing is failing', text: 'Every delivery so far went through at its first attempt, or later.' },
  dead: { title: 'No dead letters', text: 'The cloud has refused nothing for good.' },
  acknowledged: { title: 'Nothing delivered yet', text: 'Delivered pictures are listed here.' },
};

/** What stands where rows would stand: empty, failed, or the end of what is shown. */
export function ListState(): ReactNode {
  const filter = useQueue((list) => list.filter);
  const loaded = useQueue((list) => list.loaded);
  const failure = useQueue((list) => list.failure);
  const rowCount = useQueue((list) => list.window.rowCount);
  const { text, hint } = useWords();
  if (failure !== null) {
    return (
      <div className="list-state" role="alert">
        <strong>{text(failure)}</strong>
        <span>{hint(failure)}</span>
        <Button onClick={() => void (rowCount === 0 ? loadTop() : loadMore())}>Try again</Button>
      </div>
    );
  }
  if (!loaded) return <div className="list-state">Loading…</div>;
  if (rowCount >= MOST_ROWS) {
    return (
      <div className="list-state">The newest {formatCount(MOST_ROWS)} are shown. Use a filter to see older ones.</div>
    );
  }
  if (rowCount > 0) return null;
  return (
    <div className="list-state">
      <PictureIcon />
      <strong>{nothing[filter].title}</strong>
      <span>{nothing[filter].text}</span>
    </div>
  );
}

/** While the list is held still: says that newer rows exist, and leads there. */
export function NewAbove({ onShow }: { readonly onShow: () => void }): ReactNode {
  const live = useQueue((list) => list.live);
  const filter = useQueue((list) => list.filter);
  const counterAtTop = useQueue((list) => list.counterAtTop);
  const counter = useSnapshot((snapshot) => changeCounter(filter, snapshot.counts)) ?? counterAtTop;
  const newest = useSnapshot((snapshot) => snapshot.recent[0]?.imageId);
  const top = useQueue((list) => rowAt(list.window, 0)?.imageId);
  const fresh = counter - counterAtTop;
  // The page may be newer than the snapshot it was counted by.
  if (live || fresh === 0 || (filter === 'all' && newest === top)) return null;
  return (
    <Button className="new-above" data-testid="new-above" onClick={onShow}>
      <ArrowUpIcon />{' '}
      {filter === 'all' && fresh > 0 ? `${formatCount(fresh)} new above` : 'The list has changed: show the newest'}
    </Button>
  );
}
