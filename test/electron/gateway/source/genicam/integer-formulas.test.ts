import { expect, test } from 'vitest';
import { parseDescription } from '../../../../../electron/gateway/source/genicam/description/description.ts';
import { NodeMap } from '../../../../../electron/gateway/source/genicam/node-map.ts';
import { describing, MemoryCamera } from './memory-camera.ts';

const opened = (nodes: string) => {
  const camera = new MemoryCamera();
  const all = `${nodes}
<Integer Name="Raw"><pValue>RawReg</pValue></Integer>
<IntReg Name="RawReg"><Address>0x300</Address><Length>4</Length><AccessMode>RW</AccessMode><pPort>Device</pPort>
<Sign>Unsigned</Sign><Endianess>BigEndian</Endianess></IntReg>`;
  camera.memory.writeUInt32BE(100, 0x300);
  return { camera, map: NodeMap.open(parseDescription(describing(all)), camera) };
};

test.each([
  ['a decimal fraction', '<Formula>0.1 * TO</Formula>'],
  ['a constant', '<Constant Name="K">0.1</Constant><Formula>K * TO</Formula>'],
  ['an expression', '<Expression Name="E">TO / 1000.0</Expression><Formula>E * 100</Formula>'],
  [
    'an expression of an expression',
    '<Expression Name="E">F * 2</Expression><Expression Name="F">TO * 0.05</Expression><Formula>E</Formula>',
  ],
  ['a function', '<Formula>LG(TO) * 5</Formula>'],
])('an integer formula keeps the decimals of %s to its end', async (_, formula) => {
  const { map } = opened(`<IntSwissKnife Name="Ten"><pVariable Name="TO">Raw</pVariable>${formula}</IntSwissKnife>`);
  expect(await map.get('Ten')).toBe(10);
});

test('an integer converter reads and writes by its decimals, and divides whole numbers as whole numbers', async () => {
  const { camera, map } = opened(
    `<IntConverter Name="Tenth"><FormulaTo>FROM / 0.1</FormulaTo><FormulaFrom>0.1 * TO</FormulaFrom><pValue>Raw</pValue></IntConverter>
<IntConverter Name="Third"><FormulaTo>FROM * 3</FormulaTo><FormulaFrom>TO / 3 * 3</FormulaFrom><pValue>Raw</pValue></IntConverter>`,
  );
  expect([await map.get('Tenth'), await map.get('Third')]).toEqual([10, 99]);
  // 29 / 0.1 is a little less than 290 in doubles.
  await map.set('Tenth', 29);
  expect(camera.memory.readUInt32BE(0x300)).toBe(290);
});
