import type { Feature, FeatureValue, FrameFacts } from '../../../../shared/camera.ts';
import type { Message } from '../../../../shared/messages/message.ts';
import type { EncodedPicture, RawPicture } from '../../model/frame.ts';
import { outlineOf } from '../../platform/errors.ts';

/**
 * The port that every camera is driven through: GigE Vision, USB, and what comes later. A device opens sessions; a
 * session is one connection to the camera, and ends for good when it is lost. The supervisor opens the next.
 */
export type CameraDevice = {
  /** Finds the camera and takes control of it. Rejects with a `CameraError`. */
  readonly connect: (signal: AbortSignal) => Promise<CameraSession>;
  /** Address of the camera that we control or are taking control of; null while we have none. For those on a network. */
  readonly holds?: () => string | null;
};

/** How the camera is to take pictures. `software`: one for each call of `softwareTrigger`. */
export type Acquisition =
  | { readonly kind: 'free-run' }
  | { readonly kind: 'software' }
  /** `line`: the camera's name for the input, `Line1`; `activation`: `RisingEdge`, `FallingEdge` … */
  | { readonly kind: 'hardware'; readonly line: string; readonly activation: string };

export type CameraInfo = {
  readonly vendor: string;
  readonly model: string;
  readonly serial: string;
  /** What people called it in the camera; empty where they did not. */
  readonly userName: string;
  /** IP address, or the system's id of a USB device. */
  readonly address: string;
};

/** A whole frame. Its data is the receiver's until it calls `release`; for ever, where there is none. */
export type DeviceFrame = {
  readonly picture: RawPicture | EncodedPicture;
  readonly facts: Pick<FrameFacts, 'frameNumber' | 'exposureMicroseconds' | 'cameraTimeNanoseconds'>;
  readonly capturedAt: number;
  readonly capturedFrom: 'camera' | 'arrival';
  /** Nobody reads the data any more, or it was transferred away: its memory may be used again. Later calls do nothing. */
  readonly release?: () => void;
};

/** Since the session began. Every frame that the camera announced is in `frames` or in one of `drops`. */
export type StreamCounters = {
  readonly frames: number;
  readonly bytes: number;
  /** Frames that were not handed over, by cause: `incomplete`, `overrun`, `oversize`, `no-buffer`, `aborted` … */
  readonly drops: Readonly<Record<string, number>>;
  readonly packets: number;
  readonly resendsAsked: number;
  readonly resendsGot: number;
  /** From the frame's first packet to the frame handed over, milliseconds; null before the first. */
  readonly latencyMilliseconds: number | null;
};

/** Something about the pictures of a session that the person at the line should know. */
export type CameraNote = {
  /** Of a kind: each is said once a session. */
  readonly about: string;
  readonly message: Message;
  /** Pictures are lost by it, and will be until the camera is set otherwise. They are counted in `drops`. */
  readonly isLoss: boolean;
};

export type SessionEvents = {
  readonly onFrame: (frame: DeviceFrame) => void;
  /** May be called for each picture that it is about. */
  readonly onNote?: (note: CameraNote) => void;
  /** The session is over: unplugged, power-cycled, another controller, no heartbeat, no pictures. Called once at most. */
  readonly onLost: (error: CameraError) => void;
};

export type CameraSession = {
  readonly info: CameraInfo;
  /**
   * Begins to take pictures. Rejects with a `CameraError`; with `setting-refused` where the camera can't be triggered
   * like that, after which another `start` may follow.
   */
  readonly start: (acquisition: Acquisition, events: SessionEvents) => Promise<void>;
  /**
   * Stops the pictures and keeps the camera; another `start` may follow. Pictures that it took by then come before it
   * resolves. Never rejects. Where a device has no such thing, the session is closed and the next one opened.
   */
  readonly stop?: () => Promise<void>;
  readonly softwareTrigger: () => Promise<void>;
  /** Null where the device has no settings to be read or written. */
  readonly features: CameraFeatures | null;
  /** Over all its acquisitions; still right after `close`. */
  readonly counters: () => StreamCounters;
  /** Stops the pictures, as `stop` does, and lets the camera go. Never rejects; later calls do nothing. */
  readonly close: () => Promise<void>;
};

export type CameraFeatures = {
  /** All of them, category by category, with their values now. */
  readonly list: () => Promise<readonly Feature[]>;
  /** Rejects with an `OperatorError` that names the range or the access mode that was overstepped. */
  readonly set: (name: string, value: FeatureValue) => Promise<void>;
  readonly execute: (name: string) => Promise<void>;
};

/** What stands between us and the camera's pictures: each has its own words and its own state in the window. */
export const cameraTroubles = [
  /** Nobody answers under this address, serial number or name. */
  'missing',
  /** It answers, but its address is of another network. */
  'unreachable',
  /** Another program controls it. */
  'taken',
  /** It was there and is gone: unplugged, switched off, cable. */
  'lost',
  /** Control works, but no pictures arrive: a firewall, a filter of the network card, packets too large. */
  'silent',
  /** A setting was refused by the camera. */
  'setting-refused',
  /** The operating system or the user denied it. */
  'denied',
  'failed',
] as const;
export type CameraTrouble = (typeof cameraTroubles)[number];

export class CameraError extends Error {
  readonly trouble: CameraTrouble;
  /** What happened and what to check or do, for the person at the line. */
  readonly said: Message;
  readonly technical: string;

  constructor(trouble: CameraTrouble, said: Message, technical = '', options?: ErrorOptions) {
    super(outlineOf(said), options);
    this.name = 'CameraError';
    this.trouble = trouble;
    this.said = said;
    this.technical = technical;
  }
}
