import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Selection } from '../../shared/contract.ts';
import { formatBytes, formatCount, plural } from '../format/numbers.ts';
import { deleteDead } from '../gateway/commands.ts';
import { useSnapshot } from '../gateway/gateway-store.ts';
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
  const dialog = useRef<HTMLDialogElement>(null);
  const keep = useRef<HTMLButtonElement>(null);
  const total = useSnapshot((snapshot) => snapshot.counts.dead) ?? 0;
  const bytes = useSnapshot((snapshot) => snapshot.bytes.dead) ?? 0;
  const count = selection === 'all' ? total : selection.length;
  const [confirmed, setConfirmed] = useState<number | null>(null);
  const [running, setRunning] = useState(false);
  useEffect(() => {
    dialog.current?.showModal();
    // The harmless answer has the focus when the question appears: Enter keeps them.
    keep.current?.focus();
  }, []);
  const agreed = confirmed === count && count > 0;
  const remove = async (): Promise<void> => {
    if (!agreed || running) return;
    setRunning(true);
    const done = await deleteDead(selection);
    setRunning(false);
    if (done) clearMarks();
    close();
  };
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="delete-title" data-testid="delete-dialog" onClose={close}>
      <div className="dialog-body">
        <h2 id="delete-title">
          <TrashIcon /> Delete {plural(count, 'dead letter')}?
        </h2>
        <p>
          {count === 1 ? 'This picture' : 'These pictures'} with {count === 1 ? 'its' : 'their'} labels
          {selection === 'all' ? ` (${formatBytes(bytes)})` : ''} will be gone from this gateway for good. The cloud
          never took {count === 1 ? 'it' : 'them'}, so it has no copy. Export first if anyone may still need{' '}
          {count === 1 ? 'it' : 'them'}.
        </p>
        <p className="dialog-note">The ledger keeps a row that says how many were deleted, and when.</p>
        <label className="check check-line">
          <input
            type="checkbox"
            checked={agreed}
            disabled={running || count === 0}
            onChange={(event) => setConfirmed(event.target.checked ? count : null)}
          />
          <span className="check-box" aria-hidden="true" />
          <span>
            Yes, delete {formatCount(count)} {count === 1 ? 'picture' : 'pictures'} for good
          </span>
        </label>
        <p className="dialog-note" role="status">
          {running
            ? 'Deleting…'
            : confirmed !== null && !agreed
              ? 'The number has changed meanwhile: look again, then tick the box again.'
              : '\u00a0'}
        </p>
        <div className="dialog-actions">
          <button ref={keep} type="button" className="button" disabled={running} onClick={close}>
            Keep them
          </button>
          <button
            type="button"
            className="button danger-filled"
            disabled={!agreed || running}
            onClick={() => void remove()}
          >
            <TrashIcon /> Delete for good
          </button>
        </div>
      </div>
    </dialog>
  );
}
