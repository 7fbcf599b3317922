type Waiting<Reply> = { readonly resolve: (reply: Reply) => void; readonly reject: (error: Error) => void };

/** Requests that were sent with a number and are not answered yet. Answers may come in any order. */
export class OpenRequests<Reply> {
  readonly #waiting = new Map<number, Waiting<Reply>>();
  #last = 0;

  get size(): number {
    return this.#waiting.size;
  }

  /** `send` is called at once, with the number that the answer will have; where it throws, this rejects. */
  ask(send: (id: number) => void): Promise<Reply> {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      try {
        send(id);
      } catch (error) {
        this.#waiting.delete(id);
        reject(error);
      }
    });
  }

  /** What nobody waits for, or no longer, changes nothing. */
  answer(id: number, reply: Reply): void {
    this.#take(id)?.resolve(reply);
  }

  refuse(id: number, error: Error): void {
    this.#take(id)?.reject(error);
  }

  /** Nobody will answer any of them. */
  refuseAll(error: Error): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of all) reject(error);
  }

  #take(id: number): Waiting<Reply> | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}
