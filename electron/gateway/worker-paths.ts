/** Scripts of the threads that the gateway starts. */
export type WorkerPaths = {
  readonly decode: string;
  /** Reads and hashes files: stored pictures, and those of folders. */
  readonly reading: string;
  readonly encode: string;
  readonly stream: string;
};
