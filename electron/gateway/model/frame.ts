import type { FrameFacts } from '../../../shared/camera.ts';
import type { Message } from '../../../shared/messages/message.ts';
import type { PictureFormat } from './image.ts';

/** Pixels as a camera sent them. */
export type RawPicture = {
  readonly kind: 'raw';
  /** PFNC code (Pixel Format Naming Convention), for example 0x01080001 for Mono8. */
  readonly pixelFormat: number;
  readonly width: number;
  readonly height: number;
  /** Bytes between the end of one line and the beginning of the next; packed formats have none. */
  readonly linePadding: number;
  /** Pixels of more than 8 bits are most significant byte first. */
  readonly bigEndian: boolean;
  readonly data: Uint8Array;
};

/** A file that the camera, or the browser before us, made. */
export type EncodedPicture = {
  readonly kind: 'encoded';
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
};

export type CameraFrame = {
  readonly picture: RawPicture | EncodedPicture;
  readonly facts: FrameFacts;
  /** Milliseconds since the epoch. */
  readonly capturedAt: number;
  /** `camera`: from the camera's clock, mapped to this PC's. `arrival`: when its first packet came. */
  readonly capturedFrom: 'camera' | 'arrival';
};

/**
 * Only a frame that came by itself may be left out for being like the one before. What a person or an input of the camera
 * asked for is kept, whatever it shows.
 */
export const comesByItself = (trigger: FrameFacts['trigger']): boolean =>
  trigger === 'free-run' || trigger === 'interval';

/** What became of a frame. Only `stored` is safe; the source counts every other, by its kind. */
export type FrameVerdict =
  | { readonly kind: 'stored'; readonly imageId: string }
  /** It came by itself and is a near-duplicate of a stored frame: counted and not stored. */
  | { readonly kind: 'gated' }
  /** It can never be stored: a pixel format that is not known, more pixels than are allowed, a torn JPEG. */
  | { readonly kind: 'refused'; readonly message: Message }
  /** The gateway takes no new frames now: stop the camera until `FrameSink.hasRoom` says so. */
  | { readonly kind: 'no-room'; readonly message: Message }
  /** The disk failed, or the encoder did. */
  | { readonly kind: 'failed'; readonly message: Message };

/** Where a camera's frames go: encode -> filter -> hash -> make durable -> commit. */
export type FrameSink = {
  /**
   * Resolves once the frame is in the outbox, or with why it is not; never rejects. `picture.data` belongs to the sink
   * until then. Frames are judged and stored in the order of their offers.
   */
  readonly offer: (frame: CameraFrame) => Promise<FrameVerdict>;
  /** Would an offer find room now? Cheap enough to be asked every second. */
  readonly hasRoom: () => Promise<{ readonly ok: true } | { readonly ok: false; readonly message: Message }>;
};
