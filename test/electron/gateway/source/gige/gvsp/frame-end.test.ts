import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../../../electron/simulators/camera/faults.ts';
import { type Got, receiver } from './assembler-rig.ts';
import { type FrameShape, header, packetsOf, pixels } from './gvsp-frames.ts';

/** Where a frame ends: what its leader said, what came, and what its trailer says. */

const shape = (block: number, lines: number, more: Partial<FrameShape> = {}): FrameShape => ({
  block,
  width: 100,
  height: 200,
  packetSize: 1_436,
  data: pixels(block, 100 * lines),
  trailerLines: lines,
  ...more,
});

function expectLines(got: Got | undefined, lines: number): void {
  expect([got?.width, got?.height, got?.data.length]).toEqual([100, lines, 100 * lines]);
  expect(got?.data.equals(pixels(got.block, 100 * lines))).toBe(true);
}

describe('a line scan camera', () => {
  it('has as many lines as its trailer says, though its leader announced more', () => {
    const stream = receiver();
    stream.send(packetsOf(shape(1, 100)));
    expect(stream.counters()).toMatchObject({ frames: 1, drops: {}, surplus: 0 });
    expectLines(stream.got[0], 100);
  });

  it('has them whatever the order of its packets, one line or all, one height after the other', () => {
    const random = seededRandom(3);
    const stream = receiver();
    const heights = Array.from({ length: 200 }, (_, index) => [1, 200, 100, 37, 199][index % 5] ?? 0);
    for (const [index, lines] of heights.entries()) {
      const shuffled = packetsOf(shape(index + 1, lines)).map((packet) => [random(), packet] as const);
      stream.send(shuffled.sort(([a], [b]) => a - b).map(([, packet]) => packet));
    }
    expect(stream.counters()).toMatchObject({ frames: 200, drops: {}, missed: 0 });
    for (const [index, lines] of heights.entries()) expectLines(stream.got[index], lines);
  });

  it('may not know the number of lines at the beginning', () => {
    const stream = receiver();
    stream.send(packetsOf(shape(1, 120, { height: 0 })));
    stream.send(packetsOf(shape(2, 120, { height: 0, trailerLines: 0 })));
    stream.send(packetsOf(shape(3, 0, { height: 0 })));
    expect(stream.counters()).toMatchObject({ frames: 1, drops: { 'bad-leader': 2 } });
    expectLines(stream.got[0], 120);
  });

  it('may send more lines than its leader announced', () => {
    const stream = receiver();
    stream.send(packetsOf(shape(1, 300)));
    expect(stream.counters()).toMatchObject({ frames: 1, drops: {}, surplus: 0 });
    expectLines(stream.got[0], 300);
  });

  it('is short where fewer lines came than its trailer says, or where its trailer says nothing', () => {
    const stream = receiver();
    stream.send(packetsOf(shape(1, 100, { trailerLines: 101 })));
    stream.send(packetsOf(shape(2, 100, { trailerLines: 300 })));
    stream.send(packetsOf(shape(3, 100, { trailerLines: 0xffff_ffff })));
    stream.send(packetsOf(shape(4, 100, { trailerLines: 0 })));
    stream.send(packetsOf(shape(5, 100, { trailerBytes: 7 })));
    expect(stream.counters()).toMatchObject({ frames: 0, drops: { short: 5 } });
    expect(stream.buffers.away).toBe(0);
  });

  it('has the lines that its leader announced where all came and the trailer says nothing, or too much', () => {
    const stream = receiver();
    stream.send(packetsOf(shape(1, 200, { trailerLines: 0 })));
    stream.send(packetsOf(shape(2, 200, { trailerBytes: 4 })));
    stream.send(packetsOf(shape(3, 200, { trailerLines: 400 })));
    stream.send(packetsOf(shape(4, 200, { trailerBytes: 0 })));
    expect(stream.counters()).toMatchObject({ frames: 4, drops: {}, surplus: 0 });
    for (const got of stream.got) expectLines(got, 200);
  });

  it('may fill the rest of its picture up: the lines that the trailer names are the picture, the rest is surplus', () => {
    const stream = receiver();
    stream.send(packetsOf(shape(1, 200, { trailerLines: 120 })));
    expect(stream.counters()).toMatchObject({ frames: 1, drops: {}, surplus: 1 });
    expectLines(stream.got[0], 120);
    expect(stream.got[0]?.surplusBytes).toBe(80 * 100);
  });

  it('has chunks behind as many lines as came', () => {
    const stream = receiver();
    const chunks = Buffer.from('aaaabbbb00000001');
    for (const [block, lines] of [
      [1, 100],
      [2, 200],
      [3, 7],
    ] as const) {
      const data = Buffer.concat([pixels(block, 100 * lines), chunks]);
      stream.send(packetsOf(shape(block, lines, { payloadType: 0x4001, data })));
    }
    stream.send(packetsOf(shape(4, 100, { payloadType: 0x4001, trailerLines: 150 })));
    expect(stream.counters()).toMatchObject({ frames: 3, drops: { short: 1 }, surplus: 0 });
    expect(stream.got.map(({ height, data }) => [height, data.length])).toEqual([
      [100, 10_016],
      [200, 20_016],
      [7, 716],
    ]);
  });

  it('names its lines behind the length of its chunks where its payload is of extended chunks', () => {
    const stream = receiver();
    const packets = packetsOf(shape(1, 100, { payloadType: 5 }));
    const trailer = Buffer.alloc(16);
    trailer.writeUInt16BE(5, 2);
    trailer.writeUInt32BE(10_000, 4);
    trailer.writeUInt32BE(100, 8);
    stream.send([...packets.slice(0, -1), Buffer.concat([header({ block: 1 }, 2, packets.length - 1), trailer])]);
    expectLines(stream.got[0], 100);
  });

  it('is in a single packet with leader and trailer', () => {
    const stream = receiver();
    const frame = shape(1, 5, { height: 9 });
    const [leader, data, trailer] = packetsOf(frame).map((packet) => packet.subarray(8));
    stream.send([Buffer.concat([header(frame, 4, 0), leader ?? '', trailer ?? '', data ?? ''] as Buffer[])]);
    expectLines(stream.got[0], 5);
  });

  it('gets what was lost again, the end too, and is not asked for lines that there are not', () => {
    for (const extended of [false, true]) {
      const stream = receiver({ packetSize: 1_436, resend: true });
      for (let block = 1; block <= 100; block += 1) {
        const packets = packetsOf(shape(block, 100, { extended }));
        // In turn: the trailer, the packet before it, one in the middle, the last two, the leader.
        const last = packets.length - 1;
        const lost = [[last], [last - 1], [3], [last - 1, last], [0]][block % 5] ?? [];
        stream.send(packets.filter((_, number) => block === 1 || !lost.includes(number)));
        for (let turn = 0; turn < 40; turn += 1) {
          stream.pass(5);
          for (const request of stream.requests.splice(0)) {
            for (const range of request.ranges) {
              for (let number = range.first; number <= range.last; number += 1) {
                // What is not there is answered as a camera does.
                const gone = header({ block, extended }, 3, number, { status: 0x800c });
                stream.send([packets[number] ?? gone]);
              }
            }
          }
        }
      }
      expect(stream.counters()).toMatchObject({ frames: 100, drops: {}, errors: 0 });
      for (const got of stream.got) expectLines(got, 100);
    }
  });

  it('is never cut to the lines that its leader announced: without its trailer a longer picture is not whole', () => {
    const stream = receiver();
    for (const [index, lines] of [300, 100, 200, 300].entries()) {
      stream.send(packetsOf(shape(index + 1, lines)).slice(0, -1));
      stream.pass(200);
      // One that has it, then more that do not.
      if (index === 0) stream.send(packetsOf(shape(10, 300)));
      if (index === 0) stream.assembler.restart();
    }
    expect(stream.counters()).toMatchObject({ frames: 1, drops: { incomplete: 4 } });
    expectLines(stream.got[0], 300);
  });

  it('loses its trailer in its first frame: errors for packets that never were do not end it', () => {
    const stream = receiver({ packetSize: 1_436, resend: true });
    const packets = packetsOf(shape(1, 190));
    stream.send(packets.slice(0, -1));
    stream.pass(80);
    expect(stream.requests.length).toBeGreaterThan(0);
    stream.send([header({ block: 1 }, 3, packets.length, { status: 0x800c }), packets.at(-1)]);
    expect(stream.counters()).toMatchObject({ frames: 1, drops: {} });
    expectLines(stream.got[0], 190);
  });
});

