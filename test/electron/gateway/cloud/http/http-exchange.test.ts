import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type Exchange,
  type ExchangeRequest,
  exchange,
} from '../../../../../electron/gateway/cloud/http/http-exchange.ts';
import type { Pace } from '../../../../../electron/gateway/model/delivery.ts';

type Peer = (socket: Socket, text: string) => void;

/** A server that does with each connection exactly what a test says; `text` is all that came over it so far. */
async function serve(onText: Peer, onConnect: (socket: Socket) => void = () => undefined) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      onText(socket, text);
    });
    onConnect(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { origin: `http://127.0.0.1:${port}`, sockets };
}

function poolFor(origin: string, connections = 1): Pool {
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    connect: { timeout: 1_000 },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  onTestFinished(() => pool.destroy());
  return pool;
}

const post = (pool: Pool, facts: Partial<ExchangeRequest> = {}): Promise<Exchange> =>
  exchange(pool, {
    method: 'POST',
    path: '/upload',
    headers: {},
    body: { kind: 'buffer', bytes: Buffer.from('picture') },
    silenceMilliseconds: 400,
    ...facts,
  });

const reply = (status: string, body: string): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

async function* slices(count: number, bytes: number, pauseMilliseconds = 0): AsyncGenerator<Uint8Array> {
  for (let slice = 0; slice < count; slice += 1) {
    if (pauseMilliseconds > 0) await wait(pauseMilliseconds);
    yield Buffer.alloc(bytes, 'x');
  }
}

const stream = (count: number, bytes: number, pauseMilliseconds = 0): ExchangeRequest['body'] => ({
  kind: 'stream',
  length: count * bytes,
  chunks: slices(count, bytes, pauseMilliseconds),
});

