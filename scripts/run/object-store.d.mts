export type ObjectStore = {
  readonly endpoint: string;
  readonly bucket: string;
  /** Holds the objects. */
  readonly directory: string;
  /** Tells the demo where it is, and its key. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
};

export function openObjectStore(): Promise<ObjectStore>;
