import type { PictureFormat } from '../model/image.ts';

/** What the gateway and its decode workers say to each other. */
export type CheckRequest = {
  readonly kind: 'check';
  readonly path: string;
  readonly format: PictureFormat;
  /** Where the preview goes; written under a temporary name first. */
  readonly previewPath: string;
};

export type CheckReply =
  | { readonly kind: 'sound' }
  | { readonly kind: 'damaged'; readonly detail: string }
  /** The picture could not be looked at for a reason that lies with us: memory, a missing file. */
  | { readonly kind: 'uncheckable'; readonly detail: string };

export type SignatureRequest = {
  readonly kind: 'signature';
  readonly bytes: Uint8Array;
  readonly format: PictureFormat;
};

/** The mean of each block of a picture, for each of its channels; see `signature.ts`. */
export type Signature = {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** 0–255, row by row, the channels of a block together. */
  readonly means: Float32Array;
};

export type SignatureReply =
  | { readonly kind: 'signature'; readonly signature: Signature }
  | { readonly kind: 'uncheckable'; readonly detail: string };

export type DecodeRequest = { readonly id: number } & (CheckRequest | SignatureRequest);
export type DecodeReply = { readonly id: number } & (CheckReply | SignatureReply);

/** `inBackground`: everything else on this PC goes first. */
export type DecodeWorkerData = { readonly inBackground: boolean };
