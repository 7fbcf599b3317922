import { expect, test } from 'vitest';
import { negotiatePacketSize } from '../../../../../electron/gateway/source/gige/gige-packet-size.ts';
import { streamRegisters } from '../../../../../electron/gateway/source/gige/gvcp/bootstrap.ts';
import { GvcpError } from '../../../../../electron/gateway/source/gige/gvcp/gvcp-error.ts';

type Wish = {
  /** What the way takes whole. */
  readonly mtu: number;
  /** Larger test packets come in pieces, else they get lost. */
  readonly inPieces?: boolean;
  readonly seesPieces?: boolean;
  readonly canTest?: boolean;
  /** The camera's sizes are multiples of it. */
  readonly step?: number;
  readonly own?: number;
};

/** A camera and a way to it, without time. */
function way({ mtu, inPieces = false, seesPieces = true, canTest = true, step = 1, own = 1_500 }: Wish) {
  const asked: number[] = [];
  let size = own;
  let largest = 0;
  let piece = 0;
  const camera = {
    readRegister: async () => size,
    writeRegister: async (register: number, value: number) => {
      expect(register).toBe(streamRegisters(0).packetSize);
      size = Math.floor((value & 0xffff) / step) * step;
      if (value < 0x8000_0000) return;
      if (!canTest) throw GvcpError.ofStatus(0x8001, 'write');
      // "Do not fragment" is asked for each time.
      expect((value >>> 30) & 1).toBe(1);
      asked.push(value & 0xffff);
      if (size <= mtu || (inPieces && !seesPieces)) largest = Math.max(largest, size);
      else if (inPieces) piece = 20 + Math.floor((mtu - 20) / 8) * 8;
    },
  };
  const stream = {
    largestPacket: () => largest,
    largestPiece: () => piece,
    packetArrives: async (wanted: number) => largest >= wanted,
  };
  return { camera, stream, asked };
}

test.each<[string, Wish, number | null, number]>([
  ['the largest that arrives', { mtu: 9_000 }, null, 9_000],
  ['the largest usual one that arrives', { mtu: 8_500 }, null, 8_000],
  ['no larger than what arrives whole, though more arrives in pieces', { mtu: 4_200, inPieces: true }, null, 4_200],
  ['no larger than what arrives whole where that is less than usual', { mtu: 1_460, inPieces: true }, null, 1_460],
  ['the largest of the small ones that arrives', { mtu: 1_399 }, null, 1_280],
  ['rounded as the camera does it', { mtu: 4_210, inPieces: true, step: 16 }, null, 4_208],
  ['what the card takes where pieces are not seen', { mtu: 1_500, inPieces: true, seesPieces: false }, 1_500, 1_500],
  ['what the card takes, to the byte', { mtu: 4_200, inPieces: true, seesPieces: false }, 4_200, 4_200],
  ['what the card takes where that is little', { mtu: 1_400, inPieces: true, seesPieces: false }, 1_400, 1_400],
  ['what arrives where the card would take more', { mtu: 4_200 }, 9_000, 4_000],
  ['the camera’s own where it can’t try', { mtu: 9_000, canTest: false, own: 1_400 }, null, 1_400],
  ['the usual one where its own is larger and it can’t try', { mtu: 9_000, canTest: false, own: 8_000 }, null, 1_500],
  ['the camera’s own where nothing arrives', { mtu: 0, own: 1_400 }, null, 1_400],
])('the packet size is %s', async (_, wish, most, expected) => {
  const { camera, stream, asked } = way(wish);
  expect(await negotiatePacketSize(camera, stream, 'auto', most)).toBe(expected);
  expect(asked.length).toBeLessThanOrEqual(12);
});

test('the packet size is that of the configuration, whatever the way takes', async () => {
  const { camera, stream, asked } = way({ mtu: 1_500 });
  expect(await negotiatePacketSize(camera, stream, 8_000)).toBe(8_000);
  expect(asked).toEqual([]);
});

test('a camera that is gone is said to be', async () => {
  const { camera, stream } = way({ mtu: 1_500 });
  const gone = { ...camera, writeRegister: () => Promise.reject(new GvcpError('timeout', 'gone')) };
  await expect(negotiatePacketSize(gone, stream, 'auto')).rejects.toThrow('gone');
});
