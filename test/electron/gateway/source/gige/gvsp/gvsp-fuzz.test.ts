import { describe, expect, it } from 'vitest';
import { readChunks } from '../../../../../../electron/gateway/source/gige/gige-picture.ts';
import { FrameAssembler } from '../../../../../../electron/gateway/source/gige/gvsp/frame-assembler.ts';
import { FrameBuffers } from '../../../../../../electron/gateway/source/gige/gvsp/frame-buffers.ts';
import { seededRandom } from '../../../../../../electron/simulators/camera/faults.ts';
import { packetsOf } from './gvsp-frames.ts';

/** `ACUSIGHT_FUZZ=1000000` for the long run. */
const packets = Number(process.env['ACUSIGHT_FUZZ'] ?? '100000');

describe('a stream of hostile packets', () => {
  it(`survives ${packets} of them, bounded and accounted for`, { timeout: 590_000 }, () => {
    const random = seededRandom(4_711);
    const below = (limit: number): number => Math.floor(random() * limit);
    const maxBytes = 300_000;
    const buffers = new FrameBuffers(6, maxBytes);
    let frames = 0;
    let requests = 0;
    const assembler = new FrameAssembler(
      { buffers, framesInFlight: 8, retentionMilliseconds: 100, packetSize: 0, resend: true },
      {
        onFrame: ({ buffer, bytes, leader }) => {
          frames += 1;
          expect(bytes).toBeGreaterThan(0);
          expect(bytes).toBeLessThanOrEqual(buffer.byteLength);
          expect(buffer.byteLength).toBeLessThanOrEqual(maxBytes);
          expect(bytes).toBeGreaterThanOrEqual(leader.leastBytes);
          readChunks(new Uint8Array(buffer, 0, bytes), leader.leastBytes);
          buffers.giveBack(buffer);
        },
        onResend: ({ ranges }) => {
          for (const { first, last } of ranges) expect(last).toBeGreaterThanOrEqual(first);
          requests += 1;
        },
      },
    );
    const settled = (): number => {
      const { frames: whole, drops } = assembler.counters();
      return whole + Object.values(drops).reduce((sum, count) => sum + count, 0);
    };
    let now = 0;
    let sent = 0;
    let block = 65_000;
    while (sent < packets) {
      block = random() < 0.01 ? below(65_536) : (block % 65_535) + 1;
      const extended = random() < 0.2;
      const shape = { block, extended, width: 1 + below(60), height: 1 + below(60), packetSize: 120 + below(300) };
      const types = [1, 1, 1, 2, 4, 5, 6, 10, 0x4001, below(65_536)];
      for (const packet of packetsOf({ ...shape, payloadType: types[below(types.length)] ?? 1 })) {
        sent += 1;
        now += random() * 0.4;
        const kind = random();
        if (kind < 0.03) continue;
        if (kind < 0.08) for (let count = 1 + below(4); count > 0; count -= 1) packet[below(24)] = below(256);
        else if (kind < 0.1) assembler.take(packet.subarray(0, below(packet.length)), now);
        else if (kind < 0.12) assembler.take(Buffer.from(Array.from({ length: below(60) }, () => below(256))), now);
        else if (kind < 0.13) packet.writeUInt16BE([0x800c, 0x8011, 0x8012, 0x8fff, 0x0100][below(5)] ?? 0, 0);
        assembler.take(packet, now);
      }
      if (random() < 0.3) assembler.tick(now);
      if (random() < 0.001) assembler.restart();
      const { inFlight } = assembler.counters();
      expect(inFlight).toBeLessThanOrEqual(8);
      expect(buffers.away).toBeLessThanOrEqual(6);
    }
    assembler.finish();
    expect(assembler.counters()).toMatchObject({ inFlight: 0, frames });
    expect(buffers.away).toBe(0);
    expect(settled()).toBeGreaterThan(frames);
    expect(frames).toBeGreaterThan(packets / 2_000);
    expect(requests).toBeGreaterThan(0);
    expect(assembler.counters().missed).toBeGreaterThan(0);
  });
});
