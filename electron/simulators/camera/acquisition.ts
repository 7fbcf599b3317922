import { acquisitionModes, feature, triggerActivations, triggerBytes, triggerSources } from './addresses.ts';
import type { RegisterMap } from './register-map.ts';

const frameStart = 0;
const burstStart = 1;
/** A frame that could not be taken in time is made up for, more are not. */
const mostLateFrames = 1;

export type AcquisitionWiring = {
  readonly registers: () => RegisterMap;
  /** The acquisition begins: frames are numbered anew. */
  readonly started: () => void;
  readonly take: () => void;
  readonly triggered: (wasHeard: boolean) => void;
};

/** When frames are taken: freely, by triggers, in bursts; all, one or some. */
export class Acquisition {
  readonly #wiring: AcquisitionWiring;
  #active = false;
  /** Frames until the acquisition ends by itself. */
  #left = 0;
  /** Frames of the burst that a trigger began. */
  #burstLeft = 0;
  #dueAt = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(wiring: AcquisitionWiring) {
    this.#wiring = wiring;
  }

  get active(): boolean {
    return this.#active;
  }

  start(): void {
    if (this.#active) return;
    const map = this.#wiring.registers();
    const mode = acquisitionModes[map.get(feature.acquisitionMode)];
    this.#left =
      mode === 'Continuous' ? Number.POSITIVE_INFINITY : mode === 'MultiFrame' ? map.get(feature.frameCount) : 1;
    this.#burstLeft = 0;
    this.#active = true;
    this.#wiring.started();
    this.reschedule();
  }

  stop(): void {
    this.#active = false;
    this.#cancel();
  }

  /** Triggers or the frame rate changed. */
  reschedule(): void {
    this.#cancel();
    this.#dueAt = performance.now();
    this.#schedule();
  }

  softwareTrigger(selector: number): void {
    const isSource = triggerSources[this.#trigger(selector, feature.triggerSource)] === 'Software';
    this.#wiring.triggered(isSource && this.#trip(selector));
  }

  /** An edge on a hardware input. */
  edge(line: string, isRising: boolean): void {
    for (const selector of [burstStart, frameStart]) {
      if (!this.#isOn(selector) || triggerSources[this.#trigger(selector, feature.triggerSource)] !== line) continue;
      const activation = triggerActivations[this.#trigger(selector, feature.triggerActivation)];
      if (activation !== 'AnyEdge' && (activation === 'RisingEdge') !== isRising) continue;
      this.#wiring.triggered(this.#trip(selector));
    }
  }

  /** True where the trigger was waited for. */
  #trip(selector: number): boolean {
    if (!this.#active || !this.#isOn(selector)) return false;
    if (selector === burstStart) {
      if (this.#burstLeft > 0) return false;
      this.#burstLeft = this.#wiring.registers().get(feature.burstFrameCount);
      this.reschedule();
      return true;
    }
    if (this.#isOn(burstStart)) {
      if (this.#burstLeft === 0) return false;
      this.#burstLeft -= 1;
    }
    this.#take();
    return true;
  }

  #schedule(): void {
    const isFree = !this.#isOn(frameStart) && (!this.#isOn(burstStart) || this.#burstLeft > 0);
    if (!this.#active || !isFree) return;
    this.#timer = setTimeout(() => this.#due(), Math.max(0, this.#dueAt - performance.now()));
  }

  #due(): void {
    const period = 1_000 / this.#wiring.registers().getFloat(feature.frameRate);
    this.#dueAt = Math.max(this.#dueAt, performance.now() - mostLateFrames * period) + period;
    if (this.#burstLeft > 0) this.#burstLeft -= 1;
    this.#take();
    this.#schedule();
  }

  #take(): void {
    this.#left -= 1;
    this.#wiring.take();
    if (this.#left <= 0) this.stop();
  }

  #isOn(selector: number): boolean {
    return this.#trigger(selector, feature.triggerMode) === 1;
  }

  #trigger(selector: number, address: number): number {
    return this.#wiring.registers().get(address + selector * triggerBytes);
  }

  #cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
