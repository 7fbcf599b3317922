import { copyFile } from 'node:fs/promises';
import type { CloudConfig, Config, ConfigFault, ConfigInput } from '../../shared/config.ts';
import type { Setup } from '../../shared/contract.ts';
import { type Message, message } from '../../shared/messages/message.ts';
import { isFolder } from '../../shared/source-config.ts';
import { OperatorError } from '../gateway/platform/errors.ts';
import { patiently } from '../gateway/platform/held-files.ts';
import { checkConfig, loadConfig, saveConfig } from './config-file.ts';
import type { SecretName, Secrets } from './secrets.ts';

/** The window's set-up form and the configuration file: what the form knows is changed, everything else stays as it is. */

const empty: Setup = {
  baseUrl: 'https://acusight.io/api',
  mode: 'cloud',
  deviceId: '',
  deviceKey: '',
  objectStore: { endpoint: '', region: 'us-east-1', bucket: '', prefix: '', accessKeyId: '', secretAccessKey: '' },
  caFile: '',
  proxy: { way: 'direct', url: '', pacUrl: '', username: '', password: '', loginAt: [], noProxy: [] },
  folders: [],
};

/** Secrets are never in it: the form shows only whether they are there. */
export async function readSetup(configFile: string): Promise<Setup> {
  const loaded = await loadConfig(configFile);
  if (loaded.kind !== 'loaded') return empty;
  const { cloud, sources } = loaded.config;
  return {
    ...empty,
    baseUrl: cloud.baseUrl,
    mode: cloud.mode,
    deviceId: cloud.deviceId,
    objectStore: { ...empty.objectStore, ...cloud.objectStore },
    caFile: cloud.tls.caFile ?? '',
    proxy: formOf(cloud.proxy),
    folders: sources.filter(isFolder).map(({ id, path }) => ({ id, path })),
  };
}

function formOf(proxy: CloudConfig['proxy']): Setup['proxy'] {
  if (proxy === undefined) return empty.proxy;
  const { url = '', pacUrl = '', username = '', loginAt, noProxy } = proxy;
  const way = url !== '' ? 'url' : pacUrl !== '' ? 'pac' : 'system';
  return { ...empty.proxy, way, url, pacUrl, username, loginAt, noProxy };
}

export type SetupTarget = {
  readonly configFile: string;
  readonly secrets: Secrets;
  readonly start: (config: Config) => Promise<unknown>;
};

type Faults = ConfigFault[];

/** Checks everything, then stores the secrets, then the file, then starts the gateway with it. */
export async function saveSetup(
  { configFile, secrets, start }: SetupTarget,
  setup: Setup,
): Promise<{ faults: Faults }> {
  const loaded = await loadConfig(configFile);
  const input = merged(loaded.kind === 'loaded' ? loaded.input : null, setup);
  const checked = await checkConfig(input);
  const faults: Faults = checked.kind === 'faulty' ? [...checked.faults] : await storeSecrets(secrets, setup);
  if (checked.kind === 'faulty' || faults.length > 0) return { faults };
  // Settings that this form does not know would be gone with a file that could not be understood: it is kept beside.
  if (loaded.kind === 'faulty') await patiently(() => copyFile(configFile, `${configFile}.bak`));
  await saveConfig(configFile, input);
  await start(checked.config);
  return { faults: [] };
}

type SourceInput = NonNullable<ConfigInput['sources']>[number];

