import type { Acquisition, StreamCounters } from '../../../electron/gateway/source/camera/camera-device.ts';
import type { Feature } from '../../../shared/camera.ts';
import type { FromCameraPage, ToCameraPage, UsbSettings } from '../../../shared/usb-camera.ts';

export type ProbeCall =
  | { readonly what: 'find' }
  | {
      readonly what: 'open';
      readonly name: string;
      readonly settings: UsbSettings;
      readonly acquisition: Acquisition;
      readonly everyNth: number;
    }
  | { readonly what: 'state' | 'trigger' | 'close' | 'features'; readonly name: string }
  | { readonly what: 'set'; readonly name: string; readonly feature: string; readonly value: number | string };

/** Of an open camera, as the gateway would see it. */
export type ProbeState = {
  readonly model: string;
  readonly address: string;
  readonly counters: StreamCounters;
  /** Frame numbers in the order of their arrival. */
  readonly numbers: readonly number[];
  readonly sizes: readonly (readonly [width: number, height: number])[];
  /** Frames that are no whole JPEG or PNG file. */
  readonly torn: number;
  /** Milliseconds since the epoch, of each frame. */
  readonly capturedAt: readonly number[];
  readonly exposures: readonly (number | null)[];
  readonly lost: string | null;
  readonly features: readonly Feature[];
  /** The newest frame, base64. */
  readonly newest: string;
};

export type ToThread =
  | { readonly type: 'cameras'; readonly message: FromCameraPage }
  | { readonly type: 'call'; readonly id: number; readonly call: ProbeCall };
export type FromThread =
  | { readonly type: 'cameras'; readonly message: ToCameraPage }
  | { readonly type: 'value'; readonly id: number; readonly value: unknown; readonly error: string | null };
