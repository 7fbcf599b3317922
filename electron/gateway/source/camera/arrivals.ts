import type { FrameFacts, LiveFrame } from '../../../../shared/camera.ts';
import type { Message } from '../../../../shared/messages/message.ts';
import type { TriggerConfig } from '../../../../shared/source-config.ts';
import type { FrameSink, FrameVerdict } from '../../model/frame.ts';
import type { Clock } from '../../platform/clock.ts';
import type { DeviceFrame } from './camera-device.ts';
import type { CameraTally } from './camera-tally.ts';
import { FrameOffers, type OfferBounds } from './frame-offers.ts';
import type { LiveView } from './live-view.ts';
import type { ShotFacts, Shots } from './shots.ts';

export type NoRoom = { readonly message: Message };

export type ArrivalsOptions = {
  readonly trigger: TriggerConfig;
  /** Ends the source after so many stored frames; null: never. */
  readonly limit: number | null;
  readonly sink: FrameSink;
  readonly clock: Clock;
  readonly tally: CameraTally;
  readonly live: LiveView;
  readonly bounds?: OfferBounds;
  /** The sink has no room, or the limit is reached: look at `noRoom` and `finished`. */
  readonly onChange: () => void;
};

/**
 * What becomes of each frame that a camera sends: kept or left out by the trigger's rule, shown, offered, counted.
 * Every frame ends in exactly one of: under way to the sink, stored, gated, skipped, shown only, lost with its cause.
 */
export class Arrivals {
  readonly #options: ArrivalsOptions;
  readonly #offers: FrameOffers;
  /** Who waits for a test picture. */
  readonly #tests: ((liveFrame: Promise<LiveFrame | null>) => void)[] = [];
  #counted = 0;
  #noRoom: NoRoom | null = null;

  constructor(options: ArrivalsOptions) {
    const { sink, clock, bounds } = options;
    this.#options = options;
    const onVerdict = (verdict: FrameVerdict): void => this.#judge(verdict);
    this.#offers = new FrameOffers({ sink, clock, onVerdict, ...(bounds === undefined ? {} : { bounds }) });
  }

  get noRoom(): NoRoom | null {
    return this.#noRoom;
  }

  get finished(): boolean {
    const { limit, tally } = this.#options;
    return limit !== null && tally.stored >= limit;
  }

  get underWay(): number {
    return this.#offers.underWay;
  }

  get storeMilliseconds(): number | null {
    return this.#offers.storeMilliseconds;
  }

  /** There is room again. */
  reopen(): void {
    this.#noRoom = null;
  }

  settled(): Promise<void> {
    return this.#offers.settled();
  }

  /** `shots`: for acquisitions in which pictures are asked for one by one. */
  take(frame: DeviceFrame, shots: Shots | null): void {
    const { tally, live, clock } = this.#options;
    tally.arrived(frame);
    const facts = shots === null ? this.#nth() : shots.claim();
    if (facts?.purpose === 'test') {
      const liveFrame = live.showAlways(frame.picture, clock.now());
      this.#tests.shift()?.(liveFrame);
      void liveFrame.finally(frame.release);
      return;
    }
    if (shots === null && this.#tests.length > 0) {
      const copy = { ...frame.picture, data: frame.picture.data.slice() };
      const liveFrame = live.showAlways(copy, clock.now());
      for (const answer of this.#tests.splice(0)) answer(liveFrame);
    } else live.show(frame.picture, clock.now());
    if (facts === null || this.#isEnough) {
      tally.skipped += 1;
      frame.release?.();
    } else if (!this.#offer(frame, facts)) frame.release?.();
  }

  /** Resolves with the live frame of the next test picture, or in free run of the next picture. */
  nextTest(): { readonly liveFrame: Promise<LiveFrame | null>; readonly forget: () => void } {
    let answer: (liveFrame: Promise<LiveFrame | null>) => void = () => undefined;
    const liveFrame = new Promise<LiveFrame | null>((resolve) => {
      answer = resolve;
    });
    this.#tests.push(answer);
    const forget = (): void => {
      const at = this.#tests.indexOf(answer);
      if (at >= 0) this.#tests.splice(at, 1);
    };
    return { liveFrame, forget };
  }

  /** Frames under way count as stored until the sink said otherwise: the limit is never overstepped. */
  get #isEnough(): boolean {
    const { limit, tally } = this.#options;
    return limit !== null && tally.stored + this.#offers.underWay >= limit;
  }

  /** The first, and each n-th after it, over reconnections. */
  #nth(): ShotFacts | null {
    const { trigger } = this.#options;
    const everyNth = trigger.mode === 'free-run' || trigger.mode === 'hardware' ? trigger.everyNth : 1;
    const isKept = this.#counted % everyNth === 0;
    this.#counted = (this.#counted + 1) % everyNth;
    if (!isKept) return null;
    if (trigger.mode === 'hardware') return { purpose: 'store', trigger: 'hardware', triggeredBy: trigger.line };
    return { purpose: 'store', trigger: 'free-run', triggeredBy: '' };
  }

  /** False where the frame was not taken. */
  #offer(frame: DeviceFrame, { trigger, triggeredBy }: ShotFacts): boolean {
    const { tally } = this.#options;
    if (this.#noRoom !== null) {
      tally.lost('no-room', this.#noRoom.message);
      return false;
    }
    const { picture, facts, capturedAt, capturedFrom } = frame;
    const { frameNumber, exposureMicroseconds, cameraTimeNanoseconds } = facts;
    const all: FrameFacts = { trigger, triggeredBy, frameNumber, exposureMicroseconds, cameraTimeNanoseconds };
    const isTaken = this.#offers.offer({ picture, facts: all, capturedAt, capturedFrom }, () => frame.release?.());
    if (!isTaken) tally.lost('not-keeping-up');
    return isTaken;
  }

  #judge(verdict: FrameVerdict): void {
    const { tally, onChange } = this.#options;
    switch (verdict.kind) {
      case 'stored':
        tally.stored += 1;
        if (this.finished) onChange();
        return;
      case 'gated':
        return;
      case 'refused':
      case 'failed':
        tally.lost(verdict.kind, verdict.message);
        return;
      case 'no-room':
        tally.lost('no-room', verdict.message);
        this.#noRoom = { message: verdict.message };
        onChange();
    }
  }
}
