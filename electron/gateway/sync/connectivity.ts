import { type Message, message } from '../../../shared/messages/message.ts';
import type { DeliveryFailure, PauseReason } from '../model/delivery.ts';
import { type BackoffLimits, backoffDelay } from '../platform/backoff.ts';
import { AdaptiveLimit } from './adaptive-limit.ts';

/**
 * Whether deliveries may start, how many at once, and why not. Pure but for the injected clock and randomness; the
 * syncer asks it and tells it what happened.
 *
 * - A pause costs no entry an attempt. While it lasts, one probe at a time looks whether the way is open again, at
 *   growing intervals; they shrink only after a real delivery.
 * - After a pause one delivery goes alone; its success opens the way to as many as the limit allows.
 * - Many server errors in a row, with no success between, count as a pause too.
 * - What the schedule of the site closes is closed, whatever else there is to say about the way, and nobody can ask
 *   for it to be opened.
 */
export type ConnectivityState = 'starting' | 'online' | PauseReason;

export type ConnectivityFacts = {
  readonly state: ConnectivityState;
  readonly since: number;
  readonly nextProbeAt: number | null;
  readonly message: Message;
  readonly technical: string;
};

type Time = { readonly now: () => number; readonly random: () => number };

const errorsUntilTrouble = 4;
/** Between looks at a way that is closed: short enough that a repaired line flows again within the minute. */
export const gateBackoff: BackoffLimits = { first: 1_000, longest: 60 * 1_000 };
const keyProbeMilliseconds = 60_000;
/** An administrator approves a device when he comes to it: no need to hurry, and none to make him wait. */
const approvalProbe = { least: 30_000, most: 60_000 };

/** The schedule closes the way. */
export type Closing = {
  /** When the schedule opens it again; null: never. */
  readonly opensAt: number | null;
};

export class Connectivity {
  readonly #time: Time;
  readonly #limit: AdaptiveLimit;
  #facts: ConnectivityFacts;
  #failures = 0;
  #lastPauseReason: PauseReason | null = null;
  #errorsInRow = 0;
  #careful = true;
  #probing = false;
  #proven = false;
  #asked = false;
  #closing: (Closing & { readonly since: number }) | null = null;
  #lastSuccessAt: number | null = null;

