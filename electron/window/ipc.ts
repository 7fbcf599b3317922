import { type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron';
import { INVOKE_CHANNEL } from '../../shared/channels.ts';
import { contract, type Operation } from '../../shared/contract.ts';
import { createWords } from '../../shared/messages/words.ts';
import type { Failure, Result } from '../../shared/result.ts';
import { describeCause, OperatorError } from '../gateway/platform/errors.ts';
import type { Logger } from '../gateway/platform/logger.ts';

/** Carries out an operation of the contract, whose request is parsed. */
export type Operate = (name: Operation, request: unknown) => unknown;

/**
 * Answers the window's calls. Each is checked before anything runs: a window of ours, its top frame, exactly our
 * origin, an operation of the contract, a request of its schema. Whatever happens, the answer is a Result.
 */
export function answerCalls(
  isOurs: (contents: WebContents) => boolean,
  origin: string,
  operate: Operate,
  logger: Logger,
): void {
  ipcMain.handle(INVOKE_CHANNEL, async (event, name: unknown, request: unknown): Promise<Result<unknown>> => {
    const trespass = findTrespass(event, isOurs, origin);
    if (trespass !== null) {
      logger.log('error', 'ipc-refused', { reason: trespass });
      return refuse('forbidden', 'This call is not allowed.', trespass);
    }
    if (typeof name !== 'string' || !Object.hasOwn(contract, name)) {
      logger.log('warn', 'ipc-unknown-operation', { name: String(name).slice(0, 60) });
      return refuse(
        'unknown-operation',
        'The gateway does not know this operation.',
        'The window and the gateway are of different versions: restart the program.',
      );
    }
    const operation = name as Operation;
    const parsed = contract[operation].request.safeParse(request);
    if (!parsed.success) {
      logger.log('warn', 'ipc-bad-request', { operation, issues: parsed.error.issues.length });
      return refuse(
        'bad-request',
        'The request has a wrong form.',
        'Restart the program. If it happens again, tell support.',
      );
    }
    try {
      return { ok: true, value: await operate(operation, parsed.data) };
    } catch (error) {
      logger.log('warn', 'ipc-operation-failed', { operation, error });
      return { ok: false, error: toFailure(error) };
    }
  });
}

function findTrespass(
  event: IpcMainInvokeEvent,
  isOurs: (contents: WebContents) => boolean,
  origin: string,
): string | null {
  if (!isOurs(event.sender)) return 'The caller is not a window of the gateway.';
  const frame = event.senderFrame;
  if (frame === null || frame.parent !== null) return 'The caller is not the window’s own page.';
  // The URL of a custom standard scheme: `new URL(…).origin` is "null" for it, so scheme and host are compared.
  const url = new URL(frame.url);
  return `${url.protocol}//${url.host}` === origin ? null : 'The caller is a page from elsewhere.';
}

const refuse = (code: string, message: string, hint: string): Result<never> => ({
  ok: false,
  error: { code, message, hint, retryable: false },
});

function toFailure(error: unknown): Failure {
  if (error instanceof OperatorError) {
    const words = createWords();
    return {
      code: error.code,
      message: words.text(error.said),
      hint: words.hint(error.said),
      retryable: error.retryable,
    };
  }
  if (error instanceof RangeError)
    return { code: 'out-of-range', message: error.message, hint: 'Correct the entry.', retryable: true };
  return {
    code: 'internal-error',
    message: 'The gateway could not do this.',
    hint: describeCause(error),
    retryable: true,
  };
}
