/** What the reading thread is asked, and what it answers. */

export type ReadJob = {
  readonly id: number;
  readonly path: string;
  /** Of the file, bytes. */
  readonly length: number;
  /** Where its content is to lie; it comes back with the answer. Null: only the hash is wanted. */
  readonly into: { readonly buffer: ArrayBuffer; readonly offset: number } | null;
};

/** What the file system says of a file while it is open, after it was read: as `fs.Stats`. */
export type ReadFacts = {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
};

export type ReadReply = {
  readonly id: number;
  readonly buffer: ArrayBuffer | null;
  readonly outcome: /** SHA-256 in lower-case hex; empty where the file has another length. */
    | { readonly kind: 'read'; readonly sha256: string; readonly facts: ReadFacts }
    | { readonly kind: 'failed'; readonly code: string; readonly message: string };
};
