import type { FieldPath } from 'react-hook-form';
import { z } from 'zod';
import type { ConfigFault } from '../../shared/config.ts';
import type { OperationResponse, Setup } from '../../shared/contract.ts';
import { provisioningSchema, setupSchema } from '../../shared/setup.ts';

/**
 * The forms of the settings: the contract's own schema, with what a person types in other shapes, and with what is
 * plainly missing. Everything else is the gateway's to judge, so that there is one set of rules.
 */

type Stored = OperationResponse<'setup.get'>['stored'];

/** How the device gets its key: a key that exists, or a provisioning token that is exchanged for one. */
const keyShape = {
  deviceKey: setupSchema.shape.deviceKey,
  key: z.object({
    way: z.enum(['key', 'token']),
    token: z.string().max(512),
    name: provisioningSchema.shape.name,
  }),
};
const keySchema = z.object(keyShape);
export type KeyEntry = z.input<typeof keySchema>;
export const noKey: KeyEntry = { deviceKey: '', key: { way: 'key', token: '', name: '' } };

/** A list as a person types it: by commas, semicolons, blanks or lines. */
const splitList = (text: string): string[] => text.split(/[\s,;]+/).filter((part) => part !== '');
const typedList = (list: typeof proxyShape.noProxy) => z.string().transform(splitList).pipe(list);
const proxyShape = setupSchema.shape.proxy.shape;

const entrySchema = setupSchema.extend({
  ...keyShape,
  proxy: z.object({
    ...proxyShape,
    noProxy: typedList(proxyShape.noProxy),
    loginAt: typedList(proxyShape.loginAt),
  }),
});
type Entry = z.output<typeof entrySchema>;

/** What the form holds. */
export type SetupEntry = z.input<typeof entrySchema>;
/** What is sent, and how the key is to come. */
export type SetupOrder = { readonly setup: Setup; readonly key: KeyEntry['key'] };

/** The present settings as the form begins with them. */
export const entryOf = ({ proxy, ...setup }: Setup): SetupEntry => ({
  ...setup,
  ...noKey,
  proxy: { ...proxy, noProxy: proxy.noProxy.join(', '), loginAt: proxy.loginAt.join(', ') },
});

type Need = (missing: boolean, path: string, message: string) => void;
const needs =
  (context: z.RefinementCtx): Need =>
  (missing, path, message) => {
    if (missing) context.addIssue({ code: 'custom', path: path.split('.'), message });
  };
const isEmpty = (text: string): boolean => text.trim() === '';

function needKey({ deviceKey, key }: KeyEntry, stored: boolean, need: Need): void {
  need(key.way === 'token' && isEmpty(key.token), 'key.token', 'Enter the provisioning token.');
  need(key.way === 'key' && isEmpty(deviceKey) && !stored, 'deviceKey', 'Enter the device key.');
}

