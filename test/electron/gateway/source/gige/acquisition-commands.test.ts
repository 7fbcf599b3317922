import { expect, test } from 'vitest';
import { parseDescription } from '../../../../../electron/gateway/source/genicam/description/description.ts';
import { NodeMap } from '../../../../../electron/gateway/source/genicam/node-map.ts';
import {
  abortAcquisition,
  startAcquisition,
  stopAcquisition,
  unlockSettings,
} from '../../../../../electron/gateway/source/gige/acquisition-commands.ts';
import { failureOf } from '../../../../support/spoken.ts';
import { describing, MemoryCamera, Refused } from '../genicam/memory-camera.ts';

const [lock, start, stop, abort] = [0x400, 0x404, 0x408, 0x40c];
const register = (name: string, address: number, access = 'RW'): string =>
  `<IntReg Name="${name}"><Address>${address}</Address><Length>4</Length><AccessMode>${access}</AccessMode><pPort>Device</pPort><Sign>Unsigned</Sign><Endianess>BigEndian</Endianess></IntReg>`;
const command = (name: string, address: number, isLocked: boolean): string =>
  `<Command Name="${name}">${isLocked ? '<pIsLocked>L</pIsLocked>' : ''}<pValue>${name}Reg</pValue><CommandValue>1</CommandValue></Command>${register(`${name}Reg`, address, 'WO')}`;

type Camera = { readonly lock: string; readonly locks?: readonly string[]; readonly hasAbort?: boolean };

function cameraWith({ lock: lockNode, locks = [], hasAbort = true }: Camera) {
  const camera = new MemoryCamera();
  const order: string[] = [];
  const names = new Map([
    [lock, 'lock'],
    [start, 'start'],
    [stop, 'stop'],
    [abort, 'abort'],
  ]);
  camera.onWrite = (address) => order.push(`${names.get(address)}=${camera.memory.readUInt32BE(address)}`);
  const nodes = [
    lockNode,
    lockNode === ''
      ? ''
      : '<IntSwissKnife Name="L"><pVariable Name="T">TLParamsLocked</pVariable><Formula>T = 0</Formula></IntSwissKnife>',
    command('AcquisitionStart', start, locks.includes('start')),
    command('AcquisitionStop', stop, locks.includes('stop')),
    hasAbort ? command('AcquisitionAbort', abort, locks.includes('stop')) : '',
  ];
  const map = NodeMap.open(parseDescription(describing(nodes.join('\n'))), camera);
  return { camera, order, map };
}

const inRegister = `<Integer Name="TLParamsLocked"><pValue>LockReg</pValue></Integer>${register('LockReg', lock)}`;
const inFile = '<Integer Name="TLParamsLocked"><Value>0</Value><Min>0</Min><Max>1</Max></Integer>';
const both = ['start', 'stop'];

test.each<[string, Camera, readonly string[]]>([
  ['a register', { lock: inRegister, locks: both }, ['lock=1', 'start=1', 'stop=1', 'lock=0']],
  [
    'a register that is the feature itself',
    { lock: register('TLParamsLocked', lock), locks: both },
    ['lock=1', 'start=1', 'stop=1', 'lock=0'],
  ],
  [
    'yes or no',
    {
      lock: `<Boolean Name="TLParamsLocked"><pValue>LockReg</pValue></Boolean>${register('LockReg', lock)}`,
      locks: both,
    },
    ['lock=1', 'start=1', 'stop=1', 'lock=0'],
  ],
  ['in the description', { lock: inFile, locks: both }, ['start=1', 'stop=1']],
  ['there, and locks nothing', { lock: inRegister }, ['lock=1', 'start=1', 'stop=1', 'lock=0']],
  ['not there', { lock: '' }, ['start=1', 'stop=1']],
  ['named, and not described', { lock: ' ', locks: both }, ['start=1', 'stop=1']],
  [
    'only to be read',
    { lock: `<Integer Name="TLParamsLocked"><pValue>LockReg</pValue></Integer>${register('LockReg', lock, 'RO')}` },
    ['start=1', 'stop=1'],
  ],
])(
  'where the lock is %s, settings are locked, the start follows; after the stop they are unlocked',
  async (_, wish, expected) => {
    const { map, order } = cameraWith(wish);
    await startAcquisition(map);
    expect(await stopAcquisition(map, 100)).toBe('stopped');
    await unlockSettings(map);
    expect(order).toEqual(expected);
  },
);

test('a camera that another program started is stopped although nobody here has locked it', async () => {
  for (const lockNode of [inRegister, inFile]) {
    const { map, order } = cameraWith({ lock: lockNode, locks: both });
    expect(await stopAcquisition(map, 100)).toBe('stopped');
    await unlockSettings(map);
    expect(order.filter((write) => !write.startsWith('lock'))).toEqual(['stop=1']);
    expect(await map.integer('TLParamsLocked')).toBe(0n);
  }
});

test('a camera that refuses to stop is aborted, where it can be', async () => {
  const refusing = cameraWith({ lock: inRegister, locks: both });
  refusing.camera.fault = (address) => (address === stop ? new Refused('denied') : null);
  expect(await stopAcquisition(refusing.map, 100)).toBe('stopped');
  expect(refusing.order).toEqual(['lock=1', 'abort=1']);
  const stubborn = cameraWith({ lock: inRegister, locks: both, hasAbort: false });
  stubborn.camera.fault = (address) => (address === stop ? new Refused('denied') : null);
  expect(await stopAcquisition(stubborn.map, 100)).toBe('refused');
  expect(await abortAcquisition(stubborn.map)).toBe(false);
});

test('a camera that does not answer is not asked again', async () => {
  const { camera, map } = cameraWith({ lock: inRegister, locks: both });
  camera.fault = () => new Error('no answer');
  await expect(startAcquisition(map)).rejects.toMatchObject({ code: 'camera-memory' });
  await expect(stopAcquisition(map, 100)).rejects.toMatchObject({ code: 'camera-memory' });
  expect(camera.writes.length).toBeLessThanOrEqual(2);
});

test('a start that is refused leaves the settings unlocked, and says what the camera has against it', async () => {
  const { camera, map, order } = cameraWith({ lock: inRegister, locks: ['start'] });
  camera.fault = (address) => (address === start ? new Refused('busy') : null);
  const failure = await failureOf(startAcquisition(map));
  expect(failure).toMatchObject({
    trouble: 'failed',
    text: expect.stringContaining('The camera does not start to take pictures.') as string,
  });
  expect(failure['text']).toContain('The camera is busy.');
  expect(order.at(-1)).toBe('lock=0');
});

test('a start that stays locked is refused with the name of the setting that locks it', async () => {
  const { map } = cameraWith({
    lock: `<Integer Name="TLParamsLocked"><pValue>LockReg</pValue></Integer>${register('LockReg', lock, 'RO')}`,
    locks: ['start'],
  });
  expect(await failureOf(startAcquisition(map))).toMatchObject({
    text: 'The camera does not start to take pictures. The camera setting “AcquisitionStart” is locked (“TLParamsLocked” is 0); it was to be executed.',
    hint: expect.stringContaining('Change what locks it') as string,
  });
});
