/** What the store remembers of one file of a watched folder. */
export type RememberedFile = {
  /** Relative to the source's folder. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** Its image's number; null for what is no image, a label for instance. */
  readonly seq: number | null;
  /** Since when it is known to be gone from the folder, wall clock; null: it lay there when it was last looked for. */
  readonly goneAt: number | null;
  /** Its image has left the list, or it never had one. */
  readonly isOver: boolean;
};

/** A disk or share that a watched folder consists of: the folder itself, and what is mounted below it. */
export type FolderPlace = {
  /** Relative to the source's folder; empty for the folder itself. */
  readonly path: string;
  /** Another one at the same path is another disk, or none. */
  readonly identity: string;
  /** The last image at the time of the last look: files of images up to it lay there, or were gone, in this identity. */
  readonly throughSeq: number;
  /** Files of images up to this one may lie in another identity, which is away: that they are not here means nothing. */
  readonly judgedFrom: number;
};

/** What is remembered of the files of one source, for whoever looks which of them are gone. */
export type FileMemory = {
  /** In the order of their paths. */
  readonly page: (after: string, limit: number) => readonly RememberedFile[];
  /** Number of the newest image. */
  readonly lastSeq: () => number;
  readonly gone: (paths: readonly string[], at: number) => void;
  readonly thereAgain: (paths: readonly string[]) => void;
  /** Of those that are over, and still gone since then. Returns how many. */
  readonly forget: (files: readonly RememberedFile[]) => number;
  readonly places: () => readonly FolderPlace[];
  readonly keepPlaces: (places: readonly FolderPlace[]) => void;
};
