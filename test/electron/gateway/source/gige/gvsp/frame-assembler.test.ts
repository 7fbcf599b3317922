import { describe, expect, it } from 'vitest';
import type { AssemblerCounters } from '../../../../../../electron/gateway/source/gige/gvsp/assembler-counters.ts';
import { blockDistance } from '../../../../../../electron/gateway/source/gige/gvsp/gvsp-packet.ts';
import { seededRandom } from '../../../../../../electron/simulators/camera/faults.ts';
import { type Got, receiver } from './assembler-rig.ts';
import { type FrameShape, header, imageLeader, packetsOf, pixels } from './gvsp-frames.ts';

const shape = (block: number, more: Partial<FrameShape> = {}): FrameShape => ({
  block,
  width: 50,
  height: 41,
  ...more,
});

const dropped = ({ drops }: AssemblerCounters): number => Object.values(drops).reduce((sum, count) => sum + count, 0);

function expectPictures(got: readonly Got[]): void {
  for (const { block, data, width, height } of got) {
    expect(data.equals(pixels(block, width * height)), `frame ${block}`).toBe(true);
  }
}

describe('FrameAssembler', () => {
  it('hands over a frame whose packets come in order', () => {
    const stream = receiver();
    stream.send(packetsOf(shape(1)));
    expect(stream.blocks()).toEqual([1]);
    expectPictures(stream.got);
    expect(stream.counters()).toMatchObject({ frames: 1, bytes: 2_050, drops: {}, missed: 0, inFlight: 0 });
  });

  it('asks for a tail soon once a later frame has come, and else only when the camera has been silent for long', () => {
    const stream = receiver({ packetSize: 236, resend: true });
    stream.send(packetsOf(shape(1)));
    stream.send(packetsOf(shape(2)).slice(0, -2));
    stream.pass(50);
    expect(stream.requests).toEqual([]);
    stream.send(packetsOf(shape(3)).slice(0, -2));
    stream.pass(5);
    expect(stream.requests.map(({ block }) => block)).toEqual([2]);
    stream.pass(50);
    expect(stream.requests.some(({ block }) => block === 3)).toBe(false);
    stream.pass(10);
    expect(stream.requests.some(({ block }) => block === 3)).toBe(true);
    // A packet of an older frame that comes first now is of one that was passed.
    stream.send(packetsOf(shape(5)).slice(0, 1));
    stream.requests.splice(0);
    stream.send(packetsOf(shape(4)).slice(0, -2));
    stream.pass(25);
    expect(stream.requests.map(({ block }) => block)).toContain(4);
  });

  it.each([
    ['16-bit ids', false],
    ['extended ids', true],
  ])('hands over every frame whatever the order of its packets, with %s', (_, extended) => {
    const random = seededRandom(extended ? 7 : 8);
    const stream = receiver();
    for (let block = 1; block <= 300; block += 1) {
      const packets = packetsOf(shape(block, { extended }));
      stream.send(
        packets
          .map((packet) => [random(), packet] as const)
          .sort(([a], [b]) => a - b)
          .map(([, p]) => p),
      );
    }
    expect(stream.counters()).toMatchObject({ frames: 300, drops: {}, missed: 0 });
    expectPictures(stream.got);
  });

  it('learns the length of packets when the short last one comes first, with a wrong first guess too', () => {
    for (const packetSize of [0, 236, 150, 1500]) {
      const stream = receiver({ packetSize });
      const packets = packetsOf(shape(1));
      stream.send([packets.at(-2), ...packets]);
      expect(stream.counters(), `guess ${packetSize}`).toMatchObject({ frames: packetSize === 1500 ? 0 : 1 });
      stream.send(packetsOf(shape(2)));
      stream.send(packetsOf(shape(3)));
      expect(stream.blocks().slice(-2), `guess ${packetSize}`).toEqual([2, 3]);
      expectPictures(stream.got);
    }
  });

  it('keeps several frames in flight and their packets apart', () => {
    const stream = receiver();
    const frames = [1, 2, 3, 4].map((block) => packetsOf(shape(block)));
    for (let packet = 0; packet < (frames[0]?.length ?? 0); packet += 1) stream.send(frames.map((f) => f[packet]));
    expect(stream.counters()).toMatchObject({ frames: 4, drops: {}, missed: 0 });
    expectPictures(stream.got);
  });

  it('goes on over the wrap of 16-bit ids from 65535 to 1', () => {
    const stream = receiver();
    for (const block of [65_533, 65_534, 65_535, 1, 2]) stream.send(packetsOf(shape(block)));
    expect(stream.blocks()).toEqual([65_533, 65_534, 65_535, 1, 2]);
    expect(stream.counters().missed).toBe(0);
    expect(blockDistance(65_535, 1, false)).toBe(1);
    expect(blockDistance(1, 65_535, false)).toBe(-1);
    expect(blockDistance(65_530, 5, false)).toBe(10);
  });

  it('counts ids that nothing came of as missed, and frames that overtake each other not', () => {
    const stream = receiver();
    for (const block of [1, 2, 6, 5, 65_535, 7]) stream.send(packetsOf(shape(block)));
    stream.assembler.finish();
    // 3, 4; and 65535, which lies before 1, came.
    expect(stream.counters()).toMatchObject({ frames: 6, missed: 2 });
  });

  it('counts a long row of lost frames', () => {
    const stream = receiver();
    for (const block of [1, 2, 40, 41]) stream.send(packetsOf(shape(block)));
    stream.assembler.finish();
    expect(stream.counters()).toMatchObject({ frames: 4, missed: 37 });
  });

  it('drops a frame with a lost packet after 100 ms without progress, and never hands it over torn', () => {
    const stream = receiver();
    const packets = packetsOf(shape(1));
    stream.send(packets.filter((_, number) => number !== 4));
    stream.pass(95);
    expect(stream.counters()).toMatchObject({ frames: 0, inFlight: 1 });
    stream.pass(10);
    expect(stream.counters()).toMatchObject({ frames: 0, drops: { incomplete: 1 }, inFlight: 0 });
    stream.send([packets[4]]);
    expect(stream.counters()).toMatchObject({ frames: 0, late: 1, drops: { incomplete: 1 } });
  });

  it('does not count a pause of this PC as silence of the camera', () => {
    const stream = receiver();
    const packets = packetsOf(shape(1));
    stream.assembler.take(packets[0] as Buffer, 0);
    stream.assembler.tick(1);
    stream.assembler.tick(900);
    for (const packet of packets.slice(1)) stream.assembler.take(packet, 901);
    expect(stream.counters()).toMatchObject({ frames: 1, drops: {} });
  });

  it('takes a plain picture that lacks nothing but its trailer', () => {
    const stream = receiver();
    stream.send(packetsOf(shape(1)).slice(0, -1));
    expect(stream.counters().frames).toBe(0);
    stream.pass(30);
    expect(stream.counters()).toMatchObject({ frames: 1, drops: {} });
    expectPictures(stream.got);
  });

  it('takes a last packet that is filled up as padding', () => {
    const stream = receiver();
    stream.send(packetsOf(shape(1, { fillLast: true })));
    const [leader, ...rest] = packetsOf(shape(2, { fillLast: true }));
    stream.send([...rest, leader]);
    expect(stream.counters()).toMatchObject({ frames: 2, bytes: 4_100 });
    expectPictures(stream.got);
  });

  it('drops what ends before the announced bytes as short', () => {
    const stream = receiver();
    stream.send(packetsOf(shape(1, { data: pixels(1, 1_000) })));
    expect(stream.counters()).toMatchObject({ frames: 0, drops: { short: 1 } });
  });

  it('allocates nothing for a camera that announces two gigabytes', () => {
    const stream = receiver({ count: 3, maxBytes: 100_000 });
    stream.send(packetsOf(shape(1, { width: 65_536, height: 32_768, data: pixels(1, 2_000) })));
    const far = Buffer.concat([header({ block: 2 }, 3, 0xffffff), Buffer.alloc(200)]);
    stream.send([far, Buffer.concat([header({ block: 3 }, 2, 0xffffff), Buffer.alloc(8)])]);
    expect(stream.counters()).toMatchObject({ drops: { oversize: 3 } });
    expect(stream.buffers.away).toBe(0);
  });

  it('goes on after the size of pictures changed in the stream', () => {
    const stream = receiver();
    stream.send(packetsOf(shape(1)));
    stream.send(packetsOf(shape(2, { width: 300, height: 200 })));
    stream.send(packetsOf(shape(3, { width: 10, height: 3 })));
    stream.send(packetsOf(shape(4, { packetSize: 1_500, width: 100, height: 100 })));
    stream.send(packetsOf(shape(5, { packetSize: 100, width: 100, height: 100 })));
    expect(stream.blocks()).toEqual([1, 2, 3, 4, 5]);
    expectPictures(stream.got);
  });

  it('drops the newest frame as overrun while no buffer is free, and goes on when one is', () => {
    const stream = receiver({ count: 2, keep: true });
    for (const block of [1, 2, 3, 4]) stream.send(packetsOf(shape(block)));
    expect(stream.blocks()).toEqual([1, 2]);
    expect(stream.counters()).toMatchObject({ frames: 2, drops: { overrun: 2 }, missed: 0 });
    stream.buffers.giveBack(new ArrayBuffer(0));
    stream.send(packetsOf(shape(5)));
    expect(stream.blocks()).toEqual([1, 2, 5]);
  });

  it('gives a frame up as soon as the camera says that a packet will not come, and not for one that has come', () => {
    const stream = receiver();
    for (const [index, status] of [0x800c, 0x8011, 0x8012].entries()) {
      const frame = shape(index + 1);
      const packets = packetsOf(frame);
      stream.send(packets.filter((_, number) => number !== 3));
      stream.send([header(frame, 3, 2, { status })]);
      expect(stream.counters().inFlight).toBe(1);
      stream.send([header(frame, 3, 3, { status })]);
      expect(stream.counters()).toMatchObject({ inFlight: 0, drops: { incomplete: index + 1 } });
    }
    stream.send(packetsOf(shape(4)));
    expect(stream.counters()).toMatchObject({ frames: 1, errors: 6 });
  });

  it('drops bad leaders and payloads that cannot be stored by their cause', () => {
    const stream = receiver();
    stream.send(packetsOf(shape(1, { width: 0, data: pixels(1, 300) })));
    stream.send(packetsOf(shape(2, { payloadType: 8 })));
    stream.send(packetsOf(shape(3), Buffer.alloc(5)));
    stream.send([Buffer.concat([header({ block: 4 }, 5, 1), Buffer.alloc(100)])]);
    expect(stream.counters()).toMatchObject({ frames: 0, drops: { 'bad-leader': 2, unsupported: 2 } });
  });

  it('knows that a camera counts from the beginning again', () => {
    const stream = receiver();
    for (const block of [5_000, 5_001]) stream.send(packetsOf(shape(block)));
    stream.send(packetsOf(shape(5_002)).slice(0, 3));
    for (const block of [1, 2]) stream.send(packetsOf(shape(block, { timestamp: 5n + BigInt(block) })));
    expect(stream.blocks()).toEqual([5_000, 5_001, 1, 2]);
    expect(stream.counters()).toMatchObject({ drops: { aborted: 1 }, missed: 0 });
    // Within the window only the camera's clock tells a new frame 1 from the old one.
    stream.send(packetsOf(shape(1, { timestamp: 99n })));
    expect(stream.blocks()).toEqual([5_000, 5_001, 1, 2, 1]);
    stream.send(packetsOf(shape(1, { timestamp: 99n })));
    expect(stream.counters().frames).toBe(5);
  });

  it.each([
    ['16-bit ids', false],
    ['extended ids', true],
  ])('one packet of nonsense moves no count and costs no frame, with %s', (_, extended) => {
    for (const otherKind of [false, true]) {
      for (const format of [1, 2, 3, 4, 7]) {
        for (const far of [12_000, 30_000, 60_000]) {
          const stream = receiver();
          const nonsense = Buffer.concat([
            header({ block: far, extended: extended !== otherKind }, format, 3),
            Buffer.alloc(40, 0xa7),
          ]);
          // As the very first, within a frame, and between two.
          stream.send([nonsense]);
          for (let block = 100; block <= 120; block += 1) {
            const packets = packetsOf(shape(block, { extended }));
            if (block === 110) packets.splice(3, 0, nonsense);
            stream.send(packets);
            if (block === 115) stream.send([nonsense]);
          }
          stream.assembler.finish();
          const counters = stream.counters();
          expect(counters, `${otherKind} ${format} ${far}`).toMatchObject({ frames: 21, drops: {}, missed: 0 });
          expect(counters.ignored + counters.late).toBe(3);
        }
      }
    }
  });

  it('counts what cannot be stored also where the camera counts from the beginning again', () => {
    for (const payloadType of [8, 9, 11, 0x8001]) {
      const stream = receiver();
      for (let block = 1; block <= 2_000; block += 1) stream.send(packetsOf(shape(block)));
      for (let block = 1; block <= 50; block += 1) {
        const timestamp = BigInt(3_000 + block) * 1_000n;
        stream.send(packetsOf(shape(block, { payloadType, timestamp })));
      }
      stream.assembler.finish();
      expect(stream.counters(), `${payloadType}`).toMatchObject({ frames: 2_000, drops: { unsupported: 50 } });
    }
  });

  it('believes a long row of lost frames though the next leader came behind its data, and counts it', () => {
    for (const extended of [false, true]) {
      const stream = receiver();
      stream.send(packetsOf(shape(1, { extended })));
      const packets = packetsOf(shape(5_000, { extended }));
      stream.send([packets[2], packets[1], packets[0], ...packets.slice(3)]);
      expect(stream.blocks()).toEqual([1, 5_000]);
      expectPictures(stream.got);
      stream.assembler.finish();
      expect(stream.counters()).toMatchObject({ frames: 2, drops: {}, missed: 4_998 });
    }
  });

  it('takes chunk data behind the picture, JPEG of unknown length and frames in one packet', () => {
    const stream = receiver();
    const chunk = Buffer.concat([pixels(1, 2_050), Buffer.from('12345678aaaabbbb')]);
    stream.send(packetsOf(shape(1, { payloadType: 0x4001, data: chunk })));
    const jpegLeader = Buffer.alloc(32);
    jpegLeader.writeUInt16BE(6, 2);
    stream.send(packetsOf(shape(2, { data: pixels(2, 777) }), jpegLeader));
    const small = shape(3, { width: 8, height: 4 });
    stream.send([Buffer.concat([header(small, 4, 0), imageLeader(small), Buffer.alloc(8), pixels(3, 32)])]);
    expect(stream.got.map(({ data }) => data.length)).toEqual([2_066, 777, 32]);
    expect(stream.got[0]?.data.equals(chunk)).toBe(true);
    expect(stream.got[1]?.data.equals(pixels(2, 777))).toBe(true);
    expect(stream.got[2]?.data.equals(pixels(3, 32))).toBe(true);
  });

  it('takes the picture out of a frame in parts', () => {
    const stream = receiver();
    const frame = shape(1, { extended: true });
    const leader = Buffer.alloc(12 + 96);
    leader.writeUInt16BE(10, 2);
    const sizes = [100, 2_050];
    for (const [part, size] of sizes.entries()) {
      const at = 12 + 48 * part;
      leader.writeUInt16BE(part === 0 ? 0x0a : 1, at);
      leader.writeUIntBE(size, at + 2, 6);
      leader.writeUInt32BE(0x01080001, at + 8);
      leader.writeUInt32BE(50, at + 24);
      leader.writeUInt32BE(41, at + 28);
    }
    const packets = [Buffer.concat([header(frame, 1, 0, { parts: 2 }), leader])];
    for (const [part, size] of sizes.entries()) {
      const data = pixels(part, size);
      for (let offset = 0; offset < size; offset += 150) {
        const own = Buffer.alloc(8);
        own[0] = part;
        own.writeUIntBE(offset, 2, 6);
        packets.push(Buffer.concat([header(frame, 7, packets.length), own, data.subarray(offset, offset + 150)]));
      }
    }
    packets.push(Buffer.concat([header(frame, 2, packets.length), Buffer.alloc(8)]));
    stream.send([packets[0], ...packets.slice(1).reverse()]);
    expect(stream.counters()).toMatchObject({ frames: 1, bytes: 2_050 });
    expect(stream.got[0]?.data.equals(pixels(1, 2_050))).toBe(true);
    expect(stream.got[0]).toMatchObject({ width: 50, height: 41 });
  });

  it('accounts for every frame under loss, reordering, duplication and changes of size', () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = seededRandom(seed);
      const stream = receiver({ packetSize: seed % 2 === 0 ? 236 : 0, resend: seed % 3 === 0, count: 9 });
      const extended = seed % 4 === 0;
      const start = extended ? 1 : 65_500;
      const total = 120;
      const line: { readonly at: number; readonly packet: Buffer }[] = [];
      let clock = 0;
      for (let index = 0; index < total; index += 1) {
        const block = extended ? start + index : ((start + index - 1) % 65_535) + 1;
        const size = index > 60 ? { width: 77, height: 13 } : { width: 50, height: 41 };
        const whole = random() < 0.04;
        for (const packet of packetsOf({ block, extended, ...size })) {
          clock += 1;
          if (whole || random() < 0.01) continue;
          line.push({ at: clock + (random() < 0.1 ? random() * 25 : 0), packet });
          if (random() < 0.02) line.push({ at: clock + random() * 40, packet });
        }
      }
      line.sort((a, b) => a.at - b.at);
      const ids = new Set(line.map(({ packet }) => (extended ? packet.readUInt32BE(12) : packet.readUInt16BE(2))));
      for (const { packet } of line) stream.send([packet]);
      stream.pass(200);
      stream.assembler.finish();
      const counters = stream.counters();
      expect(counters.frames + dropped(counters), `seed ${seed}`).toBe(ids.size);
      expect(counters.frames, `seed ${seed}`).toBeGreaterThan(70);
      expect(new Set(stream.blocks()).size, `seed ${seed}`).toBe(counters.frames);
      expect(counters).toMatchObject({ inFlight: 0, frames: stream.got.length });
      expect(stream.buffers.away).toBe(0);
      expectPictures(stream.got);
      const order = line.map(({ packet }) => (extended ? packet.readUInt32BE(12) : packet.readUInt16BE(2)));
      const place = (block: number): number => (extended ? block - start : (block - start + 65_535) % 65_535);
      const span = Math.max(...order.map(place)) - Math.min(...order.map(place)) + 1;
      expect(counters.frames + dropped(counters) + counters.missed, `seed ${seed}`).toBe(span);
    }
  });
});
