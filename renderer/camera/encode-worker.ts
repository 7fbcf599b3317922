import { usbFault } from '../../shared/usb-fault.ts';
import { type Encoded, FrameLine } from './frame-line.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/** One camera's own thread: reads its frames as they come and makes files of them. */

const lookMilliseconds = 100;

let line: FrameLine<VideoFrame> | null = null;
let reader: ReadableStreamDefaultReader<VideoFrame> | null = null;
let looking: ReturnType<typeof setInterval> | undefined;
let lastFrameAt = 0;

const say = (message: FromWorker, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case 'begin':
      return begin(data);
    case 'trigger':
      if (line === null) return say({ type: 'triggered', request: data.request, fault: usbFault('closed') });
      return line.trigger(data.request);
    case 'taken':
      return line?.taken();
    case 'tell':
      if (line !== null) say({ type: 'told', tallies: line.tallies(), read: line.read });
      return;
    case 'end':
      return void end();
  }
});

function begin({ frames, mode, format, quality, silentMilliseconds }: Extract<ToWorker, { type: 'begin' }>): void {
  const made = new FrameLine<VideoFrame>({
    mode,
    encode: encoder(`image/${format}`, quality),
    onPicture: (picture) => say({ type: 'picture', picture, tallies: made.tallies() }, [picture.data]),
    onTriggered: (request, fault) => say({ type: 'triggered', request, fault }),
    onBroken: (fault) => say({ type: 'broken', fault }),
    monotonic: () => performance.now(),
    now: () => Date.now(),
  });
  line = made;
  lastFrameAt = performance.now();
  looking = setInterval(() => {
    made.look();
    if (performance.now() - lastFrameAt <= silentMilliseconds) return;
    lastFrameAt = Number.POSITIVE_INFINITY;
    say({ type: 'broken', fault: usbFault('silent') });
  }, lookMilliseconds);
  reader = frames.getReader();
  void read(made, reader);
}

async function read(into: FrameLine<VideoFrame>, from: ReadableStreamDefaultReader<VideoFrame>): Promise<void> {
  try {
    for (;;) {
      const { value, done } = await from.read();
      if (done) return;
      lastFrameAt = Math.max(lastFrameAt, performance.now());
      into.take(value);
    }
  } catch {
    // The track has ended: the page is told so itself.
  }
}

async function end(): Promise<void> {
  clearInterval(looking);
  await line?.end();
  void reader?.cancel().catch(() => undefined);
  say({ type: 'ended', tallies: line?.tallies() ?? { captured: 0, sent: 0, drops: {} } });
}

function encoder(type: string, quality: number): (frame: VideoFrame) => Promise<Encoded> {
  const canvas = new OffscreenCanvas(1, 1);
  // The picture is read back each time, so it is better never on the graphics card.
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  return async (frame) => {
    if (context === null) throw new Error('there is no canvas');
    const { displayWidth: width, displayHeight: height } = frame;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    context.drawImage(frame, 0, 0);
    // Its memory is the camera's again while the picture is made.
    frame.close();
    const blob = await canvas.convertToBlob({ type, quality });
    // A browser that can't make this kind of file makes a PNG without a word.
    if (blob.type !== type) throw new Error(`asked for ${type}, got ${blob.type}`);
    return { data: await blob.arrayBuffer(), width, height };
  };
}
