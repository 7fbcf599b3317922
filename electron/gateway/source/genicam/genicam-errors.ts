import { isMessage, type Message, message } from '../../../../shared/messages/message.ts';
import { describeCause, type FailureFacts, OperatorError } from '../../platform/errors.ts';

const longestName = 80;
const registerRefused = 'camera-register-refused';

/** Names and values come from the camera: bounded and on one line, they can stand in a sentence. */
export function oneLine(text: string): string {
  const line = text.replace(/[\p{C}\s]+/gu, ' ').trim();
  return line.length > longestName ? `${line.slice(0, longestName)}…` : line;
}

/** For what is read by support only. */
export const quoted = (text: string): string => `"${oneLine(text)}"`;

/** Of one feature only: the others can still be listed. */
export class FeatureError extends OperatorError {}

export const concernsOneFeature = (error: unknown): error is FeatureError => error instanceof FeatureError;

/** The camera's description of itself is broken, or uses what we do not understand: `what`, for support. */
export function descriptionError(what: string, cause?: unknown): OperatorError {
  return new OperatorError(message('camera-description'), {
    operation: 'read the camera description',
    disposition: 'bury',
    technical: cause === undefined ? what : `${what}: ${describeCause(cause)}`,
    cause,
  });
}

/**
 * One feature can't be worked out: its part of the description is wrong, or does not fit the camera's answers. `what`,
 * for support, says in which way.
 */
export function nodeError(name: string, what: string): FeatureError {
  return new FeatureError(message('camera-feature', { name: oneLine(name) }), {
    operation: `evaluate ${quoted(name)}`,
    disposition: 'bury',
    technical: `${quoted(name)}: ${what}`,
  });
}

/** What was asked is not possible with this feature now; what would be, the message's hint says. */
export function refusal(said: Message, facts: Partial<FailureFacts> = {}): FeatureError {
  return new FeatureError(said, { operation: 'change a camera setting', disposition: 'bury', ...facts });
}

/** The camera said no to one access: what it has against it, as far as its port knows. */
export function accessRefused(cause: unknown): FeatureError {
  const known = typeof cause === 'object' && cause !== null && 'refusal' in cause ? cause.refusal : null;
  return new FeatureError(isMessage(known) ? known : message(registerRefused, { context: 'other' }), {
    operation: 'access a camera register',
    disposition: 'bury',
    cause,
  });
}

export function cameraUnreadable(cause: unknown): OperatorError {
  return new OperatorError(message('camera-memory'), {
    operation: 'access the memory of the camera',
    disposition: 'retry',
    cause,
  });
}

/** The camera's refusal of a register does not know which setting it was for. */
export function namedRefusal(name: string, error: unknown): unknown {
  if (!(error instanceof OperatorError) || error.code !== registerRefused) return error;
  const { said, technical } = error;
  return refusal(message('camera-setting-refused', { name: oneLine(name), why: said }), {
    operation: `change ${quoted(name)}`,
    technical,
    cause: error,
  });
}
