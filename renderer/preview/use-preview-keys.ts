import { type RefObject, useEffect } from 'react';
import { indexOfImage, rowAt } from '../queue/page-window.ts';
import { loadMore, useQueue } from '../queue/queue-store.ts';
import { isTyping } from '../ui/is-typing.ts';
import { show, useScreen } from '../view-state/screen-store.ts';
import { ZOOM_STEP } from './stage-tools.tsx';
import type { ViewControl } from './use-view.ts';

/** Picks the image above (-1, newer) or below (+1, older) in the list on view, loading more of it where needed. */
export async function stepImage(fromId: string | null, step: 1 | -1): Promise<void> {
  const at = fromId === null ? -1 : indexOfImage(useQueue.getState().window, fromId);
  const target = at < 0 ? 0 : at + step;
  if (target >= useQueue.getState().window.rowCount) await loadMore();
  const row = rowAt(useQueue.getState().window, target);
  if (row !== undefined) show({ pickedId: row.imageId });
}

const PAN_STEP = 60;

/**
 * The keys of the preview. Letters, digits and signs work from anywhere on the screen; the arrow keys only while the
 * focus is in the preview, because the list has its own use for them.
 */
export function usePreviewKeys(
  pane: RefObject<HTMLElement | null>,
  imageId: string | null,
  control: ViewControl,
  toggleBoxes: () => void,
): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
      const anywhere: Readonly<Record<string, () => void>> = {
        j: () => void stepImage(imageId, 1),
        k: () => void stepImage(imageId, -1),
        b: toggleBoxes,
        '+': () => control.zoom(ZOOM_STEP),
        '=': () => control.zoom(ZOOM_STEP),
        '-': () => control.zoom(1 / ZOOM_STEP),
        '0': control.fit,
        '1': control.actualPixels,
      };
      const arrows: Readonly<Record<string, readonly [number, number, 1 | -1]>> = {
        ArrowLeft: [PAN_STEP, 0, -1],
        ArrowUp: [0, PAN_STEP, -1],
        ArrowRight: [-PAN_STEP, 0, 1],
        ArrowDown: [0, -PAN_STEP, 1],
      };
      const within = event.target instanceof Node && pane.current?.contains(event.target) === true;
      const arrow = within ? arrows[event.key] : undefined;
      const run = anywhere[event.key.toLowerCase()];
      if (arrow !== undefined) {
        if (control.pannable) control.pan(arrow[0], arrow[1]);
        else void stepImage(imageId, arrow[2]);
      } else if (event.key === 'Escape' && useScreen.getState().enlarged) show({ enlarged: false });
      else if (run !== undefined) run();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [pane, imageId, control, toggleBoxes]);
}
