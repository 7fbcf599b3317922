import { GrowingDelay, withoutJitter } from '../gateway/platform/backoff.ts';
import { type Clock, sleep } from '../gateway/platform/clock.ts';
import type { Keyring, LockState, Opened } from './keyring.ts';

/**
 * `asking`: only just begun. `locked`: it waits for a person. `silent`: no answer, and nobody knows why. `absent`: it
 * could not be reached.
 */
export type OpeningState = 'asking' | 'locked' | 'silent' | 'absent';

export type OpeningOptions = {
  readonly keyring: Pick<Keyring, 'open' | 'lock'>;
  readonly clock: Clock;
  readonly sealed: readonly Buffer[];
  readonly onState: (state: OpeningState) => void;
  /** Called once, unless it is stopped before. */
  readonly onOpened: (texts: readonly (string | null)[]) => void;
};

const lookMilliseconds = 2_000;
/** A PC that has just been switched on is slow. */
const silenceMilliseconds = 20_000;
/** An answer may be lost, and is asked for anew. Not while a person is asked for the password: that waits as long as they do. */
const longestAskMilliseconds = 10 * 60_000;
/** A question that goes on although the keyring was unlocked elsewhere is put anew; the next has twice the time. */
const overtakenMilliseconds = 10_000;
const pauses = { first: 10_000, longest: 5 * 60_000, refused: 60 * 60_000 };

/**
 * Asks the keyring until it has answered. Each question may put one of the desktop's own before a person, and one that
 * was refused must not come back again and again: while the keyring is locked it is only looked at, and asked once it has
 * been unlocked, or when a person wants it. Where it was never seen locked (of KWallet nobody tells), what looks like a
 * refusal may have been a slow service, of which nobody knows that they were to try again: it is asked once an hour.
 */
export class Opening {
  readonly #options: OpeningOptions;
  readonly #stop = new AbortController();
  #wanted = new AbortController();
  /** Of the question that is out. */
  #given = new AbortController();
  #state: OpeningState = 'asking';
  /** As it was last seen. */
  #lock: LockState = 'unlocked';
  #wasLocked = false;
  #patience = overtakenMilliseconds;
  readonly #pause = new GrowingDelay(pauses, withoutJitter);

  constructor(options: OpeningOptions) {
    this.#options = options;
  }

  get state(): OpeningState {
    return this.#state;
  }

  start(): void {
    void this.#run();
  }

  /** A person wants it tried now. A question that they see is left to them; one that nothing is heard of is put anew. */
  askAgain(): void {
    this.#wanted.abort();
    if (this.#state === 'silent') this.#given.abort();
  }

  stop(): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const answer = await this.#ask();
      if (this.#stop.signal.aborted) return;
      if (answer.kind === 'opened') return this.#options.onOpened(answer.texts);
      if (answer.kind === 'shut') await this.#untilWorthwhile(this.#pause.next(), answer.isRefused);
    }
  }

  async #ask(): Promise<Opened | { readonly kind: 'anew' }> {
    const { keyring, sealed } = this.#options;
    const given = new AbortController();
    this.#given = given;
    const signal = AbortSignal.any([this.#stop.signal, given.signal]);
    void this.#watch(given, signal);
    try {
      return await keyring.open(sealed, signal);
    } catch {
      return given.signal.aborted ? { kind: 'anew' } : { kind: 'shut', isRefused: false };
    } finally {
      given.abort();
    }
  }

  /** While a question is out: what it waits for, and whether it waits in vain. */
  async #watch(given: AbortController, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const began = clock.monotonic();
    let unlockedAt: number | null = null;
    for (;;) {
      await sleep(clock, lookMilliseconds, signal);
      if (signal.aborted) return;
      const lock = await this.#look();
      if (signal.aborted) return;
      this.#lock = lock;
      const now = clock.monotonic();
      if (lock === 'locked') this.#say('locked');
      else if (now - began >= silenceMilliseconds) this.#say('silent');
      unlockedAt = lock === 'unlocked' ? (unlockedAt ?? now) : null;
      const isOvertaken = unlockedAt !== null && now - unlockedAt >= this.#patience;
      if (isOvertaken) this.#patience *= 2;
      const isLost = lock !== 'locked' && now - began >= longestAskMilliseconds;
      if (isOvertaken || isLost) given.abort();
    }
  }

  /** After a question without an answer: until the next has a chance. */
  async #untilWorthwhile(pause: number, isRefused: boolean): Promise<void> {
    const { clock } = this.#options;
    const began = clock.monotonic();
    this.#wanted = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, this.#wanted.signal]);
    while (!signal.aborted) {
      const before = this.#lock;
      const lock = await this.#look();
      // A service that is slow to tell has not been unlocked meanwhile.
      const isForPerson = isRefused || lock === 'locked' || (lock === 'silent' && before === 'locked');
      if (lock !== 'silent' || !isForPerson) this.#lock = lock;
      if (lock === 'unlocked' && before !== 'unlocked') break;
      this.#say(isForPerson ? 'locked' : 'absent');
      const waited = clock.monotonic() - began;
      // Only what was waited for in vain makes the next pause longer.
      if (!isForPerson && waited >= pause) return;
      if (isRefused && !this.#wasLocked && waited >= pauses.refused) break;
      await sleep(clock, lookMilliseconds, signal);
    }
    this.#pause.reset();
  }

  async #look(): Promise<LockState> {
    const lock = await this.#options.keyring.lock();
    if (lock === 'locked') this.#wasLocked = true;
    return lock;
  }

  #say(state: OpeningState): void {
    if (this.#state === state || this.#stop.signal.aborted) return;
    this.#state = state;
    this.#options.onState(state);
  }
}
