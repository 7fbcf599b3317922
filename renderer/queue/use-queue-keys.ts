import type { KeyboardEvent } from 'react';
import { putBack, retryNow } from '../commands.ts';
import { useScreen } from '../screen-store.ts';
import { entryAction } from './entry-look.tsx';
import { indexOfImage, rowAt } from './page-window.ts';
import { useQueue } from './queue-store.ts';

type Orders = {
  readonly pickAt: (index: number) => void;
  readonly open: (imageId: string) => void;
  readonly toNewest: () => void;
  readonly pageRows: number;
};

/** The keys of the queue: arrows, Home, End, Page Up and Down pick a row, Enter opens it, R tries it again, Esc lets go. */
export function useQueueKeys({ pickAt, open, toNewest, pageRows }: Orders): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { window } = useQueue.getState();
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
      pickAt(Math.min(Math.max(target, 0), last));
      return;
    }
    if (event.key === 'Escape') toNewest();
    if (pickedId === null) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      open(pickedId);
    }
    if (event.key === 'r' || event.key === 'R') {
      const row = rowAt(window, at);
      const action = row === undefined ? null : entryAction(row, Date.now());
      if (action === 'retry') retryNow(pickedId);
      if (action === 'put-back') putBack(pickedId);
    }
  };
}
