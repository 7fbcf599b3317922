import { describe, expect, it, test } from 'vitest';
import { parseDescription } from '../../../../../electron/gateway/source/genicam/description/description.ts';
import { NodeMap } from '../../../../../electron/gateway/source/genicam/node-map.ts';
import type { FeatureValue } from '../../../../../shared/camera.ts';
import { FakeClock } from '../../../../support/fake-clock.ts';
import { failureOf } from '../../../../support/spoken.ts';
import { describing, difficultXml, MemoryCamera, openDifficult, Refused } from './memory-camera.ts';

describe('setting', () => {
  test.each<[string, FeatureValue, (memory: Buffer) => unknown, unknown]>([
    ['Width', 1_024, (memory) => memory.readUInt32BE(0x100), 1_024],
    ['Width', '0x200', (memory) => memory.readUInt32BE(0x100), 512],
    ['Binning', 2, (memory) => memory.readUInt16LE(0x108), 2],
    ['PixelFormat', 'Mono12', (memory) => memory.readUInt32BE(0x10c), 0x01100005],
    ['TriggerMode', 'On', (memory) => memory.readUInt32BE(0x210), 0x80000000],
    ['ExposureTime', 1_000, (memory) => memory.readUInt16BE(0x260), 400],
    ['ExposureTime', 11, (memory) => memory.readUInt16BE(0x260), 4],
    ['FrameRate', 30, (memory) => memory.readUInt32BE(0x264), 33_333],
    ['Gain', 5, (memory) => memory.readUInt8(0x268), 57],
    ['BlackLevel', -300, (memory) => memory.readInt16BE(0x26c), -300],
    ['Reverse', true, (memory) => memory.readUInt32LE(0x270), 0xaa],
    ['Reverse', false, (memory) => memory.readUInt32LE(0x270), 0x55],
    ['UserName', 'Süd', (memory) => memory.toString('utf8', 0x280, 0x288), 'Süd\0\0\0\0'],
    ['Lookup', '00ff10EE', (memory) => memory.toString('hex', 0x290, 0x294), '00ff10ee'],
    ['Low', -2, (memory) => memory.readUInt32BE(0x2b0), 0xffe],
    ['Serial64', '-9007199254740993', (memory) => memory.readBigInt64BE(0x2b8), -9_007_199_254_740_993n],
  ])('%s to %s', async (name, value, read, expected) => {
    const { camera, map } = openDifficult();
    await map.set(name, value);
    expect(read(camera.memory)).toBe(expected);
  });

  it('is read back, also where the value is not the camera’s but the description’s', async () => {
    const { camera, map } = openDifficult();
    await map.set('Note', 'behind the press');
    expect(await map.get('Note')).toBe('behind the press');
    await map.set('Delay', 2.25);
    expect(await map.get('Delay')).toBe(2.25);
    await map.set('TriggerSelector', 'LineStart');
    await map.set('Delay', 0.5);
    expect(camera.memory.readFloatLE(0x254)).toBe(0.5);
    await map.set('TriggerSelector', 'FrameStart');
    expect(await map.get('Delay')).toBe(2.25);
  });

  it('leaves the other bits of a register as the camera has them now', async () => {
    const { camera, map } = openDifficult();
    camera.memory.writeUInt32BE(0x11112222, 0x2b0);
    await map.get('High');
    camera.memory.writeUInt32BE(0x11113333, 0x2b0);
    await map.set('High', 0x4444);
    expect(camera.memory.readUInt32BE(0x2b0)).toBe(0x44443333);
  });

  it('of two parts of one register at once loses neither', async () => {
    const { camera, map } = openDifficult();
    await Promise.all([map.set('High', 0x4444), map.set('Low', 0x555), map.set('TriggerMode', 'On')]);
    expect(camera.memory.readUInt32BE(0x2b0)).toBe(0x44440555);
    expect(camera.memory.readUInt32BE(0x210)).toBe(0x80000000);
  });
});

