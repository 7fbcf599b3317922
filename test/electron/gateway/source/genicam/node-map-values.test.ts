import { describe, expect, it, test } from 'vitest';
import { parseDescription } from '../../../../../electron/gateway/source/genicam/description/description.ts';
import { NodeMap } from '../../../../../electron/gateway/source/genicam/node-map.ts';
import { featureSchema } from '../../../../../shared/camera.ts';
import { failureOf } from '../../../../support/spoken.ts';
import { describing, MemoryCamera, openDifficult, Refused } from './memory-camera.ts';

/** A setting whose part of the description is faulty: what the person reads, and what support does. */
const faulty = (name: string, technical: RegExp): object => ({
  text: `The camera setting “${name}” can’t be used.`,
  hint: expect.stringContaining('Leave this setting alone'),
  technical: expect.stringMatching(technical),
});

describe('the list of features', () => {
  it('follows the categories from Root, names each feature once and fits the contract', async () => {
    const { map } = openDifficult();
    const features = await map.features();
    for (const feature of features) expect(featureSchema.parse(feature)).toEqual(feature);
    expect(features.map((feature) => `${feature.category.join('/')} ${feature.name}`)).toEqual([
      'Shape Width',
      'Shape PixelFormat',
      'Shape PayloadSize',
      'Shape PayloadKilobytes',
      'Shape Binning',
      'Trigger TriggerSelector',
      'Trigger TriggerMode',
      'Trigger TriggerNow',
      'Trigger/Fine Delay',
      ...[
        'ExposureTime',
        'FrameRate',
        'Gain',
        'BlackLevel',
        'Reverse',
        'UserName',
        'Note',
        'Lookup',
        'Temperature',
      ].map((name) => `Odds ${name}`),
      ...['High', 'Low', 'Top', 'Serial64', 'Level', 'Away', 'ChunkExposure', 'SaveSettings'].map(
        (name) => `Odds ${name}`,
      ),
      ...['Ouroboros', 'LinksToNothing', 'DividesByZero'].map((name) => `Broken ${name}`),
    ]);
  });

  it('says of each what the window shows', async () => {
    const { map } = openDifficult();
    const features = new Map((await map.features()).map((feature) => [feature.name, feature]));
    expect(features.get('Width')).toEqual({
      name: 'Width',
      displayName: 'Width of the picture',
      category: ['Shape'],
      kind: 'integer',
      access: 'read-write',
      visibility: 'beginner',
      tooltip: 'Pixels of a line',
      unit: 'px',
      value: 640,
      minimum: 16,
      maximum: 2_000,
      increment: 4,
      choices: [],
    });
    expect(features.get('PixelFormat')).toMatchObject({
      kind: 'enumeration',
      value: 'Mono8',
      choices: [
        { name: 'Mono8', displayName: 'Mono8' },
        { name: 'Mono12', displayName: 'Mono 12' },
      ],
    });
    expect(features.get('TriggerNow')).toMatchObject({ kind: 'command', access: 'write', value: null });
    expect(features.get('Away')).toMatchObject({ access: 'none', value: null });
    expect(features.get('ChunkExposure')).toMatchObject({ access: 'none', value: null });
    expect(features.get('Level')).toMatchObject({ access: 'read' });
    expect(features.get('Serial64')).toMatchObject({ minimum: null, maximum: null });
    expect(features.get('LinksToNothing')).toMatchObject({ access: 'none', value: null });
    expect(features.get('DividesByZero')).toMatchObject({ access: 'read', value: null });
  });

  it('reads every register once, and all of them again the next time', async () => {
    const { camera, map } = openDifficult();
    await map.features();
    expect(camera.reads.length).toBe(new Set(camera.reads).size);
    const first = camera.reads.length;
    camera.memory.writeUInt32BE(800, 0x100);
    expect((await map.features()).find(({ name }) => name === 'Width')?.value).toBe(800);
    expect(camera.reads.length).toBe(2 * first);
  });

  it('goes on after a register that the camera refuses, and ends when the camera is gone', async () => {
    const { camera, map } = openDifficult();
    camera.fault = (address) => (address === 0x264 ? new Refused('denied') : null);
    const features = await map.features();
    expect(features.find(({ name }) => name === 'FrameRate')).toMatchObject({ value: null });
    expect(features.find(({ name }) => name === 'Gain')?.value).not.toBeNull();
    camera.fault = () => new Error('cable');
    camera.reads.length = 0;
    await expect(map.features()).rejects.toMatchObject({ code: 'camera-memory' });
    expect(camera.reads).toHaveLength(1);
  });
});

