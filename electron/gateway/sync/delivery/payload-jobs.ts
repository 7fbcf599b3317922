/** What the reading thread is asked, and what it answers. */

export type ReadJob = {
  readonly id: number;
  readonly path: string;
  /** Of the payload, bytes. */
  readonly length: number;
  /** Where the payload is to lie; it comes back with the answer. Null: only the hash is wanted. */
  readonly into: { readonly buffer: ArrayBuffer; readonly offset: number } | null;
};

export type ReadReply = {
  readonly id: number;
  readonly buffer: ArrayBuffer | null;
  readonly outcome: /** SHA-256 in lower-case hex; empty where the file has another length. */
    | { readonly kind: 'read'; readonly sha256: string }
    | { readonly kind: 'failed'; readonly code: string; readonly message: string };
};
