import { expect, test } from 'vitest';
import { parseDescription } from '../../../../../electron/gateway/source/genicam/description/description.ts';
import { NodeMap } from '../../../../../electron/gateway/source/genicam/node-map.ts';
import { failureOf } from '../../../../support/spoken.ts';
import { describing, MemoryCamera } from './memory-camera.ts';

/** Ports that do not lead to the camera's registers. */

const over = (port: string): string => `<Integer Name="Stamp"><pValue>StampReg</pValue></Integer>
<IntReg Name="StampReg"><Address>0x100</Address><Length>4</Length><AccessMode>RW</AccessMode><pPort>Other</pPort>
<Sign>Unsigned</Sign><Endianess>BigEndian</Endianess></IntReg>
<StringReg Name="Words"><Address>0x100</Address><Length>8</Length><AccessMode>RO</AccessMode><pPort>Other</pPort></StringReg>
<SwissKnife Name="Seconds"><pVariable Name="S">Stamp</pVariable><Formula>S / 1000</Formula></SwissKnife>
<Integer Name="IdOfChunk"><Value>7</Value></Integer>
<Port Name="Other">${port}</Port>`;

const opened = (port: string) => {
  const camera = new MemoryCamera();
  return { camera, map: NodeMap.open(parseDescription(describing(over(port))), camera) };
};

test.each([
  ['an event', '<EventID>9001</EventID>'],
  ['an event that another node names', '<pEventID>IdOfChunk</pEventID>'],
  ['a chunk', '<ChunkID>A5A5</ChunkID>'],
  ['a chunk that another node names', '<pChunkID>IdOfChunk</pChunkID>'],
  ['a chunk of no name that could be read', '<ChunkID>a chunk</ChunkID>'],
])(
  'features over %s are not available, and the camera’s registers are neither read nor written for them',
  async (_, port) => {
    const { camera, map } = opened(port);
    const features = await map.features();
    for (const name of ['Stamp', 'StampReg', 'Words'])
      expect(features.find((feature) => feature.name === name)).toMatchObject({ access: 'none', value: null });
    expect(features.find(({ name }) => name === 'Seconds')?.value).toBeNull();
    expect((await failureOf(map.get('Stamp')))['text']).toContain('“Stamp” is not available now');
    expect((await failureOf(map.set('Stamp', 1)))['text']).toContain('“Stamp” is not available now');
    expect([camera.reads, camera.writes]).toEqual([[], []]);
  },
);

test('a port without an id leads to the camera, whatever it is called', async () => {
  const { map } = opened('');
  expect(await map.get('Stamp')).toBe(640);
});

test('a chunk whose id another node names is read from the picture', async () => {
  const { map } = opened('<pChunkID>IdOfChunk</pChunkID>');
  const bytes = Buffer.alloc(0x108);
  bytes.writeUInt32BE(4_711, 0x100);
  expect(await map.chunkValue('Stamp', new Map([[7, bytes]]))).toBe(4_711);
  expect(await map.chunkValue('Stamp', new Map([[8, bytes]]))).toBeNull();
});
