import type { ConvertedFormat, Orientation } from '../../../../shared/picture.ts';
import type { PictureFormat } from '../../model/image.ts';

/** What the gateway and its decode workers say to each other. */
export type CheckRequest = {
  readonly kind: 'check';
  readonly path: string;
  readonly format: PictureFormat;
  /** How the picture is to be turned for its preview. */
  readonly orientation: Orientation;
  /** Where the preview goes; written under a temporary name first. */
  readonly previewPath: string;
};

/** The picture could not be looked at for a reason that lies with us: memory, a missing file, a format nobody shows. */
export type Uncheckable = { readonly kind: 'uncheckable'; readonly detail: string };

/** `detail` is never empty. */
export type CheckReply =
  | { readonly kind: 'sound' }
  | { readonly kind: 'damaged'; readonly detail: string }
  | Uncheckable;

export type SignatureRequest = {
  readonly kind: 'signature';
  readonly bytes: Uint8Array;
  readonly format: PictureFormat;
};

/** The mean of each block of a picture, for each of its channels; see `block-signature.ts`. */
export type Signature = {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** 0–255, row by row, the channels of a block together. */
  readonly means: Float32Array;
};

export type SignatureReply = { readonly kind: 'signature'; readonly signature: Signature } | Uncheckable;

/** Is the whole picture in a file whose structure is not in order? `bytes` are given away. */
export type JudgeRequest = {
  readonly kind: 'judge';
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly format: PictureFormat;
};

export type JudgeReply =
  | { readonly kind: 'whole'; readonly width: number; readonly height: number }
  /** A part of the picture is missing or damaged: `detail` says which, in a sentence. */
  | { readonly kind: 'partial'; readonly detail: string }
  | Uncheckable;

/** The first picture of a file as a PNG, without loss, upright. `bytes` are given away. */
export type ConvertRequest = {
  readonly kind: 'convert';
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly format: ConvertedFormat;
  readonly orientation: Orientation;
};

export type ConvertReply =
  | {
      readonly kind: 'converted';
      readonly png: Uint8Array;
      readonly width: number;
      readonly height: number;
      /** What was left out, in sentences. */
      readonly notes: readonly string[];
    }
  /** The picture is damaged, as far as the decoder sees. */
  | { readonly kind: 'damaged'; readonly detail: string }
  /** No PNG can hold it without loss, or nobody here reads it; `hint` says what to do. */
  | { readonly kind: 'unsupported'; readonly detail: string; readonly hint: string }
  | Uncheckable;

export type DecodeJob = CheckRequest | SignatureRequest | JudgeRequest | ConvertRequest;
export type DecodeAnswer = CheckReply | SignatureReply | JudgeReply | ConvertReply;
export type DecodeRequest = { readonly id: number } & DecodeJob;
/** `isSpent`: the worker holds more memory than one should; it is to be replaced. */
export type DecodeReply = { readonly id: number; readonly isSpent: boolean } & DecodeAnswer;

/** `inBackground`: everything else on this PC goes first. */
export type DecodeWorkerData = { readonly inBackground: boolean };
