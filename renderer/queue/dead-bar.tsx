import type { ReactNode } from 'react';
import type { Selection } from '../../shared/contract.ts';
import { formatCount, formatShortCount } from '../../shared/messages/numbers.ts';
import { exportDead, putBack } from '../gateway/commands.ts';
import { useSnapshot } from '../gateway/gateway-store.ts';
import { Button } from '../ui/button.tsx';
import { Check } from '../ui/check.tsx';
import { ExportIcon, RetryWaitIcon, TrashIcon } from '../ui/icons.ts';
import { show } from '../view-state/screen-store.ts';
import { countMarks, markState, toSelection } from './dead-marks.ts';
import { clearMarks, toggleEvery, useDeadMarks } from './dead-store.ts';

/** What can be done with dead letters: mark one, many or all, then put back, export or delete. Its height never changes. */
export function DeadBar(): ReactNode {
  const marks = useDeadMarks((state) => state.marks);
  const total = useSnapshot((snapshot) => snapshot.counts.dead) ?? 0;
  const marked = countMarks(marks, total);
  const state = markState(marks, total);
  const selection = total === 0 ? null : toSelection(marks);
  const which = marked === 0 || marked >= total ? 'all' : formatShortCount(marked);
  const requeue = async (chosen: Selection): Promise<void> => {
    if (await putBack(chosen)) clearMarks();
  };
  return (
    <div className="dead-bar" data-testid="dead-bar">
      <p className="dead-words">
        <strong aria-live="polite">
          {marked === 0 ? 'None marked' : `${formatCount(marked)} of ${formatCount(total)} marked`}
        </strong>
        <span> Refused for good, and kept here: put right what is wrong, then put them back.</span>
      </p>
      <div className="dead-actions">
        <Check
          title="Mark all (Ctrl+A)"
          label={`Mark all ${formatCount(total)} dead letters`}
          checked={state === 'all'}
          mixed={state === 'some'}
          disabled={total === 0}
          onChange={() => toggleEvery(total)}
        />
        <Button disabled={total === 0} onClick={() => void requeue(selection ?? 'all')}>
          <RetryWaitIcon /> Put {which} back
        </Button>
        <Button
          disabled={selection === null}
          aria-label={`Export ${which} marked dead letters…`}
          title={selection === null ? 'Mark dead letters first' : undefined}
          onClick={() => selection !== null && void exportDead(selection)}
        >
          <ExportIcon /> Export…
        </Button>
        <Button
          variant="danger"
          disabled={selection === null}
          aria-label={`Delete ${which} marked dead letters…`}
          title={selection === null ? 'Mark dead letters first' : undefined}
          onClick={() => show({ deleting: selection })}
        >
          <TrashIcon /> Delete…
        </Button>
      </div>
    </div>
  );
}
