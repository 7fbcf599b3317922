import { describe, expect, test } from 'vitest';
import type { FaultInput } from '../../../electron/simulators/cloud/faults.ts';
import type { ConfigInput } from '../../../shared/config.ts';
import type { Level } from '../../../shared/messages/param-kinds.ts';
import type { Connection } from '../../../shared/snapshot.ts';
import { freePort } from '../../support/free-port.ts';
import { openGateway, sha256, startServer, type TestGateway, until } from '../../support/gateway-fixture.ts';
import { startProxy } from '../../support/http-proxy.ts';
import type { LeapingClock } from '../../support/leaping-clock.ts';
import { startObjectStore, type TestObjectStore, testAccessKey } from '../../support/object-store.ts';
import { said, statement } from '../../support/spoken.ts';
import { authority, secureServer } from '../../support/tls-server.ts';

/**
 * The whole gateway in front of everything that can go wrong, in both modes: the state that it reaches, the attempts
 * that its pictures have used, what the person reads, and that every picture is there once the fault is gone. What each
 * answer means to one delivery, and faults of the object storage, are in network-faults.test.ts.
 */

const modes = ['cloud', 'lan'] as const;
type Mode = (typeof modes)[number];
const pictures = 3;

type Seen = {
  readonly state: Connection['state'];
  readonly headline: string;
  readonly level: Level;
  /** Attempts of the picture that was tried first, once it was tried. */
  readonly attempts: 0 | 1;
  readonly ambiguous?: true;
  readonly dead?: true;
  readonly text: RegExp;
};

type Line = {
  readonly server: Awaited<ReturnType<typeof startServer>>;
  readonly store: TestObjectStore | null;
  readonly cloud: Partial<ConfigInput['cloud']>;
};

async function makeLine(mode: Mode): Promise<Line> {
  const server = await startServer();
  if (mode === 'cloud') return { server, store: null, cloud: {} };
  const store = await startObjectStore();
  return { server, store, cloud: { mode, objectStore: { endpoint: store.endpoint, bucket: store.bucket } } };
}

const open = (line: Line, cloud: Partial<ConfigInput['cloud']>, root?: string, clock?: LeapingClock) =>
  openGateway({
    baseUrl: cloud.baseUrl ?? line.server.baseUrl,
    deviceKey: line.server.deviceKey,
    accessKey: testAccessKey.accessKeyId,
    cloud: { ...line.cloud, ...cloud },
    sync: { answerTimeoutMilliseconds: 400, connectTimeoutMilliseconds: 1_000, concurrency: 1 },
    ...(root === undefined ? {} : { root }),
    ...(clock === undefined ? {} : { clock }),
  });

async function expectSeen(gateway: TestGateway, seen: Seen): Promise<void> {
  const { connection, flow } = await gateway.until(
    `it is ${seen.state}, ${seen.headline}`,
    // "Online" it is between two pictures too: what is shown in large letters is what is waited for.
    ({ connection: { state, inFlight }, counts, flow }) =>
      state === seen.state &&
      statement(flow).headline === seen.headline &&
      inFlight === 0 &&
      counts.collected === pictures &&
      counts.leased === 0,
  );
  expect(statement(flow).level).toBe(seen.level);
  const rows = gateway.rows();
  const told = [
    said(connection.message).text,
    statement(flow).detail,
    ...rows.map(({ lastError }) => said(lastError?.message).text),
  ].join('\n');
  expect(told).toMatch(seen.text);
  const most = Math.max(...rows.map(({ attempts }) => attempts));
  if (seen.attempts === 0) expect(most).toBe(0);
  else expect(most).toBeGreaterThanOrEqual(1);
  expect(rows.some(({ ambiguous }) => ambiguous)).toBe(seen.ambiguous === true);
  expect(rows.some(({ state }) => state === 'dead')).toBe(seen.dead === true);
  // Whatever it is: nothing is gone, and nothing counts as delivered that is not.
  expect(rows).toHaveLength(pictures);
  expect(statement(gateway.gateway.snapshot().safe).level).not.toBe('alarm');
}

/** The hashes that the cloud has, for LAN mode those of the objects that its notices name. */
async function delivered({ server, store }: Line): Promise<string[]> {
  const images = await server.images();
  return Promise.all(
    images.map(async ({ sha256: hash, storageKey }) =>
      store === null ? (hash ?? '') : sha256(await store.bytesOf(storageKey ?? '')),
    ),
  );
}

async function expectAllDelivered(line: Line, gateway: TestGateway, hashes: ReadonlySet<string>): Promise<void> {
  const there = await until(
    'all are delivered',
    async () => {
      gateway.operate('dead.requeue', { selection: 'all' });
      for (const { imageId } of gateway.rows('retrying')) gateway.operate('entry.retry', { imageId });
      gateway.operate('sync.tryNow', {});
      return gateway.gateway.snapshot().counts.acknowledged === pictures ? delivered(line) : null;
    },
    15_000,
    () => JSON.stringify(gateway.gateway.snapshot().connection),
  );
  expect(new Set(there)).toEqual(hashes);
  expect(there).toHaveLength(pictures);
  const verdict = await gateway.operate('ledger.verify', {});
  expect(verdict.problems).toEqual([]);
}

const offline = { state: 'offline', headline: 'OFFLINE', level: 'waiting', attempts: 0 } as const;

