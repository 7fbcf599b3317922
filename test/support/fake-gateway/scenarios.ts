import type { Refusal, Setup } from '../../../shared/contract.ts';
import type { Snapshot, SourceSnapshot } from '../../../shared/snapshot.ts';
import type { FakeWorld } from './fake-images.ts';

/** States of the gateway to look at. Each is a snapshot, the images behind it, and the files that were not taken. */
export type Scenario = {
  readonly snapshot: Snapshot;
  readonly world: FakeWorld;
  readonly refusals: readonly Refusal[];
  readonly setup: Setup;
  /** New pictures a second while the page is open. */
  readonly flowPerSecond: number;
  /** Snapshots stop after the first one. */
  readonly silent?: true;
};

const startedAt = Date.now();
const GB = 1_000_000_000;

const source = (id: string, name: string, change: Partial<SourceSnapshot> = {}): SourceSnapshot => ({
  id,
  kind: 'folder',
  name,
  location: `/data/line-7/${id}`,
  state: 'watching',
  text: '',
  hint: '',
  collected: 1204,
  refused: 0,
  settling: 0,
  unclaimedSidecars: 0,
  pending: 0,
  acknowledged: 1200,
  dead: 0,
  lastCollectedAt: startedAt - 2_000,
  afterIngest: 'keep',
  polling: false,
  ...change,
});

const history = (height: number, salt: number): number[] =>
  Array.from({ length: 60 }, (_, second) => Math.max(0, Math.round(height * (1 + 0.35 * Math.sin(second / 5 + salt)))));

const calm: Snapshot = {
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
    runtime: 'Electron 45.4.1',
    configured: true,
    demo: false,
    plainHttp: false,
  },
  safe: {
    level: 'good',
    headline: 'SAFE',
    detail: 'All 1,234 collected pictures are stored or delivered.',
  },
  flow: { level: 'good', headline: 'ALL DELIVERED', detail: 'Online. Last delivery 4 seconds ago.' },
  advice: [],
  counts: {
    collected: 1234,
    pending: 0,
    leased: 0,
    ambiguous: 0,
    retrying: 0,
    stuck: 0,
    acknowledged: 1234,
    duplicates: 0,
    dead: 0,
    refused: 0,
    evicted: 0,
    damaged: 0,
    sidecarProblems: 0,
  },
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
    text: 'Room for about 28,000 pictures',
  },
  connection: {
    state: 'online',
    since: startedAt - 3_600_000,
    nextProbeAt: null,
    text: '',
    hint: '',
    technical: '',
    inFlight: 0,
    concurrency: 4,
    lastSuccessAt: startedAt - 4_000,
  },
  sources: [source('aoi', 'AOI camera'), source('press', 'Press 2 outlet')],
  recent: [],
};

const world = (change: Partial<FakeWorld>): FakeWorld => ({
  now: startedAt,
  total: 1234,
  waiting: 0,
  retrying: 0,
  dead: 0,
  evicted: false,
  strange: false,
  sizes: [],
  ...change,
});

const setup: Setup = {
  baseUrl: 'https://acusight.io/api',
  deviceId: 'line-7',
  deviceKey: '',
  folders: [{ id: 'aoi', path: '/data/line-7/aoi' }],
};

const scenario = (snapshot: Partial<Snapshot>, change: Partial<Scenario> & { world?: FakeWorld } = {}): Scenario => ({
  snapshot: { ...calm, ...snapshot },
  world: world({}),
  refusals: [],
  setup,
  flowPerSecond: 0,
  ...change,
});

const refusal = (id: number, path: string, text: string, hint: string, severity: Refusal['severity']): Refusal => ({
  id,
  sourceId: id % 2 === 0 ? 'press' : 'aoi',
  path,
  bytes: id * 91_313,
  severity,
  code: 'example',
  text,
  hint,
  at: startedAt - id * 400_000,
});

const refusals: readonly Refusal[] = [
  refusal(
    9,
    '/data/line-7/aoi/board_00412.jpg',
    'The picture ends too early: the file is truncated.',
    'Copy it into the folder again. The camera may have lost power while it wrote.',
    'refused',
  ),
  refusal(
    8,
    '/data/line-7/press/notes.jpg',
    'This is not a picture: it is text with the name of a picture.',
    'Move it out of the watched folder.',
    'refused',
  ),
  refusal(7, '/data/line-7/aoi/empty.png', 'The file is empty.', 'Copy it into the folder again.', 'refused'),
  refusal(
    6,
    '/data/line-7/press/панорама/very/deep/folder/structure/with/a/long/path/panorama_of_the_whole_hall_200_megapixels.jpg',
    'The picture has 200 megapixels; at most 150 are taken.',
    'Let the camera save smaller pictures, or raise ingest.maxPixels.',
    'refused',
  ),
  refusal(
    5,
    '/data/line-7/aoi/board_00399.txt',
    'This label file has no picture.',
    'Nothing is lost. Delete it if its picture will not come.',
    'notice',
  ),
];

