import type { FoundCamera } from '../../../shared/camera.ts';
import type { LedgerRow, LedgerVerdict, Refusal, Setup } from '../../../shared/contract.ts';
import { type Message, message } from '../../../shared/messages/message.ts';
import { type Advice, emptyCounts, type Snapshot, type SourceSnapshot } from '../../../shared/snapshot.ts';
import type { FakeWorld } from './fake-images.ts';
import { ledger, soundVerdict } from './fake-ledger.ts';

/** States of the gateway to look at. Each is a snapshot, the images behind it, and the files that were not taken. */
export type Scenario = {
  readonly snapshot: Snapshot;
  readonly world: FakeWorld;
  readonly refusals: readonly Refusal[];
  readonly setup: Setup;
  readonly ledger: readonly LedgerRow[];
  readonly verdict: LedgerVerdict;
  /** What the site doctor finds: a site in order, or one with faults. */
  readonly sound: boolean;
  /** What `device.provision` and `setup.save` answer. */
  readonly refusesToken?: true;
  readonly refusesSettings?: true;
  /** What `cameras.find` answers. */
  readonly found?: readonly FoundCamera[];
  readonly findProblems?: readonly string[];
  /** New pictures a second while the page is open. */
  readonly flowPerSecond: number;
  /** Snapshots stop after the first one. */
  readonly silent?: true;
};

export const startedAt = Date.now();
export const GB = 1_000_000_000;

export const source = (id: string, name: string, change: Partial<SourceSnapshot> = {}): SourceSnapshot => ({
  id,
  kind: 'folder',
  name,
  location: `/data/line-7/${id}`,
  state: 'watching',
  message: message('source-watching'),
  collected: 1204,
  refused: 0,
  settling: 0,
  unmatchedSidecars: 0,
  pending: 0,
  acknowledged: 1200,
  dead: 0,
  lost: 0,
  known: 0,
  lastCollectedAt: startedAt - 2_000,
  afterIngest: 'keep',
  polling: false,
  priority: 0,
  nearDuplicateFilter: null,
  camera: null,
  ...change,
});

export const history = (height: number, salt: number): number[] =>
  Array.from({ length: 60 }, (_, second) => Math.max(0, Math.round(height * (1 + 0.35 * Math.sin(second / 5 + salt)))));

/** All is well, and so many pictures are stored or delivered. */
export const safeWith = (count: number): Message =>
  message('safe-all-is-well', { kept: [message('all-kept', { context: 'stored', count })] });

export const waits = (count: number): Message => message('pictures-wait', { count });

const offlineWhy = message('name-not-found', { context: 'server' });

/** No connection, while so many pictures wait. */
export const offline = (count: number): Message => message('flow-offline', { why: offlineWhy, kept: waits(count) });
export const offlineAdvice: Advice = { message: message('offline', { what: offlineWhy }), action: 'try-now' };
export const refusedFiles = (count: number): Advice => ({
  message: message('refused-files', { count }),
  action: 'show-refused',
});

export const calm: Snapshot = {
  instanceId: 'fake',
  revision: 1,
  at: startedAt,
  gateway: {
    version: '0.1.0',
    startedAt,
    deviceId: 'line-7',
    baseUrl: 'https://acusight.io/api',
    dataDir: '/var/lib/acusight-line-gateway',
    configFile: '/etc/acusight/line-7.json',
    timeZone: 'Europe/Berlin',
    runtime: 'Electron 45.4.1',
    configured: true,
    demo: false,
    plainHttp: false,
    mode: 'cloud',
    objectStore: null,
    device: { name: 'Line 7, final inspection', organization: 'Rheinwerk GmbH', status: 'approved' },
    keySource: 'keyring',
  },
  safe: message('safe-all-is-well', { kept: [message('all-kept', { context: 'delivered', count: 1234 })] }),
  flow: message('flow-all-delivered'),
  advice: [],
  counts: { ...emptyCounts, collected: 1234, acknowledged: 1234 },
  bytes: { waiting: 0, acknowledged: 2.1 * GB, dead: 0 },
  oldestWaiting: null,
  rates: {
    collectedPerSecond: 0,
    acknowledgedPerSecond: 0,
    bytesPerSecond: 0,
    collectedHistory: history(0, 0),
    acknowledgedHistory: history(0, 0),
  },
  disk: {
    state: 'ok',
    freeBytes: 212 * GB,
    totalBytes: 480 * GB,
    usedBytes: 2.1 * GB,
    maxBytes: 50 * GB,
    minFreeBytes: GB,
    message: message('room-enough'),
    fullOf: null,
    fullInSeconds: null,
    filledByOthers: false,
    whenFull: 'refuse',
    leftOvers: 0,
  },
  pacing: { limitBytesPerSecond: null, message: message('pace-open'), changesAt: null, order: 'oldest-first' },
  checkin: { status: 'healthy', acceptedAt: startedAt - 12_000, message: null, unknownActions: [] },
  ledger: { state: 'ok', message: message('ledger-ok'), checkedAt: startedAt - 180_000 },
  connection: {
    state: 'online',
    since: startedAt - 3_600_000,
    nextProbeAt: null,
    message: message('connected'),
    technical: '',
    inFlight: 0,
    concurrency: 4,
    lastSuccessAt: startedAt - 4_000,
  },
  sources: [source('aoi', 'AOI camera'), source('press', 'Press 2 outlet')],
  recent: [],
};

export const world = (change: Partial<FakeWorld>): FakeWorld => ({
  now: startedAt,
  total: 1234,
  waiting: 0,
  retrying: 0,
  dead: 0,
  evicted: false,
  strange: false,
  lan: false,
  sizes: [],
  ...change,
});

export const setup: Setup = {
  baseUrl: 'https://acusight.io/api',
  mode: 'cloud',
  deviceId: 'line-7',
  deviceKey: '',
  objectStore: { endpoint: '', region: 'us-east-1', bucket: '', prefix: '', accessKeyId: '', secretAccessKey: '' },
  caFile: '',
  proxy: { way: 'direct', url: '', pacUrl: '', username: '', password: '', loginAt: [], noProxy: [] },
  folders: [{ id: 'aoi', path: '/data/line-7/aoi' }],
};

export const lanSetup: Setup = {
  ...setup,
  baseUrl: 'https://10.0.0.5/api',
  mode: 'lan',
  objectStore: { ...setup.objectStore, endpoint: 'http://10.0.0.5:9000', bucket: 'raw-data' },
  caFile: '/etc/acusight/plant-ca.crt',
  proxy: {
    ...setup.proxy,
    way: 'url',
    url: 'http://proxy.plant.local:3128',
    username: 'line7',
    noProxy: ['10.0.0.0/8', '.plant.local'],
  },
};

export const scenario = (
  snapshot: Partial<Snapshot>,
  change: Partial<Scenario> & { world?: FakeWorld } = {},
): Scenario => ({
  snapshot: { ...calm, ...snapshot },
  world: world({}),
  refusals: [],
  setup,
  ledger,
  verdict: soundVerdict,
  sound: true,
  flowPerSecond: 0,
  ...change,
});
