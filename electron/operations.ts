import { copyFile } from 'node:fs/promises';
import { type BrowserWindow, dialog, shell } from 'electron';
import type { Config, ConfigInput } from '../shared/config.ts';
import type { Setup } from '../shared/contract.ts';
import { checkConfig, loadConfig, saveConfig } from './config-file.ts';
import type { GatewayHost } from './gateway-host.ts';
import type { Operations } from './ipc.ts';
import type { Secrets } from './secrets.ts';

export type OperationContext = {
  readonly host: GatewayHost;
  readonly secrets: Secrets;
  readonly window: () => BrowserWindow | null;
  readonly configFile: string;
  readonly dataDir: string;
  /** False where the configuration belongs to somebody else: a file given on the command line, the demo. */
  readonly editable: boolean;
  readonly start: (config: Config) => Promise<unknown>;
};

/** What the window's calls do. Each is short: the gateway knows how. */
export function makeOperations(context: OperationContext): Operations {
  const { host, secrets } = context;
  return {
    'snapshot.get': () => host.snapshot(),
    'queue.page': ({ filter, cursor, limit }) =>
      host.gateway?.queuePage(filter, cursor, limit) ?? { rows: [], nextCursor: null },
    'image.detail': ({ imageId }) => ({ image: host.gateway?.imageDetail(imageId) ?? null }),
    'refusals.page': ({ cursor, limit }) => host.gateway?.refusalsPage(cursor, limit) ?? { rows: [], nextCursor: null },
    'refusal.recheck': ({ id }) => ({ changed: host.require().recheckRefusal(id) }),
    'entry.retry': ({ imageId }) => ({ changed: host.require().retryEntry(imageId) }),
    'entry.requeue': ({ imageId }) => ({ changed: host.require().requeueEntry(imageId) }),
    'dead.requeueAll': () => ({ changed: host.require().requeueAllDead() }),
    'sync.tryNow': () => {
      host.require().tryNow();
      return {};
    },
    'key.set': async ({ deviceKey }) => {
      const stored = await secrets.storeDeviceKey(deviceKey);
      host.gateway?.tryNow();
      return { stored };
    },
    'setup.get': async () => ({
      setup: await readSetup(context.configFile),
      keyStored: secrets.isStored,
      editable: context.editable,
    }),
    'setup.save': (setup) => saveSetup(context, setup),
    'folder.choose': async () => {
      const window = context.window();
      const options = { title: 'Choose a folder to collect pictures from', properties: ['openDirectory' as const] };
      const { filePaths } =
        window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options);
      return { path: filePaths[0] ?? null };
    },
    'file.reveal': (target) => {
      const path =
        target.kind === 'data-dir'
          ? context.dataDir
          : target.kind === 'image'
            ? host.require().originalLocation(target.imageId)
            : host.require().refusalLocation(target.id);
      if (path === null) throw new RangeError('The place of this file is not known any more.');
      shell.showItemInFolder(path);
      return {};
    },
  };
}

async function readSetup(configFile: string): Promise<Setup> {
  const loaded = await loadConfig(configFile);
  const empty: Setup = { baseUrl: 'https://acusight.io/api', deviceId: '', deviceKey: '', folders: [] };
  if (loaded.kind !== 'loaded') return empty;
  const { cloud, sources } = loaded.config;
  return {
    baseUrl: cloud.baseUrl,
    deviceId: cloud.deviceId,
    deviceKey: '',
    folders: sources.map(({ id, path }) => ({ id, path })),
  };
}

/** Writes the settings the form knows and leaves every other one of the file as it is. */
async function saveSetup(
  context: OperationContext,
  setup: Setup,
): Promise<{ faults: { path: string; message: string }[] }> {
  const { configFile, secrets, editable } = context;
  if (!editable) throw new RangeError('This configuration was given on the command line; change that file instead.');
  const loaded = await loadConfig(configFile);
  const before: ConfigInput | null = loaded.kind === 'loaded' ? loaded.input : null;
  const known = new Map((before?.sources ?? []).map((source) => [source.id, source]));
  const input: ConfigInput = {
    ...before,
    cloud: { ...before?.cloud, baseUrl: setup.baseUrl.trim(), deviceId: setup.deviceId.trim() },
    sources: setup.folders.map(({ id, path }) => ({
      ...known.get(id),
      id: id.trim(),
      kind: 'folder' as const,
      path: path.trim(),
    })),
  };
  const checked = checkConfig(input);
  const faults = checked.kind === 'faulty' ? [...checked.faults] : [];
  if (setup.deviceKey !== '') {
    try {
      if (faults.length === 0) await secrets.storeDeviceKey(setup.deviceKey);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      faults.push({ path: 'deviceKey', message: error.message });
    }
  }
  if (checked.kind === 'faulty' || faults.length > 0) return { faults };
  // Settings that this form does not know would be gone with a file that could not be understood: it is kept beside.
  if (loaded.kind === 'faulty') await copyFile(configFile, `${configFile}.bak`);
  await saveConfig(configFile, input);
  await context.start(checked.config);
  return { faults: [] };
}
