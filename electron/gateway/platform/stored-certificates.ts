/** What the operating system's store of certificates holds, unread: PEM or DER, each file or entry as it is. */
export type StoredCertificates = {
  /** Where they come from, within a sentence; null where this PC has no such store. */
  readonly place: string | null;
  /** Trusted. */
  readonly authorities: readonly Uint8Array[];
  /** Trusted only as far as an authority is that issued them. */
  readonly intermediates: readonly Uint8Array[];
  /** Those that this PC's administrator distrusts, whoever issued them. */
  readonly distrusted: readonly Uint8Array[];
  /** Files of it that can't be read. */
  readonly unreadable?: number;
  /** What keeps a part of it from being read, while the rest counts. */
  readonly fault?: string | null;
};

export type SystemCertificates = {
  /** Throws what the system throws. */
  readonly read: () => StoredCertificates;
  /** Changes with the store, where that can be told without reading it: cheap, asked before each connection. */
  readonly stamp: () => string;
};
