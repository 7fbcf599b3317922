import { expect, it, test } from 'vitest';
import { type Message, message, type ParamsOf } from '../../../shared/messages/message.ts';
import { said } from '../../support/spoken.ts';

/** Sentences of GigE cameras that are put together of several messages. */

const at = (context: ParamsOf<'camera-at'>['context'], camera: string, address: string): Message =>
  message('camera-at', { context, camera, address });
const wanted = [
  message('camera-with', { context: 'serial', value: '2217' }),
  message('camera-with', { context: 'user-name', value: 'top' }),
  message('camera-with', { context: 'address', value: '10.0.0.7' }),
];

it('names what was looked for, and what was found instead', () => {
  const found = [at('more', 'M1 S1', '10.0.0.1'), at('and-others', 'M2 S2', '10.0.0.2')];
  expect(said(message('camera-found-others', { context: 'wanted', wanted, found }))).toEqual({
    text: 'No camera with the serial number 2217 named “top” at 10.0.0.7 answers.',
    hint: 'Check that the camera is switched on, and its cable. Found instead: M1 S1 at 10.0.0.1, M2 S2 at 10.0.0.2 and others.',
  });
  expect(said(message('camera-not-found', { context: 'any', wanted: [] })).text).toBe('No camera answers.');
  const two = [at('more', 'S1', '10.0.0.1'), at('last', 'S2', '10.0.0.2')];
  expect(said(message('camera-ambiguous', { context: 'any', wanted: [], count: 2, found: two })).text).toBe(
    'There are 2 cameras: S1 at 10.0.0.1, S2 at 10.0.0.2.',
  );
});

it('says of a card that is kept out why, and what to do, behind what is to be checked first', () => {
  const kept = [message('network-card-kept-out', { card: 'eth1', other: 'eth0' })];
  expect(said(message('camera-kept-out', { context: 'any', wanted: [], kept })).hint).toBe(
    'Check that the camera is switched on, and its cable. The network cards eth0 and eth1 have the same network, and this PC lets nothing in from eth1. Give each card a network of its own, or put net.ipv4.conf.eth1.rp_filter=2 in a file in /etc/sysctl.d and restart this PC.',
  );
});

const none = { minimum: '', maximum: '', increment: '4', unit: '' };
test.each<[Partial<ParamsOf<'camera-range'>> & Pick<ParamsOf<'camera-range'>, 'context'>, string]>([
  [{ context: 'between', minimum: '0.1', maximum: '1000', unit: 'us' }, '0.1 to 1000 us'],
  [{ context: 'between-steps', minimum: '16', maximum: '2000' }, '16 to 2000 in steps of 4'],
  [{ context: 'least', minimum: '16', unit: 'px' }, '16 or more px'],
  [{ context: 'most-steps', maximum: '18014398509481985', unit: 'px' }, '18014398509481985 or less in steps of 4 px'],
  [{ context: 'any-steps' }, 'values in steps of 4'],
])('limits %j are said to be "%s"', (limits, text) => {
  const range = message('camera-range', { ...none, ...limits });
  expect(said(message('camera-setting-range', { name: 'Width', value: '3', limits: range })).text).toBe(
    `The camera setting “Width” takes ${text}; 3 was asked for.`,
  );
});

test.each<[ParamsOf<'camera-pixel-format'>['context'], string, string]>([
  ['one', 'Mono8', 'Set its PixelFormat to Mono8.'],
  ['many', 'Mono8, RGB8', 'Set its PixelFormat to one of these that it offers: Mono8, RGB8 and others.'],
  ['none', '', 'Ask its maker for a format such as Mono8, BayerRG8 or RGB8.'],
  [
    'unusable-many',
    'A, B',
    'Of what it offers (A, B and others) nothing can be. Ask its maker for a format such as Mono8, BayerRG8 or RGB8.',
  ],
])('of a camera that has %s of the pixel formats is said: %s%s', (context, offered, hint) => {
  expect(said(message('camera-pixel-format', { context, format: 'X', offered })).hint).toBe(hint);
});
