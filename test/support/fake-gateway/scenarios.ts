import type { Refusal } from '../../../shared/contract.ts';
import { legacy, type Message, message } from '../../../shared/messages/message.ts';
import type { Snapshot } from '../../../shared/snapshot.ts';
import { allCameraSources, cameraSources, foundCameras } from './fake-cameras.ts';
import { brokenVerdict, gappedLedger } from './fake-ledger.ts';
import {
  calm,
  GB,
  history,
  lanSetup,
  offline,
  offlineAdvice,
  refusedFiles,
  type Scenario,
  safeWith,
  scenario,
  setup,
  source,
  startedAt,
  waits,
  world,
} from './scenario-base.ts';

/** States of the gateway to look at, by the name that stands in the page's address. */

const refusal = (id: number, path: string, said: Message, severity: Refusal['severity']): Refusal => ({
  id,
  sourceId: id % 2 === 0 ? 'press' : 'aoi',
  path,
  bytes: id * 91_313,
  severity,
  code: said.code,
  message: said,
  at: startedAt - id * 400_000,
});

const refusals: readonly Refusal[] = [
  refusal(
    9,
    '/data/line-7/aoi/board_00412.jpg',
    message('truncated', {
      detail: message('picture-fault', {
        technical: 'the JPEG has no end marker: the file stops after 821817 bytes or the rest is not written yet',
      }),
    }),
    'refused',
  ),
  refusal(
    8,
    '/data/line-7/press/notes.jpg',
    message('not-a-picture', { detail: message('file-holds', { context: 'text' }) }),
    'refused',
  ),
  refusal(7, '/data/line-7/aoi/empty.png', message('empty'), 'refused'),
  refusal(
    6,
    '/data/line-7/press/панорама/very/deep/folder/structure/with/a/long/path/panorama_of_the_whole_hall_200_megapixels.jpg',
    message('too-many-pixels', { width: 20_000, height: 10_000, megapixels: 200, most: 150 }),
    'refused',
  ),
  refusal(
    5,
    '/data/line-7/aoi/board_00399.txt',
    message('sidecar-without-picture', {
      context: 'here',
      picture: 'board_00399',
      folders: 'images, image, img',
      count: 7,
    }),
    'notice',
  ),
];

const waitingCounts = (pending: number, change: Partial<Snapshot['counts']> = {}): Snapshot['counts'] => ({
  ...calm.counts,
  collected: calm.counts.acknowledged + pending,
  pending,
  ...change,
});

const folderGone = message('folder-missing');
const keyRefused = message('device-key-refused', { context: 'bare', words: '' });
const notApproved = message('device-pending');
const lostCamera = legacy('The camera does not answer any more', 'Check its power and its cable. It is looked for.');
const diskFull = message('room-full', { context: 'disk' });
const lanPaceUntil = new Date(startedAt).setHours(23, 59, 0, 0);
const lanPace = message('pace-limited-until', { limit: 2_000_000, until: lanPaceUntil });
const opensAt = startedAt + 2 * 86_400_000;
const closedPace = message('pace-closed-until', { until: opensAt });
const countsDiffer = legacy('AOI camera, 2026-11-21 early: 3 captured frames are not accounted for.');

