import type { Clock } from '../../platform/clock.ts';
import { registers } from './gvcp/bootstrap.ts';
import type { ControlChannel } from './gvcp/control-channel.ts';
import { GvcpError } from './gvcp/gvcp-error.ts';

const latch = 2;

type Registers = Pick<ControlChannel, 'readRegister' | 'writeRegister'>;

const wide = async (camera: Registers, high: number, low: number): Promise<bigint> =>
  (BigInt(await camera.readRegister(high)) << 32n) | BigInt(await camera.readRegister(low));

/** Ticks of the camera's clock in a second; 0n where it does not say. */
export async function tickFrequency(camera: Registers): Promise<bigint> {
  try {
    return await wide(camera, registers.tickFrequencyHigh, registers.tickFrequencyLow);
  } catch (error) {
    if (error instanceof GvcpError && error.status !== null) return 0n;
    throw error;
  }
}

/** Compares the camera's clock with ours. False where the camera can't hold its clock for that. */
export async function latchClock(camera: Registers, clock: Clock, time: CameraTime): Promise<boolean> {
  try {
    const asked = clock.monotonic();
    await camera.writeRegister(registers.timestampControl, latch);
    const answered = clock.monotonic();
    const ticks = await wide(camera, registers.timestampHigh, registers.timestampLow);
    if (ticks === 0n) return false;
    time.latched(ticks, asked, answered);
    return true;
  } catch (error) {
    if (error instanceof GvcpError && error.status !== null) return false;
    throw error;
  }
}

/**
 * A camera's clock, mapped to ours. Everything here is in milliseconds of our monotonic clock, which nobody sets: what
 * becomes of the wall clock is the caller's affair.
 *
 * Where the camera can latch its clock on command, the offset comes from that. Otherwise it is the smallest difference
 * between a frame's arrival and its time stamp in the last minute: delays only ever add to it.
 */
export type FrameTime = {
  /** When the frame was taken. */
  readonly at: number;
  readonly from: 'camera' | 'arrival';
};

/** A frame does not arrive before it was taken; this much is forgiven to both clocks. */
const early = 20;
/** Longest way from the time stamp to the first packet: a long exposure, and the read-out. */
const late = 10_000;
const windowMilliseconds = 30_000;
const leastSamples = 5;
/** A latch whose answer took longer tells too little. */
const slowestLatch = 100;
const latchLifetime = 60_000;

type Window = { began: number; least: number };

export class CameraTime {
  readonly #frequency: bigint;
  #lastTicks: bigint | null = null;
  #latch: { readonly offset: number; readonly at: number } | null = null;
  /** The window under way and the one before it. */
  #windows: Window[] = [];
  #samples = 0;

  /** `frequency`: ticks a second; 0n where the camera does not say. */
  constructor(frequency: bigint) {
    this.#frequency = frequency;
  }

  get isKnown(): boolean {
    return this.#frequency > 0n;
  }

  /** In decimal digits; null where the camera has no clock. */
  nanoseconds(ticks: bigint): string | null {
    return this.isKnown && ticks > 0n ? String((ticks * 1_000_000_000n) / this.#frequency) : null;
  }

  /** The camera's clock was `ticks` at some instant between `asked` and `answered`. */
  latched(ticks: bigint, asked: number, answered: number): void {
    if (!this.isKnown || ticks === 0n || answered - asked > slowestLatch) return;
    this.#latch = { offset: (asked + answered) / 2 - this.#milliseconds(ticks), at: answered };
  }

  /** For each frame, in about the order of arrival. */
  timeOf(ticks: bigint, arrival: number): FrameTime {
    const before = this.#lastTicks;
    this.#lastTicks = ticks;
    if (!this.isKnown || ticks === 0n) return { at: arrival, from: 'arrival' };
    // A clock that stands still tells nothing.
    if (ticks === before) return { at: arrival, from: 'arrival' };
    // Frames overtake each other by a little; by a quarter of a second, and the camera's clock was set back.
    if (before !== null && ticks + this.#frequency / 4n < before) this.#forget();
    const camera = this.#milliseconds(ticks);
    const difference = arrival - camera;
    const offset = this.#latchedOffset(difference, arrival) ?? this.#leastDifference(difference, arrival);
    return offset === null ? { at: arrival, from: 'arrival' } : { at: camera + offset, from: 'camera' };
  }

  #latchedOffset(difference: number, arrival: number): number | null {
    const latch = this.#latch;
    if (latch === null || arrival - latch.at > latchLifetime) return null;
    const delay = difference - latch.offset;
    if (delay < -early || delay > late) {
      this.#latch = null;
      return null;
    }
    // Not later than it arrived.
    return Math.min(latch.offset, difference);
  }

  #leastDifference(difference: number, arrival: number): number | null {
    const least = Math.min(...this.#windows.map((window) => window.least));
    // One of the clocks has jumped, or time stood still for us: what was known counts no more.
    if (this.#samples > 0 && (difference < least - 1_000 || difference > least + late)) this.#forget();
    const current = this.#windows.at(-1);
    if (current === undefined || arrival - current.began > windowMilliseconds) {
      this.#windows = [...this.#windows.slice(-1), { began: arrival, least: difference }];
    } else current.least = Math.min(current.least, difference);
    this.#samples += 1;
    if (this.#samples < leastSamples) return null;
    return Math.min(...this.#windows.map((window) => window.least));
  }

  #forget(): void {
    this.#latch = null;
    this.#windows = [];
    this.#samples = 0;
  }

  #milliseconds(ticks: bigint): number {
    return Number((ticks * 1_000_000n) / this.#frequency) / 1_000;
  }
}