describe('bytes behind a picture', () => {
  const surplus = (block: number, bytes: number, more: Partial<FrameShape> = {}): FrameShape =>
    shape(block, 100, { height: 100, data: pixels(block, 10_000 + bytes), ...more });

  it('are left out and counted, and the picture is taken', () => {
    const stream = receiver();
    for (let block = 1; block <= 100; block += 1) stream.send(packetsOf(surplus(block, 312)));
    expect(stream.counters()).toMatchObject({ frames: 100, bytes: 1_000_000, drops: {}, surplus: 100 });
    for (const got of stream.got) {
      expectLines(got, 100);
      expect(got.surplusBytes).toBe(312);
    }
  });

  it('are left out whether they fill packets or not, and where the leader comes last', () => {
    const stream = receiver();
    for (const [index, bytes] of [1, 1_199, 1_400, 2_600, 9_999, 20_000].entries()) {
      const [leader, ...rest] = packetsOf(surplus(index + 1, bytes));
      stream.send([...rest, leader]);
    }
    // Full packets only: nothing but its number tells that the last one is too many.
    stream.send(packetsOf(surplus(7, 2_600, { packetSize: 236 })));
    expect(stream.counters()).toMatchObject({ frames: 7, drops: {}, surplus: 7 });
    for (const got of stream.got) expectLines(got, 100);
  });

  it('may be padding that the leader names, with or without that behind the last line', () => {
    const stream = receiver();
    stream.send(packetsOf(surplus(1, 312, { paddingY: 312 })));
    stream.send(packetsOf(surplus(2, 0, { paddingY: 312 })));
    stream.send(packetsOf(surplus(3, 400, { paddingX: 4 })));
    stream.send(packetsOf(surplus(4, 396, { paddingX: 4 })));
    stream.send(packetsOf(surplus(5, 395, { paddingX: 4 })));
    stream.send(packetsOf(surplus(6, 500, { paddingX: 4, paddingY: 100 })));
    expect(stream.counters()).toMatchObject({ frames: 5, drops: { short: 1 }, surplus: 0 });
  });

  it('are not waited for: a picture of which all came is whole without them and without its trailer', () => {
    const stream = receiver();
    const packets = packetsOf(surplus(1, 5_000));
    // Whether they are more lines, the trailer of the first frame tells.
    stream.send(packets);
    stream.send(packetsOf(surplus(3, 5_000)).slice(0, 9));
    stream.pass(30);
    stream.send([...packetsOf(surplus(2, 5_000)).slice(0, 9), ...packetsOf(surplus(2, 5_000)).slice(10)]);
    stream.pass(30);
    expect(stream.counters()).toMatchObject({ frames: 3, drops: {} });
    for (const got of stream.got) expectLines(got, 100);
  });

  it('never take more memory than is allowed', () => {
    const stream = receiver({ maxBytes: 30_000 });
    stream.send(packetsOf(surplus(1, 20_001)));
    stream.send(packetsOf(surplus(2, 20_000)));
    expect(stream.counters()).toMatchObject({ frames: 1, drops: { oversize: 1 } });
    expect(stream.buffers.away).toBe(0);
  });
});
