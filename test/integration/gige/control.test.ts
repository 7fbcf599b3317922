import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import {
  ControlChannel,
  type ControlChannelOptions,
} from '../../../electron/gateway/source/gige/gvcp/control-channel.ts';
import type { ControlLoss } from '../../../electron/gateway/source/gige/gvcp/heartbeat.ts';
import { failureOf } from '../../support/spoken.ts';
import { acknowledge, CameraPeer } from './control-peer.ts';

/** What Aravis' camera never does: a peer of our own, on loopback addresses 127.0.0.13 and up. */

const closings: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});

async function connect(options: Partial<ControlChannelOptions> = {}) {
  const peer = await CameraPeer.start('127.0.0.13');
  closings.push(() => peer.close());
  const channel = await open(peer, options);
  return { peer, channel };
}

async function open(peer: CameraPeer, options: Partial<ControlChannelOptions> = {}): Promise<ControlChannel> {
  const quick = { timeoutMilliseconds: 60, tries: 3 };
  const channel = await ControlChannel.open({ address: peer.address, port: peer.port, ...quick, ...options });
  closings.push(() => channel.close());
  return channel;
}

const word = (value: number): Buffer => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value]);
const none = Buffer.alloc(0);

describe('an answer', () => {
  test('is waited for again when the first command was lost, under the same id', async () => {
    const { peer, channel } = await connect();
    peer.setRegister(0x938, 3_000);
    peer.intercept = () => peer.commands.length < 3;
    expect(await channel.readRegister(0x938)).toBe(3_000);
    expect(new Set(peer.commands.map(({ id }) => id)).size).toBe(1);
    expect(channel.counters).toMatchObject({ sent: 3, repeated: 2 });
  });

  test('that never comes is a time-out after all tries, which says what was asked', async () => {
    const { peer, channel } = await connect();
    peer.intercept = () => true;
    await expect(channel.readRegister(0xa00)).rejects.toMatchObject({
      code: 'timeout',
      status: null,
      technical: expect.stringContaining('read register 0x0a00 of 127.0.0.13: 3 tries'),
    });
    expect(peer.commands).toHaveLength(3);
  });

  test('that comes twice, late, under another id or to another question is ignored', async () => {
    const { peer, channel } = await connect();
    peer.setRegister(0x10, 16);
    peer.setRegister(0x14, 20);
    peer.intercept = ({ id, command }, answer) => {
      answer(acknowledge(0, command + 1, id + 1, word(1)));
      answer(acknowledge(0, command + 1, id === 1 ? 0xffff : id - 1, word(2)));
      answer(acknowledge(0, 0x85, id, word(3)));
      answer(acknowledge(0, 0x03, id, word(4)));
      const usual = peer.answerTo(
        peer.commands.at(-1) ?? { command, id, flags: 0, payload: none, from: null as never },
      );
      if (usual === null) return true;
      answer(usual);
      answer(usual);
      return true;
    };
    expect(await Promise.all([0x10, 0x14, 0x10].map((address) => channel.readRegister(address)))).toEqual([16, 20, 16]);
    expect(peer.commands).toHaveLength(3);
    expect(channel.counters.malformed).toBe(6);
  });

  test('that is torn is ignored', async () => {
    const { peer, channel } = await connect();
    peer.intercept = ({ id }, answer) => {
      const whole = acknowledge(0, 0x81, id, word(7));
      answer(whole.subarray(0, 11));
      answer(whole.subarray(0, 4));
      answer(none);
      answer(acknowledge(0, 0x81, id, Buffer.from([1, 2, 3])));
      if (peer.commands.length === 2) answer(whole);
      return true;
    };
    expect(await channel.readRegister(0x10)).toBe(7);
    expect(channel.counters).toMatchObject({ sent: 2 });
    expect(channel.counters.malformed).toBeGreaterThanOrEqual(4);
  });

  test('from another port or another address is ignored', async () => {
    const { peer, channel } = await connect();
    const otherPort = await CameraPeer.start('127.0.0.13');
    const otherAddress = await CameraPeer.start('127.0.0.14', peer.port);
    closings.push(
      () => otherPort.close(),
      () => otherAddress.close(),
    );
    peer.intercept = ({ id, from }) => {
      const forged = acknowledge(0, 0x81, id, word(666));
      otherPort.send(forged, from.port, from.address);
      otherAddress.send(forged, from.port, from.address);
      return peer.commands.length === 1;
    };
    expect(await channel.readRegister(0x10)).toBe(0);
    expect(channel.counters.foreign).toBeGreaterThanOrEqual(2);
  });

  test('that more time is needed extends the wait, and nothing is sent again', async () => {
    const { peer, channel } = await connect({ timeoutMilliseconds: 50 });
    peer.intercept = ({ id }, answer) => {
      answer(acknowledge(0, 0x89, id, word(5_000)));
      setTimeout(() => answer(acknowledge(0, 0x81, id, word(9))), 400);
      return true;
    };
    expect(await channel.readRegister(0x10)).toBe(9);
    expect(peer.commands).toHaveLength(1);
    expect(channel.counters).toMatchObject({ pending: 1, repeated: 0 });
  });

  test('that more time is needed, for ever, ends all the same', async () => {
    const { peer, channel } = await connect({ timeoutMilliseconds: 50, longestPendingMilliseconds: 300 });
    let beating: NodeJS.Timeout | undefined;
    closings.push(() => clearInterval(beating));
    peer.intercept = ({ id }, answer) => {
      beating ??= setInterval(() => answer(acknowledge(0, 0x89, id, word(0xffffffff))), 10);
      return true;
    };
    await expect(channel.readRegister(0x10)).rejects.toMatchObject({ code: 'timeout' });
  });
});

