/** A line: whoever entered first goes first, however long each takes to get ready. */
export class OfferOrder {
  #line: Promise<void> = Promise.resolve();

  /** `first` resolves when all before have left. `leave` is always to be called in the end; more calls change nothing. */
  enter(): { readonly first: Promise<void>; readonly leave: () => void } {
    const first = this.#line;
    let leave: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => {
      leave = resolve;
    });
    this.#line = first.then(() => gone);
    return { first, leave };
  }
}