export const scenarios: Readonly<Record<string, Scenario>> = {
  calm: scenario({}),
  empty: scenario(
    {
      safe: message('safe-all-is-well', { kept: [message('nothing-collected')] }),
      flow: message('flow-ready'),
      counts: { ...calm.counts, collected: 0, acknowledged: 0 },
      disk: { ...calm.disk, usedBytes: 0, message: message('room-not-known') },
      sources: [source('aoi', 'AOI camera', { collected: 0, acknowledged: 0, lastCollectedAt: null })],
    },
    { world: world({ total: 0 }) },
  ),
  setup: scenario(
    {
      gateway: {
        ...calm.gateway,
        configured: false,
        deviceId: '',
        baseUrl: '',
        device: null,
        keySource: 'none',
      },
      sources: [],
    },
    { world: world({ total: 0 }), setup: { ...setup, deviceId: '', folders: [] }, refusesSettings: true },
  ),
  flowing: scenario(
    {
      gateway: { ...calm.gateway, demo: true, plainHttp: true, baseUrl: 'http://127.0.0.1:8080/api' },
      safe: safeWith(1264),
      flow: message('flow-flowing', { context: 'timed', count: 30, left: 2_500, pace: [] }),
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
      safe: safeWith(1_255_565),
      flow: offline(1_254_331),
      advice: [offlineAdvice],
      counts: waitingCounts(1_254_331, { retrying: 3 }),
      bytes: { ...calm.bytes, waiting: 38.4 * GB },
      oldestWaiting: { imageId: 'img-1235', storedAt: startedAt - 3 * 86_400_000 - 5 * 3_600_000 },
      rates: { ...calm.rates, collectedPerSecond: 4.2, collectedHistory: history(4, 0) },
      disk: { ...calm.disk, usedBytes: 40.5 * GB, fullInSeconds: 2 * 86_400 + 4 * 3_600 + 900 },
      checkin: {
        ...calm.checkin,
        acceptedAt: startedAt - 3_900_000,
        message: message('unreachable', { context: 'server' }),
      },
      connection: { ...calm.connection, state: 'offline' },
    },
    { world: world({ total: 1_255_565, waiting: 1_254_331, retrying: 3 }), flowPerSecond: 4 },
  ),
  'key-refused': scenario(
    {
      safe: message('safe-some-collecting', { source: 'Press 2 outlet', what: folderGone, count: 0, works: 1, all: 2 }),
      flow: message('flow-key-refused', { why: keyRefused, kept: waits(212) }),
      advice: [
        { message: message('source-broken', { source: 'Press 2 outlet', what: folderGone }), action: 'none' },
        { message: message('key-refused', { what: keyRefused }), action: 'enter-key' },
      ],
      counts: waitingCounts(212),
      bytes: { ...calm.bytes, waiting: 420_000_000 },
      oldestWaiting: { imageId: 'img-1235', storedAt: startedAt - 740_000 },
      sources: [
        source('aoi', 'AOI camera'),
        source('press', 'Press 2 outlet', {
          state: 'missing',
          message: folderGone,
          location: '//fileserver/production/press-2/outlet',
        }),
      ],
    },
    { world: world({ total: 1446, waiting: 212 }) },
  ),
  'disk-full': scenario(
    {
      safe: message('safe-disk-full', { context: 'folders', what: diskFull }),
      flow: offline(61_020),
      advice: [{ message: message('disk-full', { context: 'away' }), action: 'none' }, refusedFiles(4), offlineAdvice],
      counts: waitingCounts(61_020, { refused: 4 }),
      bytes: { ...calm.bytes, waiting: 49 * GB },
      oldestWaiting: { imageId: 'img-1235', storedAt: startedAt - 86_400_000 * 2 },
      disk: { ...calm.disk, state: 'full', usedBytes: 50 * GB, freeBytes: 0.4 * GB, message: diskFull },
      sources: [
        source('aoi', 'AOI camera', {
          state: 'blocked',
          message: message('files-wait', { why: message('disk-nearly-full') }),
          refused: 4,
        }),
      ],
    },
    { world: world({ total: 62_254, waiting: 61_020, retrying: 12 }), refusals },
  ),
  dead: scenario(
    {
      safe: message('safe-check-files', { count: 4 }),
      flow: message('flow-retrying', { count: 9 }),
      advice: [{ message: message('dead-letters', { count: 15 }), action: 'show-dead' }, refusedFiles(4)],
      counts: { ...calm.counts, collected: 1249, dead: 15, retrying: 9, pending: 9, refused: 4, deleted: 2 },
      bytes: { ...calm.bytes, dead: 31_400_000 },
    },
    { world: world({ total: 1258, waiting: 9, retrying: 9, dead: 15, evicted: true }), refusals },
  ),
  huge: scenario(
    {
      safe: safeWith(98_765_432_109),
      flow: message('flow-throttled', {
        why: message('throttled'),
        kept: waits(12_345_678),
      }),
      advice: Array.from({ length: 6 }, (_, index) => ({
        message: message('dead-letters', { count: 1_234_567 + index }),
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
        message: message('room-low'),
        fullInSeconds: 3 * 3_600 + 1_200,
      },
      sources: Array.from({ length: 9 }, (_, index) =>
        source(`s${index}`, `Inspection station ${index + 1} with a rather long name`, {
          collected: 123_456_789,
          settling: 42,
          unmatchedSidecars: 7,
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
  /** LAN mode with everything that issue 3 shows: a limit, a filter, an action nobody knows, a proxy. */
  lan: scenario(
    {
      gateway: {
        ...calm.gateway,
        baseUrl: 'https://10.0.0.5/api',
        mode: 'lan',
        objectStore: 'http://10.0.0.5:9000/raw-data',
        keySource: 'file',
      },
      flow: message('flow-flowing', {
        context: 'timed',
        count: 30,
        left: 27_000,
        pace: [message('as-sentence', { what: lanPace })],
      }),
      safe: safeWith(1264),
      counts: waitingCounts(26, { leased: 4, collected: 1264, gated: 1_204, deleted: 2, dead: 4 }),
      bytes: { ...calm.bytes, waiting: 61_200_000, dead: 8_900_000 },
      rates: {
        collectedPerSecond: 2.4,
        acknowledgedPerSecond: 1.1,
        bytesPerSecond: 1_980_000,
        collectedHistory: history(3, 0),
        acknowledgedHistory: history(2, 0.6),
      },
      disk: { ...calm.disk, usedBytes: 21 * GB, fullInSeconds: 2 * 86_400 + 4 * 3_600 + 900, whenFull: 'drop-oldest' },
      pacing: {
        limitBytesPerSecond: 2_000_000,
        message: lanPace,
        changesAt: lanPaceUntil,
        order: 'defects-first',
      },
      checkin: {
        status: 'degraded',
        acceptedAt: startedAt - 21_000,
        message: null,
        unknownActions: [
          { at: startedAt - 600_000, text: '{"id":"17","type":"update_agent","version":"2.4.0"}' },
          { at: startedAt - 900_000, text: '{"id":16,"type":"set_log_level","level":"debug"}' },
        ],
      },
      sources: [
        source('aoi', 'AOI camera', {
          nearDuplicateFilter: { threshold: 3, gated: 1_140, lastDifference: 1.24, lastAt: startedAt - 2_000 },
          priority: 5,
        }),
        source('press', 'Press 2 outlet', {
          nearDuplicateFilter: { threshold: 1.5, gated: 64, lastDifference: 6.8, lastAt: startedAt - 2_000 },
        }),
      ],
    },
    { world: world({ total: 1264, waiting: 30, dead: 4, lan: true }), setup: lanSetup, sound: false },
  ),
  pending: scenario({
    gateway: {
      ...calm.gateway,
      device: { name: null, organization: 'Rheinwerk GmbH', status: 'pending' },
      keySource: 'file',
    },
    flow: message('flow-not-approved', { why: notApproved, kept: waits(48) }),
    advice: [{ message: message('not-approved', { what: notApproved }), action: 'try-now' }],
    counts: waitingCounts(48),
    connection: { ...calm.connection, state: 'not-approved', message: notApproved },
  }),
  closed: scenario({
    flow: message('flow-closed', { pace: closedPace, kept: waits(5_120) }),
    counts: waitingCounts(5_120),
    pacing: {
      limitBytesPerSecond: 0,
      message: closedPace,
      changesAt: opensAt,
      order: 'oldest-first',
    },
    connection: { ...calm.connection, state: 'closed', message: message('closed-by-schedule') },
  }),
  gap: scenario(
    {
      safe: message('safe-counts-differ', { what: countsDiffer }),
      advice: [{ message: message('ledger-gap', { what: countsDiffer }), action: 'show-ledger' }],
      counts: { ...calm.counts, dropped: 31 },
      disk: { ...calm.disk, whenFull: 'drop-oldest' },
      ledger: {
        state: 'gap',
        message: countsDiffer,
        checkedAt: startedAt - 60_000,
      },
    },
    {
      ledger: gappedLedger,
      verdict: brokenVerdict,
      sound: false,
      refusesToken: true,
    },
  ),
  /** Two GigE cameras and a folder: one streams, one waits for its trigger. */
  cameras: scenario(
    {
      safe: safeWith(1264),
      flow: message('flow-flowing', { context: 'untimed', count: 30, left: 0, pace: [] }),
      sources: [...cameraSources],
    },
    { world: world({ total: 1264, waiting: 30 }), flowPerSecond: 1, found: foundCameras },
  ),
  /** A camera in each state. */
  'all-cameras': scenario(
    {
      safe: message('safe-some-collecting', {
        source: 'Oven exit with a rather long name',
        what: lostCamera,
        count: 3,
        works: 6,
        all: 10,
      }),
      advice: [
        {
          message: message('source-broken', { source: 'Oven exit with a rather long name', what: lostCamera }),
          action: 'none',
        },
      ],
      sources: [...allCameraSources],
    },
    {
      world: world({ total: 1264 }),
      found: foundCameras,
      findProblems: ['The network card wlan0 could not be used: permission denied.'],
    },
  ),
  silent: scenario({}, { silent: true }),
};