const waitingCounts = (pending: number, change: Partial<Snapshot['counts']> = {}): Snapshot['counts'] => ({
  ...calm.counts,
  collected: calm.counts.acknowledged + pending,
  pending,
  ...change,
});

export const scenarios: Readonly<Record<string, Scenario>> = {
  calm: scenario({}),
  empty: scenario(
    {
      safe: { level: 'good', headline: 'Ready', detail: 'No picture has arrived yet. The folders are being watched.' },
      flow: { level: 'good', headline: 'Nothing to deliver', detail: 'Online.' },
      counts: { ...calm.counts, collected: 0, acknowledged: 0 },
      disk: { ...calm.disk, usedBytes: 0, text: '' },
      sources: [source('aoi', 'AOI camera', { collected: 0, acknowledged: 0, lastCollectedAt: null })],
    },
    { world: world({ total: 0 }) },
  ),
  setup: scenario(
    { gateway: { ...calm.gateway, configured: false, deviceId: '', baseUrl: '' }, sources: [] },
    { world: world({ total: 0 }), setup: { baseUrl: '', deviceId: '', deviceKey: '', folders: [] } },
  ),
  flowing: scenario(
    {
      gateway: { ...calm.gateway, demo: true, plainHttp: true, baseUrl: 'http://127.0.0.1:8080/api' },
      safe: {
        level: 'good',
        headline: 'SAFE',
        detail: 'All 1,264 collected pictures are stored or delivered.',
      },
      flow: {
        level: 'busy',
        headline: 'FLOWING',
        detail: 'Delivering 4 at a time to 127.0.0.1; 30 wait for less than a minute.',
      },
      counts: waitingCounts(26, { leased: 4, collected: 1264 }),
      bytes: { ...calm.bytes, waiting: 61_200_000 },
      oldestWaiting: { imageId: 'img-1235', storedAt: startedAt - 38_000 },
      rates: {
        collectedPerSecond: 12.4,
        acknowledgedPerSecond: 11.8,
        bytesPerSecond: 24_600_000,
        collectedHistory: history(12, 0),
        acknowledgedHistory: history(11, 0.6),
      },
      sources: [
        source('aoi', 'AOI camera', { settling: 3 }),
        source('press', 'Press 2 outlet', { state: 'scanning', collected: 60 }),
      ],
    },
    { world: world({ total: 1264, waiting: 30 }), flowPerSecond: 3 },
  ),
  offline: scenario(
    {
      safe: {
        level: 'good',
        headline: 'SAFE',
        detail: '1,254,331 pictures wait on this PC’s disk. New ones are still taken.',
      },
      flow: {
        level: 'waiting',
        headline: 'OFFLINE',
        detail: 'No connection since 09:12. Next try in 24 s. Check the network cable and the switch.',
      },
      advice: [
        {
          code: 'offline',
          level: 'waiting',
          text: 'Check the network',
          hint: 'The name acusight.io was not found. Is the cable in? Does another PC reach the internet?',
          action: 'try-now',
        },
      ],
      counts: waitingCounts(1_254_331, { retrying: 3 }),
      bytes: { ...calm.bytes, waiting: 38.4 * GB },
      oldestWaiting: { imageId: 'img-1235', storedAt: startedAt - 3 * 86_400_000 - 5 * 3_600_000 },
      rates: { ...calm.rates, collectedPerSecond: 4.2, collectedHistory: history(4, 0) },
      disk: { ...calm.disk, usedBytes: 40.5 * GB, text: 'Full in about 2 h 40 min' },
      connection: { ...calm.connection, state: 'offline' },
    },
    { world: world({ total: 1_255_565, waiting: 1_254_331, retrying: 3 }), flowPerSecond: 4 },
  ),
  'key-refused': scenario(
    {
      safe: {
        level: 'good',
        headline: 'SAFE',
        detail: '212 pictures wait on this PC’s disk. New ones are still taken.',
      },
      flow: {
        level: 'act',
        headline: 'KEY REFUSED',
        detail: 'Nothing is delivered until the right key is entered.',
      },
      advice: [
        {
          code: 'key',
          level: 'act',
          text: 'Enter the device key',
          hint: 'Acusight does not accept the key of this device. Get it in Acusight under Devices › line-7.',
          action: 'enter-key',
        },
        {
          code: 'source',
          level: 'act',
          text: 'Bring the folder back',
          hint: 'The folder of Press 2 outlet cannot be found. Is the network drive connected?',
          action: 'none',
        },
      ],
      counts: waitingCounts(212),
      bytes: { ...calm.bytes, waiting: 420_000_000 },
      oldestWaiting: { imageId: 'img-1235', storedAt: startedAt - 740_000 },
      sources: [
        source('aoi', 'AOI camera'),
        source('press', 'Press 2 outlet', {
          state: 'missing',
          text: 'The folder cannot be found.',
          hint: 'Is the network drive connected?',
          location: '//fileserver/production/press-2/outlet',
        }),
      ],
    },
    { world: world({ total: 1446, waiting: 212 }) },
  ),
  'disk-full': scenario(
    {
      safe: {
        level: 'alarm',
        headline: 'DISK FULL',
        detail: 'The disk is full. They stay in their folders; those already taken are safe.',
      },
      flow: {
        level: 'waiting',
        headline: 'OFFLINE',
        detail: 'No connection since Thursday 09:12. Next try in 24 s.',
      },
      advice: [
        {
          code: 'disk',
          level: 'alarm',
          text: 'Make room on the disk',
          hint: 'Delete what is not needed on drive C:, or give the gateway a larger quota. Pictures are taken again by themselves.',
          action: 'open-setup',
        },
        {
          code: 'offline',
          level: 'waiting',
          text: 'Check the network',
          hint: 'The cloud cannot be reached.',
          action: 'try-now',
        },
        {
          code: 'refused',
          level: 'act',
          text: '4 files were not taken',
          hint: 'They are still in their folders.',
          action: 'show-refused',
        },
      ],
      counts: waitingCounts(61_020, { refused: 4 }),
      bytes: { ...calm.bytes, waiting: 49 * GB },
      oldestWaiting: { imageId: 'img-1235', storedAt: startedAt - 86_400_000 * 2 },
      disk: { ...calm.disk, state: 'full', usedBytes: 50 * GB, freeBytes: 0.4 * GB, text: 'Full: no new pictures' },
      sources: [
        source('aoi', 'AOI camera', {
          state: 'blocked',
          text: 'New pictures wait in the folder.',
          hint: 'They are taken as soon as there is room on the disk.',
          refused: 4,
        }),
      ],
    },
    { world: world({ total: 62_254, waiting: 61_020, retrying: 12 }), refusals },
  ),
  dead: scenario(
    {
      safe: {
        level: 'good',
        headline: 'SAFE',
        detail: 'All 1,249 collected pictures are stored or delivered.',
      },
      flow: {
        level: 'act',
        headline: '15 pictures are refused',
        detail: 'The cloud refuses them for good. Everything else is flowing.',
      },
      advice: [
        {
          code: 'dead',
          level: 'act',
          text: 'Look at 15 dead letters',
          hint: 'The cloud refuses them for good; each says why.',
          action: 'show-dead',
        },
        {
          code: 'refused',
          level: 'act',
          text: '4 files were not taken',
          hint: 'They are still in their folders.',
          action: 'show-refused',
        },
      ],
      counts: { ...calm.counts, collected: 1249, dead: 15, retrying: 9, pending: 9, refused: 4 },
    },
    { world: world({ total: 1258, waiting: 9, retrying: 9, dead: 15, evicted: true }), refusals },
  ),
  huge: scenario(
    {
      safe: {
        level: 'good',
        headline: 'SAFE',
        detail:
          'All 98,765,432,109 collected pictures are stored or delivered, which is a great many pictures for one line to have taken in its life.',
      },
      flow: {
        level: 'busy',
        headline: 'The cloud asked us to slow down for a while',
        detail: 'Delivering 1 at a time. The limit is raised again step by step when it answers quickly.',
      },
      advice: Array.from({ length: 6 }, (_, index) => ({
        code: `a${index}`,
        level: index < 2 ? ('act' as const) : ('waiting' as const),
        text: `Look at ${(1_234_567 + index).toLocaleString('en-GB')} dead letters`,
        hint: 'The cloud refuses them for good; each says why, and what can be done about it, in its row of the list.',
        action: 'show-dead' as const,
      })),
      counts: {
        ...calm.counts,
        collected: 98_765_432_109,
        pending: 12_345_678,
        acknowledged: 98_753_086_431,
        leased: 64,
        retrying: 1_234_567,
        dead: 1_234_567,
        refused: 99_999,
      },
      bytes: { waiting: 9_876_543_210_123, acknowledged: 9e15, dead: 0 },
      oldestWaiting: { imageId: 'img-1', storedAt: startedAt - 400 * 86_400_000 },
      rates: {
        collectedPerSecond: 1234.5,
        acknowledgedPerSecond: 987.6,
        bytesPerSecond: 2.3e9,
        collectedHistory: history(1200, 0),
        acknowledgedHistory: history(990, 0.6),
      },
      disk: {
        ...calm.disk,
        state: 'low',
        usedBytes: 9_876_543_210_123,
        maxBytes: 10_000_000_000_000,
        freeBytes: 123_456_789_012,
        text: 'Low: full in about 3 h 20 min',
      },
      sources: Array.from({ length: 9 }, (_, index) =>
        source(`s${index}`, `Inspection station ${index + 1} with a rather long name`, {
          collected: 123_456_789,
          settling: 42,
          unclaimedSidecars: 7,
          refused: index === 0 ? 12 : 0,
        }),
      ),
    },
    {
      world: world({ total: 50_000, waiting: 40_000, retrying: 400, dead: 700, strange: true }),
      refusals,
      flowPerSecond: 20,
    },
  ),
  silent: scenario({}, { silent: true }),
};
