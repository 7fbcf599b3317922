import type { FrameFacts } from '../../../../shared/camera.ts';
import { message } from '../../../../shared/messages/message.ts';
import type { Clock } from '../../platform/clock.ts';
import { describeCause } from '../../platform/errors.ts';
import { refusal } from './camera-errors.ts';

/** One picture that somebody asked for. `test`: to be shown, not stored. */
export type ShotFacts = {
  readonly purpose: 'store' | 'test';
  readonly trigger: FrameFacts['trigger'];
  readonly triggeredBy: string;
};

type Shot = ShotFacts & { readonly taken: () => void; readonly failed: (error: Error) => void };

export type ShotsOptions = {
  readonly clock: Clock;
  /** Has the camera take one picture; where it can't, does nothing, and the next picture is the one. */
  readonly fire: () => Promise<void>;
  /** Frames that the device lost so far: when it grows, the picture is not waited for any longer. */
  readonly lost: () => number;
  /** `error`: the camera refused to be triggered; null: it was, and no picture came. */
  readonly onUnanswered: (inARow: number, error: Error | null) => void;
  /** How long a picture is waited for, milliseconds. */
  readonly patience: () => number;
};

const mostWaiting = 2_000;
const lookAgainMilliseconds = 100;

/**
 * Pictures that were asked for, one after another: the next is asked for when the one before it came, because cameras
 * ignore a trigger while they expose. Of one acquisition.
 */
export class Shots {
  readonly #options: ShotsOptions;
  readonly #queue: Shot[] = [];
  /** Asked for and given up; their pictures may still come. */
  readonly #late: ShotFacts[] = [];
  #current: Shot | null = null;
  #unanswered = 0;
  #cancelWait: () => void = () => undefined;

  constructor(options: ShotsOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#queue.length + (this.#current === null ? 0 : 1);
  }

  /** Resolves when the picture came, rejects with why when it did not. */
  ask(facts: ShotFacts): Promise<void> {
    return new Promise((taken, failed) => {
      if (this.waiting >= mostWaiting) {
        failed(refusal('trigger', message('too-many-shots')));
        return;
      }
      this.#queue.push({ ...facts, taken, failed });
      this.#next();
    });
  }

  /** For each frame that arrives: which shot it is. Null where nobody asked for it. */
  claim(): ShotFacts | null {
    const shot = this.#current;
    if (shot === null) return this.#late.shift() ?? null;
    this.#unanswered = 0;
    // A late test picture may have come in this one's place; the real one is still to come and must be stored.
    if (shot.purpose === 'store') this.#late.fill(shot);
    this.#end();
    shot.taken();
    this.#next();
    return shot;
  }

  /** The camera is being stopped: the picture that it was triggered for may still come, no other. */
  close(error: Error): void {
    for (const shot of this.#queue.splice(0)) shot.failed(error);
  }

  /** The acquisition is over. */
  cancel(error: Error): void {
    const shot = this.#current;
    this.#late.length = 0;
    this.#end();
    shot?.failed(error);
    this.close(error);
  }

  #next(): void {
    if (this.#current !== null) return;
    const shot = this.#queue.shift();
    if (shot === undefined) return;
    this.#current = shot;
    const { clock, fire, lost, patience, onUnanswered } = this.#options;
    const until = clock.monotonic() + patience();
    const lostBefore = lost();
    this.#cancelWait = clock.after(lookAgainMilliseconds, () => this.#look(shot, until, lostBefore));
    fire().catch((error: unknown) => {
      if (this.#current !== shot) return;
      this.#unanswered += 1;
      const failure = error instanceof Error ? error : new Error(describeCause(error));
      onUnanswered(this.#unanswered, failure);
      this.#giveUp(shot, failure);
    });
  }

  #look(shot: Shot, until: number, lostBefore: number): void {
    const { clock, lost, onUnanswered } = this.#options;
    if (lost() > lostBefore) {
      this.#giveUp(shot, refusal('trigger', message('shot-lost')));
    } else if (clock.monotonic() >= until) {
      if (this.#late.length < mostWaiting) this.#late.push(shot);
      this.#unanswered += 1;
      onUnanswered(this.#unanswered, null);
      this.#giveUp(shot, refusal('trigger', message('frames-lost', { context: 'no-answer', cause: 'no-answer' })));
    } else {
      this.#cancelWait = clock.after(lookAgainMilliseconds, () => this.#look(shot, until, lostBefore));
    }
  }

  #giveUp(shot: Shot, error: Error): void {
    this.#end();
    shot.failed(error);
    this.#next();
  }

  #end(): void {
    this.#cancelWait();
    this.#cancelWait = () => undefined;
    this.#current = null;
  }
}
