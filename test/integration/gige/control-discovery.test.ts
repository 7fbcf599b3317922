import { afterEach, describe, expect, test } from 'vitest';
import { discover } from '../../../electron/gateway/source/gige/discovery/discovery.ts';
import { findCamera } from '../../../electron/gateway/source/gige/discovery/find-camera.ts';
import { forceIp } from '../../../electron/gateway/source/gige/discovery/force-ip.ts';
import { failureOf, told } from '../../support/spoken.ts';
import { acknowledge, CameraPeer } from './control-peer.ts';

/** Discovery and ForceIP against peers that hear broadcasts on the loopback interface, on ports of their own. */

const closings: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});

const mac = '02:00:00:00:00:16';
const loopback = { cidr: null, mac: '00:00:00:00:00:00', family: 'IPv4' as const, internal: true };
/** Loopback as a network of its own, so that other networks of this PC stay out of it. */
const onlyLoopback = () => ({ lo: [{ ...loopback, address: '127.0.0.1', netmask: '255.0.0.0' }] });
/** The same as a network card: here, networks do matter. */
const asCard = () => ({ lo: [{ ...loopback, internal: false, address: '127.0.0.1', netmask: '255.255.255.0' }] });

async function camera(facts: Partial<Parameters<CameraPeer['describe']>[0]> = {}, address = '0.0.0.0', port = 0) {
  const peer = await CameraPeer.start(address, port);
  closings.push(() => peer.close());
  peer.describe({ mac, ip: '127.0.0.16', mask: '255.0.0.0', serial: 'S16', userName: 'top', ...facts });
  return peer;
}

const short = { timeoutMilliseconds: 300 };

describe('discovery', () => {
  test('finds a camera by broadcast, once, and says on which interface', async () => {
    const peer = await camera();
    const { cameras, problems } = await discover({ ...short, networkInterfaces: onlyLoopback, port: peer.port });
    expect(cameras).toMatchObject([
      {
        mac,
        ip: '127.0.0.16',
        vendor: 'Acme',
        serial: 'S16',
        interface: 'lo',
        interfaceAddress: '127.0.0.1',
        problem: 'none',
      },
    ]);
    expect(problems).toEqual([]);
    // Each packet may be lost: three rounds, and the flag that lets a camera of another network answer by broadcast.
    expect(peer.commands.length).toBeGreaterThanOrEqual(3);
    expect(peer.commands.every(({ command, flags, id }) => command === 2 && flags === 0x11 && id === 0xffff)).toBe(
      true,
    );
  });

  test('hears a camera that answers by broadcast, and says that its network is the wrong one', async () => {
    const peer = await camera({ ip: '10.9.8.7', mask: '255.255.255.0' });
    peer.intercept = (command) => {
      const usual = peer.answerTo(command);
      if (usual !== null) peer.send(usual, command.from.port, '127.255.255.255');
      return true;
    };
    const { cameras } = await discover({ ...short, networkInterfaces: asCard, port: peer.port });
    expect(cameras.map(told)).toMatchObject([
      {
        problem: 'wrong-network',
        text: 'The camera M1 (serial S16) has the address 10.9.8.7, which is of another network than the network card (lo, 127.0.0.1/24).',
        proposal: { address: '127.0.0.11', mask: '255.255.255.0', gateway: '0.0.0.0' },
      },
    ]);
  });

  test('asks single addresses, too', async () => {
    const peer = await camera({}, '127.0.0.16');
    const options = { ...short, networkInterfaces: onlyLoopback, port: peer.port };
    expect((await discover(options)).cameras).toEqual([]);
    expect((await discover({ ...options, addresses: ['127.0.0.16'] })).cameras).toMatchObject([{ serial: 'S16' }]);
  });

  test('goes on where one interface fails, and names it', async () => {
    const peer = await camera();
    const gone = { ...loopback, internal: false, address: '203.0.113.5', netmask: '255.255.255.0' };
    const { cameras, problems } = await discover({
      ...short,
      networkInterfaces: () => ({ gone0: [gone], ...onlyLoopback() }),
      addresses: ['nonsense'],
      port: peer.port,
    });
    expect(cameras).toHaveLength(1);
    expect(problems.map(told)).toMatchObject([
      {
        interface: 'gone0',
        text: 'The network card gone0 can’t be searched for cameras.',
        technical: expect.stringContaining('EADDRNOTAVAIL'),
      },
      { address: 'nonsense', text: '“nonsense” is no IP address.' },
    ]);
    const failing = () => {
      throw new Error('no list');
    };
    expect(await discover({ ...short, networkInterfaces: failing })).toMatchObject({
      cameras: [],
      problems: [{ technical: 'no list' }],
    });
  });

  test('ignores garbage, errors, other ids and other ports', async () => {
    const peer = await camera();
    const other = await camera({}, '127.0.0.17');
    peer.intercept = (command, answer) => {
      const memory = peer.memory.subarray(0, 0xf8);
      answer(Buffer.from('rubbish'));
      answer(acknowledge(0, 3, 0xfffe, memory));
      answer(acknowledge(0x8001, 3, 0xffff, memory));
      answer(acknowledge(0, 5, 0xffff, memory));
      answer(acknowledge(0, 3, 0xffff, memory.subarray(1)));
      other.send(acknowledge(0, 3, 0xffff, memory), command.from.port, command.from.address);
      return true;
    };
    expect((await discover({ ...short, networkInterfaces: onlyLoopback, port: peer.port })).cameras).toEqual([]);
    expect(peer.commands.length).toBeGreaterThan(0);
  });

  test('ends when it is aborted', async () => {
    const reason = new Error('enough');
    const abort = new AbortController();
    const found = discover({
      timeoutMilliseconds: 60_000,
      signal: abort.signal,
      networkInterfaces: onlyLoopback,
      port: 9,
    });
    setTimeout(() => abort.abort(reason), 20);
    await expect(found).rejects.toBe(reason);
    await expect(discover({ signal: abort.signal })).rejects.toBe(reason);
  });
});

