import type { Message } from '../../../shared/messages/message.ts';

/** Why everything waits. */
export type PauseReason =
  | 'offline'
  | 'throttled'
  | 'trouble'
  | 'intercepted'
  | 'key-missing'
  | 'key-locked'
  | 'key-refused'
  | 'wrong-address'
  | 'not-approved'
  | 'storage-refused'
  | 'closed';

/** What went wrong with a request to the cloud, and what it means for the entry and for the rest of the queue. */
export type DeliveryFailure = {
  readonly message: Message;
  /** The server's own words or the machine's error, bounded. */
  readonly technical: string;
  /** As in `OperatorError`: what the sync engine does about it. */
  readonly disposition: 'retry' | 'pause' | 'bury' | 'bug';
  /** For `pause`: why. For `retry`: what it becomes when most entries fail so. */
  readonly pauseReason: PauseReason;
  /** The picture was sent and no answer came: the cloud may hold it. */
  readonly ambiguous: boolean;
  /** The server has no time to answer: fewer deliveries at once serve it better. Who is throttled is asked for less. */
  readonly overrun?: true;
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

/** Lets bytes leave no faster than the site allows. */
export type Pace = {
  /** False: nothing limits now, and a body may be handed to the socket whole. */
  readonly limited: boolean;
  /** The most bytes to ask for at once now, so that a limit is held evenly. */
  readonly chunkBytes: number;
  /** Resolves when so many bytes may leave. Rejects when the signal aborts or the way is closed meanwhile. */
  readonly take: (bytes: number, signal: AbortSignal) => Promise<void>;
};

/** What a delivery may use of the sync engine while it is under way. */
export type DeliveryContext = {
  readonly signal: AbortSignal;
  readonly pace: Pace;
  /** LAN mode, between its two steps: resolves once the outbox durably knows where the payload lies. */
  readonly stored: (objectKey: string) => Promise<void>;
};
