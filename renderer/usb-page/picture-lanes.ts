import type { Encoded, Held } from './frame-line.ts';
import type { FromLane, ToLane } from './lane-messages.ts';

type Waiting = { readonly resolve: (encoded: Encoded) => void; readonly reject: (error: Error) => void };
type Lane = { readonly worker: Worker; readonly waiting: Map<number, Waiting> };

/** Nothing takes so long; what the browser does not answer, it never will. */
const patienceMilliseconds = 10_000;

/** One processor alone does not make pictures of 1080p as fast as a camera takes them. */
export const laneCount = (processors: number): number => Math.max(1, Math.min(3, processors));

/** Threads that make pictures of one camera's frames; each frame goes to the one that has the least to do. */
export class PictureLanes {
  readonly #lanes: readonly Lane[];
  readonly #type: string;
  readonly #quality: number;
  readonly #onBroken: (technical: string) => void;
  #nextId = 1;

  /**
   * `type`: of the files, `image/jpeg`; `quality`: 0–1. `onBroken`: a thread makes no pictures any more, in technical
   * words; the camera has to be opened again.
   */
  constructor(count: number, type: string, quality: number, onBroken: (technical: string) => void) {
    this.#type = type;
    this.#quality = quality;
    this.#onBroken = onBroken;
    this.#lanes = Array.from({ length: count }, () => openLane(onBroken));
  }

  /** The frame is the lane's from now on. */
  hold(frame: VideoFrame): Held {
    const id = this.#nextId++;
    const lane = this.#lanes.reduce((least, one) => (one.waiting.size < least.waiting.size ? one : least));
    lane.worker.postMessage({ id, frame, type: this.#type, quality: this.#quality } satisfies ToLane, [frame]);
    const encoded = new Promise<Encoded>((resolve, reject) => lane.waiting.set(id, { resolve, reject }));
    const late = setTimeout(() => {
      const technical = 'a picture was not made in time';
      this.#onBroken(technical);
      // Those behind it leave in their order.
      lane.waiting.get(id)?.reject(new Error(technical));
      lane.waiting.delete(id);
    }, patienceMilliseconds);
    // Whoever waits for it is told.
    void encoded.catch(() => undefined).finally(() => clearTimeout(late));
    return { encode: () => encoded };
  }
}

function openLane(onBroken: (technical: string) => void): Lane {
  const worker = new Worker(new URL('./picture-worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, Waiting>();
  worker.addEventListener('message', ({ data }: MessageEvent<FromLane>) => {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if ('encoded' in data) asked?.resolve(data.encoded);
    else asked?.reject(new Error(data.failed));
  });
  worker.addEventListener('error', ({ message }) => {
    onBroken(message);
    for (const { reject } of waiting.values()) reject(new Error(message));
    waiting.clear();
  });
  return { worker, waiting };
}
