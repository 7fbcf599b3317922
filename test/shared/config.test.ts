import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../shared/config.ts';
import { inOneLine } from '../support/spoken.ts';

const cloud = { baseUrl: 'http://127.0.0.1:8080/api', mode: 'cloud', deviceId: 'line-7' };
const folder = { id: 'aoi', kind: 'folder', path: '/data/in' };

function faultsOf(value: unknown): readonly { readonly path: string; readonly message: string }[] {
  const outcome = parseConfig(value);
  return outcome.ok ? [] : outcome.faults.map(({ path, message }) => ({ path, message: inOneLine(message) }));
}
const pathsOf = (value: unknown): string[] => faultsOf(value).map(({ path }) => path);

it('takes the example of the documentation', () => {
  const outcome = parseConfig({
    cloud: { baseUrl: 'http://127.0.0.1:8080/api', mode: 'cloud', deviceId: 'line-7' },
    sources: [{ id: 'aoi', kind: 'folder', path: '/data/in', afterIngest: 'keep' }],
    store: { maxBytes: 50000000000, minFreeBytes: 1000000000 },
    sync: { concurrency: 4 },
  });
  expect(outcome).toMatchObject({ ok: true, config: { cloud, store: { maxBytes: 50_000_000_000 } } });
});

it('has a default for everything but the cloud, and for a source but where it is', () => {
  expect(parseConfig({ cloud: { baseUrl: cloud.baseUrl, deviceId: 'line-7' }, sources: [folder] })).toEqual({
    ok: true,
    config: {
      site: { shifts: [] },
      cloud: { ...cloud, tls: { systemAuthorities: true }, checkinSeconds: 30 },
      sources: [
        {
          ...folder,
          include: ['**'],
          exclude: [],
          afterIngest: 'keep',
          settleMilliseconds: 500,
          incompleteSeconds: 30,
          rescanSeconds: 60,
          polling: 'auto',
          pollMilliseconds: 2_000,
          sidecar: { waitMilliseconds: 1_000 },
          knownFiles: 'skip',
          priority: 0,
        },
      ],
      ingest: { maxImageBytes: 50_000_000, maxPixels: 150_000_000, convert: true },
      store: {
        maxBytes: 50_000_000_000,
        minFreeBytes: 1_000_000_000,
        whenFull: 'refuse',
        previewDays: 30,
        historyDays: 180,
      },
      sync: {
        concurrency: 4,
        connectTimeoutMilliseconds: 10_000,
        answerTimeoutMilliseconds: 60_000,
        order: 'oldest-first',
        goodClasses: [],
        classPriorities: {},
        windows: [],
      },
    },
  });
  expect(parseConfig({ cloud })).toMatchObject({ ok: true, config: { sources: [] } });
});

