import { parentPort, workerData } from 'node:worker_threads';
import { lowerPriority } from '../../platform/thread-priority.ts';
import { check } from './decode-check.ts';
import { convert } from './decode-convert.ts';
import { judge } from './decode-judge.ts';
import { takeIsSpent } from './decode-load.ts';
import { sign } from './decode-sign.ts';
import type { DecodeAnswer, DecodeReply, DecodeRequest, DecodeWorkerData } from './decoder.ts';
import { loadVips, type VipsModule } from './vips-module.ts';

/**
 * Decodes pictures, away from everything else: libvips compiled to WebAssembly, in a worker thread. A hostile picture can
 * at worst spoil the WebAssembly memory or end this worker, which is then replaced.
 *
 * Why not native code or a hidden window: docs/decisions/0004-previews-in-webassembly.md.
 */

// Before the library starts threads of its own.
if ((workerData as DecodeWorkerData).inBackground) lowerPriority();
const ready = loadVips();

async function answer(vips: VipsModule, request: DecodeRequest): Promise<DecodeAnswer> {
  switch (request.kind) {
    case 'check':
      return check(vips, request);
    case 'signature':
      return sign(vips, request);
    case 'judge':
      return judge(vips, request);
    case 'convert':
      return convert(vips, request);
  }
}

parentPort?.on('message', (request: DecodeRequest) => {
  ready
    .then((vips) => answer(vips, request))
    .then(
      (reply) => {
        // A file that was made goes over without a copy; Node's own pool of memory cannot.
        const made = reply.kind === 'converted' ? reply.png.buffer : null;
        parentPort?.postMessage(
          { id: request.id, isSpent: takeIsSpent(), ...reply } satisfies DecodeReply,
          made instanceof ArrayBuffer ? [made] : [],
        );
      },
      (error: unknown) => {
        // The decoder trapped or never came up: its memory is not to be trusted. Another worker is started.
        setImmediate(() => {
          throw error;
        });
      },
    );
});
