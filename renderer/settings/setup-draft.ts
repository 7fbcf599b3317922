import type { ConfigFault } from '../../shared/config.ts';
import type { OperationResponse, Setup } from '../../shared/contract.ts';

export type Stored = OperationResponse<'setup.get'>['stored'];
/** How the device gets its key: a key that exists, or a provisioning token that is exchanged for one. */
export type KeyWay = 'key' | 'token';

/** The paths of faults that stand at one field. Secrets are not in the configuration file: their paths are the form's. */
export const fieldPaths = {
  baseUrl: ['cloud.baseUrl'],
  deviceId: ['cloud.deviceId'],
  deviceKey: ['deviceKey'],
  token: ['token'],
  endpoint: ['cloud.objectStore.endpoint', 'cloud.objectStore'],
  region: ['cloud.objectStore.region'],
  bucket: ['cloud.objectStore.bucket'],
  prefix: ['cloud.objectStore.prefix'],
  accessKeyId: ['objectStore.accessKeyId'],
  secretAccessKey: ['objectStore.secretAccessKey'],
  caFile: ['cloud.tls.caFile', 'caFile'],
  proxyUrl: ['cloud.proxy.url', 'cloud.proxy'],
  pacUrl: ['cloud.proxy.pacUrl'],
  proxyUser: ['cloud.proxy.username'],
  proxyPassword: ['proxy.password'],
  loginAt: ['cloud.proxy.loginAt'],
  noProxy: ['cloud.proxy.noProxy'],
  folders: ['sources'],
} as const;

/** A fault of a list's element is a fault of the list: `cloud.proxy.noProxy[2]`. */
const belongs = (path: string, field: string): boolean =>
  path === field || (lists.some((list) => list === field) && path.startsWith(`${field}[`));
const lists = [fieldPaths.noProxy[0], fieldPaths.loginAt[0]] as const;

/** The faults of one field. */
export const faultsOf = (faults: readonly ConfigFault[], ...paths: readonly string[]): readonly string[] =>
  faults.filter((fault) => paths.some((path) => belongs(fault.path, path))).map((fault) => fault.message);

/** Fields that are not on view show no fault of theirs: the object storage in cloud mode, a proxy that is not used. */
export type Shown = { readonly folders: number; readonly storage: boolean; readonly proxy: boolean };

/** Faults that stand beside no field of the form: they are listed above it, with their path. */
export function otherFaults(faults: readonly ConfigFault[], shown: Shown): readonly ConfigFault[] {
  const { endpoint, region, bucket, prefix, accessKeyId, secretAccessKey } = fieldPaths;
  const { proxyUrl, pacUrl, proxyUser, proxyPassword, loginAt, noProxy } = fieldPaths;
  const { baseUrl, deviceId, deviceKey, token, caFile, folders } = fieldPaths;
  const known: string[] = [baseUrl, deviceId, deviceKey, token, caFile, folders].flat();
  if (shown.storage) known.push(...[endpoint, region, bucket, prefix, accessKeyId, secretAccessKey].flat());
  if (shown.proxy) known.push(...[proxyUrl, pacUrl, proxyUser, proxyPassword, loginAt, noProxy].flat());
  for (let index = 0; index < shown.folders; index += 1) known.push(`sources[${index}].path`, `sources[${index}].id`);
  return faults.filter((fault) => !known.some((path) => belongs(fault.path, path)));
}

/** Lists of the proxy's as they are being typed. */
export type TypedLists = { readonly noProxy: string; readonly loginAt: string };

/** Such a list as a person types it: by commas, semicolons, blanks or lines. */
export const splitExceptions = (text: string): string[] => text.split(/[\s,;]+/).filter((part) => part !== '');

/** What is sent: trimmed, without what the chosen mode does not use. */
export function tidySetup(setup: Setup, typed: TypedLists): Setup {
  const { objectStore, proxy } = setup;
  return {
    ...setup,
    baseUrl: setup.baseUrl.trim(),
    deviceId: setup.deviceId.trim(),
    deviceKey: setup.deviceKey.trim(),
    caFile: setup.caFile.trim(),
    objectStore: {
      endpoint: objectStore.endpoint.trim(),
      region: objectStore.region.trim() || 'us-east-1',
      bucket: objectStore.bucket.trim(),
      prefix: objectStore.prefix.trim(),
      accessKeyId: objectStore.accessKeyId.trim(),
      secretAccessKey: objectStore.secretAccessKey.trim(),
    },
    proxy: {
      ...noProxyAtAll,
      ...(proxy.way === 'direct'
        ? {}
        : {
            way: proxy.way,
            url: proxy.way === 'url' ? proxy.url.trim() : '',
            pacUrl: proxy.way === 'pac' ? proxy.pacUrl.trim() : '',
            username: proxy.username.trim(),
            password: proxy.password,
            loginAt: proxy.way === 'url' ? [] : splitExceptions(typed.loginAt),
            noProxy: splitExceptions(typed.noProxy),
          }),
    },
  };
}

const noProxyAtAll: Setup['proxy'] = {
  way: 'direct',
  url: '',
  pacUrl: '',
  username: '',
  password: '',
  loginAt: [],
  noProxy: [],
};

/**
 * What is plainly missing, found before the gateway is asked. Everything else is the gateway's to judge, so that there
 * is one set of rules.
 */
export function missingFields(
  setup: Setup,
  stored: Stored,
  key: { way: KeyWay; token: string },
  /** Sources that this form does not know: cameras of the settings file. */
  otherSources = 0,
): readonly ConfigFault[] {
  const faults: ConfigFault[] = [];
  const need = (missing: boolean, path: string, message: string): void => {
    if (missing) faults.push({ path, message });
  };
  need(setup.baseUrl.trim() === '', 'cloud.baseUrl', 'Enter the address of the cloud or server.');
  need(setup.deviceId.trim() === '', 'cloud.deviceId', 'Enter the device id.');
  need(key.way === 'token' && key.token.trim() === '', 'token', 'Enter the provisioning token.');
  need(key.way === 'key' && setup.deviceKey.trim() === '' && !stored.deviceKey, 'deviceKey', 'Enter the device key.');
  if (setup.mode === 'lan') {
    const { endpoint, bucket, accessKeyId, secretAccessKey } = setup.objectStore;
    need(endpoint.trim() === '', 'cloud.objectStore.endpoint', 'Enter the address of the object storage.');
    need(bucket.trim() === '', 'cloud.objectStore.bucket', 'Enter the bucket.');
    // The two belong together: half of a new pair with half of the old one would be refused, far from here.
    const pair = !stored.objectStore || accessKeyId.trim() !== '' || secretAccessKey.trim() !== '';
    need(pair && accessKeyId.trim() === '', 'objectStore.accessKeyId', 'Enter the access key id.');
    need(pair && secretAccessKey.trim() === '', 'objectStore.secretAccessKey', 'Enter the secret access key.');
  }
  const { way, url, pacUrl } = setup.proxy;
  need(way === 'url' && url.trim() === '', 'cloud.proxy.url', 'Enter the address of the proxy.');
  need(way === 'pac' && pacUrl.trim() === '', 'cloud.proxy.pacUrl', 'Enter the address of the script.');
  need(setup.folders.length === 0 && otherSources === 0, 'sources', 'Add at least one folder.');
  return faults;
}
