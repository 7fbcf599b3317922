import type { UsbMode, UsbPicture, UsbSettings, UsbTallies } from '../../shared/usb-camera.ts';
import { type UsbFault, usbFault } from '../../shared/usb-fault.ts';
import { exposureMicroseconds, setControls } from './controls.ts';
import { listDevices, type OpenedTrack, openTrack } from './devices.ts';
import { encodingLimit } from './frame-line.ts';
import { PageFault } from './page-faults.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

const samples = 5;

/**
 * Frames that the browser gave up before we saw them: it counts what the camera delivered, we count what we read. At
 * any moment some frames are between the two, so only what stays missing over several looks is lost.
 */
export class LostFrames {
  readonly #differences: number[] = [];
  #zero: number | null = null;
  #lost = 0;

  /** `delivered`: by the browser's count, `read` by ours, at about the same time. Returns the lost ones up to now. */
  look(delivered: number, read: number): number {
    this.#differences.push(delivered - read);
    if (this.#differences.length < samples) return this.#lost;
    const least = Math.min(...this.#differences);
    this.#differences.shift();
    // Its count begins with the track, ours a little later.
    this.#zero ??= least;
    this.#lost = Math.max(this.#lost, least - this.#zero);
    return this.#lost;
  }
}

/** What a thread does not say any more: everything that was captured and neither sent nor dropped is `aborted`. */
export function givenUp({ captured, sent, drops }: UsbTallies): UsbTallies {
  const told = Object.values(drops).reduce((sum, frames) => sum + frames, sent);
  if (captured <= told) return { captured, sent, drops };
  return { captured, sent, drops: { ...drops, aborted: (drops['aborted'] ?? 0) + captured - told } };
}

/** Chromium's own, which TypeScript's library does not know for windows. */
declare const MediaStreamTrackProcessor: new (options: {
  readonly track: MediaStreamTrack;
  readonly maxBufferSize?: number;
}) => { readonly readable: ReadableStream<VideoFrame> };
type TrackStats = { readonly totalFrames: number; readonly discardedFrames: number };

export type StreamEvents = {
  readonly onPicture: (picture: UsbPicture, tallies: UsbTallies) => void;
  readonly onTallies: (tallies: UsbTallies) => void;
  /** Called once at most, and never after `close`. */
  readonly onEnded: (fault: UsbFault) => void;
};

const tellMilliseconds = 250;
const tellsPerTally = 4;
/** A switch at the camera, or the system's own mute. */
const mutedMilliseconds = 3_000;
const silentMilliseconds = 5_000;
/** Pictures that were captured by then are made and sent yet. */
const endMilliseconds = 3_000;
/** Copies of frames that wait for the encoder: a hiccup of this PC is not to cost a picture. */
const mostWaiting = 8;
const waitingBytes = 192 * 1024 * 1024;

/** Copies that are being encoded take memory as well. */
const mostThatWait = (frameBytes: number): number =>
  Math.max(1, Math.min(mostWaiting, Math.floor(waitingBytes / Math.max(1, frameBytes)) - encodingLimit));

/** One open camera: its track, its worker and what becomes of them. */
export class CameraStream {
  readonly #opened: OpenedTrack;
  readonly #settings: UsbSettings;
  readonly #events: StreamEvents;
  readonly #lost = new LostFrames();
  readonly #triggers = new Map<number, (fault: UsbFault | null) => void>();
  #worker: Worker | null = null;
  #tallies: UsbTallies = { captured: 0, sent: 0, drops: {} };
  #timer: ReturnType<typeof setInterval> | undefined;
  #muted: ReturnType<typeof setTimeout> | undefined;
  #delivered = 0;
  #lostFrames = 0;
  #countsLost = false;
  #tells = 0;
  #over = false;
  #stopping: Promise<void> | null = null;
  #onWorkerEnd: () => void = () => undefined;

  private constructor(opened: OpenedTrack, settings: UsbSettings, events: StreamEvents) {
    this.#opened = opened;
    this.#settings = settings;
    this.#events = events;
    const { track } = opened;
    track.addEventListener('ended', () => void this.#trackEnded());
    track.addEventListener('mute', () => this.#watchMute());
    track.addEventListener('unmute', () => clearTimeout(this.#muted));
  }

  /** Throws a `PageFault`. */
  static async open(settings: UsbSettings, events: StreamEvents): Promise<CameraStream> {
    const opened = await openTrack(settings);
    try {
      await setControls(opened.track, settings.controls);
    } catch (error) {
      opened.track.stop();
      throw error;
    }
    return new CameraStream(opened, settings, events);
  }

  get device(): OpenedTrack['device'] {
    return this.#opened.device;
  }

  get track(): MediaStreamTrack {
    return this.#opened.track;
  }

  begin(mode: UsbMode): void {
    const { track } = this.#opened;
    if (this.#worker !== null) throw new PageFault(usbFault('failed', { technical: 'it has begun already' }));
    if (track.readyState !== 'live') throw new PageFault(usbFault('broken-off'));
    const worker = new Worker(new URL('./encode-worker.ts', import.meta.url), { type: 'module' });
    this.#worker = worker;
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.#take(data));
    worker.addEventListener('error', ({ message }) => this.#end(usbFault('failed', { technical: message })));
    const { format, quality } = this.#settings.encode;
    const frames = new MediaStreamTrackProcessor({ track, maxBufferSize: 4 }).readable;
    const { frameRate, width, height } = this.#opened.device;
    const rate = frameRate ?? 0;
    this.#countsLost = mode.kind === 'free-run';
    this.#say(
      {
        type: 'begin',
        frames,
        mode,
        format,
        quality: quality / 100,
        waiting: mostThatWait(4 * (width ?? 0) * (height ?? 0)),
        silentMilliseconds: Math.max(silentMilliseconds, rate > 0 ? 10_000 / rate : 0),
      },
      [frames],
    );
    this.#timer = setInterval(() => {
      const stats = 'stats' in track ? (track.stats as TrackStats) : null;
      this.#delivered = stats === null ? 0 : stats.totalFrames - stats.discardedFrames;
      this.#say({ type: 'tell' });
    }, tellMilliseconds);
    if (track.muted) this.#watchMute();
  }

  /** Resolves once the picture is on its way. */
  trigger(request: number): Promise<UsbFault | null> {
    if (this.#worker === null || this.#over) return Promise.resolve(usbFault('closed'));
    return new Promise((resolve) => {
      this.#triggers.set(request, resolve);
      this.#say({ type: 'trigger', request });
    });
  }

  /** A picture has reached the gateway. */
  taken(): void {
    this.#say({ type: 'taken' });
  }

  /** Lets the camera go. */
  async close(): Promise<UsbTallies> {
    this.#over = true;
    await this.#stop();
    return this.#counted();
  }

  #say(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(message, transfer);
  }

  #take(message: FromWorker): void {
    switch (message.type) {
      case 'picture': {
        const { data, width, height, number, capturedAt } = message.picture;
        this.#tallies = message.tallies;
        const { format } = this.#settings.encode;
        const exposure = exposureMicroseconds(this.#opened.track);
        this.#events.onPicture(
          { number, capturedAt, format, width, height, exposureMicroseconds: exposure, data },
          this.#counted(),
        );
        return;
      }
      case 'triggered':
        this.#triggers.get(message.request)?.(message.fault);
        this.#triggers.delete(message.request);
        return;
      case 'told':
        this.#tallies = message.tallies;
        if (this.#countsLost && this.#delivered > 0) this.#lostFrames = this.#lost.look(this.#delivered, message.read);
        this.#tells += 1;
        if (this.#tells % tellsPerTally === 0 && !this.#over) this.#events.onTallies(this.#counted());
        return;
      case 'broken':
        return this.#end(message.fault);
      case 'ended':
        this.#tallies = message.tallies;
        return this.#onWorkerEnd();
    }
  }

  #counted(): UsbTallies {
    const { captured, sent, drops } = this.#tallies;
    if (this.#lostFrames === 0) return this.#tallies;
    return { captured: captured + this.#lostFrames, sent, drops: { ...drops, 'browser-busy': this.#lostFrames } };
  }

  async #trackEnded(): Promise<void> {
    const { id } = this.#opened.device;
    const isThere = (await listDevices().catch(() => [])).some((device) => device.id === id);
    this.#end(usbFault(isThere ? 'broken-off' : 'unplugged'));
  }

  #watchMute(): void {
    clearTimeout(this.#muted);
    this.#muted = setTimeout(() => this.#end(usbFault('muted')), mutedMilliseconds);
  }

  #end(fault: UsbFault): void {
    if (this.#over) return;
    this.#over = true;
    void this.#stop().then(() => {
      this.#events.onTallies(this.#counted());
      this.#events.onEnded(fault);
    });
  }

  #stop(): Promise<void> {
    this.#stopping ??= this.#stopNow();
    return this.#stopping;
  }

  async #stopNow(): Promise<void> {
    clearInterval(this.#timer);
    clearTimeout(this.#muted);
    const worker = this.#worker;
    if (worker !== null) {
      await new Promise<void>((resolve) => {
        const late = setTimeout(() => {
          this.#tallies = givenUp(this.#tallies);
          resolve();
        }, endMilliseconds);
        this.#onWorkerEnd = () => {
          clearTimeout(late);
          resolve();
        };
        // Counts of now, should it never say that it has ended.
        this.#say({ type: 'tell' });
        this.#say({ type: 'end' });
      });
      this.#worker = null;
      worker.terminate();
    }
    this.#opened.track.stop();
    for (const answer of this.#triggers.values()) answer(usbFault('closed'));
    this.#triggers.clear();
  }
}
