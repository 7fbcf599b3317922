import { message } from '../../../../shared/messages/message.ts';
import type { TriggerConfig } from '../../../../shared/source-config.ts';
import type { FrameSink } from '../../model/frame.ts';
import type { Clock } from '../../platform/clock.ts';
import { describeCause } from '../../platform/errors.ts';
import { Mutex } from '../../platform/mutex.ts';
import { WakeSignal } from '../../platform/wake-signal.ts';
import type { Arrivals, NoRoom } from './arrivals.ts';
import {
  type Acquisition,
  CameraError,
  type CameraNote,
  type CameraSession,
  type DeviceFrame,
} from './camera-device.ts';
import { cameraError, refusal } from './camera-errors.ts';
import type { CameraTally } from './camera-tally.ts';
import { Shots } from './shots.ts';

/** Calls at each interval, the first time at once. Instants that were missed are left out, and none drifts. */
class Intervals {
  readonly #clock: Clock;
  readonly #milliseconds: number;
  readonly #call: () => void;
  #cancel: () => void;

  constructor(clock: Clock, milliseconds: number, call: () => void) {
    this.#clock = clock;
    this.#milliseconds = milliseconds;
    this.#call = call;
    this.#cancel = clock.after(0, () => this.#tick(clock.monotonic()));
  }

  end(): void {
    this.#cancel();
  }

  #tick(due: number): void {
    const missed = Math.floor((this.#clock.monotonic() - due) / this.#milliseconds);
    const next = due + (missed + 1) * this.#milliseconds;
    this.#cancel = this.#clock.after(Math.max(0, next - this.#clock.monotonic()), () => this.#tick(next));
    this.#call();
  }
}

export type RunOptions = {
  readonly session: CameraSession;
  readonly trigger: TriggerConfig;
  readonly sink: FrameSink;
  readonly arrivals: Arrivals;
  readonly tally: CameraTally;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly says: {
    readonly started: () => void;
    readonly frame: () => void;
    readonly noted: (note: CameraNote) => void;
    readonly noRoom: (why: NoRoom) => void;
    /** It has worked for a while: the next loss is a new one. */
    readonly proven: () => void;
  };
};

const provenMilliseconds = 10_000;
const lookMilliseconds = 5_000;
const roomMilliseconds = 2_000;
/** Besides the exposure. */
const patienceMilliseconds = 5_000;
/** So many triggers without a picture are no accident. */
const mostUnanswered = 3;

/**
 * One session's acquisitions, from the first start to the loss of the camera. It stops them while there is no room,
 * and for settings that can't be changed under way.
 */
export class SessionRun {
  readonly #options: RunOptions;
  readonly #wake: WakeSignal;
  readonly #acquisition: Acquisition;
  #shots: Shots | null = null;
  #intervals: Intervals | null = null;
  #loss: CameraError | null = null;
  /** Pictures may be asked for. */
  #isRunning = false;
  /** What the camera sends is ours: until it has stopped, which is later than when it is told to. */
  #isTaking = false;
  #cannotTrigger = false;
  readonly #turn = new Mutex();

  constructor(options: RunOptions) {
    this.#options = options;
    this.#wake = new WakeSignal(options.clock);
    this.#acquisition = acquisitionFor(options.trigger);
  }

