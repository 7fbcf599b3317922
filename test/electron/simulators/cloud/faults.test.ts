import { createConnection } from 'node:net';
import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import type { FaultInput } from '../../../../electron/simulators/cloud/faults.ts';
import { form, jpeg, notice, startCloud } from './support.ts';

const picture = jpeg(64, 48);

/** Uploads once and says what came of it: the status, or the code of the error. */
async function outcome(server: Awaited<ReturnType<typeof startCloud>>): Promise<number | string> {
  return server.upload(picture).then(
    ({ status }) => status,
    (error) => String(error.code ?? error.name),
  );
}

const elapsed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

describe('an answer of a chosen status', () => {
  test.each([400, 401, 403, 404, 413, 429, 500, 502, 503, 504])(
    '%i comes in the envelope and stores nothing',
    async (status) => {
      const { simulator, upload } = await startCloud();
      simulator.faults.set([{ kind: 'status', status, times: 1 }]);
      const reply = await upload(picture);
      expect(reply.status).toBe(status);
      expect(reply.body).toMatchObject({ success: false, error: { code: expect.any(String) } });
      expect(simulator.stats().images).toBe(0);
      expect((await upload(picture)).status).toBe(201);
    },
  );

  test('can be given after the image was stored', async () => {
    const { simulator, upload } = await startCloud();
    simulator.faults.set([{ kind: 'status', status: 500, when: 'after-commit' }]);
    expect((await upload(picture)).status).toBe(500);
    expect(simulator.stats().images).toBe(1);
  });

  test('can be a web page, as a reverse proxy words it', async () => {
    const { simulator, upload } = await startCloud();
    simulator.faults.set([{ kind: 'status', status: 502, body: 'html' }]);
    const reply = await upload(picture);
    expect([reply.status, reply.headers['content-type']]).toEqual([502, 'text/html; charset=utf-8']);
  });

  test('carries Retry-After as seconds or as a date', async () => {
    const { simulator, upload } = await startCloud();
    simulator.faults.set([
      { kind: 'status', status: 429, retryAfter: { seconds: 7 }, times: 1 },
      { kind: 'status', status: 503, retryAfter: { dateInSeconds: 30 } },
    ]);
    expect((await upload(picture)).headers['retry-after']).toBe('7');
    const ahead = Date.parse(String((await upload(picture)).headers['retry-after'])) - Date.now();
    expect(ahead).toBeGreaterThan(29_000);
    expect(ahead).toBeLessThan(31_500);
  });

  test('keeps to strings at the notify endpoint', async () => {
    const { simulator, notify } = await startCloud();
    simulator.faults.set([{ kind: 'status', status: 503 }]);
    expect((await notify(notice)).body).toMatchObject({
      error: 'Failed to reserve batch slot',
      code: 'SERVICE_UNAVAILABLE',
    });
  });
});

describe('the reach of a fault', () => {
  test('is the next so many requests to the chosen endpoints', async () => {
    const { simulator, api, upload } = await startCloud();
    simulator.faults.set([{ kind: 'status', status: 500, endpoints: ['upload'], times: 2 }]);
    expect((await api('/device/self')).status).toBe(200);
    const statuses = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await upload(picture)).status);
    expect(statuses).toEqual([500, 500, 201]);
    expect(simulator.faults.active()).toEqual([]);
    expect(simulator.stats().faultsApplied).toEqual({ status: 2 });
  });

  test('is all requests until it is cleared, even to unknown paths', async () => {
    const { simulator, api, upload } = await startCloud();
    simulator.faults.set([{ kind: 'status', status: 503 }]);
    expect([(await upload(picture)).status, (await api('/device/self')).status, (await api('/x')).status]).toEqual([
      503, 503, 503,
    ]);
    simulator.faults.clear();
    expect((await upload(picture)).status).toBe(201);
  });

  test('with a probability repeats itself for the same seed', async () => {
    const { simulator, api } = await startCloud();
    const round = async (seed: number): Promise<string> => {
      simulator.faults.set([{ kind: 'status', status: 500, probability: 0.3 }], seed);
      let drawn = '';
      for (let count = 0; count < 60; count += 1) drawn += (await api('/device/self')).status === 500 ? 'x' : '.';
      return drawn;
    };
    const first = await round(1);
    expect(await round(1)).toBe(first);
    expect(await round(2)).not.toBe(first);
    const hits = first.replaceAll('.', '').length;
    expect(hits).toBeGreaterThan(8);
    expect(hits).toBeLessThan(30);
  });
});

