import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useRef, useState } from 'react';
import type { Selection } from '../../shared/contract.ts';
import { formatBytes, formatCount, plural } from '../../shared/messages/numbers.ts';
import { deleteDead } from '../gateway/commands.ts';
import { useSnapshot } from '../gateway/gateway-store.ts';
import { Button } from '../ui/button.tsx';
import { Check } from '../ui/check.tsx';
import { Dialog, DialogText, DialogTitle } from '../ui/dialog.tsx';
import { TrashIcon } from '../ui/icons.ts';
import { show, useScreen } from '../view-state/screen-store.ts';
import { clearMarks } from './dead-store.ts';

/**
 * Asks before dead letters are deleted. Two deliberate steps: a tick that names the count, then the button. Enter alone
 * does neither, and when dead letters arrive meanwhile the tick is taken back, for it was given to another number.
 */
export function DeleteDialog(): ReactNode {
  const selection = useScreen((screen) => screen.deleting);
  return selection === null ? null : <OpenDeleteDialog selection={selection} />;
}

const close = (): void => show({ deleting: null });

function OpenDeleteDialog({ selection }: { readonly selection: Selection }): ReactNode {
  const keep = useRef<HTMLButtonElement>(null);
  const total = useSnapshot((snapshot) => snapshot.counts.dead) ?? 0;
  const bytes = useSnapshot((snapshot) => snapshot.bytes.dead) ?? 0;
  const count = selection === 'all' ? total : selection.length;
  const [confirmed, setConfirmed] = useState<number | null>(null);
  const { mutate: remove, isPending: running } = useMutation({
    mutationFn: deleteDead,
    onSuccess: (done) => {
      if (done) clearMarks();
      close();
    },
  });
  const agreed = confirmed === count && count > 0;
  return (
    // The harmless answer has the focus when the question appears: Enter keeps them.
    <Dialog kind="alert" testId="delete-dialog" initialFocus={keep} onClose={close}>
      <div className="dialog-body">
        <DialogTitle>
          <TrashIcon /> Delete {plural(count, 'dead letter')}?
        </DialogTitle>
        <DialogText>
          {count === 1 ? 'This picture' : 'These pictures'} with {count === 1 ? 'its' : 'their'} labels
          {selection === 'all' ? ` (${formatBytes(bytes)})` : ''} will be gone from this gateway for good. The cloud
          never took {count === 1 ? 'it' : 'them'}, so it has no copy. Export first if anyone may still need{' '}
          {count === 1 ? 'it' : 'them'}.
        </DialogText>
        <p className="dialog-note">The ledger keeps a row that says how many were deleted, and when.</p>
        <Check
          checked={agreed}
          disabled={running || count === 0}
          onChange={(checked) => setConfirmed(checked ? count : null)}
        >
          Yes, delete {formatCount(count)} {count === 1 ? 'picture' : 'pictures'} for good
        </Check>
        <p className="dialog-note" role="status">
          {running
            ? 'Deleting…'
            : confirmed !== null && !agreed
              ? 'The number has changed meanwhile: look again, then tick the box again.'
              : '\u00a0'}
        </p>
        <div className="dialog-actions">
          <Button ref={keep} disabled={running} onClick={close}>
            Keep them
          </Button>
          <Button variant="danger-filled" disabled={!agreed} busy={running} onClick={() => remove(selection)}>
            <TrashIcon /> Delete for good
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
