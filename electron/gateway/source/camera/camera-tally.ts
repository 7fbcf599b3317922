import type { CameraSnapshot } from '../../../../shared/camera.ts';
import type { Message } from '../../../../shared/messages/message.ts';
import type { TriggerConfig } from '../../../../shared/source-config.ts';
import type { Clock } from '../../platform/clock.ts';
import type { CameraInfo, DeviceFrame, StreamCounters } from './camera-device.ts';
import { dropsOf } from './camera-errors.ts';

const slices = 11;
const sliceMilliseconds = 500;

/** Frames a second over the last five seconds, in slices of the monotonic clock: constant memory at any rate. */
class FrameRate {
  readonly #monotonic: () => number;
  readonly #counts = new Array<number>(slices).fill(0);
  #slice: number;
  readonly #began: number;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
    this.#began = monotonic();
    this.#slice = this.#sliceNow();
  }

  count(): void {
    this.#advance();
    const at = this.#slice % slices;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  /** Of whole slices only; of fewer than ten while the source is young. */
  perSecond(): number {
    this.#advance();
    const began = Math.floor(this.#began / sliceMilliseconds);
    const whole = Math.min(slices - 1, this.#slice - began);
    if (whole < 1) return 0;
    let frames = 0;
    for (let back = 1; back <= whole; back += 1) frames += this.#counts[(this.#slice - back + slices) % slices] ?? 0;
    return (frames * 1_000) / (whole * sliceMilliseconds);
  }

  #sliceNow(): number {
    return Math.floor(this.#monotonic() / sliceMilliseconds);
  }

  #advance(): void {
    const now = this.#sliceNow();
    for (let step = 0; this.#slice < now && step < slices; step += 1) {
      this.#slice += 1;
      this.#counts[this.#slice % slices] = 0;
    }
    this.#slice = now;
    // After a long silence every slice was cleared above, whatever number the newest has.
  }
}

export type LossCause = 'not-keeping-up' | 'no-room' | 'refused' | 'failed' | 'no-answer' | 'aborted';

export type TallyOptions = {
  readonly trigger: TriggerConfig;
  readonly clock: Clock;
  /** PFNC name of a pixel format's code. */
  readonly nameOfFormat: (pixelFormat: number) => string;
};

type Shape = Pick<CameraSnapshot, 'width' | 'height' | 'pixelFormat'>;

/** Everything that is counted of a camera since the gateway started, over all its sessions. */
export class CameraTally {
  readonly #options: TallyOptions;
  readonly #rate: FrameRate;
  readonly #losses = new Map<string, number>();
  readonly #lastSaid = new Map<string, Message>();
  /** Of sessions that are over. */
  readonly #earlierDrops = new Map<string, number>();
  #earlierResends = 0;
  #counters: () => StreamCounters | null = () => null;
  #info: CameraInfo = { vendor: '', model: '', serial: '', userName: '', address: '' };
  #shape: Shape = { width: null, height: null, pixelFormat: null };
  #lastFrameAt: number | null = null;
  /** Monotonic, of this session. */
  #arrivedAt: number | null = null;
  #every: number | null = null;
  #lastGap: number | null = null;
  #latency: number | null = null;
  /** Connections made. */
  sessions = 0;
  frames = 0;
  stored = 0;
  skipped = 0;
  /** Of the last frame that told it. */
  exposureMicroseconds: number | null = null;

  constructor(options: TallyOptions) {
    this.#options = options;
    this.#rate = new FrameRate(options.clock.monotonic);
  }

  get info(): CameraInfo {
    return this.#info;
  }

  connected(info: CameraInfo, counters: () => StreamCounters): void {
    this.#info = info;
    this.#counters = counters;
    this.sessions += 1;
    // The time without a camera is not one between two pictures.
    this.#arrivedAt = null;
  }

  /** The session's counters stand now. */
  disconnected(): void {
    const last = this.#counters();
    this.#counters = () => null;
    if (last === null) return;
    for (const [cause, frames] of Object.entries(last.drops)) bump(this.#earlierDrops, cause, frames);
    this.#earlierResends += last.resendsAsked;
    this.#latency = last.latencyMilliseconds;
  }

  arrived({ picture, facts }: DeviceFrame): void {
    this.frames += 1;
    this.#rate.count();
    const { clock } = this.#options;
    this.#lastFrameAt = clock.now();
    const arrivedAt = clock.monotonic();
    if (this.#arrivedAt !== null) {
      // After a hiccup two pictures come at once: the rhythm is the longer of the last two gaps.
      const gap = arrivedAt - this.#arrivedAt;
      this.#every = Math.max(gap, this.#lastGap ?? gap);
      this.#lastGap = gap;
    }
    this.#arrivedAt = arrivedAt;
    this.exposureMicroseconds = facts.exposureMicroseconds ?? this.exposureMicroseconds;
    const pixelFormat =
      picture.kind === 'raw' ? this.#options.nameOfFormat(picture.pixelFormat) : picture.format.toUpperCase();
    this.#shape = { width: picture.width, height: picture.height, pixelFormat };
  }

  lost(cause: LossCause, said?: Message): void {
    bump(this.#losses, cause, 1);
    if (said !== undefined) this.#lastSaid.set(cause, said);
  }

  /** Frames that the device lost in this session. */
  get lostByDevice(): number {
    return Object.values(this.#counters()?.drops ?? {}).reduce((sum, frames) => sum + frames, 0);
  }

  /** Since the source was started: frames that came, those stored, and lost ones by cause. */
  get totals() {
    const { frames, stored, sessions } = this;
    const drops = new Map([...this.#earlierDrops]);
    for (const [cause, lost] of this.#losses) bump(drops, cause, lost);
    return { sessions, frames, stored, drops: Object.fromEntries(drops) };
  }

  #everyFor(trigger: TriggerConfig): number | null {
    if (trigger.mode === 'interval') return trigger.milliseconds;
    return trigger.mode === 'free-run' || trigger.mode === 'on-change' ? this.#every : null;
  }

  snapshot(finished: boolean, storeMilliseconds: number | null): CameraSnapshot {
    const { vendor, model, serial, address } = this.#info;
    const { trigger } = this.#options;
    const counters = this.#counters();
    const drops = new Map([...this.#earlierDrops, ...this.#losses]);
    for (const [cause, frames] of this.#losses) drops.set(cause, frames + (this.#earlierDrops.get(cause) ?? 0));
    for (const [cause, frames] of Object.entries(counters?.drops ?? {})) bump(drops, cause, frames);
    // What a device leaves out because it was told to is no loss.
    const skippedByDevice = drops.get(skippedCause) ?? 0;
    drops.delete(skippedCause);
    return {
      vendor,
      model,
      serial,
      address,
      trigger: trigger.mode,
      burst: trigger.mode === 'software' ? trigger.burst : 1,
      ...this.#shape,
      framesPerSecond: this.#rate.perSecond(),
      everyMilliseconds: this.#everyFor(trigger),
      frames: this.frames,
      stored: this.stored,
      skipped: this.skipped + skippedByDevice,
      drops: dropsOf(drops, this.#lastSaid),
      resends: this.#earlierResends + (counters?.resendsAsked ?? 0),
      latencyMilliseconds: counters?.latencyMilliseconds ?? this.#latency,
      storeMilliseconds,
      reconnects: Math.max(0, this.sessions - 1),
      lastFrameAt: this.#lastFrameAt,
      finished,
    };
  }
}

/** Of frames that the device left out of every n. */
const skippedCause = 'skipped';
/** Causes come from a device that speaks for a peer: their number is bounded. */
const mostCauses = 50;

function bump(counts: Map<string, number>, cause: string, by: number): void {
  const before = counts.get(cause);
  if (before === undefined && counts.size >= mostCauses) return;
  counts.set(cause, (before ?? 0) + by);
}