describe('a camera is found', () => {
  test('by address, by serial number, by MAC address and by name', async () => {
    const { port } = await camera();
    const options = { ...short, networkInterfaces: onlyLoopback, port };
    for (const wanted of [
      { serial: 'S16' },
      { serial: '02-00-00-00-00-16' },
      { userName: 'top' },
      { address: '127.0.0.16', serial: 'S16' },
      { userName: 'top', interface: 'lo' },
    ]) {
      expect(await findCamera(wanted, options)).toMatchObject({ ip: '127.0.0.16', interface: 'lo' });
    }
  });

  test('without waiting any longer', async () => {
    const { port } = await camera();
    await findCamera({ serial: 'S16' }, { timeoutMilliseconds: 3_600_000, networkInterfaces: onlyLoopback, port });
  });

  test('or the words say what was found instead', async () => {
    const { port } = await camera();
    const options = { ...short, networkInterfaces: onlyLoopback, port };
    expect(await failureOf(findCamera({ serial: 'S17' }, options))).toMatchObject({
      trouble: 'missing',
      text: 'No camera with the serial number S17 answers.',
      hint: 'Check that the camera is switched on, and its cable. Found instead: M1 S16 at 127.0.0.16.',
    });
    expect(await failureOf(findCamera({ address: '127.0.0.16', serial: 'S17' }, options))).toMatchObject({
      trouble: 'missing',
      hint: 'The camera M1 (serial S16) has this address. Correct the serial number or the name, or the address.',
    });
    expect(await failureOf(findCamera({ address: '127.0.0.18', serial: 'S16' }, options))).toMatchObject({
      trouble: 'missing',
      text: 'No camera with the serial number S16 at 127.0.0.18 answers.',
      hint: 'It answers at 127.0.0.16: correct the address.',
    });
    expect(await failureOf(findCamera({ serial: 'S16', interface: 'eth9' }, options))).toMatchObject({
      trouble: 'unreachable',
      text: 'This PC has no network card “eth9” with an IPv4 address.',
    });
  });

  test('or its network is the wrong one', async () => {
    const { port } = await camera({ ip: '10.9.8.7' });
    const wanted = findCamera({ serial: 'S16' }, { ...short, networkInterfaces: asCard, port });
    expect(await failureOf(wanted)).toMatchObject({
      trouble: 'unreachable',
      text: expect.stringContaining('10.9.8.7, which is of another network'),
      hint: expect.stringContaining('127.0.0.11'),
    });
  });

  test('or more than one fits', async () => {
    const peer = await camera();
    const twin = await camera({ mac: '02:00:00:00:00:17', ip: '127.0.0.17', serial: 'S17' });
    peer.intercept = ({ id }, answer) => {
      for (const { memory } of [peer, twin]) answer(acknowledge(0, 3, id, memory.subarray(0, 0xf8)));
      return true;
    };
    const options = { ...short, networkInterfaces: onlyLoopback, port: peer.port };
    expect(await failureOf(findCamera({ userName: 'top' }, options))).toMatchObject({
      trouble: 'failed',
      text: 'There are 2 cameras named “top”: S16 at 127.0.0.16, S17 at 127.0.0.17.',
    });
    expect(await findCamera({ userName: 'top', serial: 'S17' }, options)).toMatchObject({ ip: '127.0.0.17' });
  });
});

