import { describe, expect, it } from 'vitest';
import { readLeader } from '../../../../../../electron/gateway/source/gige/gvsp/gvsp-leader.ts';
import {
  dataPerPacket,
  decodePacket,
  emptyPacket,
  packetFormat,
} from '../../../../../../electron/gateway/source/gige/gvsp/gvsp-packet.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** What Aravis' simulated camera 0.8.26 sent here, 64 × 48 Mono8, as tcpdump saw it. */
const leader = hex('0000ff79 01000000 00000001 18ea423b597d6de0 01080001 00000040 00000030 00000000 00000000 00000000');
const trailer = hex('0000ff79 02000004 00000001 00000000');

describe('decodePacket', () => {
  it('reads what Aravis’ camera sends', () => {
    const packet = emptyPacket();
    expect(decodePacket(leader, packet)).toBe(true);
    expect(packet).toMatchObject({ format: packetFormat.leader, block: 65_401, packet: 0, start: 8, extended: false });
    expect(readLeader(leader, packet.start, packet.end, 0)).toMatchObject({
      kind: 'leader',
      leader: {
        payloadType: 1,
        chunks: false,
        timestamp: 0x18ea423b597d6de0n,
        pixelFormat: 0x01080001,
        width: 64,
        height: 48,
        leastBytes: 3_072,
        mostBytes: 3_072,
      },
    });
    expect(decodePacket(trailer, packet)).toBe(true);
    expect(packet).toMatchObject({ format: packetFormat.trailer, packet: 4 });
  });

  it('reads extended ids', () => {
    const packet = emptyPacket();
    const bytes = hex('0100 0000 87000003 0000000100000002 00010005 0102');
    expect(decodePacket(bytes, packet)).toBe(true);
    expect(packet).toMatchObject({
      format: packetFormat.multipart,
      extended: true,
      resent: true,
      block: 0x1_0000_0002,
      packet: 0x1_0005,
      parts: 3,
      start: 20,
      end: 22,
    });
  });

  it('tells errors, errors for good and packets that were sent again apart', () => {
    const packet = emptyPacket();
    const facts: unknown[] = [];
    for (const status of ['0000', '0100', '8010', '800c', '8011', '8012', '8fff']) {
      decodePacket(hex(`${status} 0001 03000001`), packet);
      facts.push([packet.error, packet.gone, packet.resent]);
    }
    expect(facts).toEqual([
      [false, false, false],
      [false, false, true],
      [true, false, false],
      [true, true, false],
      [true, true, false],
      [true, true, false],
      [true, false, false],
    ]);
  });

  it.each([
    ['nothing', ''],
    ['too short', '0000 0001 030000'],
    ['block 0', '0000 0000 03000001'],
    ['format 0', '0000 0001 00000001'],
    ['format 9', '0000 0001 09000001'],
    ['extended and too short', '0000 0000 83000000 0000000000000001 000000'],
    ['a block id that no number holds', '0000 0000 83000000 ffffffffffffffff 00000001'],
  ])('refuses %s', (_, text) => {
    expect(decodePacket(hex(text), emptyPacket())).toBe(false);
  });

  it('knows how much data a packet carries', () => {
    expect(dataPerPacket(1_500, false)).toBe(1_464);
    expect(dataPerPacket(9_000, true)).toBe(8_952);
    for (const size of [0, 36, -1, Number.NaN, 20.5]) expect(dataPerPacket(size, false)).toBe(0);
  });
});

describe('readLeader', () => {
  const image = (format: string, width: number, height: number, padding = 0): Buffer => {
    const bytes = Buffer.alloc(36);
    bytes[3] = 1;
    hex(format).copy(bytes, 12);
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    bytes.writeUInt16BE(padding, 32);
    return bytes;
  };
  it.each([
    ['Mono16', '01100007', 7, 3, 0, 42, 42],
    ['Mono12p, lines that end within a byte', '010c0047', 7, 3, 0, 32, 33],
    ['RGB8', '02180014', 7, 3, 0, 63, 63],
    ['Mono8 with padding behind each line, the last one with or without', '01080001', 7, 3, 5, 31, 36],
    ['Mono8 whose number of lines is not known yet', '01080001', 7, 0, 0, 0, null],
  ])('knows the bytes of %s', (_, format, width, height, padding, leastBytes, mostBytes) => {
    const reading = readLeader(image(format, width, height, padding), 0, 36, 0);
    expect(reading).toMatchObject({ kind: 'leader', leader: { leastBytes, mostBytes } });
  });
});
