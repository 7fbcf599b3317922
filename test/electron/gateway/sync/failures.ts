import type { DeliveryFailure, DeliveryOutcome } from '../../../../electron/gateway/model/delivery.ts';
import { message } from '../../../../shared/messages/message.ts';

/** A failure as the cloud's client reports it; spread what a test is about. */
export const failure = (facts: Partial<DeliveryFailure>): DeliveryFailure => ({
  message: message('server-error', { status: 599 }),
  technical: 'HTTP 599',
  disposition: 'retry',
  pauseReason: 'trouble',
  ambiguous: false,
  retryAfterMilliseconds: null,
  ...facts,
});

export const failed = (facts: Partial<DeliveryFailure>): DeliveryOutcome => ({
  kind: 'failed',
  failure: failure(facts),
});

export const offline = failure({
  message: message('connection-refused', { context: 'server' }),
  disposition: 'pause',
  pauseReason: 'offline',
});
export const throttled = (retryAfterMilliseconds: number | null) =>
  failure({ message: message('throttled'), disposition: 'pause', pauseReason: 'throttled', retryAfterMilliseconds });