it('takes the whole example of LAN mode, with proxy, windows and a custom authority', () => {
  const outcome = parseConfig({
    cloud: {
      baseUrl: 'https://10.0.0.5/api',
      mode: 'lan',
      deviceId: 'line-7',
      objectStore: { endpoint: 'http://10.0.0.5:9000', region: 'us-east-1', bucket: 'raw-data', prefix: '' },
      tls: { caFile: '/etc/plant-ca.crt' },
      proxy: { url: 'http://proxy:3128', noProxy: ['10.0.0.0/8'] },
      checkinSeconds: 30,
    },
    sync: {
      order: 'oldest-first',
      maxBytesPerSecond: 2_000_000,
      windows: [
        { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00', maxBytesPerSecond: 2_000_000 },
        { days: ['sun'], maxBytesPerSecond: 0 },
      ],
    },
    site: { timeZone: 'Europe/Berlin', shifts: [{ name: 'early', from: '06:00', to: '14:00' }] },
  });
  expect(outcome).toMatchObject({
    ok: true,
    config: { sync: { windows: [{}, { days: ['sun'], from: '00:00', to: '24:00', maxBytesPerSecond: 0 }] } },
  });
});

describe('what can’t work is refused by its path', () => {
  const lan = (objectStore: object) => ({ cloud: { ...cloud, mode: 'lan', objectStore } });
  const store = { endpoint: 'http://10.0.0.5:9000', bucket: 'raw-data' };
  it.each([
    ['cloud.objectStore', { cloud: { ...cloud, mode: 'lan' } }],
    ['cloud.objectStore.bucket', lan({ ...store, bucket: 'Raw Data' })],
    ['cloud.objectStore.prefix', lan({ ...store, prefix: 'a/../b/' })],
    ['cloud.objectStore.prefix', lan({ ...store, prefix: '/a' })],
    ['cloud.objectStore.endpoint', lan({ ...store, endpoint: 'http://key:secret@10.0.0.5' })],
    ['cloud.proxy.url', { cloud: { ...cloud, proxy: { url: 'http://user:password@proxy:3128' } } }],
    ['cloud.proxy', { cloud: { ...cloud, proxy: {} } }],
    ['cloud.proxy', { cloud: { ...cloud, proxy: { url: 'http://proxy:3128', system: true } } }],
    ['cloud.proxy.pacUrl', { cloud: { ...cloud, proxy: { pacUrl: 'file:///etc/proxy.pac' } } }],
    ['cloud.proxy.loginAt', { cloud: { ...cloud, proxy: { system: true, username: 'line' } } }],
    ...['*', ' * ', '*:3128', 'https://*', 'https://*:443', '0.0.0.0/0', '::/0', 'http://proxy.plant.local:3128'].map(
      (entry): [string, unknown] => [
        'cloud.proxy.loginAt[0]',
        { cloud: { ...cloud, proxy: { system: true, username: 'line', loginAt: [entry] } } },
      ],
    ),
    ['cloud.tls.pinnedSha256', { cloud: { ...cloud, tls: { pinnedSha256: 'ab:cd' } } }],
    ['cloud.checkinSeconds', { cloud: { ...cloud, checkinSeconds: 1 } }],
    ['site.timeZone', { cloud, site: { timeZone: 'Berlin' } }],
    ['site.shifts[0].from', { cloud, site: { shifts: [{ name: 'early', from: '6:00', to: '14:00' }] } }],
    ['sync.windows[0].days[0]', { cloud, sync: { windows: [{ days: ['Sunday'] }] } }],
    ['sync.windows[0].to', { cloud, sync: { windows: [{ days: ['sun'], to: '25:00' }] } }],
    ['sources[0].nearDuplicates.threshold', { cloud, sources: [{ ...folder, nearDuplicates: { threshold: 101 } }] }],
    ['store.whenFull', { cloud, store: { whenFull: 'drop' } }],
  ])('%s', (path, value) => {
    expect(pathsOf(value)).toEqual([path]);
  });
});

it('takes a fingerprint with or without colons', () => {
  const pinnedSha256 = 'AB:'.repeat(31).concat('CD');
  const outcome = parseConfig({ cloud: { ...cloud, tls: { pinnedSha256 } } });
  expect(outcome).toMatchObject({ ok: true, config: { cloud: { tls: { pinnedSha256: `${'ab'.repeat(31)}cd` } } } });
});

describe('unknown keys are refused at every level, by their path', () => {
  it.each([
    ['surces', { cloud, surces: [] }],
    ['cloud.deviceKey', { cloud: { ...cloud, deviceKey: 'adk_00' } }],
    ['sources[0].afterIngset', { cloud, sources: [{ ...folder, afterIngset: 'delete' }] }],
    ['sources[1].sidecar.wait', { cloud, sources: [folder, { ...folder, id: 'b', sidecar: { wait: 1 } }] }],
    ['ingest.maxBytes', { cloud, ingest: { maxBytes: 1 } }],
    ['store.max', { cloud, store: { max: 1 } }],
    ['sync.retries', { cloud, sync: { retries: 3 } }],
  ])('%s', (path, value) => {
    expect(faultsOf(value)).toEqual([{ path, message: expect.stringContaining('not a setting') }]);
  });

  it('all of them at once', () => {
    expect(pathsOf({ cloud: { ...cloud, a: 1, b: 2 }, c: 3 }).sort()).toEqual(['c', 'cloud.a', 'cloud.b']);
  });
});

describe('each fault is named with its path', () => {
  const source = (change: Record<string, unknown>) => ({ cloud, sources: [{ ...folder, ...change }] });
  it.each<[string, unknown]>([
    ['(the file)', null],
    ['(the file)', []],
    ['(the file)', 'text'],
    ['cloud', {}],
    ['cloud.baseUrl', { cloud: { deviceId: 'a' } }],
    ['cloud.deviceId', { cloud: { baseUrl: cloud.baseUrl } }],
    ['cloud.mode', { cloud: { ...cloud, mode: 'hybrid' } }],
    ['cloud.deviceId', { cloud: { ...cloud, deviceId: 'line 7' } }],
    ['cloud.deviceId', { cloud: { ...cloud, deviceId: '' } }],
    ['cloud.deviceId', { cloud: { ...cloud, deviceId: 'x'.repeat(65) } }],
    ['sources', { cloud, sources: folder }],
    ['sources', { cloud, sources: Array.from({ length: 65 }, (_, index) => ({ ...folder, id: `s${index}` })) }],
    ['sources[0].id', source({ id: '-a' })],
    ['sources[0].kind', source({ kind: 'camera' })],
    ['sources[0].path', source({ path: '' })],
    ['sources[0].path', source({ path: 7 })],
    ['sources[0].name', source({ name: '' })],
    ['sources[0].include', source({ include: [] })],
    ['sources[0].include[1]', source({ include: ['*.jpg', ''] })],
    ['sources[0].exclude[0]', source({ exclude: [7] })],
    ['sources[0].afterIngest', source({ afterIngest: 'move' })],
    ['sources[0].archivePath', source({ archivePath: '' })],
    ['sources[0].settleMilliseconds', source({ settleMilliseconds: 49 })],
    ['sources[0].settleMilliseconds', source({ settleMilliseconds: 100.5 })],
    ['sources[0].incompleteSeconds', source({ incompleteSeconds: 0 })],
    ['sources[0].rescanSeconds', source({ rescanSeconds: 100_000 })],
    ['sources[0].polling', source({ polling: true })],
    ['sources[0].pollMilliseconds', source({ pollMilliseconds: 1 })],
    ['sources[0].sidecar.waitMilliseconds', source({ sidecar: { waitMilliseconds: -1 } })],
    ['ingest.maxImageBytes', { cloud, ingest: { maxImageBytes: 0 } }],
    ['ingest.maxImageBytes', { cloud, ingest: { maxImageBytes: 2_000_000_001 } }],
    ['ingest.maxPixels', { cloud, ingest: { maxPixels: -5 } }],
    ['store.maxBytes', { cloud, store: { maxBytes: 999_999 } }],
    ['store.maxBytes', { cloud, store: { maxBytes: '50GB' } }],
    ['store.minFreeBytes', { cloud, store: { minFreeBytes: -1 } }],
    ['sync.concurrency', { cloud, sync: { concurrency: 0 } }],
    ['sync.concurrency', { cloud, sync: { concurrency: 65 } }],
    ['sync.connectTimeoutMilliseconds', { cloud, sync: { connectTimeoutMilliseconds: 99 } }],
    ['sync.answerTimeoutMilliseconds', { cloud, sync: { answerTimeoutMilliseconds: null } }],
  ])('%s', (path, value) => {
    const faults = faultsOf(value);
    expect([...new Set(faults.map((fault) => fault.path))]).toEqual([path]);
    expect(faults[0]?.message).toMatch(/\w+ \w+/);
  });

  it.each<[string, unknown]>([
    ['cloud.baseUrl is missing: it has no default', { cloud: { deviceId: 'a' } }],
    ['cloud.mode must be one of "cloud", "lan"', { cloud: { ...cloud, mode: 'hybrid' } }],
    ['cloud.deviceId must not be empty', { cloud: { ...cloud, deviceId: '' } }],
    ['cloud.deviceId must have at most 64 letters', { cloud: { ...cloud, deviceId: 'x'.repeat(65) } }],
    ['sources must be a list, in square brackets', { cloud, sources: folder }],
    ['sources[0].path must be a text, in quotes', source({ path: 7 })],
    ['sources[0].settleMilliseconds must be at least 50', source({ settleMilliseconds: 49 })],
    ['sources[0].settleMilliseconds must be a whole number', source({ settleMilliseconds: 100.5 })],
    ['ingest.maxImageBytes must be more than 0', { cloud, ingest: { maxImageBytes: 0 } }],
    ['ingest.maxImageBytes must be at most 2,000,000,000', { cloud, ingest: { maxImageBytes: 2_000_000_001 } }],
    ['ingest.convert must be true or false', { cloud, ingest: { convert: 'no' } }],
    ['site must be a group of settings, in curly brackets', { cloud, site: 'Berlin' }],
    ['site.timeZone is no time zone, for example Europe/Berlin', { cloud, site: { timeZone: 'Berlin' } }],
    [
      'sources[0].address must be an IPv4 address, for example 192.168.1.20',
      { cloud, sources: [{ id: 'top', kind: 'gige', address: 'camera' }] },
    ],
  ])('in words of ours: %s', (words, value) => {
    expect(faultsOf(value).map(({ path, message }) => `${path} ${message}`)).toContain(words);
  });

  it('several in one file, all of them', () => {
    const value = { cloud: { ...cloud, mode: 'x' }, sources: [{ ...folder, path: 1, afterIngest: 2 }], sync: 3 };
    expect(pathsOf(value).sort()).toEqual(['cloud.mode', 'sources[0].afterIngest', 'sources[0].path', 'sync']);
  });

  it('a source that has the id of another', () => {
    const value = { cloud, sources: [folder, { ...folder, id: 'b', path: '/b' }, { ...folder, path: '/c' }] };
    expect(faultsOf(value)).toEqual([
      { path: 'sources[2].id', message: '“aoi” is already the id of sources[0]; every source needs its own' },
    ]);
  });
});

describe('the cloud’s address', () => {
  const parse = (baseUrl: string) => {
    const outcome = parseConfig({ cloud: { ...cloud, baseUrl } });
    return outcome.ok ? outcome.config.cloud.baseUrl : outcome.faults[0]?.path;
  };

  it.each([
    ['https://acusight.io/api', 'https://acusight.io/api'],
    ['https://acusight.io/api///', 'https://acusight.io/api'],
    ['HTTP://Server:8080/api', 'HTTP://Server:8080/api'],
    ['http://[::1]:8080/api', 'http://[::1]:8080/api'],
    ['http://größe.example/api', 'http://größe.example/api'],
    ['http://10.0.0.5', 'http://10.0.0.5'],
  ])('may be %s', (given, taken) => {
    expect(parse(given)).toBe(taken);
    expect(URL.canParse(taken)).toBe(true);
  });

  it.each([
    'acusight.io/api',
    'ftp://acusight.io/api',
    'https://',
    'https:///api',
    'https://user:password@acusight.io/api',
    'https://acusight.io/api?x=1',
    'https://acusight.io/api#x',
    'https://acu sight.io/api',
    ' https://acusight.io/api',
    'http://server:99999/api',
    'http://server:port/api',
    'http://:8080/api',
    'http://[::1/api',
    'http://a\\b/api',
    'http://a<b/api',
    `https://acusight.io/${'x'.repeat(2_100)}`,
  ])('may not be %s', (given) => {
    expect(parse(given)).toBe('cloud.baseUrl');
  });
});

it('takes hosts for camera descriptions, and no addresses of pages', () => {
  const camera = (descriptionHosts: readonly string[]) => ({
    cloud,
    sources: [{ id: 'top', kind: 'gige', serial: '1', descriptionHosts }],
  });
  expect(pathsOf(camera(['maker.example', '10.0.0.9:8080', '[fe80::1]:80']))).toEqual([]);
  for (const wrong of ['http://maker.example', 'maker.example/cam.xml', 'a@b', '', 'maker.example:port'])
    expect(pathsOf(camera([wrong]))).toEqual(['sources[0].descriptionHosts[0]']);
});
