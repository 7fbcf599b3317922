import { type BrowserWindow, dialog, type OpenDialogOptions, shell } from 'electron';
import type { Config } from '../../shared/config.ts';
import type {
  Answers,
  CoreOperation,
  Operation,
  OperationRequest,
  OperationResponse,
  ShellOperation,
} from '../../shared/contract.ts';
import { type Message, message } from '../../shared/messages/message.ts';
import { createWords } from '../../shared/messages/words.ts';
import { recoveredMessage } from '../gateway/maintenance/recover-store.ts';
import { OperatorError } from '../gateway/platform/errors.ts';
import type { GatewayHost } from '../gateway-thread/host.ts';
import type { Secrets } from '../settings/secrets.ts';
import { readSetup, saveSetup } from '../settings/setup.ts';
import type { Operate } from './ipc.ts';
import { revealFile } from './reveal-file.ts';

export type OperationContext = {
  readonly host: GatewayHost;
  readonly secrets: Secrets;
  readonly window: () => BrowserWindow | null;
  readonly configFile: string;
  readonly dataDir: string;
  /** False where the configuration belongs to somebody else: a file given on the command line, the demo. */
  readonly editable: boolean;
  readonly start: (config: Config) => Promise<unknown>;
  readonly provision: (request: OperationRequest<'device.provision'>) => Promise<OperationResponse<'device.provision'>>;
};

/**
 * What becomes of the window's operations: those that need Electron are carried out here, all others go to the core by
 * their own name. This file has no list of them; the contract says whose each is.
 */
export function makeOperator(context: OperationContext): Operate {
  const own: Partial<Record<Operation, (request: never) => unknown>> = makeShellOperations(context);
  return (name, request) => {
    const carryOut = own[name];
    return carryOut === undefined
      ? context.host.operate(name as CoreOperation, request as never)
      : carryOut(request as never);
  };
}

const label = (what: Message): string => createWords().text(what);

function makeShellOperations(context: OperationContext): Answers<ShellOperation | 'sync.tryNow'> {
  const { host, secrets } = context;
  const choose = async (options: OpenDialogOptions): Promise<string | null> => {
    const window = context.window();
    const { filePaths } =
      window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options);
    return filePaths[0] ?? null;
  };
  return {
    'snapshot.get': () => host.snapshot(),
    'dead.export': async ({ selection }) => {
      const gateway = host.require();
      const path = await choose({
        title: label(message('choose-path', { context: 'export-folder' })),
        properties: ['openDirectory', 'createDirectory'],
      });
      if (path === null) return { exported: 0, path: null };
      return { exported: await gateway.call('exportDeadLetters', { selection, folder: path }), path };
    },
    // The core's: but first the keyring is asked again, which only the shell can do.
    'sync.tryNow': async (request) => {
      secrets.askAgain();
      return host.require().call('sync.tryNow', request);
    },
    'store.rebuild': async () => {
      const { report, config } = await host.rebuild();
      await context.start(config);
      return { said: recoveredMessage(report) };
    },
    'device.provision': (request) => context.provision(request),
    'key.set': async ({ deviceKey }) => ({ stored: await secrets.storeDeviceKey(deviceKey) }),
    'setup.get': async () => ({
      setup: await readSetup(context.configFile),
      stored: secrets.stored(),
      editable: context.editable,
    }),
    'setup.save': (setup) => {
      if (!context.editable)
        throw new OperatorError(message('settings-fixed'), { operation: 'save-settings', disposition: 'bury' });
      return saveSetup(context, setup);
    },
    'folder.choose': async () => ({
      path: await choose({
        title: label(message('choose-path', { context: 'source-folder' })),
        properties: ['openDirectory'],
      }),
    }),
    'file.choose': async () => ({
      path: await choose({
        title: label(message('choose-path', { context: 'authority-file' })),
        properties: ['openFile'],
        filters: [
          { name: label(message('shell-label', { context: 'certificates' })), extensions: ['pem', 'crt', 'cer'] },
          { name: label(message('shell-label', { context: 'all-files' })), extensions: ['*'] },
        ],
      }),
    }),
    'file.reveal': async (target) => {
      const path =
        target.kind === 'data-dir'
          ? context.dataDir
          : target.kind === 'image'
            ? await host.require().call('originalLocation', { imageId: target.imageId })
            : await host.require().call('refusalLocation', { id: target.id });
      await revealFile(path, (found) => shell.showItemInFolder(found));
      return {};
    },
  };
}
