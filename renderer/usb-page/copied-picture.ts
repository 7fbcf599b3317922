/** A frame's picture, the frame itself being free again. */
export type Copied = {
  readonly width: number;
  readonly height: number;
  /** Once only. Resolves when the next one may be encoded; the file may still be on its way then. */
  readonly encode: () => Promise<{ readonly file: Promise<ArrayBuffer> }>;
};
