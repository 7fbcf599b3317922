import type { EntryError } from '../../../shared/contract.ts';
import type { NewImage } from './image.ts';

/** An entry that was leased for delivery; whoever settles it shows the token. */
export type LeasedEntry = Omit<NewImage, 'origin'> & {
  readonly seq: number;
  readonly token: string;
  readonly attempts: number;
  readonly ambiguous: boolean;
  readonly storedAt: number;
  readonly firstFailedAt: number | null;
  /** LAN mode: the payload lies durably in the object storage under this key; null: not yet. */
  readonly objectKey: string | null;
};

/** How a delivery ended, as one transition of the entry. */
export type Settlement =
  | {
      readonly kind: 'acknowledge';
      /** The cloud said that it already had the image. */
      readonly duplicate: boolean;
      readonly serverImageId: string | null;
      readonly serverBatchId: string | null;
    }
  /** Tried and failed: an attempt is consumed. */
  | {
      readonly kind: 'retry';
      readonly nextAttemptAt: number;
      readonly ambiguous: boolean;
      readonly stuck: boolean;
      readonly error: EntryError;
    }
  /**
   * Not tried, or not to be counted as tried. `ambiguous` and `stuck` are only ever added, never taken away; `stuck`:
   * it closed the way again and again while others got through.
   */
  | {
      readonly kind: 'release';
      readonly ambiguous: boolean;
      readonly stuck?: boolean;
      readonly error: EntryError | null;
    }
  /** Refused for good. */
  | { readonly kind: 'bury'; readonly error: EntryError };
