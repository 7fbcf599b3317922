import type { Message } from '../../../shared/messages/message.ts';
import type { FileVersion } from './file-version.ts';
import type { LossCause } from './ways-to-lose.ts';

/**
 * A source finds frames and offers them to the sink; the sink says what became of them. A source never touches an
 * original before the sink has answered `stored`, `known`, `gated` or `matched`, which it does only after the commit (invariant 2).
 */
export type FileOffer = {
  readonly file: FileVersion;
  readonly absolutePath: string;
  /** How long the file has not changed, milliseconds. */
  readonly quietMilliseconds: number;
  /** The content of this very version, where it was read already. */
  readonly bytes?: Buffer | undefined;
  /** `bytes` are all that is left: the file is gone, or another one has its name. */
  readonly isCopy?: boolean;
};

/** What an early look at a new version found. */
export type EarlyLook = {
  /** Whether it is a whole picture, as far as the look tells; null: it could not be looked at. */
  readonly whole: boolean | null;
  /** Its content, where it was read; null where it is too large for that, or was no whole picture. */
  readonly bytes: Buffer | null;
};

export type Verdict =
  /** An image is in the outbox: deal with the original now. `label`: its sidecar, which was dealt with together with it. */
  | { readonly kind: 'stored'; readonly label?: string | undefined }
  /** A near-duplicate of a stored frame: counted and not stored. Deal with the original as with that of a stored one. */
  | { readonly kind: 'gated'; readonly label?: string | undefined }
  /** A picture that was taken under another name or time: noted, not stored again. Deal with the original now. */
  | { readonly kind: 'known' }
  /** A sidecar that belongs to a stored image: deal with the original now. */
  | { readonly kind: 'matched' }
  /** A file that other files need (a class list, a sidecar of many pictures): leave it where it is. */
  | { readonly kind: 'shared' }
  /** Listed with its reason; offer it again only when it has changed. */
  | { readonly kind: 'refused' }
  /** Offer it again after that time. `unmatched`: a sidecar whose picture is not there. */
  | {
      readonly kind: 'not-yet';
      readonly why: 'incomplete' | 'sidecar' | 'changed' | 'busy' | 'unmatched';
      readonly milliseconds: number;
    }
  /** The gateway takes no new frames now; offer everything again later. */
  | { readonly kind: 'no-room'; readonly message: Message };

/** Why a file is not taken. `notice`: it costs no picture. */
export type Reason = { readonly severity: 'refused' | 'notice'; readonly message: Message };

export type FileStatus = 'new' | 'stored' | 'finished' | 'refused' | 'listed';

/** Of a file whose picture the store has. */
export type StoredOriginal = {
  /** Where it lay, relative. */
  readonly path: string;
  /** It lies there now, for another one has its name: it is known, and not taken again. Resolves once that is durable. */
  readonly movedTo: (file: FileVersion) => Promise<void>;
};

/** Where a watched folder's files go. */
export type FileSink = {
  readonly offer: (offer: FileOffer) => Promise<Verdict>;
};

/** What the store knows of a folder's files, and is to know. */
export type FileRegistry = {
  readonly status: (file: FileVersion) => FileStatus;
  /** The original was archived, deleted, or is to be kept: nothing more to do about it. */
  readonly finish: (path: string) => void;
  /**
   * Whether the store has what lies at `absolutePath`, told by its content; null where it has not. `original`: where it
   * lay, relative; null where nobody knows. Rejects where the file can't be read.
   */
  readonly storedAs: (
    absolutePath: string,
    file: FileVersion,
    original: string | null,
  ) => Promise<StoredOriginal | null>;
  /** A picture whose file was complete is gone, and was never taken. */
  readonly lose: (path: string, cause: LossCause) => void;
  /** Lists a file that can't even be offered. */
  readonly refuse: (file: FileVersion, reason: Reason) => void;
  /** Files that were refused and still listed; the source says which are gone. */
  readonly refusedPaths: () => readonly string[];
  readonly forgetRefusal: (path: string) => void;
};

/** What is told of a folder's files before they are offered: neither the store nor an offer has to do with it. */
export type FileReading = {
  /** Whether the folder lies on a network share, where each answer may take long; to be told before the first offer. */
  readonly liesOnShare: (isShare: boolean) => void;
  /** Looks at a version that is not quiet yet; `mayRead`: as a whole. Never rejects. */
  readonly lookEarly: (absolutePath: string, file: FileVersion, mayRead: boolean) => Promise<EarlyLook>;
  /** Files of such a name come after the others: most of them are dealt with together with their picture. */
  readonly comesAfter: (path: string) => boolean;
};
