/** A frame's picture, the frame itself being free again. One of both is called, once. */
export type Copied = {
  readonly width: number;
  readonly height: number;
  /** Resolves when the next one may be encoded; the file may still be on its way then. */
  readonly encode: () => Promise<{ readonly file: Promise<ArrayBuffer> }>;
  readonly discard: () => void;
};
