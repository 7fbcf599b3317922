import { parentPort } from 'node:worker_threads';
import { type Soundness, soundnessOf } from './integrity.ts';

/** Reads a whole copy of the database in a thread of its own: minutes, of a large one. */

export type CheckJob = { readonly id: number; readonly path: string; readonly nativeBinding: string | undefined };
export type CheckReply = { readonly id: number; readonly soundness: Soundness };

parentPort?.on('message', ({ id, path, nativeBinding }: CheckJob) => {
  parentPort?.postMessage({ id, soundness: soundnessOf(path, nativeBinding) } satisfies CheckReply);
});
