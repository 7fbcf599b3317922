/** Scripts of the threads that the gateway starts. */
export type WorkerPaths = {
  readonly decode: string;
  readonly payload: string;
  readonly encode: string;
  readonly stream: string;
};