describe.each(modes)('the way is not there (%s)', (mode) => {
  const ways: readonly [string, () => Promise<Partial<ConfigInput['cloud']>>, RegExp][] = [
    [
      'connection refused',
      async () => ({ baseUrl: `http://127.0.0.1:${await freePort()}/api` }),
      /does not accept connections/,
    ],
    ['DNS failure', async () => ({ baseUrl: 'http://no-such-host.invalid/api' }), /name can’t be found/],
    [
      'TLS, unknown authority',
      async () => ({ baseUrl: `https://localhost:${(await secureServer('server')).port}/api` }),
      /certificate is not trusted/,
    ],
    [
      'TLS, wrong host',
      async () => ({
        baseUrl: `https://localhost:${(await secureServer('wrong-host')).port}/api`,
        tls: { caFile: authority('plant-ca') },
      }),
      /made for another name/,
    ],
    [
      'proxy 407',
      async () => ({
        baseUrl: 'http://acusight.example/api',
        proxy: { url: (await startProxy({ login: 'a:b' })).url },
      }),
      /proxy asks for a user name/,
    ],
  ];

  test.each(ways)(
    '%s: it waits without an attempt, and delivers all once the way is right',
    async (_name, to, text) => {
      const line = await makeLine(mode);
      const wrong = await open(line, await to());
      const hashes = await wrong.putPictures(pictures);
      wrong.gateway.start();
      await expectSeen(wrong, { ...offline, text });
      await wrong.stop();
      const right = await open(line, {}, wrong.root);
      right.gateway.start();
      await expectAllDelivered(line, right, hashes);
    },
  );
});

const trouble = { state: 'trouble', headline: 'CLOUD TROUBLE', level: 'waiting', attempts: 1 } as const;
const blocked = { state: 'intercepted', headline: 'BLOCKED', level: 'act', attempts: 0 } as const;
const slowed = { state: 'throttled', headline: 'SLOWED DOWN', level: 'waiting', attempts: 0 } as const;
const buried = { state: 'online', headline: 'PICTURES REFUSED', level: 'act', attempts: 1, dead: true } as const;
const sentNoAnswer = { ...offline, attempts: 1, ambiguous: true, text: /Sent, no answer/ } as const;

const answers: readonly [string, FaultInput, Seen][] = [
  ['cut before the body', { kind: 'cut', when: 'before-body' }, sentNoAnswer],
  ['cut after the server’s commit', { kind: 'cut', when: 'after-commit' }, sentNoAnswer],
  ['200 with HTML', { kind: 'html' }, { ...blocked, text: /answered instead/ }],
  ['201 with garbage', { kind: 'garbage' }, { ...blocked, text: /answered instead/ }],
  ['400', { kind: 'status', status: 400 }, { ...buried, text: /The cloud refused this picture/ }],
  [
    '401',
    { kind: 'status', status: 401 },
    { state: 'key-refused', headline: 'KEY REFUSED', level: 'act', attempts: 0, text: /device key is refused/ },
  ],
  [
    '403',
    { kind: 'status', status: 403 },
    { state: 'key-refused', headline: 'KEY REFUSED', level: 'act', attempts: 0, text: /device key is refused/ },
  ],
  [
    '404',
    { kind: 'status', status: 404 },
    { state: 'wrong-address', headline: 'WRONG ADDRESS', level: 'act', attempts: 0, text: /not an Acusight API/ },
  ],
  ['413', { kind: 'status', status: 413 }, { ...buried, text: /does not take a picture of this size/ }],
  [
    '429 with seconds',
    { kind: 'status', status: 429, retryAfter: { seconds: 30 } },
    { ...slowed, text: /asked us to slow down/ },
  ],
  [
    '429 with a date',
    { kind: 'status', status: 429, retryAfter: { dateInSeconds: 30 } },
    { ...slowed, text: /asked us to slow down/ },
  ],
  ...[500, 502, 503, 504].map((status): [string, FaultInput, Seen] => [
    String(status),
    { kind: 'status', status },
    { ...trouble, text: new RegExp(`error of its own \\(${status}\\)`) },
  ]),
  ['a stall of ten minutes', { kind: 'stall', when: 'after-commit' }, sentNoAnswer],
  ['one byte a second', { kind: 'slow-answer', bytesPerSecond: 1 }, { ...sentNoAnswer, text: /no answer|broke off/i }],
];

describe.each(modes)('the server answers so to the picture (%s)', (mode) => {
  test.each(answers)('%s', async (_name, fault, seen) => {
    const line = await makeLine(mode);
    const endpoint = mode === 'cloud' ? 'upload' : 'notify';
    line.server.simulator.faults.set([{ ...fault, endpoints: [endpoint] } as FaultInput]);
    const gateway = await open(line, {});
    const hashes = await gateway.putPictures(pictures);
    gateway.gateway.start();
    await expectSeen(gateway, seen);
    if (line.store !== null) {
      // The first step of those that were tried is done, and is not done again.
      expect(line.store.requests.filter((request) => request.startsWith('PUT')).length).toBeGreaterThan(0);
    }
    line.server.simulator.faults.clear();
    await expectAllDelivered(line, gateway, hashes);
    const puts = line.store?.requests.filter((request) => request.startsWith('PUT')) ?? [];
    if (line.store !== null) expect(puts).toHaveLength(pictures);
  });

  test('409', async () => {
    // "It is there already": delivered, and counted as what it is. It is the server's word, and the documents say so.
    const line = await makeLine(mode);
    const endpoint = mode === 'cloud' ? 'upload' : 'notify';
    line.server.simulator.faults.set([{ kind: 'status', status: 409, endpoints: [endpoint] }]);
    const gateway = await open(line, {});
    await gateway.putPictures(pictures);
    gateway.gateway.start();
    const { flow } = await gateway.until('they are delivered', ({ counts }) => counts.duplicates === pictures);
    expect(statement(flow).headline).toBe('ALL DELIVERED');
    expect(gateway.rows().every(({ attempts, duplicate }) => attempts === 0 && duplicate)).toBe(true);
  });
});