describe('a cut connection', () => {
  test.each<[FaultInput, number]>([
    [{ kind: 'cut', when: 'before-body' }, 0],
    [{ kind: 'cut', when: 'before-commit' }, 0],
    [{ kind: 'cut', when: 'after-commit' }, 1],
    [{ kind: 'cut', when: 'mid-answer' }, 1],
    [{ kind: 'cut', when: 'before-body', reset: true }, 0],
    [{ kind: 'cut', when: 'after-commit', reset: true }, 1],
  ])('%j gives the client an error and leaves %i stored', async (fault, images) => {
    const server = await startCloud();
    server.simulator.faults.set([{ ...fault, times: 1 }]);
    expect(await outcome(server)).toMatch(/^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/);
    expect(server.simulator.stats().images).toBe(images);
    expect(await outcome(server)).toBe(201);
  });

  test('within the answer comes after its status and headers', async () => {
    const { simulator, address, agent } = await startCloud();
    simulator.faults.set([{ kind: 'cut', when: 'mid-answer' }]);
    const { body, type } = form([{ name: 'image', value: picture, filename: 'a.jpg' }]);
    const headers = { 'x-device-key': address.deviceKey, 'content-type': type };
    const url = `${address.baseUrl}/device/images/upload`;
    const answer = await request(url, { dispatcher: agent, method: 'POST', body, headers });
    expect(answer.statusCode).toBe(201);
    await expect(answer.body.text()).rejects.toThrow();
  });

  test('before the commit leaves no half-kept file', async () => {
    const server = await startCloud();
    server.simulator.faults.set([{ kind: 'cut' }]);
    await server.upload(jpeg(4000, 3000, 3_000_000)).catch(() => undefined);
    const { readdir } = await import('node:fs/promises');
    await expect.poll(() => readdir(`${server.dataDir}/incoming`)).toEqual([]);
  });
});

describe('slowness', () => {
  test('latency delays the answer and adds up', async () => {
    const { simulator, upload } = await startCloud();
    simulator.faults.set([
      { kind: 'latency', milliseconds: 150 },
      { kind: 'latency', milliseconds: 100 },
    ]);
    const took = await elapsed(() => upload(picture));
    expect(took).toBeGreaterThanOrEqual(245);
    expect(simulator.stats().images).toBe(1);
  });

  test('a client that gives up during the latency has its image stored all the same', async () => {
    const { simulator, address, agent } = await startCloud();
    simulator.faults.set([{ kind: 'latency', milliseconds: 1_000 }]);
    const { body, type } = form([{ name: 'image', value: picture, filename: 'a.jpg' }]);
    const headers = { 'x-device-key': address.deviceKey, 'content-type': type };
    const signal = AbortSignal.timeout(500);
    const url = `${address.baseUrl}/device/images/upload`;
    await expect(request(url, { dispatcher: agent, method: 'POST', body, headers, signal })).rejects.toThrow();
    await expect
      .poll(() => simulator.stats(), { timeout: 3_000 })
      .toMatchObject({ images: 1, aborted: 0, inFlight: 0, answers: {} });
  });

  test('a slow reader takes the body at its speed', async () => {
    const { simulator, upload } = await startCloud();
    simulator.faults.set([{ kind: 'slow-read', bytesPerSecond: 50_000 }]);
    const took = await elapsed(async () => expect((await upload(jpeg(64, 48, 20_000))).status).toBe(201));
    expect(took).toBeGreaterThan(380);
  });

  test('a slow answer sends its headers at once and its body a byte at a time', async () => {
    const { simulator, address, agent } = await startCloud();
    simulator.faults.set([{ kind: 'slow-answer', bytesPerSecond: 100 }]);
    const headers = { 'x-device-key': address.deviceKey };
    const start = performance.now();
    const answer = await request(`${address.baseUrl}/device/self`, { dispatcher: agent, headers });
    const headersAfter = performance.now() - start;
    const text = await answer.body.text();
    const bodyAfter = performance.now() - start;
    expect(bodyAfter).toBeGreaterThan(text.length * 9);
    expect(headersAfter).toBeLessThan(bodyAfter / 2);
    expect(JSON.parse(text)).toMatchObject({ success: true });
  });

  test.each([
    ['before-body', 0],
    ['before-commit', 0],
    ['after-commit', 1],
  ] as const)('a stall %s never answers and leaves %i stored', async (when, images) => {
    const { simulator, address, agent } = await startCloud();
    simulator.faults.set([{ kind: 'stall', when, times: 1 }]);
    const { body, type } = form([{ name: 'image', value: picture, filename: 'a.jpg' }]);
    const headers = { 'x-device-key': address.deviceKey, 'content-type': type };
    const url = `${address.baseUrl}/device/images/upload`;
    const gone = new AbortController();
    const options = { dispatcher: agent, method: 'POST', body, headers, signal: gone.signal } as const;
    const waiting = expect(request(url, options)).rejects.toThrow();
    await expect.poll(() => simulator.stats()).toMatchObject({ inFlight: 1, images });
    gone.abort();
    await waiting;
    await expect.poll(() => simulator.stats()).toMatchObject({ images, inFlight: 0, answers: {} });
  });

  test('a client that gives up on a slow reader leaves nothing stored', async () => {
    const { simulator, address, agent } = await startCloud();
    simulator.faults.set([{ kind: 'slow-read', bytesPerSecond: 1_000 }]);
    const { body, type } = form([{ name: 'image', value: picture, filename: 'a.jpg' }]);
    const headers = { 'x-device-key': address.deviceKey, 'content-type': type };
    const gone = new AbortController();
    const options = { dispatcher: agent, method: 'POST', body, headers, signal: gone.signal } as const;
    const waiting = expect(request(`${address.baseUrl}/device/images/upload`, options)).rejects.toThrow();
    await expect.poll(() => simulator.stats().inFlight).toBe(1);
    gone.abort();
    await waiting;
    await expect.poll(() => simulator.stats(), { timeout: 4_000 }).toMatchObject({ images: 0, inFlight: 0 });
  });
});

