import {
  type AssemblerOptions,
  FrameAssembler,
  type ResendRequest,
} from '../../../../../../electron/gateway/source/gige/gvsp/frame-assembler.ts';
import { FrameBuffers } from '../../../../../../electron/gateway/source/gige/gvsp/frame-buffers.ts';

export type Got = {
  readonly block: number;
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly surplusBytes: number;
};

/** An assembler, what it handed over, and a clock of its own. */
export function receiver(
  options: Partial<AssemblerOptions> & { count?: number; maxBytes?: number; keep?: boolean } = {},
) {
  const buffers = new FrameBuffers(options.count ?? 12, options.maxBytes ?? 1_000_000);
  const got: Got[] = [];
  const requests: ResendRequest[] = [];
  const assembler = new FrameAssembler(
    { buffers, framesInFlight: 8, retentionMilliseconds: 100, packetSize: 0, resend: false, ...options },
    {
      onFrame: ({ block, leader, buffer, bytes, surplusBytes }) => {
        const { width, height } = leader;
        got.push({ block, width, height, surplusBytes, data: Buffer.from(new Uint8Array(buffer, 0, bytes)) });
        if (options.keep !== true) buffers.giveBack(buffer);
      },
      onResend: (request) => requests.push(request),
    },
  );
  let now = 0;
  return {
    assembler,
    buffers,
    got,
    requests,
    send: (packets: readonly (Buffer | undefined)[]) => {
      for (const packet of packets) if (packet !== undefined) assembler.take(packet, now);
    },
    pass: (milliseconds: number) => {
      for (let step = 0; step < milliseconds; step += 5) {
        now += 5;
        assembler.tick(now);
      }
    },
    counters: () => assembler.counters(),
    blocks: () => got.map(({ block }) => block),
  };
}
