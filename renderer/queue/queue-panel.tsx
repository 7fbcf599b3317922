import type { ReactNode } from 'react';
import type { QueueFilter } from '../../shared/contract.ts';
import { putAllBack } from '../commands.ts';
import { useSnapshot } from '../gateway-store.ts';
import { RefusalList } from '../refusals/refusal-list.tsx';
import { useScreen } from '../screen-store.ts';
import { RetryWaitIcon } from '../ui/icons.tsx';
import { FilterTabs } from './filter-tabs.tsx';
import { useQueue } from './queue-store.ts';
import { QueueTable } from './queue-table.tsx';

const explanations: Partial<Readonly<Record<QueueFilter, string>>> = {
  retrying: 'Tried and not delivered yet. The gateway goes on trying by itself.',
  dead: 'The cloud refused these for good. They are kept here: put right what is wrong, then put them back.',
};

export function QueuePanel(): ReactNode {
  const panel = useScreen((screen) => screen.panel);
  return (
    <section className="panel queue-panel" aria-label="Pictures">
      <FilterTabs />
      <div id="list-panel" className="list-panel" role="tabpanel" aria-label="List">
        {panel === 'refusals' ? (
          <RefusalList />
        ) : (
          <>
            <FilterExplanation />
            <QueueTable />
          </>
        )}
      </div>
    </section>
  );
}

function FilterExplanation(): ReactNode {
  const filter = useQueue((list) => list.filter);
  const dead = useSnapshot((snapshot) => snapshot.counts.dead) ?? 0;
  const text = explanations[filter];
  if (text === undefined) return null;
  return (
    <div className="list-explanation">
      <p>{text}</p>
      {filter === 'dead' && (
        <button type="button" className="button" disabled={dead === 0} onClick={putAllBack}>
          <RetryWaitIcon /> Put all back
        </button>
      )}
    </div>
  );
}
