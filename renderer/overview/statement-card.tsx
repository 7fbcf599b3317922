import type { ReactNode } from 'react';
import type { Statement } from '../../shared/snapshot.ts';
import { LevelShape } from '../ui/shapes.tsx';

type Props = {
  readonly question: string;
  readonly statement: Statement;
  readonly testId: string;
};

/** A word or two can be very large; a sentence must fit on two lines. */
const headlineSize = ({ length }: string): 'word' | 'sentence' | 'long' =>
  length <= 14 ? 'word' : length <= 42 ? 'sentence' : 'long';

/** One of the two sentences that must be readable from two metres: shape, headline, detail. Its size never changes. */
export function StatementCard({ question, statement, testId }: Props): ReactNode {
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
