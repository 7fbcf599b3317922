import type { Encoded } from './frame-line.ts';

/** What a camera's thread and those that make its pictures say to each other. */

export type ToLane = {
  readonly id: number;
  readonly frame: VideoFrame;
  /** Of the file: `image/jpeg`. */
  readonly type: string;
  /** 0–1. */
  readonly quality: number;
};

export type FromLane =
  | { readonly id: number; readonly encoded: Encoded }
  | { readonly id: number; readonly failed: string };