function needSettings(entry: Entry, stored: Stored, need: Need): void {
  need(isEmpty(entry.baseUrl), 'baseUrl', 'Enter the address of the cloud or server.');
  need(isEmpty(entry.deviceId), 'deviceId', 'Enter the device id.');
  if (entry.mode === 'lan') {
    const { endpoint, bucket, accessKeyId, secretAccessKey } = entry.objectStore;
    need(isEmpty(endpoint), 'objectStore.endpoint', 'Enter the address of the object storage.');
    need(isEmpty(bucket), 'objectStore.bucket', 'Enter the bucket.');
    // The two belong together: half of a new pair with half of the old one would be refused, far from here.
    const pair = !stored.objectStore || !isEmpty(accessKeyId) || !isEmpty(secretAccessKey);
    need(pair && isEmpty(accessKeyId), 'objectStore.accessKeyId', 'Enter the access key id.');
    need(pair && isEmpty(secretAccessKey), 'objectStore.secretAccessKey', 'Enter the secret access key.');
  }
  const { way, url, pacUrl } = entry.proxy;
  need(way === 'url' && isEmpty(url), 'proxy.url', 'Enter the address of the proxy.');
  need(way === 'pac' && isEmpty(pacUrl), 'proxy.pacUrl', 'Enter the address of the script.');
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

/** Trimmed, without what the chosen mode and ways do not use. */
function tidy({ key, ...entry }: Entry): SetupOrder {
  const { objectStore, proxy } = entry;
  const setup = {
    ...entry,
    baseUrl: entry.baseUrl.trim(),
    deviceId: entry.deviceId.trim(),
    deviceKey: key.way === 'key' ? entry.deviceKey.trim() : '',
    caFile: entry.caFile.trim(),
    objectStore: {
      endpoint: objectStore.endpoint.trim(),
      region: objectStore.region.trim() || 'us-east-1',
      bucket: objectStore.bucket.trim(),
      prefix: objectStore.prefix.trim(),
      accessKeyId: objectStore.accessKeyId.trim(),
      secretAccessKey: objectStore.secretAccessKey.trim(),
    },
    proxy:
      proxy.way === 'direct'
        ? noProxyAtAll
        : {
            ...proxy,
            url: proxy.way === 'url' ? proxy.url.trim() : '',
            pacUrl: proxy.way === 'pac' ? proxy.pacUrl.trim() : '',
            username: proxy.username.trim(),
            loginAt: proxy.way === 'url' ? [] : proxy.loginAt,
          },
  };
  return { setup, key: { ...key, token: key.token.trim(), name: key.name.trim() } };
}

type Given = {
  readonly stored: Stored;
  /** False where the settings are someone else's: then only the key is entered here. */
  readonly editable: boolean;
  /** Whether there are sources that this form does not know: cameras of the settings file. */
  readonly hasOtherSources: () => boolean;
};

export const setupFormSchema = ({ stored, editable, hasOtherSources }: Given) =>
  entrySchema
    .superRefine((entry, context) => {
      const need = needs(context);
      needKey(entry, editable && stored.deviceKey, need);
      if (!editable) return;
      needSettings(entry, stored, need);
      need(entry.folders.length === 0 && !hasOtherSources(), 'folders', 'Add at least one folder.');
    })
    .transform(tidy);

/** The dialog that asks for the key alone. */
export const keyFormSchema = keySchema.superRefine((entry, context) => needKey(entry, false, needs(context)));

/** The longest text that the contract takes at a place of the form; undefined where it sets no limit. */
export function longest(name: string): number | undefined {
  let schema: unknown = entrySchema;
  for (const part of name.split('.')) {
    if (schema instanceof z.ZodObject) schema = schema.shape[part];
    else if (schema instanceof z.ZodArray) schema = schema.element;
  }
  return schema instanceof z.ZodString ? (schema.maxLength ?? undefined) : undefined;
}

/** Where the gateway’s faults belong. Secrets are not in the configuration file: their paths are the form’s own. */
type Place = readonly [path: string, name: FieldPath<SetupEntry>, isOnView: (entry: SetupEntry) => boolean];
const places: readonly Place[] = [
  ['cloud.baseUrl', 'baseUrl', () => true],
  ['cloud.deviceId', 'deviceId', () => true],
  ['deviceKey', 'deviceKey', ({ key }) => key.way === 'key'],
  ['token', 'key.token', ({ key }) => key.way === 'token'],
  ['cloud.objectStore.endpoint', 'objectStore.endpoint', ({ mode }) => mode === 'lan'],
  ['cloud.objectStore', 'objectStore.endpoint', ({ mode }) => mode === 'lan'],
  ['cloud.objectStore.region', 'objectStore.region', ({ mode }) => mode === 'lan'],
  ['cloud.objectStore.bucket', 'objectStore.bucket', ({ mode }) => mode === 'lan'],
  ['cloud.objectStore.prefix', 'objectStore.prefix', ({ mode }) => mode === 'lan'],
  ['objectStore.accessKeyId', 'objectStore.accessKeyId', ({ mode }) => mode === 'lan'],
  ['objectStore.secretAccessKey', 'objectStore.secretAccessKey', ({ mode }) => mode === 'lan'],
  ['cloud.tls.caFile', 'caFile', () => true],
  ['caFile', 'caFile', () => true],
  ['cloud.proxy.url', 'proxy.url', ({ proxy }) => proxy.way === 'url'],
  ['cloud.proxy', 'proxy.url', ({ proxy }) => proxy.way === 'url'],
  ['cloud.proxy.pacUrl', 'proxy.pacUrl', ({ proxy }) => proxy.way === 'pac'],
  ['cloud.proxy.username', 'proxy.username', ({ proxy }) => proxy.way !== 'direct'],
  ['proxy.password', 'proxy.password', ({ proxy }) => proxy.way !== 'direct'],
  ['cloud.proxy.loginAt', 'proxy.loginAt', ({ proxy }) => proxy.way === 'system' || proxy.way === 'pac'],
  ['cloud.proxy.noProxy', 'proxy.noProxy', ({ proxy }) => proxy.way !== 'direct'],
  ['sources', 'folders', () => true],
];

/** The field of the form that a fault stands at; null where none on view is its own, so that it is said above them. */
export function fieldOf({ path }: ConfigFault, entry: SetupEntry): FieldPath<SetupEntry> | null {
  const [, place = '', part] = /^sources\[(\d+)\]\.(path|id)$/.exec(path) ?? [];
  if (part === 'path' || part === 'id') {
    const index = Number(place);
    return index < entry.folders.length ? `folders.${index}.${part}` : null;
  }
  // A fault of a list's element is a fault of the list: `cloud.proxy.noProxy[2]`.
  const whole = /^cloud\.proxy\.(?:noProxy|loginAt)\[/.test(path) ? path.slice(0, path.indexOf('[')) : path;
  const [, name, isOnView] = places.find(([one]) => one === whole) ?? [];
  return name !== undefined && isOnView?.(entry) === true ? name : null;
}
