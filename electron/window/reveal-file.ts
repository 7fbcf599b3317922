import { lstat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoCode, GatewayError, OperatorError } from '../gateway/platform/errors.ts';

/** A share that does not answer must not hold the window up. */
const patienceMilliseconds = 3_000;
let looking = 0;

/**
 * Has `show` point at a file in the system's file manager. Throws a `OperatorError` with words where nothing is there:
 * a file manager would open some other folder, or nothing at all.
 * @param path null where the configuration does not have its folder any more
 */
export async function revealFile(path: string | null, show: (path: string) => void): Promise<void> {
  if (path === null)
    throw notShown(
      'The place of this file is not known any more.',
      'Its source or the picture is not in the gateway now.',
    );
  // A dead share keeps a thread of the system's for each look, and the gateway writes with the same ones.
  if (looking > 0)
    throw notShown('Another file is being looked for.', 'Its folder does not answer. Try again when it does.');
  looking += 1;
  const waiting = new AbortController();
  try {
    const answer = await Promise.race([
      lstat(path).finally(() => {
        looking -= 1;
      }),
      sleep(patienceMilliseconds, null, { signal: waiting.signal, ref: false }),
    ]);
    if (answer === null) throw notShown('The folder of this file does not answer.', `Check the way to ${path}.`);
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    const code = errnoCode(error);
    throw code === 'ENOENT' || code === 'ENOTDIR'
      ? notShown('The file is not there any more.', `It was moved, renamed or deleted: ${path}`)
      : notShown('The file can’t be looked at.', `Check that its folder is there and may be read: ${path}`);
  } finally {
    waiting.abort();
  }
  show(path);
}

const notShown = (text: string, hint: string): OperatorError =>
  new GatewayError({ code: 'no-file', operation: 'reveal', text, hint, disposition: 'bury' });
