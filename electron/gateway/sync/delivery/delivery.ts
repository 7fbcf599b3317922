import type { DeliveryContext, DeliveryOutcome } from '../../model/delivery.ts';
import type { LeasedEntry } from '../../model/outbox-entry.ts';

/** How one entry is brought to the cloud. One attempt a call. */
export type Delivery = {
  /** These go next: what can be done for them before may be done now. All that were named before and are not, do not. */
  readonly prepare?: (entries: readonly LeasedEntry[]) => void;
  readonly deliver: (entry: LeasedEntry, context: DeliveryContext) => Promise<DeliveryOutcome>;
};
