import { indexOfImage, rowAt } from '../queue/page-window.ts';
import { loadMore, useQueue } from '../queue/queue-store.ts';
import { show } from '../view-state/screen-store.ts';

/** Picks the image above (-1, newer) or below (+1, older) in the list on view, loading more of it where needed. */
export async function stepImage(fromId: string | null, step: 1 | -1): Promise<void> {
  const at = fromId === null ? -1 : indexOfImage(useQueue.getState().window, fromId);
  const target = at < 0 ? 0 : at + step;
  if (target >= useQueue.getState().window.rowCount) await loadMore();
  const row = rowAt(useQueue.getState().window, target);
  if (row !== undefined) show({ pickedId: row.imageId });
}
