import type { FromLane, ToLane } from './lane-messages.ts';

type Copy = { readonly canvas: OffscreenCanvas; readonly context: OffscreenCanvasRenderingContext2D };

/**
 * Makes files of frames, one after the other. A frame is copied as soon as it comes: the camera has few buffers of its
 * own, and one that waits in them is missing to it.
 */
const spare: Copy[] = [];
const mostSpare = 3;
const unwanted = new Set<number>();
let turn: Promise<void> = Promise.resolve();

const say = (message: FromLane, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });

self.addEventListener('message', ({ data }: MessageEvent<ToLane>) => {
  if ('discard' in data) return void unwanted.add(data.discard);
  const { id, frame, type, quality } = data;
  let copy: Copy;
  try {
    copy = copyOf(frame);
  } catch (error) {
    return say({ id, failed: String(error) });
  } finally {
    frame.close();
  }
  turn = turn.then(() => encode(id, copy, type, quality)).catch((error) => say({ id, failed: String(error) }));
});

function copyOf(frame: VideoFrame): Copy {
  const { displayWidth: width, displayHeight: height } = frame;
  const copy = spare.pop() ?? newCopy();
  const { canvas, context } = copy;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  context.drawImage(frame, 0, 0);
  // Drawing is put off until somebody looks, and until then the frame's memory is not free.
  context.getImageData(0, 0, 1, 1);
  return copy;
}

async function encode(id: number, copy: Copy, type: string, quality: number): Promise<void> {
  const { canvas } = copy;
  const { width, height } = canvas;
  // Frames that are there by now are copied first.
  await new Promise((resolve) => setTimeout(resolve));
  if (unwanted.delete(id)) return say({ id, failed: 'nobody waits for it' });
  const blob = await canvas.convertToBlob({ type, quality });
  if (spare.length < mostSpare) spare.push(copy);
  // A browser that can't make this kind of file makes a PNG without a word.
  if (blob.type !== type) throw new Error(`asked for ${type}, got ${blob.type}`);
  // It comes from another process; the next one is made meanwhile.
  void blob.arrayBuffer().then(
    (data) => say({ id, encoded: { data, width, height } }, [data]),
    (error) => say({ id, failed: String(error) }),
  );
}

function newCopy(): Copy {
  const canvas = new OffscreenCanvas(1, 1);
  // The picture is read back each time, so it is better never on the graphics card.
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (context === null) throw new Error('there is no canvas');
  return { canvas, context };
}
