import type { ReactNode } from 'react';
import type { Advice } from '../../shared/snapshot.ts';
import { acknowledgeLosses, tryCloudNow } from '../gateway/commands.ts';
import { useGateway } from '../gateway/gateway-store.ts';
import { inquire } from '../gateway/requests.ts';
import { openFilter } from '../queue/queue-store.ts';
import { CountBadge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { GoodShape, LevelShape } from '../ui/shapes.tsx';
import { show } from '../view-state/screen-store.ts';

const actions: Readonly<
  Record<Exclude<Advice['action'], 'none'>, { readonly label: string; readonly run: () => void }>
> = {
  'show-dead': {
    label: 'Show dead letters',
    run: () => {
      show({ panel: 'queue', enlarged: false });
      openFilter('dead');
    },
  },
  'show-ledger': { label: 'Show reconciliation', run: () => show({ view: 'ledger' }) },
  'acknowledge-losses': { label: 'I have seen this', run: acknowledgeLosses },
  'run-doctor': {
    label: 'Check this site',
    run: () => {
      show({ view: 'site' });
      void inquire('doctor.run');
    },
  },
  'show-refused': { label: 'Show files', run: () => show({ panel: 'refusals', enlarged: false }) },
  'enter-key': { label: 'Enter key', run: () => show({ keyDialog: true }) },
  'open-setup': { label: 'Open settings', run: () => show({ view: 'settings' }) },
  'try-now': { label: 'Try now', run: tryCloudNow },
};

const NONE: readonly Advice[] = [];

/** What a person must do, most urgent first, each with the button that does it. */
export function AdviceList(): ReactNode {
  const advice = useGateway((mirror) => mirror.snapshot?.advice ?? NONE);
  const link = useGateway((mirror) => mirror.link);
  return (
    <section className="panel advice-panel" aria-labelledby="advice-title" data-testid="advice">
      <header className="panel-title">
        <h2 id="advice-title">What to do</h2>
        {advice.length > 1 && <CountBadge count={advice.length} />}
      </header>
      {link === 'silent' ? (
        <p className="calm" data-level="act">
          <LevelShape level="act" />
          <span>Start the gateway again.</span>
        </p>
      ) : link === 'connecting' ? (
        <p className="calm">Asking the gateway…</p>
      ) : advice.length === 0 ? (
        <p className="calm">
          <GoodShape />
          <span>Nothing to do.</span>
        </p>
      ) : (
        <ol className="advice-list">
          {advice.map((item) => (
            <AdviceEntry key={item.code} advice={item} />
          ))}
        </ol>
      )}
    </section>
  );
}

function AdviceEntry({ advice }: { readonly advice: Advice }): ReactNode {
  const action = advice.action === 'none' ? null : actions[advice.action];
  return (
    <li className="advice" data-level={advice.level} data-code={advice.code}>
      <LevelShape level={advice.level} />
      <div>
        <p className="advice-text">{advice.text}</p>
        {advice.hint !== '' && <p className="advice-hint">{advice.hint}</p>}
        {action !== null && (
          <Button look="primary" onClick={action.run}>
            {action.label}
          </Button>
        )}
      </div>
    </li>
  );
}
