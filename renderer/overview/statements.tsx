import type { ReactNode } from 'react';
import { levelOf, type Message } from '../../shared/messages/message.ts';
import type { Level } from '../../shared/messages/param-kinds.ts';
import { formatDuration } from '../../shared/messages/times.ts';
import type { Words } from '../../shared/messages/words.ts';
import type { Connection } from '../../shared/snapshot.ts';
import { formatClock, formatMoment } from '../format/time.ts';
import { useGateway } from '../gateway/gateway-store.ts';
import { useWords } from '../gateway/words.ts';
import { LevelShape } from '../ui/shapes.tsx';
import { useNow } from '../ui/use-now.ts';

type Statement = { readonly level: Level; readonly headline: string; readonly detail: string };

const statementOf = (message: Message, { headline, text }: Words): Statement => ({
  level: levelOf(message),
  headline: headline(message),
  detail: text(message),
});

type Props = {
  readonly question: string;
  readonly statement: Statement;
  readonly testId: string;
};

/** A word or two can be very large; a sentence must fit on two lines. */
const headlineSize = ({ length }: string): 'word' | 'sentence' | 'long' =>
  length <= 14 ? 'word' : length <= 42 ? 'sentence' : 'long';

/** One of the two sentences that must be readable from two metres: shape, headline, detail. Its size never changes. */
function StatementCard({ question, statement, testId }: Props): ReactNode {
  return (
    <section className="statement" data-level={statement.level} data-testid={testId} aria-label={question}>
      <LevelShape level={statement.level} />
      <div className="statement-words">
        <h2 className="headline" data-size={headlineSize(statement.headline)}>
          {statement.headline}
        </h2>
        <p className="detail" title={statement.detail}>
          {statement.detail}
        </p>
      </div>
    </section>
  );
}

const CONNECTING: Statement = {
  level: 'waiting',
  headline: 'Asking the gateway',
  detail: 'The window has just opened.',
};

/** The two large answers. When main is silent they say so, instead of showing old answers as if they were true. */
export function Statements(): ReactNode {
  const link = useGateway((mirror) => mirror.link);
  const safe = useGateway((mirror) => mirror.snapshot?.safe);
  const words = useWords();
  return (
    <div className="statements">
      {link === 'silent' ? (
        <SilentStatements />
      ) : (
        <>
          <StatementCard
            question="Is everything safe?"
            statement={safe === undefined ? CONNECTING : statementOf(safe, words)}
            testId="safe-statement"
          />
          <FlowStatement />
        </>
      )}
    </div>
  );
}

/** A way that is shut says since when, and when it is tried again: whoever comes by need not wait to see it. */
function FlowStatement(): ReactNode {
  const now = useNow();
  const words = useWords();
  const answer = useGateway((mirror) => mirror.snapshot?.flow);
  const flow = answer === undefined ? CONNECTING : statementOf(answer, words);
  const connection = useGateway((mirror) => mirror.snapshot?.connection);
  const when = connection === undefined ? '' : shutWords(connection, now);
  const detail = when === '' ? flow.detail : `${when} ${flow.detail}`;
  return <StatementCard question="Is everything flowing?" statement={{ ...flow, detail }} testId="flow-statement" />;
}

const openStates: ReadonlySet<Connection['state']> = new Set(['online', 'starting', 'not-set-up', 'closed']);

/** `Since 14:03:22, next try in 40 s.` Nothing for a way that is open, or shut by the site's own schedule. */
export function shutWords({ state, since, nextProbeAt }: Connection, now: number): string {
  if (openStates.has(state)) return '';
  const next =
    nextProbeAt === null
      ? ''
      : nextProbeAt <= now
        ? ', tried now'
        : `, next try in ${formatDuration(nextProbeAt - now)}`;
  return `Since ${formatMoment(since, now)}${next}.`;
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