  /** Null while no picture can be asked for. */
  get shots(): Shots | null {
    return this.#shots;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** The sink has no room, or has enough: looks at once. */
  wake(): void {
    this.#wake.notify();
  }

  /**
   * Takes pictures until the limit is reached or the signal aborts; resolves too where the camera must be let go
   * because there is no room. Rejects with what was lost.
   */
  async run(): Promise<void> {
    const { session, signal } = this.#options;
    const wake = (): void => this.wake();
    signal.addEventListener('abort', wake);
    try {
      while (await this.#roomCame()) {
        await this.#turn.run(() => this.#start());
        await this.#streamed();
        if (this.#loss !== null) throw this.#loss;
        await this.#turn.run(() => this.#stop());
        if (session.stop === undefined) return;
      }
    } finally {
      signal.removeEventListener('abort', wake);
      this.#end();
    }
  }

  /** With the acquisition stopped around it, where the device can; as it is otherwise. */
  paused<T>(action: () => Promise<T>): Promise<T> {
    return this.#turn.run(async () => {
      if (!this.#isRunning || this.#options.session.stop === undefined) return action();
      await this.#stop();
      try {
        return await action();
      } finally {
        if (!this.#isOver()) await this.#start().catch((error: unknown) => this.#lose(error));
      }
    });
  }

  async #streamed(): Promise<void> {
    const { clock, says } = this.#options;
    const began = clock.monotonic();
    while (!this.#isOver()) {
      await this.#wake.sleep(lookMilliseconds);
      if (!this.#isOver() && clock.monotonic() - began >= provenMilliseconds) says.proven();
    }
  }

  #isOver(): boolean {
    const { signal, arrivals } = this.#options;
    return signal.aborted || this.#loss !== null || arrivals.finished || arrivals.noRoom !== null;
  }

  /** False when the source is to end; rejects when the camera was lost meanwhile. */
  async #roomCame(): Promise<boolean> {
    const { sink, arrivals, signal, says } = this.#options;
    for (let why = arrivals.noRoom; ; ) {
      if (why !== null) {
        says.noRoom(why);
        await this.#pause(roomMilliseconds);
      }
      if (this.#loss !== null) throw this.#loss;
      if (signal.aborted || arrivals.finished) return false;
      const room = await sink.hasRoom().catch((error: unknown) => ({
        ok: false as const,
        message: message('room-unknown', { technical: describeCause(error) }),
      }));
      if (room.ok) {
        arrivals.reopen();
        return true;
      }
      why = room;
    }
  }

  /** Verdicts wake the loop too, and must not shorten it. */
  async #pause(milliseconds: number): Promise<void> {
    const { clock, signal, arrivals } = this.#options;
    const until = clock.monotonic() + milliseconds;
    for (;;) {
      const left = until - clock.monotonic();
      if (left <= 0 || signal.aborted || this.#loss !== null || arrivals.finished) return;
      await this.#wake.sleep(left);
    }
  }

  async #start(): Promise<void> {
    const { session, says } = this.#options;
    const events = {
      onFrame: (frame: DeviceFrame): void => this.#arrived(frame),
      onNote: says.noted,
      onLost: (error: CameraError): void => this.#lose(error),
    };
    this.#isRunning = true;
    this.#isTaking = true;
    this.#shots = this.#acquisition.kind === 'software' ? this.#newShots() : null;
    try {
      if (!this.#cannotTrigger) await session.start(this.#acquisition, events);
    } catch (error) {
      const mayFallBack = error instanceof CameraError && error.trouble === 'setting-refused';
      if (!mayFallBack || this.#acquisition.kind !== 'software') {
        this.#end();
        throw error;
      }
      this.#cannotTrigger = true;
    }
    // A camera that can't be triggered runs freely, and of its pictures those are kept that were asked for.
    if (this.#cannotTrigger) await session.start({ kind: 'free-run' }, events);
    this.#startIntervals();
    says.started();
  }

  /** Pictures that it took before it stopped are kept; a device that can't stop is let go. */
  async #stop(): Promise<void> {
    const { session } = this.#options;
    this.#askNoMore();
    await (session.stop === undefined ? session.close() : session.stop());
    this.#end();
  }

  #askNoMore(): void {
    this.#isRunning = false;
    this.#intervals?.end();
    this.#intervals = null;
    this.#shots?.close(this.#whyNot());
  }

  #end(): void {
    this.#askNoMore();
    this.#isTaking = false;
    this.#shots?.cancel(this.#whyNot());
    this.#shots = null;
  }

  #whyNot(): Error {
    if (this.#loss !== null) return this.#loss;
    const { noRoom } = this.#options.arrivals;
    return refusal('trigger', noRoom === null ? message('shot-stopped') : noRoom.message);
  }

  #startIntervals(): void {
    const { trigger, clock } = this.#options;
    const shots = this.#shots;
    if (trigger.mode !== 'interval' || shots === null) return;
    this.#intervals = new Intervals(clock, trigger.milliseconds, () => {
      // The one before is still being taken: the camera is slower than the interval.
      if (shots.waiting > 0) return;
      shots.ask({ purpose: 'store', trigger: 'interval', triggeredBy: '' }).catch(() => undefined);
    });
  }

  #newShots(): Shots {
    const { session, clock, tally } = this.#options;
    return new Shots({
      clock,
      fire: async () => {
        if (!this.#cannotTrigger) await session.softwareTrigger();
      },
      lost: () => tally.lostByDevice,
      patience: () => patienceMilliseconds + (2 * (tally.exposureMicroseconds ?? 0)) / 1_000,
      onUnanswered: (inARow, error) => {
        if (error === null) tally.lost('no-answer');
        if (inARow >= mostUnanswered) this.#lose(error ?? cameraError('silent'));
      },
    });
  }

  #arrived(frame: DeviceFrame): void {
    // Of a lost camera nobody knows whose pictures these are.
    if (!this.#isTaking || this.#loss !== null) {
      this.#options.tally.lost('aborted');
      frame.release?.();
      return;
    }
    this.#options.says.frame();
    this.#options.arrivals.take(frame, this.#shots);
  }

  #lose(error: unknown): void {
    this.#loss ??= error instanceof CameraError ? error : cameraError('failed', { cause: error });
    this.#wake.notify();
  }
}

function acquisitionFor(trigger: TriggerConfig): Acquisition {
  switch (trigger.mode) {
    case 'free-run':
    case 'on-change':
      return { kind: 'free-run' };
    case 'interval':
    case 'software':
      return { kind: 'software' };
    case 'hardware':
      return { kind: 'hardware', line: trigger.line, activation: trigger.activation };
  }
}
