import type { Message } from '../../../../shared/messages/message.ts';

/** Pixels as an encoder takes them: line by line without gaps, the samples of a pixel together. */
export type Pixels = {
  readonly width: number;
  readonly height: number;
  /** 1: grey. 3: red, green, blue. */
  readonly channels: 1 | 3;
  /** Significant bits of a sample, which is right-aligned. More than 8 bits lie in 16. */
  readonly depth: number;
  readonly data: Uint8Array | Uint16Array;
};

/** The picture can't be made from what came; the same bytes will never do. `said`: why, and what to do about it. */
export class PixelsRefused extends Error {
  readonly said: Message;

  constructor(said: Message) {
    super(said.code);
    this.name = 'PixelsRefused';
    this.said = said;
  }
}
