import { type ReactNode, useEffect } from 'react';
import { dismissNotice, useNotice } from '../view-state/notice-store.ts';
import { Button } from './button.tsx';
import { CloseIcon } from './icons.ts';
import { CheckCircleIcon, StuckIcon } from './shapes.tsx';

const DONE_MILLISECONDS = 6_000;

/** The outcome of the last command. A success goes by itself; a failure stays until it is dismissed. */
export function NoticeBar(): ReactNode {
  const notice = useNotice((state) => state.notice);
  useEffect(() => {
    if (notice?.kind !== 'done') return;
    const timer = setTimeout(dismissNotice, DONE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <div className="notice-place" role="status" aria-live="polite">
      {notice !== null && (
        <div key={notice.id} className={`notice notice-${notice.kind}`} data-testid="notice">
          {notice.kind === 'done' ? <CheckCircleIcon /> : <StuckIcon />}
          <p>
            <strong>{notice.text}</strong>
            {notice.hint !== '' && <span> {notice.hint}</span>}
          </p>
          <Button iconOnly aria-label="Dismiss this message" onClick={dismissNotice}>
            <CloseIcon />
          </Button>
        </div>
      )}
    </div>
  );
}
