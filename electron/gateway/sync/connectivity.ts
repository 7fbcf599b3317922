import type { DeliveryFailure, GateReason } from '../model/delivery.ts';
import { backoffDelay, gateBackoff } from './backoff.ts';

/**
 * Whether deliveries may start, and why not. Pure but for the injected clock and randomness; the syncer asks it and
 * tells it what happened.
 *
 * - A pause costs no entry an attempt. While it lasts, one probe at a time looks whether the way is open again, at
 *   growing intervals; they shrink only after a real delivery.
 * - After a pause one delivery goes alone; its success opens the way in full.
 * - Many server errors in a row, with no success between, count as a pause too.
 */
export type ConnectivityState = 'starting' | 'online' | GateReason;

export type ConnectivityFacts = {
  readonly state: ConnectivityState;
  readonly since: number;
  readonly nextProbeAt: number | null;
  readonly text: string;
  readonly hint: string;
  readonly technical: string;
};

type Time = { readonly now: () => number; readonly random: () => number };

const errorsUntilTrouble = 4;
const keyProbeMilliseconds = 60_000;
const successesUntilFaster = 16;

export class Connectivity {
  readonly #time: Time;
  readonly #most: number;
  #facts: ConnectivityFacts;
  #failures = 0;
  #lastGate: GateReason | null = null;
  #errorsInRow = 0;
  #careful = true;
  #probing = false;
  #proven = false;
  #asked = false;
  #limit: number;
  #successes = 0;
  #lastSuccessAt: number | null = null;

  constructor(time: Time, concurrency: number) {
    this.#time = time;
    this.#most = concurrency;
    this.#limit = concurrency;
    this.#facts = {
      state: 'starting',
      since: time.now(),
      nextProbeAt: time.now(),
      text: 'Looking for the cloud',
      hint: '',
      technical: '',
    };
  }

  get facts(): ConnectivityFacts {
    return this.#facts;
  }

  get lastSuccessAt(): number | null {
    return this.#lastSuccessAt;
  }

  get isOpen(): boolean {
    return this.#facts.state === 'online';
  }

  /** The most deliveries that may be under way now. */
  get concurrency(): number {
    if (!this.isOpen) return 0;
    return this.#careful ? 1 : this.#limit;
  }

  /** A probe has just found the way open, and nothing was delivered since. */
  get isProven(): boolean {
    return this.isOpen && this.#proven;
  }

  /** What to do when the time of `nextProbeAt` has come: ask the server, or simply let one delivery try. */
  get probeBy(): 'request' | 'delivery' {
    return this.#facts.state === 'throttled' || this.#facts.state === 'trouble' ? 'delivery' : 'request';
  }

  /** A probe was answered as the API answers, or waiting was all that was asked of us. */
  reopen(): void {
    this.#probing = false;
    if (this.isOpen) return;
    this.#proven = this.probeBy === 'request';
    this.#careful = true;
    this.#errorsInRow = 0;
    this.#say({ state: 'online', nextProbeAt: null, text: '', hint: '', technical: '' });
  }

  /** A picture was delivered, or refused by the API itself: the way is open. */
  delivered(): void {
    this.#lastSuccessAt = this.#time.now();
    this.#failures = 0;
    this.#errorsInRow = 0;
    this.#careful = false;
    this.#proven = false;
    this.#successes += 1;
    if (this.#limit < this.#most && this.#successes >= successesUntilFaster) {
      this.#limit += 1;
      this.#successes = 0;
    }
  }

  /** A failure of one entry that is no fault of the way, unless it goes on and on. */
  serverError(failure: DeliveryFailure): void {
    this.#errorsInRow += 1;
    const enough = this.#careful ? 1 : errorsUntilTrouble;
    if (this.isOpen && this.#errorsInRow >= enough) {
      this.pause({
        ...failure,
        text: failure.ambiguous
          ? 'Pictures are sent, but no answer comes.'
          : `Nothing gets through: ${lowerFirst(failure.text)}`,
      });
    }
  }

  pause(failure: DeliveryFailure): void {
    // Deliveries that were under way together fail together: one pause, one step of the delay.
    if (!this.isOpen && this.#facts.state !== 'starting' && failure.gate === this.#facts.state && !this.#probing)
      return;
    // Another trouble than the last is a new one: hours offline must not make the first error after them wait a minute.
    if (failure.gate !== this.#lastGate) this.#failures = 0;
    this.#lastGate = failure.gate;
    const delay = this.#delayFor(failure);
    this.#probing = false;
    this.#proven = false;
    if (failure.gate === 'throttled') {
      this.#limit = Math.max(1, Math.floor(this.#limit / 2));
      this.#successes = 0;
    }
    const now = this.#time.now();
    this.#failures += 1;
    this.#say({
      state: failure.gate,
      nextProbeAt: this.#planProbe(failure.gate, now + delay, now),
      text: failure.text,
      hint: failure.hint,
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
    if (!this.isOpen) this.#facts = { ...this.#facts, nextProbeAt: this.#time.now() };
  }

  /** What failed may have begun before somebody asked to try now, with the key of before: then now is the time. */
  #planProbe(gate: GateReason, planned: number, now: number): number | null {
    const asked = this.#asked && gate !== 'throttled';
    this.#asked = false;
    if (asked) return now;
    return gate === 'key-missing' ? null : planned;
  }

  #delayFor({ gate, retryAfterMilliseconds }: DeliveryFailure): number {
    // A server that asks for no time at all (0, or a date that has passed) must not make us ask without a pause.
    if (retryAfterMilliseconds !== null && retryAfterMilliseconds > 0) return retryAfterMilliseconds;
    // A delivery's refusal may be about its picture: that a probe is refused too shows soon.
    if (gate === 'key-refused' && this.#probing) return keyProbeMilliseconds;
    return backoffDelay(this.#failures, gateBackoff, this.#time.random());
  }

  #say(facts: Omit<ConnectivityFacts, 'since'>): void {
    const since = facts.state === this.#facts.state ? this.#facts.since : this.#time.now();
    this.#facts = { ...facts, since };
  }
}

const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
