import { once } from 'node:events';
import { createServer as createRaw, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { decide } from '../../../electron/gateway/sync/retry-policy.ts';
import type { FaultInput } from '../../../electron/simulators/cloud/faults.ts';
import { jpeg } from '../../electron/simulators/cloud/support.ts';
import { contextOf, openWay, type WayWish } from '../../support/deliveries.ts';
import { freePort } from '../../support/free-port.ts';
import { startServer, until } from '../../support/gateway-fixture.ts';
import { startProxy } from '../../support/http-proxy.ts';
import { startObjectStore } from '../../support/object-store.ts';
import { failureTold } from '../../support/spoken.ts';
import { authority, secureServer } from '../../support/tls-server.ts';

/**
 * The fault matrix: what can go wrong on the way × the three requests that carry a picture (the upload of cloud mode,
 * the PUT and the notice of LAN mode). Real clients against real servers on loopback; for each: what it means, what the
 * syncer does about the entry and about everything behind it, and what the person reads.
 */

const steps = ['upload', 'notify', 'put'] as const;
type Step = (typeof steps)[number];

/** What becomes of the entry and of the way, in a line: `release, pause offline` or `retry ambiguous, server-error`. */
type Verdict = { readonly does: string; readonly code: string; readonly text: RegExp };

const picture = jpeg(640, 480, 20_000);
/** More than two sockets' buffers hold: a cut in it comes before its end has left. */
const large = jpeg(640, 480, 24_000_000);

/** How long an answer may take: long where one comes, short where none does. */
const patient = 10_000;
const impatient = 250;

const random = 0;
const now = Date.UTC(2025, 10, 21);

async function deliver(step: Step, wish: WayWish, bytes = picture) {
  const way = await openWay({ answerTimeoutMilliseconds: patient, ...wish });
  const entry = await way.lease({ bytes }, step === 'notify' ? 'raw/key.jpg' : null);
  const { context, stored } = contextOf();
  const outcome = await (step === 'upload' ? way.cloud : way.lan).deliver(entry, context);
  const decision = decide(outcome, entry, { now, random, lastSuccessAt: null });
  return { outcome, decision, stored };
}

type Delivered = Awaited<ReturnType<typeof deliver>>;

function doesOf({ decision: { settlement, effect } }: Delivered): string {
  const ambiguous = 'ambiguous' in settlement && settlement.ambiguous ? ' ambiguous' : '';
  const way = typeof effect === 'string' ? effect : `pause ${effect.pause.pauseReason}`;
  return `${settlement.kind}${ambiguous}, ${way}`;
}

function expectVerdict(delivered: Delivered, { does, code, text }: Verdict) {
  const { outcome, stored } = delivered;
  if (outcome.kind !== 'failed') throw new Error(`not a failure: ${outcome.kind}`);
  const failure = failureTold(outcome.failure);
  expect({ does: doesOf(delivered), code: failure.code }).toEqual({ does, code });
  expect(failure.text).toMatch(text);
  expect(failure.text).toMatch(/\.$/);
  expect(failure.hint).toMatch(/\.$/);
  expect(failure.technical).not.toBe('');
  expect(stored).toEqual([]);
  return failure;
}

/** Where requests of a step go. */
const at = (step: Step, url: string): WayWish =>
  step === 'put' ? { baseUrl: 'http://127.0.0.1:9/api', endpoint: url } : { baseUrl: `${url}/api` };

const storage = (step: Step, code: string): string => (step === 'put' ? `${code} storage` : code);

describe('before anything is sent: everything waits, and no attempt is consumed', () => {
  const offline = 'release, pause offline';

  test.each(steps)('connection refused (%s)', async (step) => {
    const wish = at(step, `http://127.0.0.1:${await freePort()}`);
    const code = storage(step, 'connection-refused');
    expectVerdict(await deliver(step, wish), { does: offline, code, text: /does not accept connections/ });
  });

  test.each(steps)('DNS failure (%s)', async (step) => {
    const wish = at(step, 'http://no-such-host.invalid');
    const code = storage(step, 'name-not-found');
    expectVerdict(await deliver(step, wish), { does: offline, code, text: /name can’t be found/ });
  });

  test.each(steps)('TLS, unknown authority (%s)', async (step) => {
    const { port } = await secureServer('server');
    const code = storage(step, 'certificate-untrusted');
    const delivered = await deliver(step, at(step, `https://localhost:${port}`));
    expectVerdict(delivered, { does: offline, code, text: /certificate is not trusted/ });
  });

  test.each(steps)('TLS, wrong host (%s)', async (step) => {
    const { port } = await secureServer('wrong-host');
    const code = storage(step, 'certificate-wrong-host');
    const network = { tls: { caFile: authority('plant-ca') } };
    const delivered = await deliver(step, { ...at(step, `https://localhost:${port}`), network });
    expectVerdict(delivered, { does: offline, code, text: /made for another name/ });
  });

  test.each(steps)('proxy 407, by a tunnel and by a plain request (%s)', async (step) => {
    const proxy = await startProxy({ login: 'line:secret' });
    const network = { proxy: { url: proxy.url, noProxy: [] } };
    for (const url of ['https://acusight.example', 'http://acusight.example']) {
      const delivered = await deliver(step, { ...at(step, url), network });
      expectVerdict(delivered, { does: offline, code: 'proxy-refused', text: /proxy asks for a user name/ });
    }
  });
});

describe('a proxy that takes only logins that this gateway can’t give', () => {
  test.each(steps)('is called so, by a tunnel and by a plain request (%s)', async (step) => {
    for (const [challenges, kind] of [
      [['Negotiate', 'NTLM'], 'Negotiate or NTLM'],
      [['NTLM TlRMTVNTUAACAAAA=='], 'NTLM'],
      [['Digest realm="a, b", nonce="Basic x", qop=auth'], 'Digest'],
    ] as const) {
      const proxy = await startProxy({ login: 'line:secret', challenges });
      const network = { proxy: { url: proxy.url, noProxy: [], username: 'line' }, proxyPassword: 'wrong' };
      for (const url of ['https://acusight.example', 'http://acusight.example']) {
        const delivered = await deliver(step, { ...at(step, url), network });
        const { text, hint } = expectVerdict(delivered, {
          does: 'release, pause offline',
          code: 'proxy-login',
          text: /takes only logins of the kind/,
        });
        expect(text).toContain(`kind ${kind},`);
        expect(hint).not.toMatch(/ACUSIGHT_PROXY_PASSWORD/);
      }
    }
    // Where one of them is ours, a name and a password help.
    const proxy = await startProxy({ login: 'line:secret', challenges: ['Negotiate', 'NTLM', 'Basic realm="a"'] });
    const network = { proxy: { url: proxy.url, noProxy: [] } };
    const delivered = await deliver(step, { ...at(step, 'https://acusight.example'), network });
    const expected = { does: 'release, pause offline', code: 'proxy-refused', text: /proxy asks for a user name/ };
    expectVerdict(delivered, expected);
  });
});

/** What the embedded API does on command, for both of its requests. */
type ApiFault = {
  readonly name: string;
  readonly fault: FaultInput;
  readonly does: string;
  readonly code: string;
  readonly text: RegExp;
  /** Milliseconds; null where the server asked for none. */
  readonly wait?: number | 'about a minute';
  /** The server has the picture all the same. */
  readonly committed?: true;
};

type JsonObject = Extract<FaultInput, { kind: 'answer' }>['body'];

const trouble = { does: 'retry, server-error', code: 'server-error' } as const;
const apiFaults: readonly ApiFault[] = [
  {
    name: 'cut after the commit',
    fault: { kind: 'cut', when: 'after-commit' },
    does: 'retry ambiguous, server-error',
    code: 'no-answer',
    text: /^Sent, no answer/,
    committed: true,
  },
  {
    name: 'reset after the commit',
    fault: { kind: 'cut', when: 'after-commit', reset: true },
    does: 'retry ambiguous, server-error',
    code: 'no-answer',
    text: /^Sent, no answer/,
    committed: true,
  },
  {
    name: 'answer cut in its middle',
    fault: { kind: 'cut', when: 'mid-answer' },
    does: 'retry ambiguous, server-error',
    code: 'answer-broke-off',
    text: /answer broke off/,
    committed: true,
  },
  {
    name: '200 with HTML',
    fault: { kind: 'html' },
    does: 'release, pause intercepted',
    code: 'cloud-intercepted',
    text: /answered instead/,
  },
  ...(
    [
      [200, {}],
      [202, { status: 'queued' }],
      [200, { message: 'OK' }],
    ] as const
  ).map(
    ([status, body]): ApiFault => ({
      name: `${status} with ${JSON.stringify(body)}`,
      fault: { kind: 'answer', status, body },
      does: trouble.does,
      code: 'not-confirmed',
      text: /does not confirm that it stored the picture/,
    }),
  ),
  ...(
    [
      [200, { status: 'error' }],
      [200, { errors: ['not stored'] }],
      [201, { success: true, data: { image_id: 5 }, errors: ['not stored'] }],
      [201, { success: false }],
      [201, { error: 'not stored' }],
    ] as const
  ).map(
    ([status, body]): ApiFault => ({
      name: `${status} with ${JSON.stringify(body)}`,
      fault: { kind: 'answer', status, body: { ...body } as JsonObject },
      does: trouble.does,
      code: 'cloud-reports-error',
      text: /^The cloud reports an error/,
    }),
  ),
  ...[200, 204].map(
    (status): ApiFault => ({
      name: `${status} with nothing, or a list`,
      fault: { kind: 'answer', status, body: [] },
      does: 'release, pause intercepted',
      code: 'cloud-intercepted',
      text: /answered instead/,
    }),
  ),
  {
    name: '201 with garbage',
    fault: { kind: 'garbage' },
    does: 'release, pause intercepted',
    code: 'cloud-intercepted',
    text: /answered instead/,
  },
  {
    name: 'redirect to a login page',
    fault: { kind: 'redirect' },
    does: 'release, pause intercepted',
    code: 'cloud-intercepted',
    text: /answered instead/,
  },
  ...(
    [
      [400, 'bury, success', 'refused-by-cloud', /refused this picture: “Answered so on command/],
      [401, 'release, pause key-refused', 'device-key-refused', /key is refused/],
      [403, 'release, pause key-refused', 'device-key-refused', /key is refused/],
      [404, 'release, pause wrong-address', 'cloud-wrong-address', /not an Acusight API/],
      [413, 'bury, success', 'too-large-for-cloud', /of this size/],
      [429, 'release, pause throttled', 'throttled', /slow down/],
      [500, trouble.does, trouble.code, /error of its own \(500\)/],
      [502, trouble.does, trouble.code, /error of its own \(502\)/],
      [503, trouble.does, trouble.code, /error of its own \(503\)/],
      [504, trouble.does, trouble.code, /error of its own \(504\)/],
    ] as const
  ).map(
    ([status, does, code, text]): ApiFault => ({
      name: String(status),
      fault: { kind: 'status', status },
      does,
      code,
      text,
    }),
  ),
  {
    name: '401 with a login page',
    fault: { kind: 'status', status: 401, body: 'html' },
    does: 'release, pause intercepted',
    code: 'cloud-intercepted',
    text: /answered instead/,
  },
  {
    name: '502 of a reverse proxy',
    fault: { kind: 'status', status: 502, body: 'html' },
    ...trouble,
    text: /error of its own \(502\)/,
  },
  {
    name: '429 with seconds',
    fault: { kind: 'status', status: 429, retryAfter: { seconds: 7 } },
    does: 'release, pause throttled',
    code: 'throttled',
    text: /slow down/,
    wait: 7_000,
  },
  {
    name: '429 with a date',
    fault: { kind: 'status', status: 429, retryAfter: { dateInSeconds: 60 } },
    does: 'release, pause throttled',
    code: 'throttled',
    text: /slow down/,
    wait: 'about a minute',
  },
  {
    name: '503 with seconds',
    fault: { kind: 'status', status: 503, retryAfter: { seconds: 30 } },
    ...trouble,
    text: /error of its own \(503\)/,
    wait: 30_000,
  },
  {
    name: 'stall',
    fault: { kind: 'stall', when: 'before-commit' },
    does: 'retry ambiguous, server-error',
    code: 'no-answer',
    text: /^Sent, no answer/,
  },
  {
    name: 'stall after the commit',
    fault: { kind: 'stall', when: 'after-commit' },
    does: 'retry ambiguous, server-error',
    code: 'no-answer',
    text: /^Sent, no answer/,
    committed: true,
  },
  {
    name: 'an answer of a byte a second',
    fault: { kind: 'slow-answer', bytesPerSecond: 1 },
    does: 'retry ambiguous, server-error',
    code: 'answer-broke-off',
    text: /answer broke off/,
    committed: true,
  },
];

describe.each(['upload', 'notify'] as const)('the API, asked by %s', (step) => {
  test.each(apiFaults.map((row) => [row.name, row] as const))('%s', async (_name, row) => {
    const { simulator, baseUrl, deviceKey, images } = await startServer();
    simulator.faults.set([row.fault]);
    const none = row.fault.kind === 'stall' || row.fault.kind === 'slow-answer';
    const wish = { baseUrl, deviceKey, answerTimeoutMilliseconds: none ? impatient : patient };
    const failure = expectVerdict(await deliver(step, wish), row);
    if (row.wait === 'about a minute') {
      expect(failure.retryAfterMilliseconds).toBeGreaterThan(50_000);
      expect(failure.retryAfterMilliseconds).toBeLessThanOrEqual(61_000);
    } else expect(failure.retryAfterMilliseconds).toBe(row.wait ?? null);
    if (row.committed) await until('the server has it', async () => ((await images()).length === 1 ? true : null));
    else expect(await images()).toEqual([]);
  });

  test('409 for a picture that it has: delivered, and counted as a duplicate', async () => {
    const { baseUrl, deviceKey, simulator } = await startServer({ onKnownContent: 'refuse', idempotency: false });
    for (const duplicate of [false, true]) {
      const { outcome, decision } = await deliver(step, { baseUrl, deviceKey });
      expect(outcome).toMatchObject({ kind: 'acknowledged', duplicate });
      expect(decision).toMatchObject({ settlement: { kind: 'acknowledge', duplicate }, effect: 'success' });
    }
    simulator.faults.set([{ kind: 'status', status: 409, body: 'html' }]);
    const delivered = await deliver(step, { baseUrl, deviceKey });
    expectVerdict(delivered, {
      does: 'release, pause intercepted',
      code: 'cloud-intercepted',
      text: /answered instead/,
    });
  });

  test.each([
    ['pending', 'device-pending', /waits to be approved/],
    ['rejected', 'device-rejected', /was rejected/],
  ] as const)('403 because the device is %s: it waits, with the right words', async (status, code, text) => {
    const { simulator, baseUrl, deviceKey } = await startServer();
    simulator.setDeviceStatus('line-7', status);
    const delivered = await deliver(step, { baseUrl, deviceKey });
    expectVerdict(delivered, { does: 'release, pause not-approved', code, text });
    const { client } = await openWay({ baseUrl, deviceKey });
    const probed = await client.self(new AbortController().signal);
    expect(probed).toMatchObject({
      kind: 'failed',
      failure: { message: { code }, pauseReason: 'not-approved' },
      device: { status },
    });
  });

  test('no key, and one that no header can carry', async () => {
    const { baseUrl } = await startServer();
    for (const [deviceKey, code] of [
      [null, 'device-key-missing'],
      ['adk_1 2\n', 'key-unusable'],
    ] as const) {
      const { outcome, decision } = await deliver(step, { baseUrl, deviceKey });
      expect(outcome).toMatchObject({ kind: 'failed', failure: { message: { code }, pauseReason: 'key-missing' } });
      expect(decision.settlement).toMatchObject({ kind: 'release', ambiguous: false });
    }
  });
});

describe('a cut before the body is through', () => {
  test('of a large upload: it was not sent, so it is no fault of the picture', async () => {
    const { simulator, baseUrl, deviceKey, images } = await startServer();
    for (const reset of [false, true]) {
      simulator.faults.set([{ kind: 'cut', when: 'before-body', reset }]);
      const delivered = await deliver('upload', { baseUrl, deviceKey }, large);
      expectVerdict(delivered, { does: 'release, pause offline', code: 'connection-lost', text: /broke off/ });
    }
    expect(await images()).toEqual([]);
  });

  test('of a large PUT', async () => {
    const { endpoint } = await rawStorage((socket) => socket.resetAndDestroy());
    const delivered = await deliver('put', at('put', endpoint), large);
    expectVerdict(delivered, { does: 'release, pause offline', code: 'connection-lost storage', text: /broke off/ });
  });

  test('of a notice, which is gone at once: nobody knows, so it is told again', async () => {
    const { simulator, baseUrl, deviceKey } = await startServer();
    simulator.faults.set([{ kind: 'cut', when: 'before-body' }]);
    const delivered = await deliver('notify', { baseUrl, deviceKey });
    expectVerdict(delivered, { does: 'retry ambiguous, server-error', code: 'no-answer', text: /^Sent, no answer/ });
  });
});

/** Answers each connection as a test says, once its request's head has come. */
async function rawStorage(onHead: (socket: Socket) => void): Promise<{ readonly endpoint: string }> {
  const sockets = new Set<Socket>();
  const server = createRaw((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => onHead(socket));
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { endpoint: `http://127.0.0.1:${(server.address() as { port: number }).port}` };
}

const say = (socket: Socket, status: string, body = '', type = 'application/xml'): void => {
  // The body of the request is on its way too: what is answered before it is read would be cut by a reset.
  setTimeout(() => {
    socket.end(`HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }, 20);
};
const error = (code: string): string => `<Error><Code>${code}</Code></Error>`;

describe('the object storage, asked by a PUT: nobody was told yet, so nothing is in doubt', () => {
  const sticks = 'release, pause storage-refused';
  const again = 'retry, server-error';

  test.each<[string, (socket: Socket) => void, string, string, RegExp]>([
    ['cut after it came', (socket) => setTimeout(() => socket.destroy(), 20), again, 'no-answer storage', /no answer/],
    [
      '200 with HTML',
      (socket) => say(socket, '200 OK', '<html>', 'text/html'),
      'release, pause intercepted',
      'storage-intercepted',
      /answered instead/,
    ],
    [
      '200 with an error',
      (socket) => say(socket, '200 OK', error('InternalError')),
      again,
      'storage-reports-error',
      /reports an error/,
    ],
    [
      '400',
      (socket) => say(socket, '400 Bad', error('InvalidArgument')),
      again,
      'storage-unexpected-answer',
      /unexpected answer \(400, InvalidArgument\)/,
    ],
    [
      '400 without words',
      (socket) => say(socket, '400 Bad'),
      again,
      'storage-unexpected-answer',
      /unexpected answer \(400\)/,
    ],
    ['401', (socket) => say(socket, '401 No'), sticks, 'storage-key-refused', /refuses the access key/],
    [
      '403',
      (socket) => say(socket, '403 No', error('AccessDenied')),
      sticks,
      'storage-key-refused',
      /refuses the access key/,
    ],
    ['404', (socket) => say(socket, '404 No', error('NoSuchBucket')), sticks, 'storage-no-bucket', /no such bucket/],
    [
      '404 of another server',
      (socket) => say(socket, '404 No', '{"no":1}', 'application/json'),
      sticks,
      'storage-wrong-address',
      /no object storage/,
    ],
    [
      '409',
      (socket) => say(socket, '409 Busy', error('OperationAborted')),
      again,
      'storage-unexpected-answer',
      /unexpected answer \(409/,
    ],
    ['413', (socket) => say(socket, '413 Large'), 'bury, success', 'too-large-for-storage', /of this size/],
    [
      '500',
      (socket) => say(socket, '500 Oh', error('InternalError')),
      again,
      'storage-error',
      /error of its own \(500\)|reports/,
    ],
    [
      '502',
      (socket) => say(socket, '502 Oh', '<html>', 'text/html'),
      again,
      'storage-error',
      /error of its own \(502\)/,
    ],
    [
      '503',
      (socket) => say(socket, '503 Slow', error('SlowDown')),
      'release, pause throttled',
      'storage-throttled',
      /slow down/,
    ],
    ['504', (socket) => say(socket, '504 Oh'), again, 'storage-error', /error of its own \(504\)/],
    ['stall', () => undefined, again, 'no-answer storage-slow', /no answer/],
  ])('%s', async (name, onHead, does, code, text) => {
    const { endpoint } = await rawStorage(onHead);
    const answerTimeoutMilliseconds = name === 'stall' ? impatient : patient;
    const delivered = await deliver('put', { ...at('put', endpoint), answerTimeoutMilliseconds });
    expectVerdict(delivered, { does, code, text });
  });

  test.each<[string, () => string, number]>([
    ['seconds', () => '7', 7_000],
    ['a date', () => new Date(Math.ceil(Date.now() / 1_000 + 60) * 1_000).toUTCString(), 61_000],
  ])('429 with %s', async (_name, value, most) => {
    const { endpoint } = await rawStorage((socket) => {
      setTimeout(() => socket.end(`HTTP/1.1 429 Slow\r\nRetry-After: ${value()}\r\nContent-Length: 0\r\n\r\n`), 20);
    });
    const { retryAfterMilliseconds } = expectVerdict(await deliver('put', at('put', endpoint)), {
      does: 'release, pause throttled',
      code: 'storage-throttled',
      text: /slow down/,
    });
    expect(retryAfterMilliseconds).toBeGreaterThan(most * 0.9);
    expect(retryAfterMilliseconds).toBeLessThanOrEqual(most);
  });

  test('an answer of a byte at a time', async () => {
    const { endpoint } = await rawStorage((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
      const drip = setInterval(() => socket.write(' '), 30);
      socket.on('close', () => clearInterval(drip));
    });
    const wish = { ...at('put', endpoint), answerTimeoutMilliseconds: impatient };
    expectVerdict(await deliver('put', wish), { does: again, code: 'storage-answer-broke-off', text: /broke off/ });
  });

  test('succeeds, and the notice fails: only the notice is repeated', async () => {
    const { simulator, baseUrl, deviceKey, images } = await startServer();
    const { endpoint, requests } = await startObjectStore();
    simulator.faults.set([{ kind: 'status', status: 503, times: 1 }]);
    const way = await openWay({ baseUrl, deviceKey, endpoint });
    const { context, stored } = contextOf();
    const entry = await way.lease({ bytes: picture });
    expect(await way.lan.deliver(entry, context)).toMatchObject({
      kind: 'failed',
      failure: { message: { code: 'server-error' } },
    });
    expect(stored).toHaveLength(1);
    const again = { ...entry, attempts: 1, objectKey: stored[0] ?? null };
    expect((await way.lan.deliver(again, contextOf().context)).kind).toBe('acknowledged');
    expect(requests.filter((request) => request.startsWith('PUT'))).toHaveLength(1);
    expect(await images()).toMatchObject([{ storageKey: stored[0] }]);
  });
});
