import { usbFault } from '../../shared/usb-fault.ts';
import { FrameLine } from './frame-line.ts';
import { laneCount, PictureLanes } from './picture-lanes.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/** One camera's own thread: reads its frames as they come, and has files made of them. */

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

function begin(begun: Extract<ToWorker, { type: 'begin' }>): void {
  const { frames, mode, format, quality, waiting, silentMilliseconds } = begun;
  const lanes = new PictureLanes(laneCount(navigator.hardwareConcurrency), `image/${format}`, quality, (technical) =>
    say({ type: 'broken', fault: usbFault('encode-failed', { technical }) }),
  );
  const made = new FrameLine<VideoFrame>({
    mode,
    waiting,
    hold: (frame) => lanes.hold(frame),
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
