/** What goes between the benchmark, Electron's main process and the core in it or beside it. */

export type StreamPlace = {
  readonly hostAddress: string;
  readonly cameraAddress: string;
  /** The product's own script of a stream's thread. */
  readonly workerPath: string;
  readonly packetSize: number;
};

export type ToCore =
  | { readonly type: 'call'; readonly id: number; readonly text: string }
  | { readonly type: 'picture'; readonly id: number; readonly picture: ArrayBuffer }
  | ({ readonly type: 'receive' } & StreamPlace)
  | { readonly type: 'rest' }
  | { readonly type: 'usage' };

export type FromCore =
  | { readonly type: 'ready' }
  | { readonly type: 'answer'; readonly id: number }
  | { readonly type: 'seen'; readonly id: number; readonly picture: ArrayBuffer | null }
  | { readonly type: 'receiving'; readonly port: number }
  | { readonly type: 'received'; readonly frames: number }
  | { readonly type: 'usage'; readonly cpu: NodeJS.CpuUsage };

export type Kind = 'thread' | 'process';

/** Megabytes (2²⁰) and milliseconds. */
export type Quiet = {
  readonly startMilliseconds: number;
  readonly callMedian: number;
  readonly callP99: number;
  /** Of all processes, more than before the core was there; proportional: what is shared is counted once. */
  readonly residentMegabytes: number;
  readonly proportionalMegabytes: number;
};

/** `due`: one for which no buffer was free was not sent. `lateP99`: from its sending to the word that it was seen. */
export type Pictures = {
  readonly due: number;
  readonly seen: number;
  readonly cpuSeconds: number;
  readonly lateP99: number;
};
export type Received = { readonly frames: number; readonly cpuSeconds: number };