function merged(before: ConfigInput | null, setup: Setup): ConfigInput {
  const known = new Map<string, Extract<SourceInput, { kind: 'folder' }>>();
  const others: SourceInput[] = [];
  for (const source of before?.sources ?? []) {
    if (source.kind === 'folder') known.set(source.id, source);
    else others.push(source);
  }
  const { objectStore: _store, tls: tlsBefore, proxy: _proxy, ...cloudBefore } = before?.cloud ?? {};
  const { caFile: _ca, ...tlsRest } = tlsBefore ?? {};
  const { endpoint, region, bucket, prefix } = setup.objectStore;
  // In cloud mode what was entered for the other mode is kept, if it is of use at all.
  const withStore = setup.mode === 'lan' || (endpoint.trim() !== '' && bucket.trim() !== '');
  const caFile = setup.caFile.trim();
  return {
    ...before,
    cloud: {
      ...cloudBefore,
      baseUrl: setup.baseUrl.trim(),
      mode: setup.mode,
      deviceId: setup.deviceId.trim(),
      ...(withStore
        ? {
            objectStore: {
              endpoint: endpoint.trim(),
              region: region.trim() || 'us-east-1',
              bucket: bucket.trim(),
              prefix: prefix.trim(),
            },
          }
        : {}),
      tls: { ...tlsRest, ...(caFile === '' ? {} : { caFile }) },
      ...proxyOf(setup.proxy),
    },
    sources: [
      ...setup.folders.map(({ id, path }) => ({
        ...known.get(id),
        id: id.trim(),
        kind: 'folder' as const,
        path: path.trim(),
      })),
      // This form knows folders only.
      ...others,
    ],
  };
}

function proxyOf({
  way,
  url,
  pacUrl,
  username,
  loginAt,
  noProxy,
}: Setup['proxy']): Pick<ConfigInput['cloud'], 'proxy'> {
  if (way === 'direct') return {};
  const named = (names: readonly string[]): string[] => names.map((name) => name.trim()).filter((name) => name !== '');
  const from = { url: { url: url.trim() }, system: { system: true as const }, pac: { pacUrl: pacUrl.trim() } }[way];
  const login = named(loginAt);
  return {
    proxy: {
      ...from,
      ...(username.trim() === '' ? {} : { username: username.trim() }),
      ...(way === 'url' || login.length === 0 ? {} : { loginAt: login }),
      noProxy: named(noProxy),
    },
  };
}

/** What was left empty stays as it is stored. */
async function storeSecrets(secrets: Secrets, { deviceKey, objectStore, proxy }: Setup): Promise<Faults> {
  const fields: readonly { readonly path: string; readonly values: Partial<Record<SecretName, string>> }[] = [
    { path: 'deviceKey', values: given({ deviceKey }) },
    {
      path: 'objectStore.secretAccessKey',
      values: given({ s3AccessKeyId: objectStore.accessKeyId, s3SecretAccessKey: objectStore.secretAccessKey }),
    },
    { path: 'proxy.password', values: given({ proxyPassword: proxy.password }) },
  ];
  const faults: Faults = [];
  const checked: Partial<Record<SecretName, string>> = {};
  for (const { path, values } of fields) {
    if (Object.keys(values).length === 0) continue;
    try {
      Object.assign(checked, secrets.check(values));
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      faults.push({ path, message: error.said });
    }
  }
  // All at once: where the keyring is locked, a person waits once.
  if (faults.length === 0 && Object.keys(checked).length > 0) await secrets.store(checked);
  return faults;
}

const given = (values: Partial<Record<SecretName, string>>): Partial<Record<SecretName, string>> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));

/** The way to an API that the form names, with the certificates and the proxy that are set up already. */
export async function provisioningTarget(
  configFile: string,
  { baseUrl, deviceId }: { readonly baseUrl: string; readonly deviceId: string },
): Promise<{ readonly cloud: CloudConfig } | { readonly fault: Message }> {
  const loaded = await loadConfig(configFile);
  const { tls = {}, proxy } = loaded.kind === 'loaded' ? loaded.config.cloud : {};
  const checked = await checkConfig({
    cloud: {
      baseUrl: baseUrl.trim(),
      deviceId: deviceId.trim(),
      tls,
      ...(proxy === undefined ? {} : { proxy }),
    } satisfies ConfigInput['cloud'],
  });
  if (checked.kind === 'loaded') return { cloud: checked.config.cloud };
  const [first = { path: '', message: message('bad-setting', { context: 'other-value' }) }] = checked.faults;
  return { fault: message('setting-wrong', { setting: first.path, what: first.message }) };
}