describe('values', () => {
  test.each<[string, (memory: Buffer) => void, unknown]>([
    ['PayloadKilobytes', () => undefined, 0.64],
    ['PayloadKilobytes', (memory) => memory.writeUInt32BE(0x01100005, 0x10c), 2_000],
    ['Binning', (memory) => memory.writeUInt16LE(0x0102, 0x108), 0x0102],
    ['PixelFormat', (memory) => memory.writeUInt32BE(0x01100005, 0x10c), 'Mono12'],
    ['PixelFormat', (memory) => memory.writeUInt32BE(77, 0x10c), '77'],
    ['TriggerMode', (memory) => memory.writeUInt32BE(0x80000000, 0x210), 'On'],
    ['TriggerMode', (memory) => memory.writeUInt32BE(0x7fffffff, 0x210), 'Off'],
    ['Delay', () => undefined, 1.5],
    ['ExposureTime', (memory) => memory.writeUInt16BE(400, 0x260), 1_000],
    ['FrameRate', () => undefined, 25],
    ['Gain', (memory) => memory.writeUInt8(57, 0x268), 5],
    ['Gain', (memory) => memory.writeUInt8(66, 0x268), 5],
    ['BlackLevel', (memory) => memory.writeInt16BE(-300, 0x26c), -300],
    ['Reverse', () => undefined, false],
    ['Reverse', (memory) => memory.writeUInt32LE(0xaa, 0x270), true],
    ['UserName', (memory) => memory.write('line 7\0x', 0x280), 'line 7'],
    ['UserName', (memory) => memory.write('12345678', 0x280), '12345678'],
    ['Note', () => undefined, 'as delivered'],
    ['Lookup', (memory) => memory.write('abcd', 0x290), '61626364'],
    ['Temperature', (memory) => memory.writeDoubleBE(-40.25, 0x2a0), -40.25],
    ['High', (memory) => memory.writeUInt32BE(0xabcd1234, 0x2b0), 0xabcd],
    ['Low', (memory) => memory.writeUInt32BE(0xabcd1fff, 0x2b0), -1],
    ['Low', (memory) => memory.writeUInt32BE(0xabcd17ff, 0x2b0), 2_047],
    ['Top', (memory) => memory.writeUInt32BE(0x80000000, 0x2b0), 1],
    ['Serial64', (memory) => memory.writeBigInt64BE(-5n, 0x2b8), -5],
  ])('%s (%#)', async (name, prepare, value) => {
    const { camera, map } = openDifficult();
    prepare(camera.memory);
    expect(await map.get(name)).toBe(value);
  });

  it('of 64 bits are exact as integers', async () => {
    const { camera, map } = openDifficult();
    camera.memory.writeBigInt64BE(9_007_199_254_740_993n, 0x2b8);
    expect(await map.integer('Serial64')).toBe(9_007_199_254_740_993n);
    expect(await map.float('ExposureTime')).toBe(0);
    expect(await map.integer('PixelFormat')).toBe(0x01080001n);
    expect(await map.choices('PixelFormat')).toEqual(['Mono8', 'Mono12']);
  });

  it('that follow a selector are read where the selector points', async () => {
    const { camera, map } = openDifficult();
    camera.memory.writeUInt32BE(0x80000000, 0x230);
    camera.memory.writeFloatLE(0.25, 0x254);
    expect(await map.get('TriggerMode')).toBe('Off');
    await map.set('TriggerSelector', 'LineStart');
    expect(await map.get('TriggerMode')).toBe('On');
    expect(await map.get('Delay')).toBe(0.25);
  });

  it('of a picture come from its chunks', async () => {
    const { map } = openDifficult();
    const chunk = Buffer.alloc(8);
    chunk.writeFloatBE(12.5, 4);
    expect(await map.chunkValue('ChunkExposure', new Map([[0xa5a5, chunk]]))).toBe(12.5);
    expect(await map.chunkValue('ChunkExposure', new Map([[0xa5a6, chunk]]))).toBeNull();
    await expect(map.chunkValue('ChunkExposure', new Map([[0xa5a5, chunk.subarray(0, 6)]]))).rejects.toMatchObject({
      code: 'camera-feature',
    });
  });

  it('that can’t be had say why, and name the setting', async () => {
    const { map } = openDifficult();
    expect(await failureOf(map.get('Ouroboros'))).toMatchObject(faulty('Ouroboros', /depends on itself/));
    expect(await failureOf(map.get('LinksToNothing'))).toMatchObject(faulty('Nothing', /does not say what it is/));
    expect(await failureOf(map.get('DividesByZero'))).toMatchObject(faulty('DividesByZero', /divides by zero/));
    expect(await failureOf(map.get('TriggerNow'))).toMatchObject({
      text: 'The camera setting “TriggerNow” can only be written, not read.',
    });
    expect(await failureOf(map.get('Away'))).toMatchObject({
      text: 'The camera setting “Away” is not available now.',
      hint: 'Change the setting that it depends on first.',
    });
    for (const name of ['Gibberish', 'Device'])
      expect(await failureOf(map.get(name))).toMatchObject({ text: `The camera has no setting “${name}”.` });
    expect(map.has('Gain')).toBe(true);
    expect(map.has('Gibberish')).toBe(false);
  });
});

