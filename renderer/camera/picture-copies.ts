import type { Encoded, Held } from './frame-line.ts';

/**
 * Copies of frames that wait to be encoded. The camera has few buffers of its own: a frame that waits in one of them is
 * missing to it, and it drops the next ones before anybody sees them. A copy gives the buffer back at once.
 */
export class PictureCopies {
  readonly #type: string;
  readonly #quality: number;
  readonly #spare: { readonly canvas: OffscreenCanvas; readonly context: OffscreenCanvasRenderingContext2D }[] = [];

  /** `type`: of the file, `image/jpeg`; `quality`: 0–1. */
  constructor(type: string, quality: number) {
    this.#type = type;
    this.#quality = quality;
  }

  /** Closes the frame. Throws where there is no memory for another copy. */
  hold(frame: VideoFrame): Held {
    const { displayWidth: width, displayHeight: height } = frame;
    const copy = this.#spare.pop() ?? newCopy();
    const { canvas, context } = copy;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    context.drawImage(frame, 0, 0);
    // Drawing is put off until somebody looks, and until then the frame's memory is not free.
    context.getImageData(0, 0, 1, 1);
    frame.close();
    return {
      encode: async () => {
        try {
          return await this.#encode(canvas);
        } finally {
          this.#spare.push(copy);
        }
      },
      discard: () => this.#spare.push(copy),
    };
  }

  async #encode(canvas: OffscreenCanvas): Promise<Encoded> {
    const { width, height } = canvas;
    const blob = await canvas.convertToBlob({ type: this.#type, quality: this.#quality });
    // A browser that can't make this kind of file makes a PNG without a word.
    if (blob.type !== this.#type) throw new Error(`asked for ${this.#type}, got ${blob.type}`);
    return { data: await blob.arrayBuffer(), width, height };
  }
}

function newCopy() {
  const canvas = new OffscreenCanvas(1, 1);
  // The picture is read back each time, so it is better never on the graphics card.
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (context === null) throw new Error('there is no canvas');
  return { canvas, context };
}
