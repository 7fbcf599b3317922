import { type Message, message } from '../../../../../shared/messages/message.ts';

const checksOff = 'NODE_TLS_REJECT_UNAUTHORIZED';

/**
 * What the environment asks of TLS and does not get: whoever sets a variable of this PC must not be able to read the
 * device key on its way. To be logged, for somebody believes that it helps.
 */
export const refusedOfEnvironment = (environment: Readonly<Record<string, string | undefined>>): Message | null =>
  environment[checksOff] === '0' ? message('certificates-always-checked', { setting: checksOff }) : null;

/** Left there, it would have Node warn on every start that connections are insecure, which they are not. */
export function withdrawFromEnvironment(environment: Record<string, string | undefined>): void {
  if (refusedOfEnvironment(environment) !== null) delete environment[checksOff];
}
