import type { ReactNode } from 'react';
import type { QueueFilter } from '../../shared/contract.ts';
import { formatCount, formatShortCount } from '../../shared/messages/numbers.ts';
import type { Snapshot } from '../../shared/snapshot.ts';
import { useSnapshot } from '../gateway/gateway-store.ts';
import { Tabs } from '../ui/tabs.tsx';
import { show, useScreen } from '../view-state/screen-store.ts';
import { openFilter, useQueue } from './queue-store.ts';

type Counts = Snapshot['counts'];
type Filter = {
  readonly id: QueueFilter | 'refused';
  readonly label: string;
  readonly count: (counts: Counts) => number;
  readonly warns?: true;
};

const filters: readonly Filter[] = [
  { id: 'all', label: 'All', count: (c) => c.pending + c.leased + c.acknowledged + c.dead + c.dropped + c.deleted },
  { id: 'waiting', label: 'Waiting', count: (c) => c.pending + c.leased },
  { id: 'retrying', label: 'Failing', count: (c) => c.retrying, warns: true },
  { id: 'dead', label: 'Dead letters', count: (c) => c.dead, warns: true },
  { id: 'acknowledged', label: 'Delivered', count: (c) => c.acknowledged },
  { id: 'refused', label: 'Files not taken', count: (c) => c.refused, warns: true },
];

const choose = (id: Filter['id']): void => {
  if (id === 'refused') {
    show({ panel: 'refusals' });
    return;
  }
  show({ panel: 'queue' });
  openFilter(id);
};

type Props = { readonly children: ReactNode };

/** The list under what it shows, with how many there are of each. */
export function FilterTabs({ children }: Props): ReactNode {
  const counts = useSnapshot((snapshot) => snapshot.counts);
  const filter = useQueue((list) => list.filter);
  const panel = useScreen((screen) => screen.panel);
  const tabs = filters.map(({ id, label, count, warns = false }) => {
    const number = counts === undefined ? undefined : count(counts);
    return {
      value: id,
      label,
      count: number === undefined ? '–' : formatShortCount(number),
      title: number === undefined ? undefined : `${label}: ${formatCount(number)}`,
      warns: warns && (number ?? 0) > 0,
      testId: `filter-${id}`,
      ...(id === 'dead' ? { countTestId: 'count-dead' } : {}),
    };
  });
  return (
    <Tabs
      label="Pictures"
      listLabel="Which pictures"
      className="panel queue-panel"
      tabs={tabs}
      chosen={panel === 'refusals' ? 'refused' : filter}
      onChoose={choose}
    >
      {children}
    </Tabs>
  );
}
