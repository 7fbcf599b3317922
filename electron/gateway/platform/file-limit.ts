import { type Message, message } from '../../../shared/messages/message.ts';
import { errnoCode } from './errors.ts';

const deepestCause = 5;

/**
 * This program, or the whole PC, has as many files open as it may. Null for every other failure: only this one is neither
 * the file's fault, nor the folder's, nor the disk's.
 */
export function fileLimitOf(error: unknown): Message | null {
  const codes = new Set<string | null>();
  for (let cause = error, depth = 0; cause instanceof Error && depth < deepestCause; depth += 1) {
    codes.add(errnoCode(cause));
    ({ cause } = cause);
  }
  if (codes.has('EMFILE')) return message('file-limit', { context: 'gateway' });
  return codes.has('ENFILE') ? message('file-limit', { context: 'pc' }) : null;
}
