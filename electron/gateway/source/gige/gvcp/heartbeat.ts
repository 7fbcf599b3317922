import { controlHeld } from './bootstrap.ts';
import { isGvcpError } from './gvcp-error.ts';

/** `control-lost`: the camera answers, but we do not control it any more. `silent`: it does not answer. */
export type ControlLoss = 'control-lost' | 'silent';

export type HeartbeatOptions = {
  /** Reads the control privilege register; rejects with a `GvcpError`. */
  readonly readPrivilege: () => Promise<number>;
  /** Asks for control once more: rejects where another program has it. */
  readonly proveControl: () => Promise<unknown>;
  /** The camera lets a controller go that it has not heard for so long. */
  readonly timeoutMilliseconds: number;
  readonly periodMilliseconds: number;
  /** Called once, and not after `stop`. */
  readonly onLost: (reason: ControlLoss) => void;
};

/** Milliseconds without a heartbeat after which cameras usually let go, and are told to. */
export const usualHeartbeatTimeout = 3_000;

/** That often may the camera answer the heartbeat with an error before we take control for lost. */
const mostErrors = 3;

/** How often: the camera drops a controller that it has not heard for its time-out. */
export function heartbeatPeriod(cameraTimeoutMilliseconds: number): number {
  return Math.max(100, Math.min(1_000, cameraTimeoutMilliseconds / 3));
}

/** Shows the camera that we are still there, and notices when it is not, or when another program took over. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #errors = 0;
  #heardAt = now();

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.#beat(), this.#options.periodMilliseconds);
  }

  async #beat(): Promise<void> {
    const loss = await this.#check();
    if (this.#stopped) return;
    if (loss === null) return this.#schedule();
    this.stop();
    this.#options.onLost(loss);
  }

  #isOurs(): Promise<boolean> {
    return this.#options.proveControl().then(
      () => true,
      () => false,
    );
  }

  async #check(): Promise<ControlLoss | null> {
    try {
      const asked = now();
      const privilege = await this.#options.readPrivilege();
      this.#errors = 0;
      if ((privilege & controlHeld) === 0) return 'control-lost';
      // Who controls it, the register does not say: this PC stood still for so long that it may be another program.
      const isSure = isWithin(this.#heardAt, asked, this.#options.timeoutMilliseconds);
      this.#heardAt = asked;
      return isSure || (await this.#isOurs()) ? null : 'control-lost';
    } catch (error) {
      // A time-out is the silence after all tries, not after one.
      if (isGvcpError(error, 'timeout', 'closed')) return 'silent';
      this.#errors += 1;
      // Who may not even read the privilege has been shut out by an exclusive controller.
      return isGvcpError(error, 'access-denied') || this.#errors >= mostErrors ? 'control-lost' : null;
    }
  }
}

/** A PC that slept knows it by the clock on the wall only; one whose clock was set, by the other one. */
type Moment = { readonly monotonic: number; readonly wall: number };

const now = (): Moment => ({ monotonic: performance.now(), wall: Date.now() });

const isWithin = (from: Moment, to: Moment, milliseconds: number): boolean =>
  to.monotonic - from.monotonic < milliseconds && Math.abs(to.wall - from.wall) < milliseconds;
