import { describe, expect, test } from 'vitest';
import { parseDescription } from '../../../../../../electron/gateway/source/genicam/description/description.ts';
import { NodeMap } from '../../../../../../electron/gateway/source/genicam/node-map.ts';
import { gigeMemory } from '../../../../../../electron/gateway/source/gige/gige-features.ts';
import { GvcpError } from '../../../../../../electron/gateway/source/gige/gvcp/gvcp-error.ts';
import { registerAccess } from '../../../../../../electron/gateway/source/gige/gvcp/register-access.ts';
import { failureOf } from '../../../../../support/spoken.ts';
import { describing } from '../../genicam/memory-camera.ts';
import { NumberCamera, type NumberCameraOptions } from './number-camera.ts';

const described = (order: 'BigEndian' | 'LittleEndian', schemaMinor = 1) => {
  const register = (name: string, address: number, more = ''): string =>
    `<IntReg Name="${name}Reg"><Address>0x${address.toString(16)}</Address>${more}<Length>4</Length><AccessMode>RW</AccessMode><pPort>Device</pPort><Sign>Unsigned</Sign><Endianess>${order}</Endianess></IntReg>`;
  const nodes = `<Integer Name="Width"><pValue>WidthReg</pValue></Integer>
${register('Width', 0xa100)}
<Integer Name="Height"><pValue>HeightReg</pValue></Integer>
${register('Height', 0xa104, '<pAddress>Nothing</pAddress>')}
<Integer Name="Nothing"><Value>0</Value></Integer>
<Integer Name="Selected"><pValue>SelectedReg</pValue></Integer>
${register('Selected', 0xa200, '<pIndex>Width</pIndex>')}
<Integer Name="Wide"><pValue>WideReg</pValue></Integer>
<IntReg Name="WideReg"><Address>0xa300</Address><Length>8</Length><AccessMode>RW</AccessMode><pPort>Device</pPort><Sign>Unsigned</Sign><Endianess>${order}</Endianess></IntReg>
<Float Name="Gain"><pValue>GainReg</pValue></Float>
<FloatReg Name="GainReg"><Address>0xa308</Address><Length>4</Length><AccessMode>RW</AccessMode><pPort>Device</pPort><Endianess>${order}</Endianess></FloatReg>
<Boolean Name="Flag"><pValue>FlagReg</pValue></Boolean>
<MaskedIntReg Name="FlagReg"><Address>0xa30c</Address><Length>4</Length><AccessMode>RW</AccessMode><pPort>Device</pPort><Bit>${order === 'BigEndian' ? 30 : 1}</Bit><Endianess>${order}</Endianess></MaskedIntReg>`;
  const file = describing(nodes).toString().replace('SchemaMinorVersion="1"', `SchemaMinorVersion="${schemaMinor}"`);
  return parseDescription(Buffer.from(file));
};

async function opened(order: 'BigEndian' | 'LittleEndian', options: Partial<NumberCameraOptions>, schemaMinor = 1) {
  const camera = new NumberCamera(options);
  camera.numbers.set(0xa100, 1_024).set(0xa104, 768).set(0xa308, 0x3fc0_0000).set(0xa30c, 2);
  const description = described(order, schemaMinor);
  const access = await registerAccess(camera, description);
  const map = NodeMap.open(description, gigeMemory(camera, access));
  camera.asked.length = 0;
  return { camera, access, map };
}

