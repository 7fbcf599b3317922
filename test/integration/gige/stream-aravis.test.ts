import { afterEach, describe, expect, it } from 'vitest';
import { GvspStream, type OpenStream } from '../../../electron/gateway/source/gige/gvsp/stream.ts';
import { GvspAravis } from '../../support/gvsp-aravis.ts';
import { streamWorker } from '../../support/workers.ts';

const obstacle = await GvspAravis.obstacle();

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const ascending = (a: number, b: number): number => a - b;

async function streamFrom(camera: GvspAravis, more: Partial<OpenStream> = {}): Promise<GvspStream> {
  const stream = await GvspStream.open({
    bindAddress: camera.hostAddress,
    cameraAddress: camera.address,
    gvcpPort: 3956,
    resend: false,
    buffers: 12,
    maxFrameBytes: 8_000_000,
    workerPath: streamWorker,
    ...more,
  });
  closing.push(() => stream.close());
  return stream;
}

const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not come to that within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/** Its test picture: each line is the one above moved by a pixel, brightness rises and falls back. */
function isTestPicture(picture: Uint8Array, width: number, height: number): boolean {
  for (let y = 1; y < height; y += 1) {
    for (let x = 0; x + 1 < width; x += 1) {
      if (picture[y * width + x] !== picture[(y - 1) * width + x + 1]) return false;
    }
  }
  return true;
}

describe.skipIf(obstacle !== '')(
  `GvspStream and Aravis’ simulated camera${obstacle && ` (skipped: ${obstacle})`}`,
  () => {
    it('hands over every frame, whole, over a change of size and packet size', async () => {
      const camera = await GvspAravis.start();
      closing.push(() => camera.stop());
      const stream = await streamFrom(camera);
      const blocks: number[] = [];
      const torn: number[] = [];
      const sizes = new Set<string>();
      stream.onFrame(({ block, leader: { width, height }, data, bytes, release }) => {
        blocks.push(block);
        sizes.add(`${width}x${height}:${bytes}`);
        if (!isTestPicture(new Uint8Array(data, 0, bytes), width, height)) torn.push(block);
        release();
      });
      for (const [width, height, packetSize] of [
        [512, 300, 1_500],
        [1_000, 701, 8_900],
      ] as const) {
        const before = blocks.length;
        stream.start(packetSize);
        await camera.acquire({ port: stream.port, packetSize, width, height, framesPerSecond: 40 });
        await until(() => blocks.length >= before + 30);
        await camera.rest();
        stream.stop();
      }
      await stream.close();
      const { frames, drops, missed, ignored, foreignPackets } = stream.counters();
      expect(torn).toEqual([]);
      expect([...sizes].sort()).toEqual(['1000x701:701000', '512x300:153600']);
      expect(frames).toBe(blocks.length);
      // At most the frame that was on its way when the camera was told to stop.
      expect(Object.values(drops).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(2);
      expect({ missed, ignored, foreignPackets }).toEqual({ missed: 0, ignored: 0, foreignPackets: 0 });
    });

    it.each([true, false])(
      'never hands over a torn frame of a camera that loses packets, and counts each that is lost (batched: %s)',
      async (batched) => {
        const camera = await GvspAravis.start({ lostPerThousand: 5, tells: true });
        closing.push(() => camera.stop());
        // A camera that the system makes wait in the middle of a frame has not lost it.
        const stream = await streamFrom(camera, { batched, retentionMilliseconds: 3_000 });
        const blocks: number[] = [];
        const torn: number[] = [];
        stream.onFrame(({ block, leader: { width, height }, data, bytes, release }) => {
          blocks.push(block);
          if (!isTestPicture(new Uint8Array(data, 0, bytes), width, height)) torn.push(block);
          release();
        });
        stream.start(1_500);
        await camera.acquire({ port: stream.port, packetSize: 1_500, width: 512, height: 300, framesPerSecond: 60 });
        // It begins at 65401: until its ids have gone round.
        await until(() => camera.log.sent().length >= 200);
        await camera.rest();
        await until(async () => {
          const { inFlight } = await stream.count();
          return inFlight === 0;
        });
        await stream.close();
        const { frames, drops, missed, late, ignored, duplicates, foreignPackets } = stream.counters();
        expect(torn).toEqual([]);
        // The camera's own account of what it lost, frame by frame.
        const [sent, whole] = [camera.log.sent(), camera.log.whole()];
        expect(sent).toEqual(expect.arrayContaining([65_535, 1]));
        expect(blocks.toSorted(ascending)).toEqual(whole.toSorted(ascending));
        expect(whole.length).toBeGreaterThan(50);
        expect(whole.length).toBeLessThan(sent.length);
        expect({ frames, drops, missed }).toEqual({
          frames: whole.length,
          drops: { incomplete: sent.length - whole.length },
          missed: 0,
        });
        expect({ late, ignored, duplicates, foreignPackets }).toEqual({
          late: 0,
          ignored: 0,
          duplicates: 0,
          foreignPackets: 0,
        });
      },
    );
  },
);
