import type { ToStream } from './stream-protocol.ts';

/**
 * What the stream's owner says, and when it is obeyed. To begin, before the packets that are there by now: they were
 * sent after it. To stop, after them: they were sent before it, and a whole frame among them is one that was taken.
 */
export class Orders {
  readonly #obey: (message: ToStream) => void;
  #behind: ToStream[] = [];

  constructor(obey: (message: ToStream) => void) {
    this.#obey = obey;
  }

  /** Something waits for the packets that are there. */
  get isWaiting(): boolean {
    return this.#behind.length > 0;
  }

  hear(message: ToStream): void {
    const stops = message.kind === 'stop' || message.kind === 'close';
    // A buffer that comes back is of use to the packets that are there.
    if (stops || (this.isWaiting && message.kind !== 'release')) this.#behind.push(message);
    else this.#obey(message);
  }

  /** No packet is there any more. */
  drained(): void {
    const messages = this.#behind;
    this.#behind = [];
    const stop = messages.shift();
    if (stop === undefined) return;
    this.#obey(stop);
    for (const message of messages) this.hear(message);
  }
}
