/** What the reading thread is asked, and what it answers. */

export type ReadJob = {
  readonly id: number;
  readonly path: string;
  /** Of the file, bytes. */
  readonly length: number;
  /** Where its content is to lie; it comes back with the answer. Null: only the hash is wanted. */
  readonly into: { readonly buffer: ArrayBuffer; readonly offset: number } | null;
};

/** To be read whole, where it has at most so many bytes; with where it lies, links resolved. */
export type ReadSmallJob = { readonly id: number; readonly path: string; readonly mostBytes: number };

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

export type SmallFile =
  | {
      readonly kind: 'read';
      readonly bytes: Uint8Array;
      /** As it was before and after it was read. */
      readonly facts: ReadFacts;
      readonly isUnchanged: boolean;
      /** Where it lies, links resolved; null where the system does not tell it of an open file. */
      readonly place: string | null;
    }
  /** No ordinary file (a folder, a pipe), or one that is larger. */
  | { readonly kind: 'other'; readonly isFile: boolean; readonly size: number }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

export type ReadSmallReply = { readonly id: number; readonly small: SmallFile };
