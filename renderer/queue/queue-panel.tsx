import type { ReactNode } from 'react';
import type { QueueFilter } from '../../shared/contract.ts';
import { useScreen } from '../view-state/screen-store.ts';
import { DeadBar } from './dead-bar.tsx';
import { FilterTabs } from './filter-tabs.tsx';
import { useQueue } from './queue-store.ts';
import { QueueTable } from './queue-table.tsx';
import { RefusalList } from './refusal-list.tsx';

const explanations: Partial<Readonly<Record<QueueFilter, string>>> = {
  retrying: 'Tried and not delivered yet. The gateway goes on trying by itself.',
};

export function QueuePanel(): ReactNode {
  const panel = useScreen((screen) => screen.panel);
  return (
    <FilterTabs>
      {panel === 'refusals' ? (
        <RefusalList />
      ) : (
        <>
          <AboveList />
          <QueueTable />
        </>
      )}
    </FilterTabs>
  );
}

function AboveList(): ReactNode {
  const filter = useQueue((list) => list.filter);
  if (filter === 'dead') return <DeadBar />;
  const text = explanations[filter];
  return text === undefined ? null : (
    <div className="list-explanation">
      <p>{text}</p>
    </div>
  );
}