  constructor(time: Time, concurrency: number) {
    this.#time = time;
    this.#limit = new AdaptiveLimit(concurrency);
    this.#facts = {
      state: 'starting',
      since: time.now(),
      nextProbeAt: time.now(),
      message: message('flow-starting'),
      technical: '',
    };
  }

  /** What is shown: the schedule first. */
  get facts(): ConnectivityFacts {
    if (this.#closing === null) return this.#facts;
    const { since, opensAt } = this.#closing;
    return {
      state: 'closed',
      since,
      nextProbeAt: opensAt,
      message: message('closed-by-schedule'),
      technical: '',
    };
  }

  /** The way itself, as last seen, even while the schedule closes it. */
  get connectionFacts(): ConnectivityFacts {
    return this.#facts;
  }

  get lastSuccessAt(): number | null {
    return this.#lastSuccessAt;
  }

  get isOpen(): boolean {
    return this.#closing === null && this.#isWayOpen;
  }

  get isClosedBySchedule(): boolean {
    return this.#closing !== null;
  }

  get #isWayOpen(): boolean {
    return this.#facts.state === 'online';
  }

  /** The most deliveries that may be under way now. */
  get concurrency(): number {
    if (!this.isOpen) return 0;
    return this.#careful ? 1 : this.#limit.now;
  }

  /** After a pause: one delivery goes alone. */
  get isCareful(): boolean {
    return this.#careful;
  }

  /** What a delivery that begins now belongs to; it tells it when it fails. */
  get round(): number {
    return this.#limit.round;
  }

  /** When to look at the way, while it is not open; null: not by itself. */
  get nextLookAt(): number | null {
    if (this.#closing === null) return this.#facts.nextProbeAt;
    return this.#asked && this.probeBy === 'request' ? this.#time.now() : null;
  }

  /** A probe has just found the way open, and nothing was delivered since. */
  get isProven(): boolean {
    return this.isOpen && this.#proven;
  }

  /** What to do when the time of `nextProbeAt` has come: ask the server, or simply let one delivery try. */
  get probeBy(): 'request' | 'delivery' {
    return this.#facts.state === 'throttled' || this.#facts.state === 'trouble' ? 'delivery' : 'request';
  }

  /** The schedule closes the way, or no longer (null). Returns whether that is new. */
  schedule(closing: Closing | null): boolean {
    const was = this.#closing;
    if (closing === null) {
      this.#closing = null;
      // Nobody knows what has become of the way meanwhile: one delivery goes first.
      if (was !== null) this.#careful = true;
      return was !== null;
    }
    this.#closing = { ...closing, since: was?.since ?? this.#time.now() };
    return was === null || was.opensAt !== closing.opensAt;
  }

  /** A probe was answered as the API answers, or waiting was all that was asked of us. */
  reopen(): void {
    this.#probing = false;
    if (this.#isWayOpen) return;
    this.#proven = this.probeBy === 'request';
    this.#careful = true;
    this.#errorsInRow = 0;
    this.#say({ state: 'online', nextProbeAt: null, message: message('connected'), technical: '' });
  }

  /** A picture was delivered, or refused by the API itself: the way is open. */
  delivered(): void {
    this.#lastSuccessAt = this.#time.now();
    this.#failures = 0;
    this.#errorsInRow = 0;
    this.#careful = false;
    this.#proven = false;
    this.#limit.succeeded();
  }

  /**
   * A failure of one entry that is no fault of the way, unless it goes on and on. `round`: what the delivery belonged
   * to when it began.
   */
  serverError(failure: DeliveryFailure, round: number): void {
    this.#limit.failed(failure, round);
    this.#errorsInRow += 1;
    const enough = this.#careful ? 1 : errorsUntilTrouble;
    if (this.#isWayOpen && this.#errorsInRow >= enough) {
      const code = failure.ambiguous ? 'no-answer-comes' : 'nothing-gets-through';
      this.pause(failure, round, message(code, { what: failure.message }));
    }
  }

  /** A failure of the way. `round` as in `serverError`. */
  pause(failure: DeliveryFailure, round: number, said = failure.message): void {
    this.#limit.failed(failure, round);
    // Deliveries that were under way together fail together: one pause, one step of the delay.
    if (
      !this.#isWayOpen &&
      this.#facts.state !== 'starting' &&
      failure.pauseReason === this.#facts.state &&
      !this.#probing
    )
      return;
    // Another trouble than the last is a new one: hours offline must not make the first error after them wait a minute.
    if (failure.pauseReason !== this.#lastPauseReason) this.#failures = 0;
    this.#lastPauseReason = failure.pauseReason;
    const delay = this.#delayFor(failure);
    this.#probing = false;
    this.#proven = false;
    const now = this.#time.now();
    this.#failures += 1;
    this.#say({
      state: failure.pauseReason,
      nextProbeAt: this.#planProbe(failure.pauseReason, now + delay, now),
      message: said,
      technical: failure.technical,
    });
  }

  /** A probe begins: its failure is a new one. */
  probing(): void {
    this.#probing = true;
    this.#asked = false;
  }

  /** Somebody asked to try now, or a new key was entered. */
  tryNow(): void {
    this.#asked = true;
    if (!this.#isWayOpen) this.#facts = { ...this.#facts, nextProbeAt: this.#time.now() };
  }

  /** What failed may have begun before somebody asked to try now, with the key of before: then now is the time. */
  #planProbe(pauseReason: PauseReason, planned: number, now: number): number | null {
    const asked = this.#asked && pauseReason !== 'throttled';
    this.#asked = false;
    if (asked) return now;
    // Whoever enters or unlocks the key tells that it is there.
    return pauseReason === 'key-missing' || pauseReason === 'key-locked' ? null : planned;
  }

  #delayFor({ pauseReason, retryAfterMilliseconds }: DeliveryFailure): number {
    // A server that asks for no time at all (0, or a date that has passed) must not make us ask without a pause.
    if (retryAfterMilliseconds !== null && retryAfterMilliseconds > 0) return retryAfterMilliseconds;
    // A delivery's refusal may be about its picture: that a probe is refused too shows soon.
    if (pauseReason === 'key-refused' && this.#probing) return keyProbeMilliseconds;
    if (pauseReason === 'not-approved')
      return approvalProbe.least + (approvalProbe.most - approvalProbe.least) * this.#time.random();
    return backoffDelay(this.#failures, gateBackoff, this.#time.random());
  }

  #say(facts: Omit<ConnectivityFacts, 'since'>): void {
    const since = facts.state === this.#facts.state ? this.#facts.since : this.#time.now();
    this.#facts = { ...facts, since };
  }
}
