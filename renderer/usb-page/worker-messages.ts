import type { UsbMode, UsbTallies } from '../../shared/usb-camera.ts';
import type { UsbFault } from '../../shared/usb-fault.ts';
import type { LinePicture } from './frame-line.ts';

/** What the page and a camera's own worker say to each other. */

export type ToWorker =
  | {
      readonly type: 'begin';
      readonly frames: ReadableStream<VideoFrame>;
      readonly mode: UsbMode;
      readonly format: 'jpeg' | 'png';
      /** 0–1. */
      readonly quality: number;
      /** How many frames may wait for the encoder. */
      readonly waiting: number;
      /** No frame for so long: something is wrong. */
      readonly silentMilliseconds: number;
    }
  | { readonly type: 'trigger'; readonly request: number }
  | { readonly type: 'taken' }
  | { readonly type: 'tell' }
  | { readonly type: 'end' };

export type FromWorker =
  | { readonly type: 'picture'; readonly picture: LinePicture; readonly tallies: UsbTallies }
  | { readonly type: 'triggered'; readonly request: number; readonly fault: UsbFault | null }
  /** `read`: frames that came out of the camera. */
  | { readonly type: 'told'; readonly tallies: UsbTallies; readonly read: number }
  | { readonly type: 'broken'; readonly fault: UsbFault }
  | { readonly type: 'ended'; readonly tallies: UsbTallies };
