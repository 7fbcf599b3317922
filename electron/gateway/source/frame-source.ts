export type SourceState = 'starting' | 'scanning' | 'watching' | 'missing' | 'blocked' | 'failed';

export type SourceStatus = {
  readonly state: SourceState;
  readonly text: string;
  readonly hint: string;
  /** Files seen and not yet quiet and complete. */
  readonly settling: number;
  readonly unclaimedSidecars: number;
  /** True once a full scan has been made and nothing it found is waiting. */
  readonly drained: boolean;
  readonly polling: boolean;
};

export type FrameSource = {
  readonly id: string;
  readonly start: () => void;
  /** Stops watching and waits for offers under way. */
  readonly stop: () => Promise<void>;
  readonly status: () => SourceStatus;
  /** Looks at one file again now, although it was refused before. */
  readonly recheck: (path: string) => void;
};
