import './schema-mode.ts';

import { contract, type Operation, type OperationRequest, type OperationResponse } from '../../shared/contract.ts';
import { message } from '../../shared/messages/message.ts';
import { type Failure, failureSchema, type Result } from '../../shared/result.ts';
import { type Snapshot, snapshotSchema } from '../../shared/snapshot.ts';

/** The only file that touches `window.gateway`. Everything that arrives is parsed; every failure becomes a value. */

const NO_ANSWER: Failure = { ...message('gateway-silent'), technical: '', retryable: true };

const misunderstood = (operation: Operation): Failure => ({
  ...message('gateway-misunderstood', { operation }),
  technical: operation,
  retryable: false,
});

const failed = (error: Failure): { readonly ok: false; readonly error: Failure } => ({ ok: false, error });

/** Runs one operation. Never throws: a broken bridge, a broken answer and a refusal are all `{ ok: false }`. */
export async function call<Name extends Operation>(
  operation: Name,
  request: OperationRequest<Name>,
): Promise<Result<OperationResponse<Name>>> {
  const bridge = window.gateway;
  if (bridge === undefined) return failed(NO_ANSWER);
  let answer: unknown;
  try {
    answer = await bridge.invoke(operation, request);
  } catch {
    return failed(NO_ANSWER);
  }
  return parseAnswer(operation, answer);
}

/** `answer` is a `Result` of the operation's response as main made it. */
export function parseAnswer<Name extends Operation>(operation: Name, answer: unknown): Result<OperationResponse<Name>> {
  if (typeof answer !== 'object' || answer === null || !('ok' in answer)) return failed(misunderstood(operation));
  if (answer.ok === true && 'value' in answer) {
    const outcome = contract[operation].response.safeParse(answer.value);
    // The parse above is of exactly this operation's schema; TypeScript cannot follow the indexed access.
    return outcome.success
      ? { ok: true, value: outcome.data as OperationResponse<Name> }
      : failed(misunderstood(operation));
  }
  const error = 'error' in answer ? failureSchema.safeParse(answer.error) : null;
  return failed(error?.success ? error.data : misunderstood(operation));
}

/** Subscribes to snapshots; `onBroken` hears of one that does not parse. Returns the end of the subscription. */
export function subscribeSnapshots(onSnapshot: (snapshot: Snapshot) => void, onBroken: () => void): () => void {
  const bridge = window.gateway;
  if (bridge === undefined) return () => undefined;
  return bridge.subscribe((value) => {
    const outcome = snapshotSchema.safeParse(value);
    if (outcome.success) onSnapshot(outcome.data);
    else onBroken();
  });
}
