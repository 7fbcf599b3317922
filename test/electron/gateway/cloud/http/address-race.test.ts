import { type ChildProcess, spawn } from 'node:child_process';
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { byTurns, connectTo, type Lookup, race } from '../../../../../electron/gateway/cloud/http/address-race.ts';
import { errnoCode } from '../../../../../electron/gateway/platform/errors.ts';
import { freePort } from '../../../../support/free-port.ts';

/** Addresses of this PC and of a network for documents (RFC 3849, RFC 5737) that nobody has a way to. */

const v4 = (address: string): LookupAddress => ({ address, family: 4 });
const v6 = (address: string): LookupAddress => ({ address, family: 6 });
const found =
  (...addresses: LookupAddress[]): Lookup =>
  async () =>
    addresses;
const patient = 20_000;

async function open(lookup: Lookup, port: number, timeoutMilliseconds = patient): Promise<Socket> {
  const socket = await connectTo('api.plant.test', port, { timeoutMilliseconds, lookup });
  onTestFinished(() => void socket.destroy());
  return socket;
}

const failure = (lookup: Lookup, port: number, timeoutMilliseconds = patient): Promise<string | null> =>
  open(lookup, port, timeoutMilliseconds).then(
    () => 'connected',
    (error: unknown) => errnoCode(error),
  );

async function server(host = '127.0.0.1'): Promise<number> {
  const listening = createServer().listen(0, host);
  await once(listening, 'listening');
  onTestFinished(() => void listening.close());
  return (listening.address() as { port: number }).port;
}

/**
 * A server that takes nobody in while it is stopped. Once its queue is full the system drops whoever asks, who asks again
 * after a second: a connection that takes longer than any quarter of one, on every PC.
 */
async function slowServer(): Promise<{ readonly port: number; readonly resume: () => void }> {
  const program = `require('node:net').createServer().listen({ host: '127.0.0.1', port: 0, backlog: 1 }, function () {
    console.log(this.address().port);
  });`;
  const child: ChildProcess = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  const [line] = await once(child.stdout ?? child, 'data');
  const port = Number(line);
  child.kill('SIGSTOP');
  for (let full = false; !full; ) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    full = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(false));
      setTimeout(() => resolve(true), 300);
    });
  }
  return { port, resume: () => void child.kill('SIGCONT') };
}

describe.skipIf(process.platform === 'win32')('an address that is slow to answer', () => {
  test.each([
    ['first', [v4('127.0.0.1'), v6('2001:db8::1')]],
    ['last', [v6('2001:db8::1'), v4('127.0.0.1')]],
    ['in the middle', [v4('192.0.2.1'), v4('127.0.0.1'), v6('2001:db8::1')]],
  ] as const)('is waited for while the next are tried (%s)', async (_where, addresses) => {
    const { port, resume } = await slowServer();
    const opening = open(found(...addresses), port);
    setTimeout(resume, 600);
    expect((await opening).remoteAddress).toBe('127.0.0.1');
  });

  test('keeps nobody from a faster one', async () => {
    const { port } = await slowServer();
    const other = createServer().listen(port, '127.0.0.2');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    expect((await open(found(v4('127.0.0.1'), v4('127.0.0.2')), port)).remoteAddress).toBe('127.0.0.2');
  });

  test('is given up when the time for the connection is over', async () => {
    const { port } = await slowServer();
    expect(await failure(found(v4('127.0.0.1'), v6('2001:db8::1')), port, 700)).toBe('ETIMEDOUT');
  });
});

describe('an address that refuses', () => {
  test('is followed by the next at once', async () => {
    const port = await server('127.0.0.3');
    expect((await open(found(v4('127.0.0.4'), v4('127.0.0.5'), v4('127.0.0.3')), port)).remoteAddress).toBe(
      '127.0.0.3',
    );
  });

  test('says more than one that there is no way to', async () => {
    const port = await freePort();
    for (const addresses of [
      [v6('2001:db8::1'), v4('127.0.0.1')],
      [v4('127.0.0.1'), v6('2001:db8::1')],
    ])
      expect(await failure(found(...addresses), port, 1_000)).toMatch(/^(ECONNREFUSED|ETIMEDOUT)$/);
    expect(await failure(found(v4('127.0.0.1')), port)).toBe('ECONNREFUSED');
    expect(await failure(found(v4('127.0.0.1'), v4('127.0.0.2')), port)).toBe('ECONNREFUSED');
  });
});

describe('a name', () => {
  test('that nobody answers for is given up in time, and called so', async () => {
    expect(await failure(() => new Promise(() => undefined), 80, 100)).toBe('EAI_AGAIN');
  });

  test('without an address is not found', async () => {
    expect(await failure(found(), 80)).toBe('ENOTFOUND');
  });

  test('is not looked up where it is an address, in brackets or not', async () => {
    const port = await server('127.0.0.1');
    const never: Lookup = () => Promise.reject(new Error('looked up'));
    const socket = await connectTo('127.0.0.1', port, { timeoutMilliseconds: patient, lookup: never });
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
    const error = await connectTo('[::1]', await freePort(), { timeoutMilliseconds: patient, lookup: never }).catch(
      (reason: Error) => reason,
    );
    expect(String(error)).not.toContain('looked up');
  });
});

test('a race that is over before it began opens nothing', async () => {
  let connections = 0;
  const listening = createServer(() => {
    connections += 1;
  }).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  onTestFinished(() => void listening.close());
  const { port } = listening.address() as { port: number };
  await expect(race([v4('127.0.0.1')], port, AbortSignal.abort())).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  expect(connections).toBe(0);
});

test('the two kinds of address take turns, in the system’s order, beginning with its first', () => {
  const mixed = [v6('::a'), v6('::b'), v6('::c'), v4('10.0.0.1'), v4('10.0.0.2')];
  expect(byTurns(mixed).map(({ address }) => address)).toEqual(['::a', '10.0.0.1', '::b', '10.0.0.2', '::c']);
  expect(byTurns([v4('10.0.0.1'), v6('::a')]).map(({ address }) => address)).toEqual(['10.0.0.1', '::a']);
  expect(byTurns([])).toEqual([]);
});