describe('an address is forced', () => {
  const settings = { mac, address: '127.0.0.16', mask: '255.0.0.0', gateway: '0.0.0.0', interfaceAddress: '127.0.0.1' };
  const options = { ...settings, timeoutMilliseconds: 100 };

  test('by broadcast, to the one camera, until it confirms', async () => {
    const peer = await camera();
    peer.intercept = () => peer.commands.length < 3;
    await forceIp({ ...options, port: peer.port });
    const [command] = peer.commands;
    expect(command).toMatchObject({ command: 4, flags: 0x11 });
    expect(command?.payload.toString('hex')).toBe(
      `0000020000000016${'00'.repeat(12)}7f000010${'00'.repeat(12)}ff000000${'00'.repeat(12)}00000000`,
    );
    expect(new Set(peer.commands.map(({ id }) => id)).size).toBe(1);
  });

  test('and a camera that says nothing is believed when it answers under the new address', async () => {
    const peer = await camera();
    peer.intercept = ({ command }) => command === 4;
    await forceIp({ ...options, port: peer.port });
  });

  test('or the words say that it was not', async () => {
    const peer = await camera();
    peer.intercept = ({ command, id }, answer) => {
      if (command === 4) answer(acknowledge(0x8002, 5, id, Buffer.alloc(0)));
      return true;
    };
    expect(await failureOf(forceIp({ ...options, port: peer.port }))).toMatchObject({
      trouble: 'setting-refused',
      text: 'The camera refused the value.',
      hint: 'Set the address with the program of its maker.',
    });
    peer.intercept = ({ id }, answer) => {
      answer(acknowledge(0, 5, id ^ 1, Buffer.alloc(0)));
      return true;
    };
    expect(await failureOf(forceIp({ ...options, port: peer.port }))).toMatchObject({
      trouble: 'missing',
      text: `The camera ${mac} did not take the address 127.0.0.16.`,
    });
    await expect(forceIp({ ...options, interfaceAddress: '127.0.0.1', signal: AbortSignal.abort('no') })).rejects.toBe(
      'no',
    );
  });

  test.each([
    ['a MAC address of fewer bytes', { mac: '02:00:00:00:00' }, '“02:00:00:00:00” is no MAC address of a camera.'],
    ['the MAC address of a group', { mac: '01:00:5e:00:00:01' }, '“01:00:5e:00:00:01” is no MAC address of a camera.'],
    ['no address', { address: '127.0.0' }, '“127.0.0” can’t be a camera’s IP address.'],
    ['an address of a group', { address: '224.0.0.1' }, '“224.0.0.1” can’t be a camera’s IP address.'],
    [
      'the address of a network',
      { address: '127.0.0.0', mask: '255.255.255.0' },
      '127.0.0.0 is the address of a whole network.',
    ],
    [
      'the broadcast address',
      { address: '127.0.0.255', mask: '255.255.255.0' },
      '127.0.0.255 is the address of a whole network.',
    ],
    ['the address of this PC', { address: '127.0.0.1' }, '127.0.0.1 is the address of this PC.'],
    [
      'an address of another network',
      { address: '10.0.0.5' },
      '10.0.0.5 is of another network than this PC’s 127.0.0.1.',
    ],
    ['a mask with gaps', { mask: '255.0.255.0' }, '“255.0.255.0” is no subnet mask.'],
    ['a router elsewhere', { gateway: '10.0.0.1' }, 'The router 10.0.0.1 is not of the network of 127.0.0.16.'],
    ['no router', { gateway: 'router' }, '“router” is no IP address of a router. Without one, it is 0.0.0.0.'],
  ])('never to %s', async (_name, wrong, text) => {
    const peer = await camera();
    const asked = forceIp({ ...options, ...wrong, port: peer.port });
    expect(await failureOf(asked)).toMatchObject({ name: 'CameraError', trouble: 'setting-refused', text });
    expect(peer.commands).toEqual([]);
  });
});
