import type { CameraSnapshot } from '../../../../shared/camera.ts';
import { createWords } from '../../../../shared/messages/words.ts';
import type { SourceSnapshot } from '../../../../shared/snapshot.ts';
import { describeCause, GatewayError, OperatorError } from '../../platform/errors.ts';
import { CameraError, type CameraTrouble } from './camera-device.ts';

/** What a camera source says of itself: the state, what happened, and what to do. */
export type CameraSaid = {
  readonly state: SourceSnapshot['state'];
  readonly text: string;
  readonly hint: string;
};

const troubles: Readonly<Record<CameraTrouble, CameraSaid>> = {
  missing: {
    state: 'missing',
    text: 'The camera was not found.',
    hint: 'Check its power and its cable, and that the settings name the right camera. It is looked for again and again.',
  },
  unreachable: {
    state: 'missing',
    text: 'The camera answers, but its address is of another network.',
    hint: 'Set its address in the list of cameras, or give this PC’s network card an address of the same network.',
  },
  taken: {
    state: 'taken',
    text: 'Another program controls the camera.',
    hint: 'Close that program, here or on another PC. The camera is used as soon as it is free.',
  },
  lost: {
    state: 'lost',
    text: 'The camera was there and is gone.',
    hint: 'Check its power and its cable. It is connected again as soon as it answers.',
  },
  silent: {
    state: 'silent',
    text: 'Control works, but no pictures arrive.',
    hint: 'Check three things: a firewall that lets no UDP in, a filter driver of the network card (another camera program installs it), and a packet size that is too large for a network switch or card on the way.',
  },
  'setting-refused': {
    state: 'failed',
    text: 'The camera refused a setting.',
    hint: 'Correct it in the settings of this source.',
  },
  denied: {
    state: 'failed',
    text: 'The operating system does not let this program use the camera.',
    hint: 'Allow it in the privacy settings of the operating system.',
  },
  failed: {
    state: 'failed',
    text: 'The camera failed.',
    hint: 'Switch it off and on. It is tried again and again.',
  },
};

/** An error with the usual words of its trouble; `text` and `hint` where there are better ones. */
export function cameraError(
  trouble: CameraTrouble,
  better: {
    readonly text?: string;
    readonly hint?: string;
    readonly technical?: string;
    readonly cause?: unknown;
  } = {},
): CameraError {
  const { text, hint } = troubles[trouble];
  const { cause, technical = describeCause(cause) } = better;
  const options = cause === undefined ? undefined : { cause };
  return new CameraError(trouble, better.text ?? text, better.hint ?? hint, technical, options);
}

/** Anything that a device threw, in words. */
export function saidOf(error: unknown): CameraSaid {
  if (error instanceof CameraError) {
    const usual = troubles[error.trouble];
    return { state: usual.state, text: error.message || usual.text, hint: error.hint || usual.hint };
  }
  if (error instanceof OperatorError) {
    const words = createWords();
    return { state: 'failed', text: words.text(error.said), hint: words.hint(error.said) };
  }
  const { state, text, hint } = troubles.failed;
  return { state, text: `${text} (${describeCause(error)})`, hint };
}

/** Causes of lost frames, in words for the window. The first are the source's own, the others the device's. */
const drops: Readonly<Record<string, string>> = {
  'not-keeping-up': 'They came faster than they could be stored.',
  'no-room': 'The gateway had no room for them.',
  refused: 'They can’t be stored.',
  failed: 'They could not be stored.',
  'no-answer': 'The camera was triggered and sent no picture.',
  incomplete: 'Parts were lost in the network.',
  missed: 'Nothing of them arrived: the camera left them out, or the network lost them.',
  overrun: 'They came faster than they could be put together.',
  oversize: 'They were larger than the camera’s settings allow for.',
  short: 'They were smaller than the camera had announced.',
  inconsistent: 'Their parts contradict each other.',
  'bad-leader': 'What the camera announced can’t be.',
  unsupported: 'They are of a kind that can’t be stored.',
  'no-buffer': 'There was no memory for them.',
  aborted: 'They were under way when the camera was stopped or began anew.',
};

export function dropsInWords(
  counts: ReadonlyMap<string, number>,
  lastWords: ReadonlyMap<string, string>,
): CameraSnapshot['drops'] {
  return [...counts]
    .filter(([, frames]) => frames > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 20)
    .map(([cause, frames]) => {
      const last = lastWords.get(cause);
      const text = drops[cause] ?? `They were lost: ${cause}.`;
      return { cause, text: last === undefined ? text : `${text} Last: ${last}`, frames };
    });
}

/** A refusal of something that a person asked of a camera source. */
export function refusal(operation: string, text: string, hint: string): OperatorError {
  return new GatewayError({ code: 'camera-not-ready', operation, text, hint, disposition: 'bury' });
}
