import { type BrowserWindow, dialog, type OpenDialogOptions, shell } from 'electron';
import type { Config } from '../../shared/config.ts';
import type { OperationRequest, OperationResponse } from '../../shared/contract.ts';
import type { GatewayHost } from '../gateway-thread/host.ts';
import type { Secrets } from '../settings/secrets.ts';
import { readSetup, saveSetup } from '../settings/setup.ts';
import type { Operations } from './ipc.ts';
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

/** What the window's calls do. Each is short: the gateway knows how. */
export function makeOperations(context: OperationContext): Operations {
  const { host, secrets } = context;
  const choose = async (options: OpenDialogOptions): Promise<string | null> => {
    const window = context.window();
    const { filePaths } =
      window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options);
    return filePaths[0] ?? null;
  };
  return {
    'snapshot.get': () => host.snapshot(),
    'queue.page': async ({ filter, cursor, limit }) =>
      (await host.gateway?.call('queuePage', filter, cursor, limit)) ?? { rows: [], nextCursor: null },
    'image.detail': async ({ imageId }) => ({ image: (await host.gateway?.call('imageDetail', imageId)) ?? null }),
    'refusals.page': async ({ cursor, limit }) =>
      (await host.gateway?.call('refusalsPage', cursor, limit)) ?? { rows: [], nextCursor: null },
    'losses.acknowledge': async () => ({ changed: await host.require().call('acknowledgeLosses') }),
    'refusal.recheck': async ({ id }) => ({ changed: await host.require().call('recheckRefusal', id) }),
    'entry.retry': async ({ imageId }) => ({ changed: await host.require().call('retryEntry', imageId) }),
    'dead.requeue': async ({ selection }) => ({ changed: await host.require().call('requeueDead', selection) }),
    'dead.delete': async ({ selection }) => ({ changed: await host.require().call('deleteDead', selection) }),
    'dead.export': async ({ selection }) => {
      const gateway = host.require();
      const path = await choose({
        title: 'Choose a folder for the dead letters',
        properties: ['openDirectory', 'createDirectory'],
      });
      if (path === null) return { exported: 0, path: null };
      return { exported: await gateway.call('exportDead', selection, path), path };
    },
    'ledger.page': async ({ cursor, limit }) =>
      (await host.gateway?.call('ledgerPage', cursor, limit)) ?? { rows: [], nextCursor: null },
    'ledger.verify': () => host.require().call('verifyLedger'),
    'doctor.run': async () => ({ checks: [...(await host.require().call('runDoctor'))] }),
    'cameras.find': () => host.require().call('findCameras'),
    'camera.forceIp': async (request) => {
      await host.require().call('forceIp', request);
      return {};
    },
    'camera.trigger': async ({ sourceId }) => {
      await host.require().call('triggerCamera', sourceId, 'window');
      return {};
    },
    'camera.features': async ({ sourceId }) => ({
      features: [...(await host.require().call('cameraFeatures', sourceId))],
    }),
    'camera.setFeature': async ({ sourceId, name, value }) => {
      await host.require().call('setCameraFeature', sourceId, name, value);
      return { features: [...(await host.require().call('cameraFeatures', sourceId))] };
    },
    'camera.runCommand': async ({ sourceId, name }) => {
      await host.require().call('runCameraCommand', sourceId, name);
      return { features: [...(await host.require().call('cameraFeatures', sourceId))] };
    },
    'camera.saveSettings': async ({ sourceId }) => ({
      saved: await host.require().call('saveCameraSettings', sourceId),
    }),
    'camera.loadSettings': ({ sourceId }) => host.require().call('loadCameraSettings', sourceId),
    'camera.look': async ({ sourceId, after, testShot }) => ({
      look: await host.require().call('cameraLook', sourceId, after, testShot),
    }),
    'sync.tryNow': async () => {
      secrets.askAgain();
      await host.require().call('tryNow');
      return {};
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
        throw new RangeError('This configuration was given on the command line; change that file instead.');
      return saveSetup(context, setup);
    },
    'folder.choose': async () => ({
      path: await choose({ title: 'Choose a folder to collect pictures from', properties: ['openDirectory'] }),
    }),
    'file.choose': async () => ({
      path: await choose({
        title: 'Choose the certificate file of the site’s authority',
        properties: ['openFile'],
        filters: [
          { name: 'Certificates', extensions: ['pem', 'crt', 'cer'] },
          { name: 'All files', extensions: ['*'] },
        ],
      }),
    }),
    'file.reveal': async (target) => {
      const path =
        target.kind === 'data-dir'
          ? context.dataDir
          : target.kind === 'image'
            ? await host.require().call('originalLocation', target.imageId)
            : await host.require().call('refusalLocation', target.id);
      await revealFile(path, (found) => shell.showItemInFolder(found));
      return {};
    },
  };
}
