import type { ReactNode } from 'react';
import type { Statement } from '../../shared/snapshot.ts';
import { formatDuration } from '../format/duration.ts';
import { formatClock } from '../format/time.ts';
import { useGateway } from '../gateway-store.ts';
import { useNow } from '../ui/use-now.ts';
import { StatementCard } from './statement-card.tsx';

const CONNECTING: Statement = {
  level: 'waiting',
  headline: 'Asking the gateway',
  detail: 'The window has just opened.',
};

/** The two large answers. When main is silent they say so, instead of showing old answers as if they were true. */
export function Statements(): ReactNode {
  const link = useGateway((mirror) => mirror.link);
  const safe = useGateway((mirror) => mirror.snapshot?.safe);
  const flow = useGateway((mirror) => mirror.snapshot?.flow);
  return (
    <div className="statements">
      {link === 'silent' ? (
        <SilentStatements />
      ) : (
        <>
          <StatementCard question="Is everything safe?" statement={safe ?? CONNECTING} testId="safe-statement" />
          <StatementCard question="Is everything flowing?" statement={flow ?? CONNECTING} testId="flow-statement" />
        </>
      )}
    </div>
  );
}

function SilentStatements(): ReactNode {
  const now = useNow();
  const heardAt = useGateway((mirror) => mirror.heardAt);
  const known = useGateway((mirror) => mirror.snapshot !== null);
  return (
    <>
      <StatementCard
        question="Is everything safe?"
        testId="safe-statement"
        statement={{
          level: 'alarm',
          headline: 'The gateway does not answer',
          detail: `No news for ${formatDuration(now - heardAt)}. What was stored is on this PC’s disk and stays there.`,
        }}
      />
      <StatementCard
        question="Is everything flowing?"
        testId="flow-statement"
        statement={{
          level: 'act',
          headline: 'Flow is not known',
          detail: known
            ? `The figures below are old: from ${formatClock(heardAt)}. Close the window and start the gateway again.`
            : 'Close the window and start the gateway again.',
        }}
      />
    </>
  );
}
