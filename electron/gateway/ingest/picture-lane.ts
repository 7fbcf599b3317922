/** At most so many pieces of work at once; the others wait their turn. */
export class PictureLane {
  readonly #places: number;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(places: number) {
    this.#places = places;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy >= this.#places) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#busy += 1;
    try {
      return await work();
    } finally {
      // A place is handed on, so that nobody slips in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#busy -= 1;
      else next();
    }
  }
}
