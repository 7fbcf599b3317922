import type { DeliveryContext, DeliveryOutcome } from '../../model/delivery.ts';
import type { LeasedEntry } from '../../model/outbox-entry.ts';

/** How one entry is brought to the cloud. One attempt a call. */
export type Delivery = {
  readonly deliver: (entry: LeasedEntry, context: DeliveryContext) => Promise<DeliveryOutcome>;
};
