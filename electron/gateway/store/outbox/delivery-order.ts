import type { SyncConfig } from '../../../../shared/config.ts';
import type { NewImage } from '../../model/image.ts';

/** Where an entry stands in the line of its source: lower rank first, within a rank lower position first. */
export type Place = { readonly rank: number; readonly position: number };

/** The site's policy of what goes first. Pure: the same image always gets the same place. */
export type DeliveryOrder = {
  /** Two policies that place every image alike have the same text; it is kept, so that a change is noticed. */
  readonly signature: string;
  readonly place: (image: Pick<NewImage, 'sourceId' | 'capturedAt' | 'content'>) => Place;
};

type Order = {
  readonly order: SyncConfig['order'];
  readonly goodClasses: readonly string[];
  readonly classPriorities: Readonly<Record<string, number>>;
};
type SourcePriority = { readonly id: string; readonly priority: number };

/**
 * Priority of the source plus the highest among the classes of its annotations decides; then, where the order is
 * `defects-first`, whether there is a defect; then the time of capture.
 */
export function deliveryOrderOf(
  { order, goodClasses, classPriorities }: Order,
  sources: readonly SourcePriority[],
): DeliveryOrder {
  const bySource = new Map(sources.filter(({ priority }) => priority !== 0).map(({ id, priority }) => [id, priority]));
  const byClass = new Map(Object.entries(classPriorities).filter(([, priority]) => priority !== 0));
  const good = new Set(goodClasses);
  const defectsFirst = order === 'defects-first';
  const direction = order === 'newest-first' ? -1 : 1;
  return {
    signature: JSON.stringify([order, defectsFirst ? [...good].sort() : [], sorted(bySource), sorted(byClass)]),
    place: ({ sourceId, capturedAt, content: { annotations } }) => {
      const highest = annotations.reduce<number>(
        (most, { classValue }) => Math.max(most, byClass.get(classValue) ?? 0),
        annotations.length === 0 ? 0 : Number.NEGATIVE_INFINITY,
      );
      const priority = highest + (bySource.get(sourceId) ?? 0);
      const isDefect = defectsFirst && annotations.some(({ classValue }) => !good.has(classValue));
      // Subtracting from zero keeps a rank of -0 out of the database.
      return { rank: 0 - 2 * priority - (isDefect ? 1 : 0), position: direction * Math.round(capturedAt) };
    },
  };
}

const sorted = (priorities: ReadonlyMap<string, number>): [string, number][] =>
  [...priorities].sort(([a], [b]) => (a < b ? -1 : 1));

/** Oldest first, all alike: what a store has before any policy was set. */
export const plainOrder: DeliveryOrder = deliveryOrderOf(
  { order: 'oldest-first', goodClasses: [], classPriorities: {} },
  [],
);