describe('a refusal', () => {
  test.each([
    [0x8001, 'not-implemented'],
    [0x8003, 'invalid-address'],
    [0x8004, 'write-protected'],
    [0x8006, 'access-denied'],
    [0x8fff, 'generic'],
    [0x9123, 'unknown-status'],
  ])('0x%s is an error of its own kind at once', async (status, code) => {
    const { peer, channel } = await connect();
    peer.intercept = ({ command, id }, answer) => {
      answer(acknowledge(status, command + 1, id, none));
      return true;
    };
    await expect(channel.writeRegister(0x10, 1)).rejects.toMatchObject({ name: 'GvcpError', code, status });
    expect(peer.commands).toHaveLength(1);
  });

  test('because the camera is busy is asked again, under a new id', async () => {
    const { peer, channel } = await connect();
    peer.intercept = ({ command, id }, answer) => {
      if (peer.commands.length > 1) return false;
      answer(acknowledge(0x8007, command + 1, id, none));
      return true;
    };
    expect(await channel.readRegister(0x10)).toBe(0);
    expect(peer.commands.map(({ id }) => id)).toEqual([1, 2]);
  });
});

describe('commands', () => {
  test('go one after the other, and their ids wrap past 0', async () => {
    const { peer, channel } = await connect({ firstId: 0xfffe });
    // By their ids: where this machine stands still for a moment, one is sent again, with the same.
    const open = new Set<number>();
    let most = 0;
    peer.intercept = (command, answer) => {
      open.add(command.id);
      most = Math.max(most, open.size);
      setTimeout(() => {
        open.delete(command.id);
        answer(peer.answerTo(command) ?? none);
      }, 5);
      return true;
    };
    await Promise.all([1, 2, 3, 4].map((number) => channel.writeRegister(4 * number, number)));
    expect([...new Set(peer.commands.map(({ id }) => id))]).toEqual([0xfffe, 0xffff, 1, 2]);
    expect(most).toBe(1);
    expect(peer.register(16)).toBe(4);
  });

  test('are dropped when their signal is aborted, waiting or under way, and others go on', async () => {
    const { peer, channel } = await connect();
    const first = new AbortController();
    const second = new AbortController();
    peer.intercept = ({ payload }) => payload.readUInt32BE(0) === 0x10;
    const underWay = channel.readRegister(0x10, first.signal);
    const waiting = channel.readRegister(0x14, second.signal);
    const other = channel.readRegister(0x18);
    second.abort(new Error('not this one'));
    await expect(waiting).rejects.toThrow('not this one');
    first.abort(new Error('nor that'));
    await expect(underWay).rejects.toThrow('nor that');
    expect(await other).toBe(0);
    expect(peer.commands.some(({ payload }) => payload.readUInt32BE(0) === 0x14)).toBe(false);
    await expect(channel.readRegister(0x10, first.signal)).rejects.toThrow('nor that');
  });

  test('end with the channel, and what arrives later has no effect', async () => {
    const { peer, channel } = await connect();
    peer.intercept = () => true;
    const open = [channel.readRegister(0x10), channel.readRegister(0x14)];
    while (peer.commands.length === 0) await new Promise(setImmediate);
    channel.close();
    channel.close();
    for (const asked of open) await expect(asked).rejects.toMatchObject({ code: 'closed' });
    const [command] = peer.commands;
    if (command === undefined) throw new Error('no command');
    peer.send(acknowledge(0, 0x81, command.id, word(1)), command.from.port, command.from.address);
    await expect(channel.readRegister(0x10)).rejects.toMatchObject({ code: 'closed' });
    await expect(channel.takeControl('control', () => undefined)).rejects.toMatchObject({ code: 'closed' });
    expect(peer.commands).toHaveLength(1);
  });
});

