import { message } from '../../../../shared/messages/message.ts';
import type { UsbMode, UsbPicture, UsbSettings, UsbTallies } from '../../../../shared/usb-camera.ts';
import { type UsbFault, usbFault } from '../../../../shared/usb-fault.ts';
import {
  type Acquisition,
  type CameraDevice,
  CameraError,
  type CameraFeatures,
  type CameraInfo,
  type CameraSession,
  type DeviceFrame,
  type SessionEvents,
  type StreamCounters,
} from '../camera/camera-device.ts';
import type { UsbCameras, UsbStream } from './usb-cameras.ts';
import { errorOfFault } from './usb-errors.ts';
import { usbFeatures } from './usb-features.ts';

export type UsbCameraOptions = {
  readonly cameras: UsbCameras;
  readonly settings: UsbSettings;
  /** Free run: one frame of so many is encoded, the others are counted as `skipped`. */
  readonly everyNth: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** A camera of the USB video class, by way of the browser that Electron is. */
export class UsbCamera implements CameraDevice {
  readonly #options: UsbCameraOptions;

  constructor(options: UsbCameraOptions) {
    this.#options = options;
  }

  async connect(signal: AbortSignal): Promise<CameraSession> {
    const { cameras, settings } = this.#options;
    const events = new EarlyEvents();
    const opening = cameras.open(settings, events);
    const opened = await untilAborted(opening, signal);
    if (opened === null) {
      // Nobody waits for it any more, and no other program could use it.
      void opening.then((late) => (late.ok ? late.value.close() : null));
      throw errorOfFault(usbFault('closed'), settings.device);
    }
    if (!opened.ok) throw errorOfFault(opened.fault, settings.device);
    return new UsbSession(opened.value, events, this.#options);
  }
}

/** Takes what happens between the camera's opening and the session's start. */
class EarlyEvents {
  session: UsbSession | null = null;
  fault: UsbFault | null = null;

  readonly onPicture = (picture: UsbPicture, tallies: UsbTallies): void => this.session?.take(picture, tallies);
  readonly onTallies = (tallies: UsbTallies): void => this.session?.count(tallies);
  readonly onEnded = (fault: UsbFault): void => {
    this.fault = fault;
    this.session?.lose(fault);
  };
}

class UsbSession implements CameraSession {
  readonly info: CameraInfo;
  readonly features: CameraFeatures;
  readonly #stream: UsbStream;
  readonly #early: EarlyEvents;
  readonly #options: UsbCameraOptions;
  #events: SessionEvents | null = null;
  #over = false;
  #frames = 0;
  #bytes = 0;
  #tallies: UsbTallies = { captured: 0, sent: 0, drops: {} };
  #latency: number | null = null;
  #closing: Promise<void> | null = null;

  constructor(stream: UsbStream, early: EarlyEvents, options: UsbCameraOptions) {
    const { id, label } = stream.opened;
    this.#stream = stream;
    this.#early = early;
    this.#options = options;
    this.info = { vendor: '', model: label, serial: '', userName: '', address: id };
    this.features = usbFeatures(stream, options.settings.device);
  }

  async start(acquisition: Acquisition, events: SessionEvents): Promise<void> {
    const { device } = this.#options.settings;
    if (this.#early.fault !== null) throw errorOfFault(this.#early.fault, device);
    const mode = modeOf(acquisition, this.#options.everyNth);
    this.#events = events;
    this.#early.session = this;
    const begun = await this.#stream.begin(mode);
    if (begun.ok) return;
    this.#over = true;
    throw errorOfFault(begun.fault, device);
  }

  async softwareTrigger(): Promise<void> {
    const { device } = this.#options.settings;
    if (this.#over) throw errorOfFault(usbFault('closed'), device);
    const answer = await this.#stream.trigger();
    if (!answer.ok) throw errorOfFault(answer.fault, device);
  }

  counters(): StreamCounters {
    return {
      frames: this.#frames,
      bytes: this.#bytes,
      drops: this.#tallies.drops,
      packets: 0,
      resendsAsked: 0,
      resendsGot: 0,
      latencyMilliseconds: this.#latency,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeNow();
    return this.#closing;
  }

  take(picture: UsbPicture, tallies: UsbTallies): void {
    if (this.#over) return;
    const { data, format, width, height, number, exposureMicroseconds } = picture;
    this.#frames += 1;
    this.#bytes += data.byteLength;
    this.#tallies = tallies;
    const now = this.#options.now();
    // Two readings of one clock that a person may set in between.
    this.#latency = Math.min(60_000, Math.max(0, now - picture.capturedAt));
    const frame: DeviceFrame = {
      picture: { kind: 'encoded', format, width, height, data: new Uint8Array(data) },
      facts: { frameNumber: number, exposureMicroseconds, cameraTimeNanoseconds: null },
      capturedAt: picture.capturedAt,
      capturedFrom: 'arrival',
    };
    this.#events?.onFrame(frame);
  }

  count(tallies: UsbTallies): void {
    this.#tallies = tallies;
  }

  lose(fault: UsbFault): void {
    if (this.#over) return;
    this.#over = true;
    this.#events?.onLost(errorOfFault(fault, this.#options.settings.device));
  }

  async #closeNow(): Promise<void> {
    const last = await this.#stream.close().catch(() => null);
    this.#over = true;
    if (last !== null) this.#tallies = last;
  }
}

function modeOf(acquisition: Acquisition, everyNth: number): UsbMode {
  if (acquisition.kind === 'free-run') return { kind: 'free-run', everyNth };
  if (acquisition.kind === 'software') return { kind: 'triggered' };
  throw new CameraError('setting-refused', message('usb-no-input'));
}

function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value | null> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(null);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
