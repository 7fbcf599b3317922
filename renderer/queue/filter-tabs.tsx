import { type KeyboardEvent, type ReactNode, useRef } from 'react';
import type { QueueFilter } from '../../shared/contract.ts';
import type { Snapshot } from '../../shared/snapshot.ts';
import { formatCount, formatShortCount } from '../format/numbers.ts';
import { useSnapshot } from '../gateway/gateway-store.ts';
import { show, useScreen } from '../view-state/screen-store.ts';
import { openFilter, useQueue } from './queue-store.ts';

type Counts = Snapshot['counts'];
type Tab = {
  readonly id: QueueFilter | 'refused';
  readonly label: string;
  readonly count: (counts: Counts) => number;
  readonly warns?: true;
};

const tabs: readonly Tab[] = [
  { id: 'all', label: 'All', count: (c) => c.pending + c.leased + c.acknowledged + c.dead + c.dropped + c.deleted },
  { id: 'waiting', label: 'Waiting', count: (c) => c.pending + c.leased },
  { id: 'retrying', label: 'Failing', count: (c) => c.retrying, warns: true },
  { id: 'dead', label: 'Dead letters', count: (c) => c.dead, warns: true },
  { id: 'acknowledged', label: 'Delivered', count: (c) => c.acknowledged },
  { id: 'refused', label: 'Files not taken', count: (c) => c.refused, warns: true },
];

const choose = (id: Tab['id']): void => {
  if (id === 'refused') {
    show({ panel: 'refusals' });
    return;
  }
  show({ panel: 'queue' });
  openFilter(id);
};

/** What the list shows, with how many there are of each. Arrow keys, Home and End move between the tabs. */
export function FilterTabs(): ReactNode {
  const counts = useSnapshot((snapshot) => snapshot.counts);
  const filter = useQueue((list) => list.filter);
  const panel = useScreen((screen) => screen.panel);
  const chosen: Tab['id'] = panel === 'refusals' ? 'refused' : filter;
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = tabs.findIndex((tab) => tab.id === chosen);
    const target = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    const index = (target + tabs.length) % tabs.length;
    const tab = tabs[index];
    if (tab === undefined) return;
    choose(tab.id);
    list.current?.querySelectorAll('button')[index]?.focus();
  };
  return (
    <div className="tabs" role="tablist" aria-label="Which pictures" ref={list} onKeyDown={onKeyDown}>
      {tabs.map((tab) => {
        const count = counts === undefined ? undefined : tab.count(counts);
        return (
          <button
            key={tab.id}
            type="button"
            role="tab"
            className="tab"
            aria-selected={tab.id === chosen}
            aria-controls="list-panel"
            tabIndex={tab.id === chosen ? 0 : -1}
            data-testid={`filter-${tab.id}`}
            data-warns={tab.warns === true && (count ?? 0) > 0}
            title={count === undefined ? undefined : `${tab.label}: ${formatCount(count)}`}
            onClick={() => choose(tab.id)}
          >
            <span className="tab-label">{tab.label}</span>
            <span className="tab-count" data-testid={tab.id === 'dead' ? 'count-dead' : undefined}>
              {count === undefined ? '–' : formatShortCount(count)}
            </span>
          </button>
        );
      })}
    </div>
  );
}
