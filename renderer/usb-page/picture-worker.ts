import { CanvasPictures } from './canvas-pictures.ts';
import type { Copied } from './copied-picture.ts';
import type { FromLane, ToLane } from './lane-messages.ts';
import { PlanePictures } from './plane-pictures.ts';

/**
 * Makes files of frames, one after the other. A frame is copied as soon as it comes: the camera has few buffers of its
 * own, and one that waits in them is missing to it.
 */
let turn: Promise<void> = Promise.resolve();
let canvas: CanvasPictures | null = null;
let planes: PlanePictures | null = null;
/** Where planes could not be read or encoded once, they are not asked for again. */
let planesFailed = false;

const say = (message: FromLane, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });

self.addEventListener('message', ({ data }: MessageEvent<ToLane>) => {
  const { id, frame, type, quality } = data;
  const copying = copy(frame, type, quality).finally(() => frame.close());
  const before = turn;
  turn = Promise.all([copying, before])
    .then(([copied]) => encode(id, copied))
    .catch((error) => {
      // There was no memory for the encoder.
      planesFailed ||= error instanceof RangeError;
      say({ id, failed: String(error) });
    });
});

async function copy(frame: VideoFrame, type: string, quality: number): Promise<Copied> {
  if (type === 'image/jpeg' && !planesFailed) {
    try {
      planes ??= new PlanePictures(quality);
      const copied = await planes.copy(frame);
      if (copied !== null) return copied;
    } catch (error) {
      planesFailed = true;
      console.warn(`The browser encodes the pictures: ${error}`);
    }
  }
  canvas ??= new CanvasPictures(type, quality);
  return canvas.copy(frame);
}

async function encode(id: number, copied: Copied): Promise<void> {
  // Frames that are there by now are copied first.
  await new Promise((resolve) => setTimeout(resolve));
  const { width, height } = copied;
  const { file } = await copied.encode();
  void file.then(
    (data) => say({ id, encoded: { data, width, height } }, [data]),
    (error) => say({ id, failed: String(error) }),
  );
}
