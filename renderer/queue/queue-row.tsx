import { type CSSProperties, memo, type ReactNode, useEffect, useState } from 'react';
import { imageUrl } from '../../shared/channels.ts';
import type { QueueRow } from '../../shared/contract.ts';
import { isolated } from '../../shared/isolated.ts';
import { formatBytes, plural } from '../../shared/messages/numbers.ts';
import { formatUntil } from '../../shared/messages/times.ts';
import { formatMoment } from '../format/time.ts';
import { putBack, retryNow } from '../gateway/commands.ts';
import { useWords } from '../gateway/words.ts';
import { Button } from '../ui/button.tsx';
import { Check } from '../ui/check.tsx';
import { PictureIcon, RetryWaitIcon } from '../ui/icons.ts';
import { markUpTo, toggle } from './dead-store.ts';
import { EntryState, entryAction } from './entry-badge.tsx';

type Props = {
  readonly row: QueueRow | undefined;
  readonly index: number;
  readonly sourceName: string;
  readonly picked: boolean;
  /** Null where the list has no marks. */
  readonly marked: boolean | null;
  readonly now: number;
  readonly style: CSSProperties;
};

export const rowElementId = (imageId: string): string => `queue-row-${imageId}`;

/** One entry. The same cells stand in one line where there is room and in three where there is not (see queue.css). */
export const QueueTableRow = memo(function QueueTableRow(props: Props): ReactNode {
  const { row, index, style, now } = props;
  if (row === undefined) {
    return (
      <tr className="queue-row queue-row-blank" aria-rowindex={index + 2} style={style}>
        <td>Loading…</td>
      </tr>
    );
  }
  return (
    <tr
      id={rowElementId(row.imageId)}
      className="queue-row"
      aria-rowindex={index + 2}
      aria-selected={props.picked}
      data-testid="queue-row"
      data-image-id={row.imageId}
      data-state={row.state}
      style={style}
    >
      {props.marked !== null && (
        <td className="cell-check">{row.state === 'dead' && <RowCheck row={row} marked={props.marked} />}</td>
      )}
      <td className="cell-thumb">
        <Thumbnail key={row.imageId} imageId={row.imageId} />
      </td>
      <td className="cell-file">
        <span className="file-name" title={row.filename}>
          <bdi>{row.filename}</bdi>
        </span>
        <span className="file-source">{isolated(props.sourceName)}</span>
      </td>
      <td className="cell-captured">{formatMoment(row.capturedAt, now)}</td>
      <td className="cell-size">{formatBytes(row.bytes)}</td>
      <td className="cell-boxes" data-problem={row.sidecarProblem}>
        {row.sidecarProblem ? 'bad labels' : plural(row.annotationCount, 'box', 'boxes')}
      </td>
      <td className="cell-state">
        <EntryState entry={row} />
      </td>
      <td className="cell-attempts">{row.attempts > 0 ? plural(row.attempts, 'attempt') : ''}</td>
      <td className="cell-next">
        {row.state === 'pending' && row.nextAttemptAt !== null ? formatUntil(row.nextAttemptAt, now) : ''}
      </td>
      <td className="cell-error">
        <RowError row={row} />
      </td>
      <td className="cell-action">
        <RowAction row={row} now={now} />
      </td>
    </tr>
  );
});

/** The keyboard's way is the space bar on the picked row; Shift marks everything up to here. */
const RowCheck = ({ row, marked }: { readonly row: QueueRow; readonly marked: boolean }): ReactNode => (
  <Check
    isTabStop={false}
    checked={marked}
    label={`Mark ${isolated(row.filename)}`}
    onChange={(_, isShiftDown) => (isShiftDown ? markUpTo(row.imageId) : toggle(row.imageId))}
  />
);

/** The keyboard's way to the same order is R on the picked row, so the button itself is not a tab stop. */
function RowAction({ row, now }: { readonly row: QueueRow; readonly now: number }): ReactNode {
  const action = entryAction(row, now);
  if (action === null) return null;
  const { label, run } =
    action === 'retry'
      ? { label: 'Retry now', run: retryNow }
      : { label: 'Put back in queue', run: (id: string) => void putBack([id]) };
  return (
    <Button
      tabIndex={-1}
      className="row-button"
      title={`${label} (R)`}
      aria-label={`${label}: ${isolated(row.filename)}`}
      onClick={() => run(row.imageId)}
    >
      <RetryWaitIcon />
    </Button>
  );
}

/** The error of an entry that is not delivered; once delivered it is history, and stands in the preview only. */
function RowError({ row }: { readonly row: QueueRow }): ReactNode {
  const words = useWords();
  if (row.check === 'damaged' && row.lastError === null) {
    return <span className="error-text">The picture is damaged; it is delivered as it is.</span>;
  }
  if (row.lastError === null || row.state === 'acknowledged') return null;
  const { message, technical } = row.lastError;
  const hint = words.hint(message);
  return (
    <>
      <span className="error-text" title={technical}>
        {words.text(message)}
      </span>
      <span className="error-hint" title={hint}>
        {hint}
      </span>
    </>
  );
}

const THUMBNAIL_TRIES = 5;
const THUMBNAIL_PAUSE_MILLISECONDS = 3_000;

/** The preview may be made a moment after the row: a missing one is asked for again a few times. */
function Thumbnail({ imageId }: { readonly imageId: string }): ReactNode {
  const [failures, setFailures] = useState(0);
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    if (!broken || failures >= THUMBNAIL_TRIES) return;
    const timer = setTimeout(() => setBroken(false), THUMBNAIL_PAUSE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [broken, failures]);
  return broken ? (
    <span className="thumb thumb-none">
      <PictureIcon />
    </span>
  ) : (
    <img
      className="thumb"
      src={imageUrl('preview', imageId)}
      alt=""
      decoding="async"
      draggable={false}
      onError={() => {
        setBroken(true);
        setFailures(failures + 1);
      }}
    />
  );
}
