/** Why everything waits. */
export type GateReason =
  | 'offline'
  | 'throttled'
  | 'trouble'
  | 'intercepted'
  | 'key-missing'
  | 'key-refused'
  | 'wrong-address';

/** What went wrong with a request to the cloud, and what it means for the entry and for the rest of the queue. */
export type DeliveryFailure = {
  readonly code: string;
  readonly text: string;
  readonly hint: string;
  readonly technical: string;
  /** As in `GatewayError`: what the sync engine does about it. */
  readonly disposition: 'retry' | 'pause' | 'bury' | 'bug';
  /** For `pause`: why. For `retry`: what it becomes when most entries fail so. */
  readonly gate: GateReason;
  /** The picture was sent and no answer came: the cloud may hold it. */
  readonly ambiguous: boolean;
  /** What the server asked for, bounded; null where it asked for nothing. */
  readonly retryAfterMilliseconds: number | null;
};

export type DeliveryOutcome =
  | {
      readonly kind: 'acknowledged';
      readonly duplicate: boolean;
      readonly serverImageId: string | null;
      readonly serverBatchId: string | null;
    }
  | { readonly kind: 'failed'; readonly failure: DeliveryFailure }
  /** We stopped it ourselves (shutdown). */
  | { readonly kind: 'aborted'; readonly sent: boolean };
