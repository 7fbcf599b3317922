import type { Copied } from './copied-picture.ts';

type Sheet = { readonly canvas: OffscreenCanvas; readonly context: OffscreenCanvasRenderingContext2D };

const mostSpare = 3;

/** Pictures of any frame, in any kind of file that the browser makes: the frame is drawn, and the browser encodes it. */
export class CanvasPictures {
  readonly #type: string;
  readonly #quality: number;
  readonly #spare: Sheet[] = [];

  /** `type`: of the files, `image/png`; `quality`: 0–1. */
  constructor(type: string, quality: number) {
    this.#type = type;
    this.#quality = quality;
  }

  copy(frame: VideoFrame): Copied {
    const { displayWidth: width, displayHeight: height } = frame;
    const sheet = this.#spare.pop() ?? newSheet();
    const { canvas, context } = sheet;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    context.drawImage(frame, 0, 0);
    // Drawing is put off until somebody looks, and until then the frame's memory is not free.
    context.getImageData(0, 0, 1, 1);
    return { width, height, encode: () => this.#encode(sheet) };
  }

  async #encode(sheet: Sheet): Promise<{ readonly file: Promise<ArrayBuffer> }> {
    const type = this.#type;
    const blob = await sheet.canvas.convertToBlob({ type, quality: this.#quality });
    if (this.#spare.length < mostSpare) this.#spare.push(sheet);
    // A browser that can't make this kind of file makes a PNG without a word.
    if (blob.type !== type) throw new Error(`asked for ${type}, got ${blob.type}`);
    // It comes from another process; the next one is made meanwhile.
    return { file: blob.arrayBuffer() };
  }
}

function newSheet(): Sheet {
  const canvas = new OffscreenCanvas(1, 1);
  // The picture is read back each time, so it is better never on the graphics card.
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (context === null) throw new Error('there is no canvas');
  return { canvas, context };
}
