import type { CameraSnapshot } from '../../../../shared/camera.ts';
import { codes } from '../../../../shared/messages/codes.ts';
import { type Message, message, type ParamsOf } from '../../../../shared/messages/message.ts';
import type { SourceSnapshot } from '../../../../shared/snapshot.ts';
import { describeCause, OperatorError } from '../../platform/errors.ts';
import { CameraError, type CameraTrouble } from './camera-device.ts';

/** What a camera source says of itself: the state, what happened, and what to do. */
export type CameraSaid = {
  readonly state: SourceSnapshot['state'];
  readonly message: Message;
};

const troubles: Readonly<Record<CameraTrouble, CameraSaid>> = {
  missing: { state: 'missing', message: message('camera-missing') },
  unreachable: { state: 'missing', message: message('camera-unreachable') },
  taken: { state: 'taken', message: message('camera-taken', { context: 'plain', address: '', model: '', serial: '' }) },
  lost: { state: 'lost', message: message('camera-lost') },
  silent: { state: 'silent', message: message('camera-silent') },
  'setting-refused': { state: 'failed', message: message('camera-refuses-setting') },
  denied: { state: 'failed', message: message('camera-denied') },
  failed: { state: 'failed', message: message('camera-failed', { context: 'plain', reason: '' }) },
};

/** An error with the usual message of its trouble; `said` where there is a better one. */
export function cameraError(
  trouble: CameraTrouble,
  better: { readonly said?: Message; readonly technical?: string; readonly cause?: unknown } = {},
): CameraError {
  const { said = troubles[trouble].message, cause, technical = describeCause(cause) } = better;
  return new CameraError(trouble, said, technical, cause === undefined ? undefined : { cause });
}

/** Anything that a device threw, as the source's state. */
export function saidOf(error: unknown): CameraSaid {
  if (error instanceof CameraError) return { state: troubles[error.trouble].state, message: error.said };
  if (error instanceof OperatorError) return { state: 'failed', message: error.said };
  return { state: 'failed', message: message('camera-failed', { context: 'by', reason: describeCause(error) }) };
}

/** What an error has to say, whatever it is about. */
export const messageOf = (error: unknown): Message =>
  error instanceof CameraError || error instanceof OperatorError
    ? error.said
    : message('program-fault', { reason: describeCause(error) });

type LostContext = ParamsOf<'frames-lost'>['context'];
const lostContexts: readonly string[] = codes['frames-lost'].params.context;
const isLostContext = (cause: string): cause is LostContext => lostContexts.includes(cause);

/** Frames that were lost, by cause; `last`: what was said of the newest of them. */
export function dropsOf(
  counts: ReadonlyMap<string, number>,
  last: ReadonlyMap<string, Message>,
): CameraSnapshot['drops'] {
  return [...counts]
    .filter(([, frames]) => frames > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 20)
    .map(([cause, frames]) => {
      const newest = last.get(cause);
      const what = message('frames-lost', { context: isLostContext(cause) ? cause : 'other', cause });
      return {
        cause,
        message: newest === undefined ? what : message('frames-lost-last', { what, last: newest }),
        frames,
      };
    });
}

/** A refusal of something that a person asked of a camera source. */
export const refusal = (operation: string, said: Message, technical = ''): OperatorError =>
  new OperatorError(said, { operation, disposition: 'bury', technical });
