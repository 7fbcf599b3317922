import { describe, expect, it } from 'vitest';
import { messagesOf } from '../../../renderer/settings/bound-field.tsx';
import {
  entryOf,
  fieldOf,
  keyFormSchema,
  longest,
  noKey,
  type SetupEntry,
  setupFormSchema,
} from '../../../renderer/settings/setup-schema.ts';
import type { Setup } from '../../../shared/contract.ts';
import { message } from '../../../shared/messages/message.ts';
import { setupSchema } from '../../../shared/setup.ts';

const setup: Setup = {
  baseUrl: 'https://x/api',
  mode: 'cloud',
  deviceId: 'line-7',
  deviceKey: '',
  objectStore: { endpoint: '', region: '', bucket: '', prefix: '', accessKeyId: '', secretAccessKey: '' },
  caFile: '',
  proxy: { way: 'direct', url: '', pacUrl: '', username: '', password: '', loginAt: [], noProxy: [] },
  folders: [{ id: 'a', path: '/a' }],
};
const everything = { deviceKey: true, objectStore: true, proxyPassword: true };
const nothing = { deviceKey: false, objectStore: false, proxyPassword: false };
const byToken = (token: string): SetupEntry['key'] => ({ way: 'token', token, name: '' });

const parse = (change: Partial<SetupEntry>, stored = everything, more: { editable?: boolean; others?: boolean } = {}) =>
  setupFormSchema({ stored, editable: more.editable ?? true, hasOtherSources: () => more.others ?? false }).safeParse({
    ...entryOf(setup),
    ...change,
  });
const missing = (...given: Parameters<typeof parse>) =>
  parse(...given).error?.issues.map(({ path }) => path.join('.')) ?? [];

describe('what the set-up form asks for', () => {
  it('is what is missing, but not a key that is stored', () => {
    expect(missing({})).toEqual([]);
    expect(missing({ baseUrl: ' ', folders: [] }, nothing)).toEqual(['deviceKey', 'baseUrl', 'folders']);
  });

  it('is no folder where cameras are set up', () => {
    expect(missing({ folders: [] }, everything, { others: true })).toEqual([]);
    expect(missing({ folders: [] })).toEqual(['folders']);
  });

  it('is the address of the proxy, or of the script, where one is chosen', () => {
    const by = (way: Setup['proxy']['way']) => missing({ proxy: { ...entryOf(setup).proxy, way } });
    expect([by('direct'), by('system')]).toEqual([[], []]);
    expect(by('url')).toEqual(['proxy.url']);
    expect(by('pac')).toEqual(['proxy.pacUrl']);
  });

  it('is a token and no key where the device is provisioned', () => {
    expect(missing({ key: byToken(' ') }, nothing)).toEqual(['key.token']);
    expect(missing({ key: byToken('apt_1') }, nothing)).toEqual([]);
  });

  it('is the object storage in LAN mode only', () => {
    const lan = ['objectStore.endpoint', 'objectStore.bucket'];
    expect(missing({ mode: 'lan' })).toEqual(lan);
    expect(missing({ mode: 'lan' }, { ...everything, objectStore: false })).toEqual([
      ...lan,
      'objectStore.accessKeyId',
      'objectStore.secretAccessKey',
    ]);
  });

  it('is the other half of a new access key, even where a pair is stored', () => {
    const objectStore = { ...setup.objectStore, endpoint: 'http://s:9000', bucket: 'raw-data', accessKeyId: 'new' };
    expect(missing({ mode: 'lan', objectStore })).toEqual(['objectStore.secretAccessKey']);
  });

  it('is the key alone where the settings are someone else’s, even where one is stored', () => {
    const locked = { editable: false };
    expect(missing({ baseUrl: '', folders: [] }, everything, locked)).toEqual(['deviceKey']);
    expect(missing({ baseUrl: '', folders: [], deviceKey: 'adk_1' }, everything, locked)).toEqual([]);
    expect(keyFormSchema.safeParse(noKey).success).toBe(false);
    expect(keyFormSchema.safeParse({ ...noKey, deviceKey: 'adk_1' }).success).toBe(true);
  });

  it('is no more than the contract takes, at any field', () => {
    expect(['deviceId', 'key.token', 'key.name', 'folders.0.id', 'proxy.noProxy'].map(longest)).toEqual([
      64,
      512,
      120,
      64,
      undefined,
    ]);
    expect(missing({ deviceId: 'x'.repeat(65) })).toEqual(['deviceId']);
    const noProxy = `nas, ${'x'.repeat(256)}`;
    expect(missing({ proxy: { ...entryOf(setup).proxy, way: 'system', noProxy } })).toEqual(['proxy.noProxy.1']);
  });
});

