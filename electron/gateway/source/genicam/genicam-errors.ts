import { isolated } from '../../../../shared/isolated.ts';
import { createWords } from '../../../../shared/messages/words.ts';
import { describeCause, GatewayError, OperatorError } from '../../platform/errors.ts';

const longestName = 80;
const registerRefused = 'camera-register-refused';
const lockedCode = 'camera-setting-locked';

/** Names and values come from the camera: bounded and on one line, they can stand in a sentence. */
export function quoted(text: string): string {
  const line = text.replace(/[\p{C}\s]+/gu, ' ').trim();
  return `"${isolated(line.length > longestName ? `${line.slice(0, longestName)}…` : line)}"`;
}

/** The camera's description of itself is broken, or uses what we do not understand. */
export function descriptionError(text: string, technical = '', cause?: unknown): OperatorError {
  return new GatewayError({
    code: 'camera-description',
    operation: 'read the camera description',
    text,
    hint: 'Update the firmware of the camera, or load a corrected description file from its maker.',
    disposition: 'bury',
    technical: technical === '' ? describeCause(cause) : technical,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** One feature can't be worked out: its part of the description is wrong, or does not fit the camera's answers. */
export function nodeError(name: string, what: string): OperatorError {
  return new GatewayError({
    code: 'camera-feature',
    operation: `evaluate ${quoted(name)}`,
    text: `The camera setting ${quoted(name)} can't be used: ${what}.`,
    hint: 'The description that the camera gives of itself is faulty here. Leave this setting alone, or update the firmware of the camera.',
    disposition: 'bury',
  });
}

/** What was asked is not possible with this feature now. `hint` says what would be. */
export function refusal(text: string, hint: string): OperatorError {
  return new GatewayError({
    code: 'camera-setting-refused',
    operation: 'change a camera setting',
    text,
    hint,
    disposition: 'bury',
  });
}

/** As `refusal`, and of a feature that something else locks at the moment. */
export function lockedRefusal(text: string, hint: string): OperatorError {
  return new GatewayError({ code: lockedCode, operation: 'change a camera setting', text, hint, disposition: 'bury' });
}

/** The camera said no to one access. Its own words are in `technical`. */
export function accessRefused(cause: unknown): OperatorError {
  return new GatewayError({
    code: registerRefused,
    operation: 'access a camera register',
    text: cause instanceof Error && cause.message !== '' ? cause.message : 'The camera refused the access.',
    hint: 'Stop the acquisition, or change what this setting depends on, and try again.',
    disposition: 'bury',
    technical: describeCause(cause),
    cause,
  });
}

export function cameraUnreadable(cause: unknown): OperatorError {
  return new GatewayError({
    code: 'camera-memory',
    operation: 'access the memory of the camera',
    text: 'The camera did not answer as it should.',
    hint: 'Check the cable and the power of the camera.',
    disposition: 'retry',
    technical: describeCause(cause),
    cause,
  });
}

/** Of one feature only: the others can still be listed. */
export function concernsOneFeature(error: unknown): error is OperatorError {
  const codes = ['camera-feature', registerRefused, 'camera-setting-refused', lockedCode];
  return error instanceof OperatorError && codes.includes(error.code);
}

/** The camera's refusal of a register does not know which setting it was for. */
export function namedRefusal(name: string, error: unknown): unknown {
  if (!(error instanceof OperatorError) || error.code !== registerRefused) return error;
  const words = createWords();
  return new GatewayError({
    code: 'camera-setting-refused',
    operation: `change ${quoted(name)}`,
    text: `The camera refused to change the setting ${quoted(name)}: ${words.text(error.said)}`,
    hint: words.hint(error.said),
    disposition: 'bury',
    technical: error.technical,
    cause: error,
  });
}