describe('an answer', () => {
  test('comes back with its status, its headers in lower case, and its text', async () => {
    const { origin } = await serve((socket, text) => {
      if (text.endsWith('picture'))
        socket.write('HTTP/1.1 201 Created\r\nX-Odd: a\r\nX-Odd: b\r\nContent-Length: 2\r\n\r\n{}');
    });
    expect(await post(poolFor(origin))).toEqual({
      kind: 'answer',
      status: 201,
      headers: { 'x-odd': 'a, b', 'content-length': '2' },
      body: '{}',
      complete: true,
    });
  });

  test('may follow an informational one', async () => {
    const { origin } = await serve((socket, text) => {
      if (text.endsWith('picture'))
        socket.write(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${reply('200 OK', '{}')}`);
    });
    expect(await post(poolFor(origin))).toMatchObject({ kind: 'answer', status: 200, body: '{}', complete: true });
  });

  test('that leads elsewhere is not followed', async () => {
    let requests = 0;
    const { origin } = await serve((socket, text) => {
      if (!text.endsWith('picture')) return;
      requests += 1;
      socket.write('HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n');
    });
    expect(await post(poolFor(origin))).toMatchObject({ kind: 'answer', status: 302 });
    expect(requests).toBe(1);
  });

  test('that breaks off is kept as far as it came, and marked', async () => {
    const { origin } = await serve((socket, text) => {
      if (text.endsWith('picture')) socket.end('HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{"success":');
    });
    expect(await post(poolFor(origin))).toMatchObject({
      kind: 'answer',
      status: 201,
      body: '{"success":',
      complete: false,
    });
  });

  test('that is longer than any answer of the API is not read to its end', async () => {
    let sent = 0;
    const { origin } = await serve((socket, text) => {
      if (!text.endsWith('picture')) return;
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const more = (): void => {
        if (socket.destroyed || sent > 50_000_000) return;
        sent += 65_536;
        socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`, more);
      };
      more();
    });
    const outcome = await post(poolFor(origin), { silenceMilliseconds: 10_000 });
    expect(outcome).toMatchObject({ kind: 'answer', status: 200, complete: false });
    if (outcome.kind === 'answer') expect(outcome.body.length).toBeLessThanOrEqual(256 * 1024);
    expect(sent).toBeLessThan(20_000_000);
  });

  test('that drips a byte at a time is given up when its time is over, not when it falls silent', async () => {
    const { origin } = await serve((socket, text) => {
      if (!text.endsWith('picture')) return;
      socket.write('HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n');
      const drip = setInterval(() => (socket.destroyed ? clearInterval(drip) : socket.write('x')), 50);
      socket.on('close', () => clearInterval(drip));
    });
    const began = performance.now();
    expect(await post(poolFor(origin))).toMatchObject({ kind: 'answer', status: 201, complete: false });
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test('that comes before the picture is sent to its end counts', async () => {
    const { origin } = await serve((socket, text) => {
      if (text.includes('\r\n\r\n') && !text.includes('answered'))
        socket.write(reply('413 Too Large', '{"answered":1}'));
    });
    const outcome = await post(poolFor(origin), { body: stream(200, 1_000, 20), silenceMilliseconds: 2_000 });
    expect(outcome).toMatchObject({ kind: 'answer', status: 413, complete: true });
  });
});

describe('no answer', () => {
  test('because nobody listens: nothing was sent', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    expect(await post(poolFor(`http://127.0.0.1:${port}`))).toMatchObject({
      kind: 'lost',
      sent: false,
      error: { code: 'ECONNREFUSED' },
    });
  });

  test('because the connection is reset while a stream is on its way: it was not sent', async () => {
    const { origin } = await serve((socket, text) => {
      if (text.length > 100_000) socket.resetAndDestroy();
    });
    expect(await post(poolFor(origin), { body: stream(400, 50_000) })).toMatchObject({ kind: 'lost', sent: false });
  });

  test.each(['close', 'reset'] as const)('because of a %s after everything came: it was sent', async (how) => {
    const { origin } = await serve((socket, text) => {
      if (text.endsWith('picture')) how === 'reset' ? socket.resetAndDestroy() : socket.end();
    });
    expect(await post(poolFor(origin))).toMatchObject({ kind: 'lost', sent: true });
  });

  test('because the server says nothing: it was sent, and the silence is named', async () => {
    const { origin } = await serve(() => undefined);
    const began = performance.now();
    expect(await post(poolFor(origin))).toMatchObject({
      kind: 'lost',
      sent: true,
      error: { code: 'ACUSIGHT_SILENCE' },
    });
    expect(performance.now() - began).toBeGreaterThanOrEqual(390);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test('because it came later than an answer may, which may be longer or shorter than a silence before', async () => {
    const { origin } = await serve((socket, text) => {
      if (text.endsWith('picture')) setTimeout(() => socket.write(reply('201 Created', '{}')), 500);
    });
    expect(await post(poolFor(origin), { silenceMilliseconds: 200, answerMilliseconds: 10_000 })).toMatchObject({
      kind: 'answer',
      status: 201,
    });
    expect(await post(poolFor(origin), { silenceMilliseconds: 10_000, answerMilliseconds: 200 })).toMatchObject({
      kind: 'lost',
      sent: true,
      error: { code: 'ACUSIGHT_SILENCE', message: 'no answer for 200 ms' },
    });
  });

  test('because the server stops reading a stream: it was not sent', async () => {
    const { origin } = await serve(
      () => undefined,
      (socket) => socket.pause(),
    );
    expect(await post(poolFor(origin), { body: stream(600, 100_000) })).toMatchObject({
      kind: 'lost',
      sent: false,
      error: { code: 'ACUSIGHT_SILENCE' },
    });
  });

  test('because the stream itself fails: it was not sent, and the reason is kept', async () => {
    const { origin } = await serve(() => undefined);
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(10);
      throw Object.assign(new Error('disk'), { code: 'EIO' });
    }
    const body = { kind: 'stream', length: 1_000, chunks: broken() } as const;
    expect(await post(poolFor(origin), { body })).toMatchObject({ kind: 'lost', sent: false, error: { code: 'EIO' } });
  });

  test.each([
    [900, 'shorter'],
    [1_100, 'longer'],
  ])('because the stream has %i bytes of 1000, a file that is %s now: it was not sent', async (bytes) => {
    let received = 0;
    const { origin } = await serve((_socket, text) => {
      received = text.split('\r\n\r\n')[1]?.length ?? 0;
    });
    const body = { kind: 'stream', length: 1_000, chunks: slices(1, bytes) } as const;
    expect(await post(poolFor(origin), { body })).toMatchObject({
      kind: 'lost',
      sent: false,
      error: { code: 'ACUSIGHT_PAYLOAD' },
    });
    expect(received).toBeLessThan(1_000);
  });

  test('because a header can’t be sent: nothing was sent, and nothing is thrown', async () => {
    const { origin } = await serve(() => undefined);
    expect(await post(poolFor(origin), { headers: { 'x-device-key': 'a\nb' } })).toMatchObject({
      kind: 'lost',
      sent: false,
    });
  });
});

describe('a stream that makes progress', () => {
  test('may take longer than the longest silence', async () => {
    const { origin } = await serve((socket, text) => {
      if (text.endsWith('x'.repeat(10)) && text.split('\r\n\r\n')[1]?.length === 10_000)
        socket.write(reply('201 Created', '{}'));
    });
    const began = performance.now();
    const outcome = await post(poolFor(origin), { body: stream(10, 1_000, 100), silenceMilliseconds: 400 });
    expect(outcome).toMatchObject({ kind: 'answer', status: 201 });
    expect(performance.now() - began).toBeGreaterThan(900);
  });
});

describe('a pace', () => {
  const counting = (facts: Partial<Pace> = {}) => {
    const taken: number[] = [];
    const pace: Pace = { limited: true, chunkBytes: 400, take: async (bytes) => void taken.push(bytes), ...facts };
    return { taken, pace };
  };
  const answering = (length: number) =>
    serve((socket, text) => {
      if (text.split('\r\n\r\n')[1]?.length === length) socket.write(reply('201 Created', '{}'));
    });

  test('lets a body leave in its pieces, a buffer’s as well as a stream’s', async () => {
    const { origin } = await answering(1_000);
    for (const body of [{ kind: 'buffer', bytes: Buffer.alloc(1_000, 'x') } as const, stream(1, 1_000)]) {
      const { taken, pace } = counting();
      expect(await post(poolFor(origin), { body, pace })).toMatchObject({ status: 201 });
      expect(taken).toEqual([400, 400, 200]);
    }
  });

  test('that limits nothing is not asked', async () => {
    const { origin } = await answering(1_000);
    const { taken, pace } = counting({ limited: false });
    expect(await post(poolFor(origin), { body: stream(1, 1_000), pace })).toMatchObject({ status: 201 });
    expect(taken).toEqual([]);
  });

  test('may make a body wait for longer than the longest silence', async () => {
    const { origin } = await answering(1_000);
    const { pace } = counting({ take: () => wait(350) });
    const outcome = await post(poolFor(origin), { body: stream(1, 1_000), pace, silenceMilliseconds: 200 });
    expect(outcome).toMatchObject({ kind: 'answer', status: 201 });
  });

  test('that closes the way stops a body: it was not sent, and that is no failure', async () => {
    const { origin } = await serve(() => undefined);
    let asked = 0;
    const { pace } = counting({
      take: async () => {
        asked += 1;
        if (asked === 2) throw new Error('the window has closed');
      },
    });
    expect(await post(poolFor(origin), { body: stream(1, 1_000), pace })).toEqual({ kind: 'aborted', sent: false });
  });

  test('is told when the request is over, so that nobody waits for nothing', async () => {
    const { origin } = await serve((socket) => socket.resetAndDestroy());
    let ended: Promise<unknown> = Promise.resolve();
    let pieces = 0;
    const { pace } = counting({
      take: (_bytes, signal) => {
        pieces += 1;
        if (pieces === 1) return Promise.resolve();
        ended = once(signal, 'abort');
        return ended.then(() => Promise.reject(new Error('over')));
      },
    });
    expect(await post(poolFor(origin), { body: stream(1, 1_000), pace })).toMatchObject({ kind: 'lost', sent: false });
    await ended;
  });
});

describe('a request that is stopped', () => {
  test('before it began was not sent', async () => {
    const { origin, sockets } = await serve(() => undefined);
    expect(await post(poolFor(origin), { signal: AbortSignal.abort() })).toEqual({ kind: 'aborted', sent: false });
    expect(sockets.size).toBe(0);
  });

  test('while it waits for a connection is stopped at once, and is not sent later', async () => {
    let requests = 0;
    const { origin } = await serve((socket, text) => {
      if (!text.endsWith('picture')) return;
      requests += 1;
      setTimeout(() => socket.write(reply('200 OK', '{}')), 200);
    });
    const pool = poolFor(origin, 1);
    const first = post(pool);
    const stopper = new AbortController();
    const second = post(pool, { signal: stopper.signal });
    await wait(50);
    stopper.abort();
    const began = performance.now();
    expect(await second).toEqual({ kind: 'aborted', sent: false });
    expect(performance.now() - began).toBeLessThan(50);
    expect(await first).toMatchObject({ kind: 'answer', status: 200 });
    await wait(300);
    expect(requests).toBe(1);
    expect(await post(pool)).toMatchObject({ kind: 'answer', status: 200 });
  });

  test('while it is being sent was not sent', async () => {
    const { origin } = await serve(() => undefined);
    const stopper = new AbortController();
    const running = post(poolFor(origin), { body: stream(100, 1_000, 20), signal: stopper.signal });
    await wait(150);
    stopper.abort();
    expect(await running).toEqual({ kind: 'aborted', sent: false });
  });

  test('while it waits for the answer may have been taken', async () => {
    const { origin } = await serve(() => undefined);
    const stopper = new AbortController();
    const running = post(poolFor(origin), { signal: stopper.signal });
    await wait(100);
    stopper.abort();
    expect(await running).toEqual({ kind: 'aborted', sent: true });
  });
});

describe('a connection that is kept', () => {
  test('serves one request after another', async () => {
    let connections = 0;
    const { origin } = await serve(
      (socket, text) => {
        if (text.endsWith('picture')) socket.write(reply('200 OK', '{}'));
      },
      () => {
        connections += 1;
      },
    );
    const pool = poolFor(origin);
    for (let request = 0; request < 5; request += 1) expect(await post(pool)).toMatchObject({ status: 200 });
    expect(connections).toBe(1);
  });

  test('and closed by the server between two requests is replaced', async () => {
    const { origin } = await serve((socket, text) => {
      if (text.endsWith('picture')) socket.write(reply('200 OK', '{}'), () => setTimeout(() => socket.end(), 20));
    });
    const pool = poolFor(origin);
    for (let request = 0; request < 5; request += 1) {
      expect(await post(pool)).toMatchObject({ kind: 'answer', status: 200 });
      await wait(60);
    }
  });
});