describe('what is refused', () => {
  test.each<[string, FeatureValue, RegExp]>([
    ['Width', 12, /“Width” takes 16 to 2000 in steps of 4 px; 12 was asked for/],
    ['Width', 2_004, /“Width” takes 16 to 2000 in steps of 4 px; 2004 was asked for/],
    ['Width', 1_022, /in steps of 4 px; 1022 was asked for/],
    ['Width', 1.5, /“Width” takes a whole number; “1.5” was asked for/],
    ['Width', 'wide', /“Width” takes a whole number; “wide” was asked for/],
    ['Width', true, /takes a whole number/],
    ['Width', Number.NaN, /takes a whole number/],
    ['ExposureTime', 9.9, /“ExposureTime” takes 10 to 163837.5 us; 9.9 was asked for/],
    ['ExposureTime', Number.POSITIVE_INFINITY, /“ExposureTime” takes a number/],
    ['FrameRate', 2_000, /“FrameRate” takes 0.1 to 1000; 2000 was asked for/],
    ['Gain', 99, /“Gain” takes 0 to 24; 99 was asked for/],
    ['BlackLevel', 40_000, /“BlackLevel” takes -32768 to 32767; 40000/],
    ['PixelFormat', 'RGB8', /“PixelFormat” does not offer “RGB8” now; it takes Mono8, Mono12/],
    ['PixelFormat', 'Mono9', /“PixelFormat” does not know “Mono9”; it takes Mono8, Mono12/],
    ['PixelFormat', 17_301_505, /does not know “17301505”/],
    ['Reverse', 1, /“Reverse” takes true or false; “1” was asked for/],
    ['UserName', 'far too long', /“UserName” takes a text of up to 8 bytes; “far too long” has 12/],
    ['UserName', 'ÜÜÜÜÜ', /up to 8 bytes; “ÜÜÜÜÜ” has 10/],
    ['UserName', 7, /takes a text/],
    ['Lookup', 'abc', /“Lookup” takes 4 bytes in hexadecimal/],
    ['Lookup', 'zzzzzzzz', /takes 4 bytes in hexadecimal/],
    ['Temperature', 20, /“Temperature” can only be read now; it was to be set to “20”/],
    ['Level', 1, /“Level” can only be read now/],
    ['Top', 1, /“Top” can only be read now/],
    ['PayloadKilobytes', 1, /“PayloadKilobytes” can only be read now/],
    ['Away', 1, /“Away” is not available now/],
    ['ChunkExposure', 1, /“ChunkExposure” is not available now/],
    ['TriggerNow', true, /“TriggerNow” is a command and holds no value; “true” was asked for/],
    ['Gibberish', 1, /The camera has no setting “Gibberish”/],
    ['LinksToNothing', 1, /“Nothing” can’t be used/],
  ])('%s to %s', async (name, value, text) => {
    const { camera, map } = openDifficult();
    const error = await failureOf(map.set(name, value));
    expect(error['text']).toMatch(text);
    expect(error['hint']).not.toBe('');
    expect(camera.writes).toEqual([]);
  });

  it('is a locked setting, until it is unlocked', async () => {
    const { map } = openDifficult();
    await map.set('Locked', 1);
    expect(await failureOf(map.set('Width', 320))).toMatchObject({
      code: 'camera-setting-locked',
      text: 'The camera setting “Width” is locked (“Locked” is 1); it was to be set to “320”.',
    });
    expect((await map.features())[0]).toMatchObject({ name: 'Width', access: 'read', value: 640 });
    await map.set('Locked', 0);
    await map.set('Width', 320);
  });

  it('is one that several others lock, or what has no name for people', async () => {
    const file = describing(
      `<Integer Name="Mode"><Value>2</Value></Integer>
<Integer Name="Run"><Value>1</Value></Integer>
<IntSwissKnife Name="Either"><pVariable Name="A">Mode</pVariable><pVariable Name="B">Run</pVariable><Formula>A || B</Formula></IntSwissKnife>
<IntSwissKnife Name="Always"><Formula>1</Formula></IntSwissKnife>
<Integer Name="Height"><Value>5</Value><pIsLocked>Either</pIsLocked></Integer>
<Integer Name="Depth"><Value>5</Value><pIsLocked>Always</pIsLocked></Integer>`,
    );
    const map = NodeMap.open(parseDescription(file), new MemoryCamera());
    expect((await failureOf(map.set('Height', 1)))['text']).toContain('is locked (“Mode” is 2, “Run” is 1); it was');
    expect((await failureOf(map.set('Depth', 1)))['text']).toContain(
      'is locked (by “Always”); it was to be set to “1”',
    );
  });

  it('by the camera is said with the name of the setting', async () => {
    const { camera, map } = openDifficult();
    camera.fault = (address) => (address === 0x26c ? new Refused('denied') : null);
    expect(await failureOf(map.set('BlackLevel', 1))).toMatchObject({
      code: 'camera-setting-refused',
      text: 'The camera refused to change the setting “BlackLevel”: The camera denied access: another program may control it.',
      hint: 'Stop the acquisition, or change what this setting depends on, and try again.',
    });
    camera.fault = null;
    await map.set('BlackLevel', 2);
  });

  it('leaves nothing remembered that the camera may have taken after all', async () => {
    const { camera, map } = openDifficult();
    expect(await map.get('BlackLevel')).toBe(0);
    camera.onWrite = () => {
      throw new Error('no answer');
    };
    await expect(map.set('BlackLevel', 7)).rejects.toMatchObject({ code: 'camera-memory' });
    expect(await map.get('BlackLevel')).toBe(7);
  });
});

