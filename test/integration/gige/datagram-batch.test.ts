import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { linuxSockets } from '../../../electron/gateway/platform/linux-sockets.ts';
import { DatagramBatch, senderNumber } from '../../../electron/gateway/source/gige/gvsp/datagram-batch.ts';

/** Many datagrams in one call of the system, over real sockets. */

const sockets = await linuxSockets();
const isPossible = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
const here = '127.0.0.91';
/** CAP_NET_ADMIN, capability 12 (capabilities(7)), among those of this process. */
const capabilities = isPossible
  ? (/^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0')
  : '0';
const mayAdminister = ((BigInt(`0x${capabilities}`) >> 12n) & 1n) === 1n;

test.skipIf(!isPossible)('the library of the system can be called where it should be', () => {
  expect(sockets).not.toBeNull();
});

describe.skipIf(sockets === null)('a batch of datagrams', () => {
  const system = sockets as NonNullable<typeof sockets>;

  function listen(size: number) {
    const file = system.bind(here);
    onTestFinished(() => system.close(file));
    system.setReceiveBuffer(file, 4 * 1024 * 1024);
    system.setReceiveTimeout(file, 50);
    const batch = new DatagramBatch(size, system.addressOf);
    return { file, batch, port: system.port(file) };
  }

  async function sender(address: string): Promise<Socket> {
    const socket = createSocket('udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    onTestFinished(() => {
      socket.close();
    });
    return socket;
  }

  /** Over loopback a datagram is in the receiver's buffer once it is sent. */
  const send = (from: Socket, port: number, packet: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => from.send(packet, port, here, (error) => (error ? reject(error) : resolve())));

  const packet = (length: number, seed: number): Buffer =>
    Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 7 + seed) & 0xff));

  test('of any sizes comes in one call, in order, each with its own bytes', async () => {
    const { file, batch, port } = listen(64);
    const camera = await sender('127.0.0.92');
    const lengths = [1, 0, 60_000, 1_472, 0, 65_507, 8, 8_972, 36, 60_000, 2, 1_472];
    const sent = lengths.map(packet);
    for (const bytes of sent) await send(camera, port, bytes);
    expect(system.receive(file, batch.messages, 64, true)).toBe(lengths.length);
    for (const [index, bytes] of sent.entries()) {
      expect(batch.at(index).length).toBe(bytes.length);
      expect(bytes.equals(batch.at(index))).toBe(true);
    }
    expect(system.receive(file, batch.messages, 64, false)).toBe(0);
  });

  test('is used again: lengths and bytes are those of the latest call', async () => {
    const { file, batch, port } = listen(4);
    const camera = await sender('127.0.0.92');
    for (const [round, lengths] of [
      [5_000, 10, 0],
      [10, 0, 5_000],
      [0, 5_000, 10],
    ].entries()) {
      const sent = lengths.map((length, index) => packet(length, 31 * round + index));
      for (const bytes of sent) await send(camera, port, bytes);
      expect(system.receive(file, batch.messages, 4, true)).toBe(3);
      for (const [index, bytes] of sent.entries()) expect(bytes.equals(batch.at(index))).toBe(true);
    }
  });

  test('that is full leaves the others for the next call', async () => {
    const { file, batch, port } = listen(3);
    const camera = await sender('127.0.0.92');
    for (let number = 0; number < 8; number += 1) await send(camera, port, Buffer.of(number));
    const came: number[] = [];
    for (const expected of [3, 3, 2]) {
      expect(system.receive(file, batch.messages, 3, true)).toBe(expected);
      for (let index = 0; index < expected; index += 1) came.push(...batch.at(index));
    }
    expect(came).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    // Fewer than there is room for, where no more are wanted.
    for (let number = 0; number < 3; number += 1) await send(camera, port, Buffer.of(number));
    expect(system.receive(file, batch.messages, 2, true)).toBe(2);
    expect(system.receive(file, batch.messages, 2, true)).toBe(1);
  });

  test('says of each datagram who sent it', async () => {
    const { file, batch, port } = listen(8);
    const addresses = ['127.0.0.92', '127.0.0.93', '127.200.1.254', '127.0.0.92'];
    for (const address of addresses) await send(await sender(address), port, Buffer.from(address));
    expect(system.receive(file, batch.messages, 8, true)).toBe(4);
    expect(addresses.map((_, index) => batch.senderAt(index))).toEqual(addresses.map(senderNumber));
    expect(new Set(addresses.map(senderNumber)).size).toBe(3);
  });

  test('waits for the first datagram no longer than it was told, and without waiting not at all', async () => {
    const { file, batch } = listen(8);
    expect(system.receive(file, batch.messages, 8, true)).toBe(0);
    expect(system.receive(file, batch.messages, 8, false)).toBe(0);
  });

  test('answers whoever sent it, and a datagram that can’t be sent harms nobody', async () => {
    const { file, batch, port } = listen(8);
    const camera = await sender('127.0.0.92');
    const heard = once(camera, 'message');
    system.send(file, Buffer.from('again'), '127.0.0.92', camera.address().port);
    const [bytes, from] = await heard;
    expect([String(bytes), from.address, from.port]).toEqual(['again', here, port]);
    // Nobody listens there, which the system reports at the next call; there is no way; it is too large.
    system.send(file, Buffer.from('x'), '127.0.0.94', 9);
    system.send(file, Buffer.from('x'), '192.0.2.1', 9);
    system.send(file, Buffer.alloc(70_000), '127.0.0.92', 9);
    await send(camera, port, Buffer.from('there'));
    await expect
      .poll(() => (system.receive(file, batch.messages, 8, true) === 1 ? String(Buffer.from(batch.at(0))) : ''))
      .toBe('there');
  });

  test('has a socket of its own port, with a buffer as large as the system allows', () => {
    const [one, other] = [listen(1), listen(1)];
    expect(one.port).toBeGreaterThan(0);
    expect(one.port).not.toBe(other.port);
    const before = system.receiveBuffer(one.file);
    system.setReceiveBuffer(one.file, 64 * 1024);
    expect(system.receiveBuffer(one.file)).toBe(128 * 1024);
    expect(before).toBeGreaterThan(128 * 1024);
  });

  test.skipIf(!mayAdminister)('has a larger buffer than others get where it may administer the network', () => {
    const { file } = listen(1);
    system.setReceiveBuffer(file, 32 * 1024 * 1024);
    expect(system.receiveBuffer(file)).toBe(64 * 1024 * 1024);
  });

  test('has no socket at an address that is not of this PC, and says so by the code of the system', () => {
    expect(() => system.bind('192.0.2.1')).toThrow(
      expect.objectContaining({ code: 'EADDRNOTAVAIL', syscall: 'bind', message: 'bind: EADDRNOTAVAIL' }),
    );
  });

  test('of a closed socket is an error, not a crash', () => {
    const file = system.bind(here);
    const batch = new DatagramBatch(1, system.addressOf);
    system.close(file);
    expect(() => system.receive(file, batch.messages, 1, false)).toThrow(/EBADF|ENOTSOCK/);
  });
});
