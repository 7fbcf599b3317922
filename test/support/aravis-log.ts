import type { Readable } from 'node:stream';

/** What Aravis' simulated camera has to be told so that it says what it sends, and what it leaves out. */
export const tellingWords = ['-d', 'stream-thread:2'] as const;

/** What the camera itself says of its frames: a witness that has seen nothing of what we received. */
export class AravisLog {
  #text = '';

  constructor(errors: Readable) {
    errors.setEncoding('utf8');
    errors.on('data', (text: string) => {
      this.#text += text;
    });
  }

  /** Ids of all frames that it sent, in this order; at least some of their packets went out. */
  sent(): readonly number[] {
    return [...this.#text.matchAll(/Send frame (\d+)/g)].map(([, id]) => Number(id));
  }

  /** Of these, the ones of which every packet with something of the picture went out; the trailer has nothing of it. */
  whole(): readonly number[] {
    const torn = new Set(
      [...this.#text.matchAll(/Drop GVSP (?:leader|data) packet frame: ?(\d+)/g)].map(([, id]) => Number(id)),
    );
    return this.sent().filter((id) => !torn.has(id));
  }
}
