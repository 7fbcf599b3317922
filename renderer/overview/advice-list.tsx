import type { ReactNode } from 'react';
import { levelOf } from '../../shared/messages/message.ts';
import type { Advice } from '../../shared/snapshot.ts';
import { acknowledgeLosses, rebuildDatabase, tryCloudNow } from '../gateway/commands.ts';
import { useGateway } from '../gateway/gateway-store.ts';
import { inquire } from '../gateway/requests.ts';
import { useWords } from '../gateway/words.ts';
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
  'rebuild-database': { label: 'Rebuild database', run: rebuildDatabase },
  'try-now': { label: 'Try now', run: tryCloudNow },
};

const NONE: readonly Advice[] = [];

/** Of one code the first, the second …: a button keeps the focus while the figures in its sentence change. */
export function keyAt(advice: readonly Advice[], place: number): string {
  const code = advice[place]?.message.code;
  const before = advice.slice(0, place).filter(({ message }) => message.code === code);
  return `${code} ${before.length}`;
}

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
          {advice.map((one, place) => (
            <AdviceEntry key={keyAt(advice, place)} advice={one} />
          ))}
        </ol>
      )}
    </section>
  );
}

function AdviceEntry({ advice }: { readonly advice: Advice }): ReactNode {
  const action = advice.action === 'none' ? null : actions[advice.action];
  const { text, hint } = useWords();
  const { message } = advice;
  const toDo = hint(message);
  return (
    <li className="advice" data-level={levelOf(message)} data-code={message.code}>
      <LevelShape level={levelOf(message)} />
      <div>
        <p className="advice-text">{text(message)}</p>
        {action !== null && (
          <Button variant="primary" onClick={action.run}>
            {action.label}
          </Button>
        )}
        {toDo !== '' && <p className="advice-hint">{toDo}</p>}
      </div>
    </li>
  );
}
