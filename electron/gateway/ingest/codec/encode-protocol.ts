import type { Message } from '../../../../shared/messages/message.ts';
import type { EncodeConfig } from '../../../../shared/source-config.ts';
import type { EncodedPicture, RawPicture } from '../../model/frame.ts';
import type { PictureFormat } from '../../model/image.ts';

/** What the gateway and its encode workers say to each other. Pictures and files are transferred, not copied. */
export type EncodeRequest = {
  readonly kind: 'encode';
  readonly picture: RawPicture;
  readonly form: EncodeConfig;
};

/** A picture to be shown. */
export type LiveFrameRequest = {
  readonly kind: 'live-frame';
  readonly picture: RawPicture | EncodedPicture;
  /** Pixels of its longer edge, at most. */
  readonly maxEdge: number;
};

export type Refused = { readonly kind: 'refused'; readonly message: Message };
/** The worker could not do it for a reason that lies with us: memory, time, a worker that ended. */
export type Failed = { readonly kind: 'failed'; readonly detail: string };

export type EncodeReply =
  | {
      readonly kind: 'encoded';
      readonly format: PictureFormat;
      readonly bytes: Uint8Array;
      /** Lower-case hex. */
      readonly sha256: string;
    }
  | Refused
  | Failed;

export type LiveFrameReply =
  | {
      readonly kind: 'live-frame';
      readonly jpeg: Uint8Array;
      /** Of the frame itself. */
      readonly width: number;
      readonly height: number;
      /** As `liveFrameSchema` has them. */
      readonly focus: number;
      readonly histogram: number[];
      readonly overexposed: number;
      readonly underexposed: number;
    }
  | Refused
  | Failed;

export type WorkRequest = { readonly id: number } & (EncodeRequest | LiveFrameRequest);
/** `spare`: the request's memory, to be used again. */
export type WorkReply = { readonly id: number; readonly spare: ArrayBuffer } & (EncodeReply | LiveFrameReply);