describe('faults of the settings', () => {
  const fault = (path: string) => ({ path, message: message('bad-setting', { context: 'url' }) });
  const lan = entryOf({ ...setup, mode: 'lan', proxy: { ...setup.proxy, way: 'pac' } });

  it('stand at their fields, those of a list at the list', () => {
    const at = [
      ['cloud.baseUrl', 'baseUrl'],
      ['cloud.tls.caFile', 'caFile'],
      ['cloud.objectStore', 'objectStore.endpoint'],
      ['cloud.objectStore.bucket', 'objectStore.bucket'],
      ['cloud.proxy.pacUrl', 'proxy.pacUrl'],
      ['cloud.proxy.noProxy[1]', 'proxy.noProxy'],
      ['sources', 'folders'],
      ['sources[0].path', 'folders.0.path'],
    ] as const;
    for (const [path, field] of at) expect(fieldOf(fault(path), lan)).toBe(field);
  });

  it('stand above the form where their field is not on view, so that none is hidden', () => {
    const cloud = entryOf(setup);
    for (const path of ['cloud.proxy.noProxy[1]', 'cloud.objectStore.bucket', 'sources[1].path', 'store.maxBytes'])
      expect(fieldOf(fault(path), cloud)).toBeNull();
    expect(fieldOf(fault('cloud.proxy.url'), lan)).toBeNull();
    expect(fieldOf(fault('token'), lan)).toBeNull();
  });

  it('are all said, whether one field has several or one of a list’s elements has it', () => {
    expect(messagesOf({ type: 'gateway', types: { 0: 'is no address', 1: 'is too long' } })).toEqual([
      'is no address',
      'is too long',
    ]);
    expect(messagesOf([undefined, { type: 'too_big', message: 'is too long' }])).toEqual(['is too long']);
    expect(messagesOf(undefined)).toEqual([]);
  });
});

describe('what is sent', () => {
  it('takes exceptions in any way people write lists', () => {
    const list = (noProxy: string) =>
      parse({ proxy: { ...entryOf(setup).proxy, way: 'system', noProxy } }).data?.setup.proxy.noProxy;
    expect(list(' 10.0.0.0/8, .plant.local;nas\n192.168.1.4 ')).toEqual([
      '10.0.0.0/8',
      '.plant.local',
      'nas',
      '192.168.1.4',
    ]);
    expect(list(' , ')).toEqual([]);
  });

  it('is trimmed, and leaves a proxy out that is not used', () => {
    const proxy = {
      ...entryOf(setup).proxy,
      url: ' http://p:3128 ',
      pacUrl: ' http://w/p.pac',
      username: 'u',
      password: ' p w ',
      noProxy: 'nas',
      loginAt: 'p, q',
    };
    const by = (way: Setup['proxy']['way']) => parse({ deviceKey: ' adk_1\n', proxy: { ...proxy, way } }).data?.setup;
    const common = { username: 'u', password: ' p w ', noProxy: ['nas'] };
    const used = by('url');
    expect(used).toMatchObject({ deviceKey: 'adk_1', objectStore: { region: 'us-east-1' } });
    expect(used?.proxy).toEqual({ ...common, way: 'url', url: 'http://p:3128', pacUrl: '', loginAt: [] });
    expect(by('pac')?.proxy).toEqual({ ...common, way: 'pac', url: '', pacUrl: 'http://w/p.pac', loginAt: ['p', 'q'] });
    expect(by('system')?.proxy).toEqual({ ...common, way: 'system', url: '', pacUrl: '', loginAt: ['p', 'q'] });
    expect(by('direct')?.proxy).toEqual(setup.proxy);
    expect(setupSchema.parse(used)).toEqual(used);
  });

  it('has no key where a token is exchanged for one', () => {
    const sent = parse({ deviceKey: 'adk_old', key: byToken(' apt_1 ') }).data;
    expect(sent).toMatchObject({ setup: { deviceKey: '' }, key: { way: 'token', token: 'apt_1' } });
  });
});
