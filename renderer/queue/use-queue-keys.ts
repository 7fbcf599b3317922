import type { KeyboardEvent } from 'react';
import { putBack, retryNow } from '../gateway/commands.ts';
import { show, useScreen } from '../view-state/screen-store.ts';
import { countMarks, toSelection } from './dead-marks.ts';
import { clearMarks, markUpTo, toggle, useDeadMarks } from './dead-store.ts';
import { entryAction } from './entry-badge.tsx';
import { indexOfImage, rowAt } from './page-window.ts';
import { useQueue } from './queue-store.ts';

type Orders = {
  readonly pickAt: (index: number) => void;
  readonly open: (imageId: string) => void;
  readonly toNewest: () => void;
  readonly pageRows: number;
};

/**
 * The keys of the queue: arrows, Home, End, Page Up and Down pick a row, Enter opens it, R tries it again, Esc lets go.
 * Among dead letters also: the space bar marks, Shift with an arrow marks on the way, Ctrl+A marks all, Delete asks.
 */
export function useQueueKeys({ pickAt, open, toNewest, pageRows }: Orders): (event: KeyboardEvent) => void {
  return (event) => {
    // A box that was clicked has the focus and its own use for the space bar.
    if (event.key === ' ' && event.target instanceof Element && event.target.role === 'checkbox') return;
    const { window, filter } = useQueue.getState();
    const marking = filter === 'dead';
    if (marking && event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey) && !event.altKey) {
      event.preventDefault();
      useDeadMarks.setState({ marks: 'all', anchor: null });
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { pickedId } = useScreen.getState();
    const at = pickedId === null ? -1 : indexOfImage(window, pickedId);
    const last = window.rowCount - 1;
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? 0 : at - 1,
      PageDown: Math.max(at, 0) + pageRows,
      PageUp: at - pageRows,
      Home: 0,
      End: last,
    };
    const target = targets[event.key];
    if (target !== undefined) {
      event.preventDefault();
      const next = Math.min(Math.max(target, 0), last);
      const row = rowAt(window, next);
      if (marking && event.shiftKey && row !== undefined) {
        if (useDeadMarks.getState().anchor === null && pickedId !== null) markUpTo(pickedId);
        markUpTo(row.imageId);
      }
      pickAt(next);
      return;
    }
    if (event.key === 'Escape') {
      if (marking && countMarks(useDeadMarks.getState().marks, 1) > 0) clearMarks();
      else toNewest();
      return;
    }
    if (marking && event.key === 'Delete') {
      const selection = toSelection(useDeadMarks.getState().marks) ?? (pickedId === null ? null : [pickedId]);
      if (selection !== null) show({ deleting: selection });
      return;
    }
    if (pickedId === null) return;
    if (marking && event.key === ' ') {
      event.preventDefault();
      if (rowAt(window, at)?.state === 'dead') toggle(pickedId);
      return;
    }
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      open(pickedId);
    }
    if (event.key === 'r' || event.key === 'R') {
      const row = rowAt(window, at);
      const action = row === undefined ? null : entryAction(row, Date.now());
      if (action === 'retry') retryNow(pickedId);
      if (action === 'put-back') void putBack([pickedId]);
    }
  };
}
