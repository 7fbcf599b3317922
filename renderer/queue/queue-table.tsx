import { useVirtualizer } from '@tanstack/react-virtual';
import { type MouseEvent, type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import type { SourceSnapshot } from '../../shared/snapshot.ts';
import { useGateway } from '../gateway/gateway-store.ts';
import { useRevisionRefresh } from '../gateway/use-revision-refresh.ts';
import { useNow } from '../ui/use-now.ts';
import { useSize } from '../ui/use-size.ts';
import { show, useScreen } from '../view-state/screen-store.ts';
import { isMarked } from './dead-marks.ts';
import { useDeadMarks } from './dead-store.ts';
import { ListState, NewAbove } from './list-state.tsx';
import { indexOfImage, nextCursorOf, rowAt } from './page-window.ts';
import { QueueTableRow, rowElementId } from './queue-row.tsx';
import { attend, loadMore, loadTop, renew, setLive, useQueue } from './queue-store.ts';
import { useQueueKeys } from './use-queue-keys.ts';

/** Below this width (in rem) the cells of a row stand in three lines. The heights are those of queue.css. */
const WIDE_FROM_REM = 50;
const ROW_REM = { wide: 4, compact: 5.25 } as const;
const LOAD_AHEAD_ROWS = 30;
const AT_TOP_PIXELS = 8;
const NO_SOURCES: readonly SourceSnapshot[] = [];

const headings = [
  ['thumb', 'Picture'],
  ['file', 'File'],
  ['captured', 'Captured'],
  ['size', 'Size'],
  ['boxes', 'Boxes'],
  ['state', 'State'],
  ['attempts', 'Attempts'],
  ['next', 'Next attempt'],
  ['error', 'Last error'],
  ['action', 'Action'],
] as const;

const rootFontPixels = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;

/** The image of the row under a click; null for a click on a row's own button or box, which means something else. */
function clickedImage({ target }: MouseEvent): string | null {
  if (!(target instanceof Element) || target.closest('button, label') !== null) return null;
  return target.closest<HTMLElement>('tr[data-image-id]')?.dataset.imageId ?? null;
}

/** The queue as a virtualised grid: only the rows on view exist, whatever the length of the list. */
export function QueueTable(): ReactNode {
  const window = useQueue((list) => list.window);
  const live = useQueue((list) => list.live);
  const filter = useQueue((list) => list.filter);
  const marks = useDeadMarks((state) => state.marks);
  const marking = filter === 'dead';
  const pickedId = useScreen((screen) => screen.pickedId);
  const sources = useGateway((mirror) => mirror.snapshot?.sources ?? NO_SOURCES);
  const now = useNow();
  const scroller = useRef<HTMLTableElement>(null);
  const size = useSize(scroller);
  const rem = rootFontPixels();
  const layout = size.width / rem >= WIDE_FROM_REM ? 'wide' : 'compact';
  const [atTop, setAtTop] = useState(true);
  const rowPixels = ROW_REM[layout] * rem;

  const virtualizer = useVirtualizer({
    count: window.rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPixels,
    overscan: 4,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the measurements depend on the row height alone
  useEffect(() => {
    virtualizer.measure();
  }, [rowPixels]);

  const shown = virtualizer.getVirtualItems();
  const first = shown[0]?.index ?? 0;
  const last = shown.at(-1)?.index ?? 0;

  useEffect(() => {
    void loadTop();
  }, []);
  useEffect(() => {
    setLive(atTop && pickedId === null);
  }, [atTop, pickedId]);
  useEffect(() => {
    if (window.rowCount === 0) return;
    attend(first, last);
    if (last >= window.rowCount - LOAD_AHEAD_ROWS && !live) void loadMore();
  }, [first, last, window.rowCount, live]);
  useRevisionRefresh(() => renew(first, last));
  // A new list begins at its beginning.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the filter is the reason to run
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [filter]);

  const open = useCallback((imageId: string) => show({ pickedId: imageId, enlarged: true }), []);
  const pickAt = useCallback(
    (index: number) => {
      const row = rowAt(useQueue.getState().window, index);
      if (row === undefined) return;
      show({ pickedId: row.imageId });
      virtualizer.scrollToIndex(index, { align: 'auto' });
    },
    [virtualizer],
  );
  const toNewest = useCallback(() => {
    show({ pickedId: null });
    scroller.current?.scrollTo({ top: 0 });
    setAtTop(true);
  }, []);
  const onKeyDown = useQueueKeys({
    pickAt,
    open,
    toNewest,
    pageRows: Math.max(1, Math.floor(size.height / rowPixels) - 1),
  });

  // A row picked elsewhere (next and previous in the preview) is brought into view.
  useEffect(() => {
    if (pickedId === null) return;
    const index = indexOfImage(useQueue.getState().window, pickedId);
    if (index >= 0) virtualizer.scrollToIndex(index, { align: 'auto' });
  }, [pickedId, virtualizer]);

  const complete = nextCursorOf(window) === null;
  return (
    <div className="queue" data-layout={layout} data-empty={window.rowCount === 0} data-marking={marking}>
      <NewAbove onShow={toNewest} />
      <table
        ref={scroller}
        className="queue-scroll"
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the keyboard moves within this table, which makes it a grid
        role="grid"
        aria-label="Queue"
        aria-rowcount={complete ? window.rowCount + 1 : -1}
        aria-colcount={headings.length + (marking ? 1 : 0)}
        aria-activedescendant={pickedId === null ? undefined : rowElementId(pickedId)}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const imageId = clickedImage(event);
          if (imageId !== null) show({ pickedId: imageId });
        }}
        onDoubleClick={(event) => {
          const imageId = clickedImage(event);
          if (imageId !== null) open(imageId);
        }}
        onScroll={(event) => setAtTop(event.currentTarget.scrollTop <= AT_TOP_PIXELS)}
      >
        <thead>
          <tr className="queue-head" aria-rowindex={1}>
            {marking && (
              <th scope="col" className="head-check">
                Marked
              </th>
            )}
            {headings.map(([key, label]) => (
              <th key={key} scope="col" className={`head-${key}`}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="queue-rows" style={{ height: virtualizer.getTotalSize() }}>
          {shown.map((place) => {
            const row = rowAt(window, place.index);
            return (
              <QueueTableRow
                key={row?.imageId ?? `blank-${place.index}`}
                row={row}
                index={place.index}
                sourceName={sources.find((source) => source.id === row?.sourceId)?.name ?? row?.sourceId ?? ''}
                picked={row !== undefined && row.imageId === pickedId}
                marked={marking && row !== undefined ? isMarked(marks, row.imageId) : null}
                now={now}
                style={{ transform: `translateY(${place.start}px)`, height: rowPixels }}
              />
            );
          })}
        </tbody>
      </table>
      <ListState />
    </div>
  );
}