describe('the numbers of a camera', () => {
  test.each<[string, 'BigEndian' | 'LittleEndian', Partial<NumberCameraOptions>, string, number?]>([
    ['big-endian, as it says', 'BigEndian', {}, 'memory'],
    ['little-endian, as it says', 'LittleEndian', { order: 'little-endian', saysBigEndian: false }, 'memory'],
    [
      'little-endian, described as big-endian',
      'BigEndian',
      { order: 'little-endian', saysBigEndian: false },
      'numbers',
    ],
    ['the same, and its mode register lies', 'BigEndian', { order: 'little-endian' }, 'numbers'],
    ['big-endian, described as little-endian', 'LittleEndian', { saysBigEndian: true }, 'numbers'],
    ['as described, and only its mode register lies', 'BigEndian', { saysBigEndian: false }, 'memory'],
    ['not to be had by READMEM', 'BigEndian', { refuses: ['readMemory', 'writeMemory'] }, 'numbers'],
    ['not to be had by READMEM, little-endian', 'LittleEndian', { refuses: ['readMemory', 'writeMemory'] }, 'numbers'],
    ['not to be had by READREG', 'BigEndian', { refuses: ['readRegister', 'writeRegister'] }, 'memory'],
    ['described for READREG', 'BigEndian', { order: 'little-endian' }, 'legacy', 0],
    ['not to be written by WRITEMEM', 'BigEndian', { refuses: ['writeMemory'] }, 'memory'],
    [
      'without WRITEMEM, little-endian',
      'LittleEndian',
      { order: 'little-endian', hasWriteMemory: false, refuses: ['writeMemory'] },
      'memory',
    ],
  ])('%s: are read and written as they are', async (_, order, options, expected, schemaMinor = 1) => {
    const { camera, access, map } = await opened(order, options, schemaMinor);
    expect(access).toBe(expected);
    expect([await map.get('Width'), await map.get('Height'), await map.get('Gain')]).toEqual([1_024, 768, 1.5]);
    expect(await map.get('Flag')).toBe(true);
    await map.set('Width', 640);
    await map.set('Gain', 2.5);
    await map.set('Flag', false);
    expect([0xa100, 0xa308, 0xa30c].map((address) => camera.numbers.get(address))).toEqual([640, 0x4020_0000, 0]);
    expect([await map.get('Width'), await map.get('Gain'), await map.get('Flag')]).toEqual([640, 2.5, false]);
  });

  test.each([
    ['BigEndian', [1, 2]],
    ['LittleEndian', [2, 1]],
  ] as const)('of eight bytes, %s, are two where READMEM is refused', async (order, words) => {
    const { camera, map } = await opened(order, { refuses: ['readMemory', 'writeMemory'] });
    const value = Number((1n << 32n) | 2n);
    await map.set('Wide', value);
    expect([camera.numbers.get(0xa300), camera.numbers.get(0xa304)]).toEqual(words);
    map.invalidate();
    expect(await map.get('Wide')).toBe(value);
  });

  test('of the protocol itself tell nothing of the maker’s; its width does wherever it lies', async () => {
    const moved = (from: string, to: string) => {
      const description = described('BigEndian');
      const nodes = new Map(description.nodes);
      const node = nodes.get(from);
      if (!node?.register) throw new Error(`no register ${from}`);
      nodes.set(from, { ...node, register: { ...node.register, addresses: [{ literal: to }] } });
      return { ...description, nodes };
    };
    const camera = new NumberCamera({ order: 'little-endian', saysBigEndian: false });
    camera.numbers.set(0x0d04, 1_500).set(0x0100, 1_024);
    camera.asked.length = 0;
    await registerAccess(camera, moved('FlagReg', '0xd04'));
    expect(camera.asked).not.toContain('readRegister d04');
    expect(await registerAccess(camera, moved('WidthReg', '0x100'))).toBe('numbers');
  });

  test('that are all zero tell nothing: the camera’s mode register decides', async () => {
    const zeros = new NumberCamera({ saysBigEndian: false });
    expect(await registerAccess(zeros, described('BigEndian'))).toBe('numbers');
    expect(await registerAccess(zeros, described('LittleEndian'))).toBe('memory');
    expect(await registerAccess(new NumberCamera(), described('BigEndian'))).toBe('memory');
  });

  test('are looked for without a register whose place the camera would have to tell', async () => {
    const camera = new NumberCamera();
    await registerAccess(camera, described('BigEndian'));
    expect(camera.asked.filter((asked) => / a2/.test(asked))).toEqual([]);
    expect(camera.asked.slice(0, 2)).toEqual(['readRegister a100', 'readMemory a100']);
  });

  test('of a camera that says nothing to READREG are left as they are, and it is asked once', async () => {
    const camera = new NumberCamera();
    camera.readRegister = async () => {
      camera.asked.push('READREG');
      throw new GvcpError('timeout', 'no answer');
    };
    expect(await registerAccess(camera, described('BigEndian'))).toBe('memory');
    expect(camera.asked).toEqual(['READREG']);
  });

  test('refused both ways are refused', async () => {
    const { camera, map } = await opened('BigEndian', {
      refuses: ['readMemory', 'readRegister', 'writeMemory', 'writeRegister'],
    });
    expect((await failureOf(map.set('Width', 1)))['text']).toContain('“Width”: The camera has no such register.');
    expect(camera.asked).toEqual(['writeMemory a100', 'writeRegister a100']);
  });
});
