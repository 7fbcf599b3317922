import { crc32, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { zeroCounters } from '../../../../electron/simulators/camera/counters.ts';
import { zipOfOne } from '../../../../electron/simulators/camera/description/description.ts';
import { noFaults, seededRandom } from '../../../../electron/simulators/camera/faults.ts';
import { FramePackets } from '../../../../electron/simulators/camera/frame-packets.ts';
import { garbage, planPackets } from '../../../../electron/simulators/camera/packet-plan.ts';
import { parseCommand, parseResend } from '../../../../electron/simulators/camera/wire/gvcp.ts';
import { chunkLayout } from '../../../../electron/simulators/camera/wire/gvsp.ts';

const plan = (faults: Partial<typeof noFaults>, count = 1_000, seed = 7) => {
  const counters = zeroCounters();
  const { order, drops } = planPackets(count, { ...noFaults, ...faults }, seededRandom(seed), counters);
  return { order: [...order], drops, counters };
};

describe('the packets of a frame', () => {
  it('leave all and in order where nothing is to go wrong', () => {
    expect(plan({}).order).toEqual([...Array(1_000).keys()]);
  });

  it('are lost by the same chance each time, and counted', () => {
    const { order, drops, counters } = plan({ lossPerThousand: 50 });
    expect(drops).toBeGreaterThan(20);
    expect(order).toHaveLength(1_000 - drops);
    expect(counters).toMatchObject({ packetsDropped: drops, framesWithDrops: 1 });
    expect(plan({ lossPerThousand: 50 }).order).toEqual(order);
    expect(plan({ lossPerThousand: 50 }, 1_000, 8).order).not.toEqual(order);
  });

  it('are shuffled within their window only', () => {
    const { order } = plan({ reorderWindow: 8 });
    expect(order).not.toEqual([...Array(1_000).keys()]);
    expect(order.every((packetId, at) => Math.floor(packetId / 8) === Math.floor(at / 8))).toBe(true);
  });

  it('are doubled, mixed with garbage, and lack their trailer on demand', () => {
    const { order, counters } = plan({ duplicatePerThousand: 100, garbagePackets: 5, trailer: 'missing' });
    expect(order.filter((packetId) => packetId === garbage)).toHaveLength(5);
    expect(order).toHaveLength(999 + 5 + counters.packetsDuplicated);
    expect(counters.packetsDuplicated).toBeGreaterThan(50);
    expect(order).not.toContain(999);
  });

  it('are cut where the packet size says, headers of IP and UDP included', () => {
    const content = {
      blockId: 3,
      packetSize: 576,
      leader: Buffer.alloc(36),
      payload: Buffer.alloc(541, 9),
      trailer: Buffer.alloc(8),
    };
    const short = new FramePackets({ ...content, extended: false });
    expect(short.count).toBe(4);
    expect(short.body(1)).toHaveLength(540);
    expect(short.body(2)).toHaveLength(1);
    expect(short.header(2).toString('hex')).toBe('0000000303000002');
    expect(short.header(3).toString('hex')).toBe('0000000302000003');
    const extended = new FramePackets({ ...content, extended: true });
    expect(extended.body(1)).toHaveLength(528);
    expect(extended.headerWithStatus(0, 0x0100).toString('hex')).toBe(`01000000${'81000000'}000000000000000300000000`);
  });

  it('carry chunks that are found from the end', () => {
    const layout = chunkLayout([
      { id: 1, data: Buffer.from('aabb', 'hex') },
      { id: 2, data: Buffer.from('cc', 'hex') },
    ]);
    expect(layout.toString('hex')).toBe('aabb0000000100000002cc0000000200000001');
  });
});

describe('the commands that the camera hears', () => {
  const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

  it('are read field by field, and anything else is none', () => {
    expect(parseCommand(bytes('42 01 0080 0004 0007 00000a00'))).toMatchObject({ code: 0x80, id: 7, whole: true });
    expect(parseCommand(bytes('42 01 0080 0008 0007 00000a00'))?.whole).toBe(false);
    expect(parseCommand(bytes('43 01 0080 0004 0007 00000a00'))).toBeNull();
    expect(parseCommand(bytes('42 01 0080'))).toBeNull();
  });

  it('name packets to be sent again by 16 or by 64 bits', () => {
    const short = parseCommand(bytes('42 00 0040 000c 0001 0000 0005 ff000002 ff000009'));
    expect(short && parseResend(short)).toEqual({ blockId: 5, first: 2, last: 9 });
    const long = parseCommand(bytes('42 10 0040 0014 0001 0000 0000 00000002 ffffffff 0000000100000005'));
    expect(long && parseResend(long)).toEqual({ blockId: 0x1_0000_0005, first: 2, last: 0xffff_ffff });
    const torn = parseCommand(bytes('42 10 0040 000c 0001 0000 0000 00000002 00000009'));
    expect(torn && parseResend(torn)).toBeNull();
  });
});

describe('the zipped description', () => {
  it('is an archive of one file whose checksum is right', () => {
    const content = Buffer.from('<xml/>'.repeat(100));
    const zip = zipOfOne('camera.xml', content);
    expect(zip.readUInt32LE(0)).toBe(0x0403_4b50);
    expect(zip.readUInt32LE(14)).toBe(crc32(content));
    const packed = zip.subarray(30 + 'camera.xml'.length, 30 + 'camera.xml'.length + zip.readUInt32LE(18));
    expect(inflateRawSync(packed).equals(content)).toBe(true);
    const directory = zip.readUInt32LE(zip.length - 22 + 16);
    expect(zip.readUInt32LE(directory)).toBe(0x0201_4b50);
  });
});
