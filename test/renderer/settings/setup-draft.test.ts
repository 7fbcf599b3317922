import { describe, expect, it } from 'vitest';
import {
  faultsOf,
  missingFields,
  otherFaults,
  type Stored,
  splitExceptions,
  tidySetup,
} from '../../../renderer/settings/setup-draft.ts';
import type { Setup } from '../../../shared/contract.ts';
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
const everything: Stored = { deviceKey: true, objectStore: true, proxyPassword: true };
const nothing: Stored = { deviceKey: false, objectStore: false, proxyPassword: false };
const byKey = { way: 'key', token: '' } as const;
const paths = (change: Partial<Setup>, stored: Stored, key: Parameters<typeof missingFields>[2] = byKey) =>
  missingFields({ ...setup, ...change }, stored, key).map((fault) => fault.path);

describe('what the set-up form asks for', () => {
  it('is what is missing, but not a key that is stored', () => {
    expect(paths({}, everything)).toEqual([]);
    expect(paths({ baseUrl: ' ', folders: [] }, nothing)).toEqual(['cloud.baseUrl', 'deviceKey', 'sources']);
  });

  it('is no folder where cameras are set up', () => {
    expect(missingFields({ ...setup, folders: [] }, everything, byKey, 1)).toEqual([]);
    expect(missingFields({ ...setup, folders: [] }, everything, byKey, 0)).toHaveLength(1);
  });

  it('is the address of the proxy, or of the script, where one is chosen', () => {
    const proxy = (way: Setup['proxy']['way']) => paths({ proxy: { ...setup.proxy, way } }, everything);
    expect([proxy('direct'), proxy('system')]).toEqual([[], []]);
    expect(proxy('url')).toEqual(['cloud.proxy.url']);
    expect(proxy('pac')).toEqual(['cloud.proxy.pacUrl']);
  });

  it('is a token and no key where the device is provisioned', () => {
    expect(paths({}, nothing, { way: 'token', token: ' ' })).toEqual(['token']);
    expect(paths({}, nothing, { way: 'token', token: 'apt_1' })).toEqual([]);
  });

  it('is the object storage in LAN mode only', () => {
    const lan = ['cloud.objectStore.endpoint', 'cloud.objectStore.bucket'];
    expect(paths({ mode: 'lan' }, everything)).toEqual(lan);
    expect(paths({ mode: 'lan' }, { ...everything, objectStore: false })).toEqual([
      ...lan,
      'objectStore.accessKeyId',
      'objectStore.secretAccessKey',
    ]);
  });

  it('is the other half of a new access key, even where a pair is stored', () => {
    const objectStore = { ...setup.objectStore, endpoint: 'http://s:9000', bucket: 'raw-data', accessKeyId: 'new' };
    expect(paths({ mode: 'lan', objectStore }, everything)).toEqual(['objectStore.secretAccessKey']);
  });
});

describe('faults of the settings', () => {
  const faults = [
    { path: 'cloud.baseUrl', message: 'must be an address' },
    { path: 'cloud.proxy.noProxy[1]', message: 'is no network' },
    { path: 'cloud.objectStore.bucket', message: 'is no name of a bucket' },
    { path: 'sources[0].path', message: 'is not there' },
    { path: 'sources[1].path', message: 'is of a folder that was removed' },
    { path: 'store.maxBytes', message: 'is too small' },
  ];

  it('stand beside their fields, those of a list at the list', () => {
    expect(faultsOf(faults, 'sources[0].path', 'sources[0].id')).toEqual(['is not there']);
    expect(faultsOf(faults, 'cloud.proxy.noProxy')).toEqual(['is no network']);
  });

  it('are listed above the form where their field is not on view, so that none is hidden', () => {
    const others = (storage: boolean, proxy: boolean) =>
      otherFaults(faults, { folders: 1, storage, proxy }).map((fault) => fault.path);
    expect(others(true, true)).toEqual(['sources[1].path', 'store.maxBytes']);
    expect(others(false, false)).toEqual([
      'cloud.proxy.noProxy[1]',
      'cloud.objectStore.bucket',
      'sources[1].path',
      'store.maxBytes',
    ]);
  });
});

describe('what is sent', () => {
  it('takes exceptions in any way people write lists', () => {
    expect(splitExceptions(' 10.0.0.0/8, .plant.local;nas\n192.168.1.4 ')).toEqual([
      '10.0.0.0/8',
      '.plant.local',
      'nas',
      '192.168.1.4',
    ]);
    expect(splitExceptions(' , ')).toEqual([]);
  });

  it('is trimmed, and leaves a proxy out that is not used', () => {
    const typed = {
      ...setup,
      deviceKey: ' adk_1\n',
      proxy: { ...setup.proxy, url: ' http://p:3128 ', pacUrl: ' http://w/p.pac', username: 'u', password: ' p w ' },
    };
    const lists = { noProxy: 'nas', loginAt: 'p, q' };
    const by = (way: Setup['proxy']['way']) => tidySetup({ ...typed, proxy: { ...typed.proxy, way } }, lists);
    const common = { username: 'u', password: ' p w ', noProxy: ['nas'] };
    const used = by('url');
    expect(used).toMatchObject({ deviceKey: 'adk_1', objectStore: { region: 'us-east-1' } });
    expect(used.proxy).toEqual({ ...common, way: 'url', url: 'http://p:3128', pacUrl: '', loginAt: [] });
    expect(by('pac').proxy).toEqual({ ...common, way: 'pac', url: '', pacUrl: 'http://w/p.pac', loginAt: ['p', 'q'] });
    expect(by('system').proxy).toEqual({ ...common, way: 'system', url: '', pacUrl: '', loginAt: ['p', 'q'] });
    expect(by('direct').proxy).toEqual(setup.proxy);
    expect(setupSchema.safeParse(used).success).toBe(true);
  });
});
