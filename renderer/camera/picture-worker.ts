import type { FromLane, ToLane } from './lane-messages.ts';

/**
 * Makes files of frames, one after the other. A frame is copied as soon as it comes: the camera has few buffers of its
 * own, and one that waits in them is missing to it.
 */
const spare: { readonly canvas: OffscreenCanvas; readonly context: OffscreenCanvasRenderingContext2D }[] = [];
const unwanted = new Set<number>();

const say = (message: FromLane, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });

self.addEventListener('message', ({ data }: MessageEvent<ToLane>) => {
  if ('discard' in data) unwanted.add(data.discard);
  else void make(data);
});

async function make({ id, frame, type, quality }: Extract<ToLane, { frame: VideoFrame }>): Promise<void> {
  try {
    const { displayWidth: width, displayHeight: height } = frame;
    const copy = spare.pop() ?? newCopy();
    const { canvas, context } = copy;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    context.drawImage(frame, 0, 0);
    // Drawing is put off until somebody looks, and until then the frame's memory is not free.
    context.getImageData(0, 0, 1, 1);
    frame.close();
    // Frames that are there by now are copied before this one is encoded.
    await new Promise((resolve) => setTimeout(resolve));
    if (unwanted.delete(id)) return void spare.push(copy);
    const blob = await canvas.convertToBlob({ type, quality });
    spare.push(copy);
    // A browser that can't make this kind of file makes a PNG without a word.
    if (blob.type !== type) throw new Error(`asked for ${type}, got ${blob.type}`);
    const bytes = await blob.arrayBuffer();
    say({ id, encoded: { data: bytes, width, height } }, [bytes]);
  } catch (error) {
    frame.close();
    say({ id, failed: String(error) });
  }
}

function newCopy() {
  const canvas = new OffscreenCanvas(1, 1);
  // The picture is read back each time, so it is better never on the graphics card.
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (context === null) throw new Error('there is no canvas');
  return { canvas, context };
}
