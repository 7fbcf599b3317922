import type { DeliveryFailure, DeliveryOutcome } from '../../../../electron/gateway/model/delivery.ts';

/** A failure as the cloud's client reports it; spread what a test is about. */
export const failure = (facts: Partial<DeliveryFailure>): DeliveryFailure => ({
  code: 'some-code',
  text: 'Something went wrong.',
  hint: 'Do something.',
  technical: 'HTTP 599',
  disposition: 'retry',
  gate: 'trouble',
  ambiguous: false,
  retryAfterMilliseconds: null,
  ...facts,
});

export const failed = (facts: Partial<DeliveryFailure>): DeliveryOutcome => ({
  kind: 'failed',
  failure: failure(facts),
});

export const offline = failure({ code: 'connection-refused', disposition: 'pause', gate: 'offline' });
export const throttled = (retryAfterMilliseconds: number | null) =>
  failure({ code: 'throttled', disposition: 'pause', gate: 'throttled', retryAfterMilliseconds });
