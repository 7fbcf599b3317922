import type { ComponentType, ReactNode } from 'react';
import type { QueueRow } from '../../shared/contract.ts';
import type { Level } from '../../shared/messages/param-kinds.ts';
import { ArrowUpIcon, ClockIcon, DoubleCheckIcon, RetryWaitIcon, TrashIcon } from '../ui/icons.ts';
import { CheckCircleIcon, DeadIcon, DroppedIcon, NoAnswerIcon, StuckIcon } from '../ui/shapes.tsx';

export type EntryBadge = { readonly word: string; readonly level: Level; readonly Icon: ComponentType };

type State = Pick<QueueRow, 'state' | 'stuck' | 'ambiguous' | 'duplicate' | 'attempts'>;

/** The word and the shape of an entry's state. */
export function entryBadge(entry: State): EntryBadge {
  switch (entry.state) {
    case 'acknowledged':
      return entry.duplicate
        ? { word: 'Already there', level: 'good', Icon: DoubleCheckIcon }
        : { word: 'Delivered', level: 'good', Icon: CheckCircleIcon };
    case 'dead':
      return { word: 'Dead letter', level: 'alarm', Icon: DeadIcon };
    case 'dropped':
      return { word: 'Dropped: disk full', level: 'alarm', Icon: DroppedIcon };
    case 'deleted':
      return { word: 'Deleted', level: 'waiting', Icon: TrashIcon };
    case 'leased':
      return { word: 'Sending', level: 'busy', Icon: ArrowUpIcon };
    case 'pending':
      if (entry.stuck) return { word: 'Stuck', level: 'act', Icon: StuckIcon };
      if (entry.ambiguous) return { word: 'Sent – no answer', level: 'waiting', Icon: NoAnswerIcon };
      return { word: 'Waiting', level: 'waiting', Icon: entry.attempts > 0 ? RetryWaitIcon : ClockIcon };
  }
}

/** What a person can order for an entry: a pending one that waits for its time, and a dead letter. */
export function entryAction(
  entry: Pick<QueueRow, 'state' | 'nextAttemptAt'>,
  now: number,
): 'retry' | 'put-back' | null {
  if (entry.state === 'dead') return 'put-back';
  return entry.state === 'pending' && entry.nextAttemptAt !== null && entry.nextAttemptAt > now ? 'retry' : null;
}

export function EntryState({ entry }: { readonly entry: State }): ReactNode {
  const { word, level, Icon } = entryBadge(entry);
  return (
    <span className="entry-state" data-level={level}>
      <Icon />
      <span>{word}</span>
    </span>
  );
}
