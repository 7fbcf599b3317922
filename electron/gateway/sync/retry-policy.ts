import type { EntryError } from '../../../shared/contract.ts';
import type { DeliveryFailure, DeliveryOutcome } from '../model/delivery.ts';
import type { LeasedEntry, Settlement } from '../model/outbox-entry.ts';
import { type BackoffLimits, backoffDelay } from '../platform/backoff.ts';

/** What a delivery's outcome means for the entry (`settlement`) and for everything behind it (`effect`). */
export type Decision = {
  readonly settlement: Settlement;
  readonly effect: 'success' | 'server-error' | 'none' | { readonly pause: DeliveryFailure };
};

export type PolicyFacts = {
  readonly now: number;
  /** In [0, 1). */
  readonly random: number;
  /** When anything was last delivered; null if nothing was since the start. */
  readonly lastSuccessAt: number | null;
};

/** One entry's own delay. */
export const entryBackoff: BackoffLimits = { first: 1_000, longest: 60 * 60 * 1_000 };
/** From this number of attempts on, an entry that fails while others succeed is shown as stuck. */
const stuckAttempts = 6;

/** Pure: the one place where an outcome becomes a transition. */
export function decide(
  outcome: DeliveryOutcome,
  entry: Pick<LeasedEntry, 'attempts' | 'firstFailedAt'>,
  facts: PolicyFacts,
): Decision {
  switch (outcome.kind) {
    case 'acknowledged': {
      const { duplicate, serverImageId, serverBatchId } = outcome;
      return { settlement: { kind: 'acknowledge', duplicate, serverImageId, serverBatchId }, effect: 'success' };
    }
    case 'aborted':
      return { settlement: { kind: 'release', ambiguous: outcome.sent, error: null }, effect: 'none' };
    case 'failed':
      return decideFailure(outcome.failure, entry, facts);
  }
}

function decideFailure(
  failure: DeliveryFailure,
  entry: Pick<LeasedEntry, 'attempts' | 'firstFailedAt'>,
  facts: PolicyFacts,
): Decision {
  const error = entryErrorOf(failure, facts.now);
  switch (failure.disposition) {
    case 'pause':
      return { settlement: { kind: 'release', ambiguous: failure.ambiguous, error }, effect: { pause: failure } };
    case 'bury':
      return { settlement: { kind: 'bury', error }, effect: isOurs(failure) ? 'none' : 'success' };
    case 'bug':
    case 'retry': {
      const delay = Math.max(
        backoffDelay(entry.attempts, entryBackoff, facts.random),
        failure.retryAfterMilliseconds ?? 0,
      );
      const othersSucceed =
        facts.lastSuccessAt !== null && facts.lastSuccessAt > (entry.firstFailedAt ?? Number.POSITIVE_INFINITY);
      return {
        settlement: {
          kind: 'retry',
          nextAttemptAt: facts.now + delay,
          ambiguous: failure.ambiguous,
          stuck: othersSucceed && entry.attempts + 1 >= stuckAttempts,
          error,
        },
        effect: isOurs(failure) ? 'none' : 'server-error',
      };
    }
  }
}

/** A payload that can't be read, or a bug: it says nothing about the way to the cloud. */
const isOurs = ({ message, disposition }: DeliveryFailure): boolean =>
  message.code.startsWith('payload-') || disposition === 'bug';

const entryErrorOf = ({ message, technical }: DeliveryFailure, at: number): EntryError => ({ message, technical, at });