describe('memory', () => {
  test('is read at any address and length', async () => {
    const { peer, channel } = await connect();
    for (let at = 0; at < peer.memory.length; at += 1) peer.memory[at] = (at * 7 + (at >>> 8)) & 0xff;
    for (const [address, count] of [
      [0x1000, 4],
      [0x1001, 1],
      [0x1003, 2],
      [0x1001, 511],
      [0x1002, 513],
      [0x1000, 1_024],
      [0x1003, 70_001],
      [0x1000, 0],
    ] as const) {
      const read = await channel.readMemory(address, count);
      expect(read.equals(peer.memory.subarray(address, address + count)), `${count} bytes at ${address}`).toBe(true);
    }
    expect(peer.commands.every(({ payload }) => payload.readUInt16BE(6) <= 512)).toBe(true);
  });

  test('is not read beyond 16 MB or the address space, whatever a description says', async () => {
    const { peer, channel } = await connect();
    for (const [address, count] of [
      [0, 2 ** 24 + 1],
      [2 ** 32 - 4, 8],
      [-4, 4],
      [0, -1],
      [Number.NaN, 4],
      [0, Number.POSITIVE_INFINITY],
      [1.5, 4],
    ] as const) {
      await expect(channel.readMemory(address, count)).rejects.toMatchObject({ code: 'out-of-range' });
    }
    await expect(channel.readRegister(2 ** 32)).rejects.toMatchObject({ code: 'out-of-range' });
    expect(peer.commands).toEqual([]);
  });

  test.each([
    ['in blocks where the camera can', 2, 0x86],
    ['register by register where it can not', 0, 0x82],
  ])('is written %s, and its neighbours stay as they are', async (_name, capability, command) => {
    const { peer, channel } = await connect();
    peer.setRegister(0x934, capability);
    for (const [address, count] of [
      [0x1000, 8],
      [0x1001, 1],
      [0x1003, 6],
      [0x1002, 1_100],
    ] as const) {
      peer.memory.fill(0xee, 0x0ff0, 0x1800);
      const before = Buffer.from(peer.memory);
      const bytes = Buffer.from(Array.from({ length: count }, (_, index) => index & 0xff));
      await channel.writeMemory(address, bytes);
      before.set(bytes, address);
      expect(peer.memory.equals(before), `${count} bytes at ${address}`).toBe(true);
    }
    const writes = peer.commands.filter((sent) => sent.command === 0x82 || sent.command === 0x86);
    expect(new Set(writes.map((sent) => sent.command))).toEqual(new Set([command]));
    expect(writes.every(({ payload }) => payload.length <= 516)).toBe(true);
    expect(peer.commands.filter((sent) => sent.command === 0x80)).toHaveLength(1);
  });
});

