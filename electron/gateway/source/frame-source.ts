import type { SourceSnapshot, SourceWarning } from '../../../shared/snapshot.ts';

export type { SourceWarning };
export type SourceState = SourceSnapshot['state'];

export type SourceStatus = {
  readonly state: SourceState;
  readonly text: string;
  readonly hint: string;
  /** Files seen and not yet quiet and complete; of a camera, frames on their way into the store. */
  readonly settling: number;
  readonly unclaimedSidecars: number;
  /** True once a full scan has been made and nothing it found is waiting; of a camera, once it has stored its number of frames. */
  readonly drained: boolean;
  readonly polling: boolean;
  /** What a person should see to although pictures are collected; a camera has none. */
  readonly warnings?: readonly SourceWarning[];
};

export type FrameSource = {
  readonly id: string;
  readonly start: () => void;
  /** Stops watching and waits for offers under way. */
  readonly stop: () => Promise<void>;
  readonly status: () => SourceStatus;
  /** The paths of sidecars that wait for their picture, at most `limit`; a camera has none. */
  readonly unclaimedSidecars: (limit: number) => readonly string[];
  /** Looks at one file again now, although it was refused before; a camera has none. */
  readonly recheck: (path: string) => void;
};