describe('commands', () => {
  it('write their value, every time', async () => {
    const { camera, map } = openDifficult();
    await map.execute('TriggerNow');
    await map.execute('TriggerNow');
    expect(camera.memory.readUInt32LE(0x250)).toBe(0xa5);
    expect(camera.writes).toEqual([0x250, 0x250]);
    expect(await map.isDone('TriggerNow')).toBe(true);
    expect((await failureOf(map.execute('Width')))['text']).toBe('The camera setting “Width” is no command.');
  });

  it('that take a while are waited for, as long as they are polled', async () => {
    const { camera, map } = openDifficult();
    const readMemory = camera.readMemory;
    let polls = 0;
    Object.assign(camera, {
      readMemory: async (address: number, length: number): Promise<Buffer> => {
        polls += address === 0x2d0 ? 1 : 0;
        if (polls === 3) camera.memory.writeUInt32LE(0, 0x2d0);
        return readMemory(address, length);
      },
    });
    await map.execute('SaveSettings');
    expect(polls).toBe(3);
    expect(await map.isDone('SaveSettings')).toBe(true);
  });

  it('that stay under way are not waited for for ever', async () => {
    const camera = new MemoryCamera();
    const clock = new FakeClock();
    const map = NodeMap.open(parseDescription(difficultXml), camera, clock);
    let resolved = false;
    const executed = map.execute('SaveSettings', { waitMilliseconds: 200 }).then(() => {
      resolved = true;
    });
    while (!resolved) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(10);
    }
    await executed;
    expect(await map.isDone('SaveSettings')).toBe(false);
    await map.execute('SaveSettings', { waitMilliseconds: 0 });
  });
});

test('what is locked only while pictures are taken is listed as it is between two of them', async () => {
  const { map } = openDifficult();
  await map.set('Locked', 1);
  const width = async (unlocked?: ReadonlyMap<string, bigint>) =>
    (await map.features(unlocked)).find(({ name }) => name === 'Width');
  expect(await width()).toMatchObject({ access: 'read', value: 640 });
  expect(await width(new Map([['Locked', 0n]]))).toMatchObject({ access: 'read-write', value: 640 });
  expect(await width(new Map([['Locked', 1n]]))).toMatchObject({ access: 'read' });
});