describe('control', () => {
  const taken = {
    name: 'CameraError',
    trouble: 'taken',
    text: 'Another program controls the camera at 127.0.0.13.',
  };

  test('is refused with the same words by a camera that says so, one that is silent and one that hides the register', async () => {
    const { peer, channel } = await connect();
    const take = () => channel.takeControl('control', () => undefined);
    peer.setRegister(0xa00, 2);
    expect(await failureOf(take())).toMatchObject(taken);
    expect(peer.commands.every(({ command }) => command === 0x80)).toBe(true);

    peer.intercept = ({ command, id }, answer) => {
      if (command === 0x80) answer(acknowledge(0x8006, 0x81, id, none));
      return true;
    };
    expect(await failureOf(take())).toMatchObject(taken);

    // Both of these lose the race between their read and their write.
    peer.setRegister(0xa00, 0);
    peer.intercept = ({ command, id }, answer) => {
      if (command === 0x82) answer(acknowledge(0x8006, 0x83, id, none));
      return command === 0x82;
    };
    expect(await failureOf(take())).toMatchObject(taken);
    peer.intercept = ({ command }) => {
      if (command === 0x82) peer.setRegister(0xa00, 1);
      return command === 0x82;
    };
    expect(await failureOf(take())).toMatchObject(taken);
  });

  test('of a camera that does not answer is missing, of one that ignores the request failed', async () => {
    const { peer, channel } = await connect();
    peer.intercept = () => true;
    expect(await failureOf(channel.takeControl('control', () => undefined))).toMatchObject({
      trouble: 'missing',
      text: 'The camera at 127.0.0.13 does not answer.',
    });
    peer.intercept = ({ command }) => command === 0x82;
    expect(await failureOf(channel.takeControl('control', () => undefined))).toMatchObject({
      trouble: 'failed',
      text: 'The camera at 127.0.0.13 does not let itself be controlled.',
    });
  });

  test('is exclusive where wanted, kept by heartbeats, and given back', async () => {
    const { peer, channel } = await connect();
    peer.setRegister(0x938, 300);
    const lost: ControlLoss[] = [];
    await channel.takeControl('exclusive', (reason) => lost.push(reason));
    expect(peer.register(0xa00)).toBe(1);
    const beats = () =>
      peer.commands.filter(({ command, payload }) => command === 0x80 && payload.readUInt32BE(0) === 0xa00);
    const before = beats().length;
    await expect.poll(() => beats().length).toBeGreaterThan(before + 2);
    expect(await channel.release()).toBe(true);
    expect(peer.register(0xa00)).toBe(0);
    expect(lost).toEqual([]);
    await channel.takeControl('control', (reason) => lost.push(reason));
    expect(peer.register(0xa00)).toBe(2);
  });

  test('that another program takes is lost once', async () => {
    const { peer, channel } = await connect();
    peer.setRegister(0x938, 300);
    const lost: ControlLoss[] = [];
    await channel.takeControl('control', (reason) => lost.push(reason));
    peer.setRegister(0xa00, 0);
    await expect.poll(() => lost).toEqual(['control-lost']);
    const commands = peer.commands.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(lost).toEqual(['control-lost']);
    // Its own heartbeat has stopped, too, and it does not write into what is another's.
    expect(await channel.release()).toBe(true);
    expect(peer.commands).toHaveLength(commands);
  });

  test('is lost when another program shuts us out, and not when one heartbeat gets an error', async () => {
    const { peer, channel } = await connect();
    peer.setRegister(0x938, 300);
    const lost: ControlLoss[] = [];
    await channel.takeControl('control', (reason) => lost.push(reason));
    let errors = 2;
    let status = 0x8fff;
    peer.intercept = ({ id }, answer) => {
      if (errors === 0) return false;
      errors -= 1;
      answer(acknowledge(status, 0x81, id, none));
      return true;
    };
    await expect.poll(() => errors).toBe(0);
    const commands = peer.commands.length;
    await expect.poll(() => peer.commands.length).toBeGreaterThan(commands + 1);
    expect(lost).toEqual([]);
    status = 0x8006;
    errors = 1;
    await expect.poll(() => lost).toEqual(['control-lost']);
  });

  test('of a silent camera is lost as soon as with nothing else to do, though a hundred reads wait', async () => {
    const { peer, channel } = await connect({ timeoutMilliseconds: 100, tries: 3 });
    peer.setRegister(0x938, 300);
    const lost: ControlLoss[] = [];
    await channel.takeControl('control', (reason) => lost.push(reason));
    peer.intercept = () => true;
    const reads = Array.from({ length: 100 }, () => channel.readRegister(0x10).catch((error: unknown) => error));
    // In line, the heartbeat's turn would come after 30 s.
    await expect.poll(() => lost, { timeout: 10_000 }).toEqual(['silent']);
    channel.close();
    expect(await reads.at(-1)).toMatchObject({ code: 'closed' });
  });

  test('ends without a word when the channel is closed', async () => {
    const { peer, channel } = await connect();
    peer.setRegister(0x938, 300);
    const lost: ControlLoss[] = [];
    await channel.takeControl('control', (reason) => lost.push(reason));
    channel.close();
    const commands = peer.commands.length;
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(peer.commands).toHaveLength(commands);
    expect(lost).toEqual([]);
    expect(await channel.release()).toBe(true);
  });
});