describe('somebody else answers', () => {
  test('a captive portal: 200 with a web page', async () => {
    const { simulator, upload } = await startCloud();
    simulator.faults.set([{ kind: 'html' }]);
    const reply = await upload(picture);
    expect([reply.status, reply.body, simulator.stats().images]).toEqual([200, undefined, 0]);
    expect(reply.text).toContain('<html>');
  });

  test('a redirect to a login page', async () => {
    const { simulator, upload } = await startCloud();
    simulator.faults.set([{ kind: 'redirect', location: 'http://portal.example/login' }]);
    const reply = await upload(picture);
    expect([reply.status, reply.headers.location]).toEqual([302, 'http://portal.example/login']);
  });

  test('a success of HTTP with any words', async () => {
    const { simulator, upload } = await startCloud();
    simulator.faults.set([
      { kind: 'answer', status: 200, body: { errors: ['not stored'] }, times: 1 },
      { kind: 'answer', status: 201, body: {}, when: 'after-commit', times: 1 },
    ]);
    const refused = await upload(picture);
    expect([refused.status, refused.body, simulator.stats().images]).toEqual([200, { errors: ['not stored'] }, 0]);
    const stored = await upload(picture);
    expect([stored.status, stored.body, simulator.stats().images]).toEqual([201, {}, 1]);
  });

  test('201 with a body that is not what it says', async () => {
    const { simulator, upload } = await startCloud();
    simulator.faults.set([{ kind: 'garbage', when: 'after-commit' }]);
    const reply = await upload(picture);
    expect([reply.status, reply.body, simulator.stats().images]).toEqual([201, undefined, 1]);
    expect(reply.headers['content-type']).toContain('application/json');
  });
});

describe('a server that is down', () => {
  test('refuses connections, cuts those there are, and comes back on the same port', async () => {
    const server = await startCloud();
    expect(await outcome(server)).toBe(201);
    await server.simulator.down();
    expect(await outcome(server)).toMatch(/ECONNREFUSED|UND_ERR_SOCKET/);
    const { port } = new URL(server.address.baseUrl);
    const code = await new Promise((resolve) => {
      createConnection(Number(port), '127.0.0.1').on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    expect(code).toBe('ECONNREFUSED');
    expect(server.simulator.stats().up).toBe(false);
    await server.simulator.up();
    expect(await outcome(server)).toBe(201);
    expect(server.simulator.stats()).toMatchObject({ up: true, images: 2 });
  });

  test('comes back by itself after a set time', async () => {
    const server = await startCloud();
    await server.simulator.down(150);
    expect(server.simulator.stats().up).toBe(false);
    await expect.poll(() => server.simulator.stats().up).toBe(true);
  });

  test('stops while requests stall', async () => {
    const server = await startCloud();
    server.simulator.faults.set([{ kind: 'stall' }]);
    const waiting = outcome(server);
    await expect.poll(() => server.simulator.stats().inFlight).toBe(1);
    await server.simulator.stop();
    expect(await waiting).toBe('UND_ERR_SOCKET');
  });
});
