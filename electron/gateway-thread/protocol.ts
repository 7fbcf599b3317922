import type { Config } from '../../shared/config.ts';
import type { CoreOperation, OperationRequest, OperationResponse } from '../../shared/contract.ts';
import type { Message } from '../../shared/messages/message.ts';
import type { Snapshot } from '../../shared/snapshot.ts';
import type { FromCameraPage, ToCameraPage } from '../../shared/usb-camera.ts';
import type { GatewayOptions, GatewaySecrets } from '../gateway/gateway-options.ts';
import type { RecoverOptions, RecoveryReport } from '../gateway/maintenance/recover-store.ts';
import { type FailureFacts, OperatorError } from '../gateway/platform/errors.ts';
import type { ShellCalls } from '../gateway/shell-calls.ts';
import type { AnsweredProxy, AskedProxy } from './proxy-link.ts';

/** What the main thread and the gateway's own thread say to each other. Both are built together, so the messages are not checked. */

/** The contract's operations that the core carries out, and the shell's own calls (`shell-calls.ts`): by name, with one request. */
export type CallName = CoreOperation | keyof ShellCalls;
export type CallRequest<Name extends CallName> = Name extends CoreOperation
  ? OperationRequest<Name>
  : Name extends keyof ShellCalls
    ? Parameters<ShellCalls[Name]>[0]
    : never;
export type CallResponse<Name extends CallName> = Name extends CoreOperation
  ? OperationResponse<Name>
  : Name extends keyof ShellCalls
    ? Awaited<ReturnType<ShellCalls[Name]>>
    : never;

export type ThreadOptions = Pick<
  GatewayOptions,
  'dataDir' | 'identity' | 'workers' | 'nativeBinding' | 'interruption' | 'falls'
> & {
  readonly config: Config;
  readonly secrets: GatewaySecrets;
};

/**
 * What the thread is started with: besides its options, whether somebody drives USB cameras and asks for proxies for it,
 * and where it counts that it is alive.
 */
export type ThreadData = ThreadOptions & {
  readonly hasCameras: boolean;
  readonly hasProxies: boolean;
  /** One number, shared with main: no message, for a loop that is stuck itself would read those late. */
  readonly beats: Int32Array;
};

export type ToGateway =
  | { readonly type: 'call'; readonly id: number; readonly name: CallName; readonly request: unknown }
  | { readonly type: 'secrets'; readonly secrets: GatewaySecrets }
  | { readonly type: 'cameras'; readonly message: FromCameraPage }
  | { readonly type: 'proxy'; readonly answered: AnsweredProxy }
  | { readonly type: 'stop' };

/** A failure that crosses to another thread as plain data, and is a `OperatorError` again there. */
export type SentFacts = FailureFacts & { readonly code: string; readonly said: Message };

export type SentFailure = { readonly facts: SentFacts | null; readonly message: string };

export function sent(error: unknown): SentFailure {
  if (!(error instanceof OperatorError)) return { facts: null, message: String(error) };
  return { facts: factsOf(error), message: error.message };
}

export const factsOf = ({ code, said, operation, disposition, technical }: OperatorError): SentFacts => ({
  code,
  said,
  operation,
  disposition,
  technical,
});

/** What the thread is started with that builds a database anew, and what it says. */
export type RecoverData = Pick<RecoverOptions, 'dataDir' | 'config' | 'nativeBinding'>;
export type FromRecovery =
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'done'; readonly report: RecoveryReport }
  | { readonly type: 'failed'; readonly failure: SentFailure };

export type FromGateway =
  | { readonly type: 'opened' }
  | { readonly type: 'failed'; readonly failure: SentFailure }
  | { readonly type: 'changed'; readonly snapshot: Snapshot; readonly drained: boolean }
  | { readonly type: 'value'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly failure: SentFailure }
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'cameras'; readonly message: ToCameraPage }
  | { readonly type: 'proxy'; readonly asked: AskedProxy }
  /** By an exception that nobody caught. */
  | { readonly type: 'crashed'; readonly failure: SentFailure }
  /** The database is damaged or its disk is gone: the gateway has to be stopped. */
  | { readonly type: 'store-lost'; readonly fault: SentFacts }
  /** `hangs`: see `Gateway.hangs`. */
  | { readonly type: 'stopped'; readonly hangs: boolean };