test('whatever a camera answers, each command ends', async () => {
  const seed = 7;
  let state = seed;
  // Lehmer's generator is enough to be wild and repeatable.
  const below = (limit: number): number => {
    state = (state * 48_271) % 0x7fffffff;
    return state % limit;
  };
  const { peer, channel } = await connect({ timeoutMilliseconds: 2, tries: 2, longestPendingMilliseconds: 20 });
  peer.intercept = (command, answer) => {
    for (let count = below(4); count > 0; count -= 1) {
      const usual = peer.answerTo(command) ?? none;
      const bytes = [
        usual,
        acknowledge(0, 0x89, command.id, word(below(2 ** 31))),
        Buffer.alloc(below(600), below(256)),
      ];
      const packet = Buffer.from(bytes[below(3)] ?? none);
      for (let changes = below(3); changes > 0 && packet.length > 0; changes -= 1)
        packet[below(packet.length)] = below(256);
      answer(below(4) === 0 ? packet.subarray(0, below(packet.length + 1)) : packet);
    }
    return true;
  };
  const outcomes = new Map<string, number>();
  for (let count = 0; count < 400; count += 1) {
    const asked = count % 2 === 0 ? channel.readRegister(4 * count) : channel.readMemory(count, below(1_500));
    const outcome = await asked.then(
      () => 'answered',
      (error: unknown) => (error instanceof Error ? error.name : 'other'),
    );
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  expect([...outcomes.keys()].toSorted()).toEqual(['GvcpError', 'answered']);
  expect(channel.counters.malformed).toBeGreaterThan(50);
  expect(channel.counters.pending).toBeGreaterThan(50);
  peer.intercept = () => false;
  expect(await channel.readRegister(0xa00)).toBe(0);
});

describe('a channel', () => {
  test('sends from the given address', async () => {
    const { peer, channel } = await connect({ interfaceAddress: '127.0.0.15' });
    await channel.readRegister(0x10);
    expect(peer.commands[0]?.from.address).toBe('127.0.0.15');
    expect(channel.localAddress).toBe('127.0.0.15');
  });

  test('says which address the system chose', async () => {
    const { peer, channel } = await connect();
    await channel.readRegister(0x10);
    expect(peer.commands[0]?.from.address).toBe(channel.localAddress);
  });

  test('can not be opened from an address that this PC does not have, nor to what is none', async () => {
    const interfaceAddress = '203.0.113.77';
    expect(await failureOf(ControlChannel.open({ address: '127.0.0.13', interfaceAddress }))).toMatchObject({
      name: 'CameraError',
      trouble: 'unreachable',
      text: 'This PC has no way from 203.0.113.77 to the camera at 127.0.0.13.',
      technical: expect.stringContaining('EADDRNOTAVAIL'),
    });
    await expect(ControlChannel.open({ address: 'camera' })).rejects.toMatchObject({ trouble: 'missing' });
  });

  test('to where nothing can be sent is a time-out that says why', async () => {
    // From a loopback address, the system sends nothing to another PC.
    const channel = await ControlChannel.open({
      address: '203.0.113.77',
      interfaceAddress: '127.0.0.1',
      timeoutMilliseconds: 30,
      tries: 2,
    });
    closings.push(() => channel.close());
    await expect(channel.readRegister(0)).rejects.toMatchObject({
      code: 'timeout',
      technical: expect.stringMatching(/EINVAL|ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL/),
    });
  });

  test('outlives a port that nobody listens on', async () => {
    const idle = createSocket('udp4');
    idle.bind(0, '127.0.0.13');
    await once(idle, 'listening');
    const { port } = idle.address();
    idle.close();
    await once(idle, 'close');
    const options = { address: '127.0.0.13', port, timeoutMilliseconds: 200, tries: 10 };
    const channel = await ControlChannel.open(options);
    closings.push(() => channel.close());
    const asked = channel.readRegister(0x10);
    const peer = await CameraPeer.start('127.0.0.13', port);
    closings.push(() => peer.close());
    expect(await asked).toBe(0);
  });
});
