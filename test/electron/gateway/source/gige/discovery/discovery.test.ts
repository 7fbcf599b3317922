import { describe, expect, test } from 'vitest';
import { bestWays, FoundCameras } from '../../../../../../electron/gateway/source/gige/discovery/found-cameras.ts';
import {
  formatIpv4,
  isNetworkMask,
  type LocalNetwork,
  localNetworks,
  parseIpv4,
  prefixLength,
  proposeAddress,
  subnetBroadcast,
} from '../../../../../../electron/gateway/source/gige/network/interfaces.ts';
import { told } from '../../../../../support/spoken.ts';

const number = (text: string): number => parseIpv4(text) ?? Number.NaN;
const card: LocalNetwork = { interface: 'vcli', address: '192.168.77.1', mask: '255.255.255.0', loopback: false };

function description(mac: string, ip: string, mask: string, serial = ''): Buffer {
  const memory = Buffer.alloc(0xf8);
  memory.set(Buffer.from(mac.replaceAll(':', ''), 'hex'), 0x0a);
  memory.set(ip.split('.').map(Number), 0x24);
  memory.set(mask.split('.').map(Number), 0x34);
  memory.write('M1', 0x68);
  memory.write(serial, 0xd8);
  return memory;
}

describe('addresses', () => {
  test('are numbers and texts', () => {
    expect(parseIpv4('255.255.255.255')).toBe(0xffffffff);
    expect(formatIpv4(0xc0a84d0a)).toBe('192.168.77.10');
    for (const text of ['', '1.2.3', '1.2.3.256', '01.2.3.4', '::1', 'camera']) expect(parseIpv4(text)).toBeNull();
  });

  test('have masks of ones before zeros', () => {
    expect(['255.255.255.0', '255.0.0.0', '255.255.255.255', '128.0.0.0'].map(number).every(isNetworkMask)).toBe(true);
    expect(['0.0.0.0', '255.0.255.0', '0.0.0.255', '255.255.255.1'].map(number).some(isNetworkMask)).toBe(false);
    expect(prefixLength(number('255.255.240.0'))).toBe(20);
    expect(prefixLength(number('255.255.255.255'))).toBe(32);
  });

  test('are proposed from the network, free ones only, until there are none', () => {
    const used = new Set<number>();
    const mask = number('255.255.255.248');
    const proposed: string[] = [];
    for (;;) {
      const next = proposeAddress(number('10.0.0.2'), mask, used);
      if (next === null) break;
      used.add(next);
      proposed.push(formatIpv4(next));
    }
    expect(proposed.toSorted()).toEqual(['10.0.0.1', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6']);
    expect(proposeAddress(number('10.0.0.2'), number('255.255.255.255'), new Set())).toBeNull();
    expect(formatIpv4(proposeAddress(number('192.168.77.1'), number('255.255.255.0'), new Set()) ?? 0)).toBe(
      '192.168.77.11',
    );
  });
});

describe('the networks of this PC', () => {
  const facts = { mac: '', cidr: null };
  const list = () => ({
    lo: [{ ...facts, address: '127.0.0.1', netmask: '255.0.0.0', family: 'IPv4' as const, internal: true }],
    eth0: [
      { ...facts, address: '10.0.0.1', netmask: '255.255.0.0', family: 'IPv4' as const, internal: false },
      { ...facts, address: 'fe80::1', netmask: 'ffff::', family: 'IPv6' as const, internal: false, scopeid: 2 },
      { ...facts, address: '192.168.1.1', netmask: '255.255.255.255', family: 'IPv4' as const, internal: false },
    ],
  });

  test('are its IPv4 addresses, by name or address where some are wanted', () => {
    expect(localNetworks(list).map(({ address }) => address)).toEqual(['127.0.0.1', '10.0.0.1', '192.168.1.1']);
    expect(localNetworks(list, ['eth0']).map(({ address }) => address)).toEqual(['10.0.0.1', '192.168.1.1']);
    expect(localNetworks(list, ['127.0.0.1']).map((found) => found.interface)).toEqual(['lo']);
  });

  test('have a broadcast address, but for those of one address', () => {
    expect(localNetworks(list).map(subnetBroadcast)).toEqual(['127.255.255.255', '10.0.255.255', null]);
  });
});

describe('the answers to a discovery', () => {
  test('are one camera, however often it answers', () => {
    const found = new FoundCameras();
    const bytes = description('00:30:53:00:00:01', '192.168.77.10', '255.255.255.0', '2217');
    for (let time = 0; time < 3; time += 1) found.add(card, bytes, '192.168.77.10', false);
    expect(found.list()).toMatchObject([
      { serial: '2217', interface: 'vcli', problem: 'none', message: null, proposal: null },
    ]);
  });

  test('of cameras without a MAC address are told apart by serial number', () => {
    const found = new FoundCameras();
    for (const serial of ['A', 'B', 'A']) {
      found.add(card, description('00:00:00:00:00:00', '192.168.77.10', '0.0.0.0', serial), '192.168.77.10', false);
    }
    expect(found.list().map(({ serial }) => serial)).toEqual(['A', 'B']);
  });

  test('of another network say so, and propose an address for each camera', () => {
    const found = new FoundCameras();
    found.add(card, description('00:30:53:00:00:01', '192.168.77.11', '255.255.255.0'), '192.168.77.11', false);
    found.add(card, description('00:30:53:00:00:02', '10.0.0.5', '255.255.255.0', '5'), '10.0.0.5', false);
    found.add(card, description('00:30:53:00:00:03', '0.0.0.0', '0.0.0.0', '6'), '10.0.0.5', false);
    const [fits, first, second] = found.list();
    expect(fits).toMatchObject({ problem: 'none' });
    expect(first && told(first)).toMatchObject({
      problem: 'wrong-network',
      text: 'The camera M1 (serial 5) has the address 10.0.0.5, which is of another network than the network card (vcli, 192.168.77.1/24).',
      hint: 'Give the camera an address of this network that no other device has, for example 192.168.77.12.',
      proposal: { address: '192.168.77.12', mask: '255.255.255.0', gateway: '0.0.0.0' },
    });
    expect(second?.proposal?.address).toBe('192.168.77.13');
  });

  test('of a camera that takes its own network for a smaller one say so', () => {
    const found = new FoundCameras();
    found.add(
      { ...card, mask: '255.255.0.0' },
      description('00:30:53:00:00:01', '192.168.5.5', '255.255.255.0'),
      '192.168.5.5',
      false,
    );
    expect(found.list()).toMatchObject([{ problem: 'wrong-network' }]);
  });

  test('from behind a router are no problem once the camera answered to its own address', () => {
    const found = new FoundCameras();
    const bytes = description('00:30:53:00:00:01', '10.9.0.5', '255.255.255.0');
    found.add(card, bytes, '10.9.0.5', false);
    expect(found.list()).toMatchObject([{ problem: 'wrong-network' }]);
    found.add(card, bytes, '10.9.0.5', true);
    expect(found.list()).toMatchObject([{ problem: 'none' }]);
  });

  test('of an interface with two addresses count for the one that fits', () => {
    const found = new FoundCameras();
    const bytes = description('00:30:53:00:00:01', '10.0.0.5', '255.255.255.0');
    found.add(card, bytes, '10.0.0.5', false);
    found.add({ ...card, address: '10.0.0.1' }, bytes, '10.0.0.5', false);
    expect(found.list()).toMatchObject([{ problem: 'none', interfaceAddress: '10.0.0.1' }]);
  });

  test('of a flood are bounded', () => {
    const found = new FoundCameras();
    for (let count = 0; count < 2_000; count += 1) {
      const mac = (count + 1).toString(16).padStart(12, '0');
      found.add(card, description(mac, '10.0.0.5', '255.255.255.0'), '10.0.0.5', false);
    }
    expect(found.list()).toHaveLength(512);
  });
});

test('of a camera that is heard on several cards, the one whose network it is of is the way to it', () => {
  const mac = '02:00:00:00:00:10';
  const container = { ...card, interface: 'veth0', address: '172.17.0.1', mask: '255.255.0.0' };
  const mine = description(mac, '192.168.77.10', '255.255.255.0', 'A');
  const hear = (...heard: readonly (readonly [LocalNetwork, boolean])[]) => {
    const found = new FoundCameras();
    for (const [network, direct] of heard) found.add(network, mine, '192.168.77.10', direct);
    return [...bestWays(found.list()).values()].map((camera) => [camera.interface, camera.problem]);
  };
  expect(hear([container, true], [card, true])).toEqual([['vcli', 'none']]);
  expect(hear([card, true], [container, true])).toEqual([['vcli', 'none']]);
  const loopback = { interface: 'lo', address: '127.0.0.1', mask: '255.0.0.0', loopback: true };
  expect(hear([card, true], [loopback, true])).toEqual([['lo', 'none']]);
  expect(hear([container, true])).toEqual([['veth0', 'none']]);
  expect(hear([container, false], [{ ...container, interface: 'veth1' }, true])).toEqual([['veth1', 'none']]);
});
