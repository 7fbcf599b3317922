/** Work that must not overlap: each begins when all that was asked for before it has ended, whether well or not. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves and rejects as `work` does. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** A place in the order, for whoever has to get ready first. `leave` must be called; more calls change nothing. */
  enter(): { readonly first: Promise<void>; readonly leave: () => void } {
    let leave: () => void = () => undefined;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const first = this.#last.then(() => undefined);
    this.#last = first.then(() => left);
    return { first, leave };
  }

  /** Resolves once all that was asked for until now has ended. */
  idle(): Promise<void> {
    return this.#last.then(() => undefined);
  }
}