describe('what is remembered', () => {
  it('is read once, until a node that makes it old is written', async () => {
    const { camera, map } = openDifficult();
    const readsOf = (address: number): number => camera.reads.filter((read) => read === address).length;
    await map.get('PayloadSize');
    await map.get('PayloadSize');
    expect(readsOf(0x110)).toBe(1);
    await map.set('UserName', 'x');
    await map.get('PayloadSize');
    expect(readsOf(0x110)).toBe(1);
    await map.set('Width', 320);
    camera.memory.writeUInt32BE(1, 0x110);
    expect(await map.get('PayloadSize')).toBe(1);
    expect(await map.get('Width')).toBe(320);
    expect(readsOf(0x100)).toBe(0);
    map.invalidate();
    await map.get('Width');
    expect(readsOf(0x100)).toBe(1);
  });

  it('is nothing of a register that changes by itself', async () => {
    const { camera, map } = openDifficult();
    camera.memory.writeDoubleBE(20, 0x2a0);
    expect(await map.get('Temperature')).toBe(20);
    camera.memory.writeDoubleBE(21, 0x2a0);
    expect(await map.get('Temperature')).toBe(21);
  });

  it('never differs between two masks of one register', async () => {
    const { camera, map } = openDifficult();
    camera.memory.writeUInt32BE(0x00010002, 0x2b0);
    expect([await map.get('High'), await map.get('Low'), await map.get('Top')]).toEqual([1, 2, 0]);
    await map.set('High', 0x8003);
    expect([await map.get('High'), await map.get('Low'), await map.get('Top')]).toEqual([0x8003, 2, 1]);
    expect(camera.memory.readUInt32BE(0x2b0)).toBe(0x80030002);
  });

  it('is not what was under way while something was written', async () => {
    const { camera, map } = openDifficult();
    const read = camera.readMemory;
    let answer = (): void => undefined;
    const held = Object.assign(camera, {
      readMemory: async (address: number, length: number): Promise<Buffer> => {
        const bytes = await read(address, length);
        if (address === 0x26c)
          await new Promise<void>((resolve) => {
            answer = resolve;
          });
        return bytes;
      },
    });
    const early = map.get('BlackLevel');
    while (!held.reads.includes(0x26c)) await Promise.resolve();
    await Promise.resolve();
    await map.set('BlackLevel', 5);
    answer();
    expect(await early).toBe(0);
    expect(await map.get('BlackLevel')).toBe(5);
  });
});

describe('descriptions that would take for ever', () => {
  it('are worked out once for each node, however often they name it', async () => {
    // Each doubles the one before: 2^60 steps, were they not remembered.
    const doubled = Array.from(
      { length: 40 },
      (_, index) =>
        `<IntSwissKnife Name="N${index + 1}"><pVariable Name="A">N${index}</pVariable><pVariable Name="B">N${index}</pVariable><Formula>A + B</Formula></IntSwissKnife>`,
    );
    const file = describing(['<Integer Name="N0"><Value>1</Value></Integer>', ...doubled].join('\n'));
    const map = NodeMap.open(parseDescription(file), new MemoryCamera());
    expect(await map.integer('N40')).toBe(2n ** 40n);
  });

  it('or expressions of a formula', async () => {
    const expressions = Array.from(
      { length: 40 },
      (_, index) => `<Expression Name="E${index + 1}">E${index} + E${index}</Expression>`,
    );
    const file = describing(
      `<IntSwissKnife Name="Sum"><Constant Name="E0">1</Constant>${expressions.join('')}<Formula>E40</Formula></IntSwissKnife>
<IntSwissKnife Name="Loop"><Expression Name="A">B + 1</Expression><Expression Name="B">A + 1</Expression><Formula>A</Formula></IntSwissKnife>`,
    );
    const map = NodeMap.open(parseDescription(file), new MemoryCamera());
    expect(await map.integer('Sum')).toBe(2n ** 40n);
    expect(await failureOf(map.get('Loop'))).toMatchObject(faulty('Loop', /needs itself/));
  });

  it('or depend on more than real ones do', async () => {
    const chain = Array.from(
      { length: 5_000 },
      (_, index) => `<Integer Name="N${index}"><pValue>N${index + 1}</pValue></Integer>`,
    );
    const map = NodeMap.open(parseDescription(describing(chain.join('\n'))), new MemoryCamera());
    await expect(map.get('N0')).rejects.toMatchObject({
      code: 'camera-feature',
      technical: expect.stringMatching(/depends on too many others/),
    });
    expect(await map.features()).toHaveLength(5_000);
  });
});
