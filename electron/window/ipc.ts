import { type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron';
import { INVOKE_CHANNEL } from '../../shared/channels.ts';
import { contract, type Operation } from '../../shared/contract.ts';
import { type Message, message } from '../../shared/messages/message.ts';
import type { Result } from '../../shared/result.ts';
import { failureOf } from '../gateway/platform/errors.ts';
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
      return refuse(message('forbidden'), trespass);
    }
    if (typeof name !== 'string' || !Object.hasOwn(contract, name)) {
      logger.log('warn', 'ipc-unknown-operation', { name: String(name).slice(0, 60) });
      return refuse(message('unknown-operation'));
    }
    const operation = name as Operation;
    const parsed = contract[operation].request.safeParse(request);
    if (!parsed.success) {
      logger.log('warn', 'ipc-bad-request', { operation, issues: parsed.error.issues.length });
      return refuse(message('bad-request'), operation);
    }
    try {
      return { ok: true, value: await operate(operation, parsed.data) };
    } catch (error) {
      logger.log('warn', 'ipc-operation-failed', { operation, error });
      return { ok: false, error: failureOf(error) };
    }
  });
}

function findTrespass(
  event: IpcMainInvokeEvent,
  isOurs: (contents: WebContents) => boolean,
  origin: string,
): string | null {
  if (!isOurs(event.sender)) return 'the caller is not a window of the gateway';
  const frame = event.senderFrame;
  if (frame === null || frame.parent !== null) return 'the caller is not the window’s own page';
  // The URL of a custom standard scheme: `new URL(…).origin` is "null" for it, so scheme and host are compared.
  const url = new URL(frame.url);
  return `${url.protocol}//${url.host}` === origin ? null : 'the caller is a page from elsewhere';
}

const refuse = (said: Message, technical = ''): Result<never> => ({
  ok: false,
  error: { ...said, technical, retryable: false },
});
