import type { Copied } from './copied-picture.ts';
import { colourChange } from './jpeg/colour-change.ts';
import { JpegEncoder, type Planes, planesBytes } from './jpeg/jpeg-encoder.ts';

const mostSpare = 3;

/** JPEG files right from the planes that cameras deliver: nothing is drawn, and no other process is asked. */
export class PlanePictures {
  readonly #quality: number;
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  readonly #encoders = new Map<string, JpegEncoder | null>();

  /** `quality`: 0–1. */
  constructor(quality: number) {
    this.#quality = quality;
  }

  /** Null for frames that are no such planes, or that are shown turned or stretched. Rejects where they can't be read. */
  copy(frame: VideoFrame): Promise<Copied> | null {
    const { format: layout, visibleRect, displayWidth: width, displayHeight: height } = frame;
    if (layout !== 'I420' && layout !== 'NV12') return null;
    const isAsShown = visibleRect?.width === width && visibleRect.height === height && !isTurned(frame);
    if (!isAsShown || width > 65_535 || height > 65_535) return null;
    const encoder = this.#encoderFor(frame.colorSpace);
    return encoder === null ? null : this.#read(frame, encoder, { layout, width, height });
  }

  async #read(frame: VideoFrame, encoder: JpegEncoder, picture: Omit<Planes, 'data'>): Promise<Copied> {
    const { width, height } = picture;
    encoder.prepare(width, height);
    const bytes = planesBytes(width, height);
    const spare = this.#spare.pop();
    const data = spare?.length === bytes ? spare : new Uint8Array(bytes);
    await frame.copyTo(data);
    return {
      width,
      height,
      encode: async () => {
        const file = encoder.encode({ ...picture, data });
        if (this.#spare.length < mostSpare) this.#spare.push(data);
        return { file: Promise.resolve(file.buffer) };
      },
    };
  }

  #encoderFor({ matrix, fullRange }: VideoColorSpace): JpegEncoder | null {
    const key = `${matrix} ${fullRange}`;
    const known = this.#encoders.get(key);
    if (known !== undefined) return known;
    const change = colourChange({ matrix, fullRange });
    const quality = Math.min(100, Math.max(1, Math.round(this.#quality * 100)));
    const encoder = change === null ? null : new JpegEncoder(quality, change);
    this.#encoders.set(key, encoder);
    return encoder;
  }
}

/** Newer browsers tell what older ones don't know. */
function isTurned(frame: VideoFrame & { readonly rotation?: number; readonly flip?: boolean }): boolean {
  return (frame.rotation ?? 0) !== 0 || (frame.flip ?? false);
}
