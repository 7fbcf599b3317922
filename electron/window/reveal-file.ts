import { lstat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { message, type ParamsOf } from '../../shared/messages/message.ts';
import { errnoCode, OperatorError } from '../gateway/platform/errors.ts';

/** A share that does not answer must not hold the window up. */
const patienceMilliseconds = 3_000;
let looking = 0;

/**
 * Has `show` point at a file in the system's file manager. Throws a `OperatorError` where nothing is there:
 * a file manager would open some other folder, or nothing at all.
 * @param path null where the configuration does not have its folder any more
 */
export async function revealFile(path: string | null, show: (path: string) => void): Promise<void> {
  if (path === null) throw notShown('unknown');
  // A dead share keeps a thread of the system's for each look, and the gateway writes with the same ones.
  if (looking > 0) throw notShown('busy', path);
  looking += 1;
  const waiting = new AbortController();
  try {
    const answer = await Promise.race([
      lstat(path).finally(() => {
        looking -= 1;
      }),
      sleep(patienceMilliseconds, null, { signal: waiting.signal, ref: false }),
    ]);
    if (answer === null) throw notShown('silent', path);
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    const code = errnoCode(error);
    throw notShown(code === 'ENOENT' || code === 'ENOTDIR' ? 'gone' : 'unreadable', path);
  } finally {
    waiting.abort();
  }
  show(path);
}

const notShown = (context: ParamsOf<'no-file'>['context'], path = ''): OperatorError =>
  new OperatorError(message('no-file', { context, path }), { operation: 'reveal', disposition: 'bury' });
