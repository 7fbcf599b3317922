import { randomBytes } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Encoder } from '../../../../electron/gateway/ingest/codec/encoder.ts';
import { FrameIntake, type FrameSettings } from '../../../../electron/gateway/ingest/frame-intake.ts';
import { ImageBatch } from '../../../../electron/gateway/ingest/image-batch.ts';
import type { CameraFrame } from '../../../../electron/gateway/model/frame.ts';
import { systemClock } from '../../../../electron/gateway/platform/clock.ts';
import { silentLogger } from '../../../../electron/gateway/platform/logger.ts';
import { GatedFrames } from '../../../../electron/gateway/store/gated-frames.ts';
import { filterOf } from '../../../../electron/gateway/wiring/camera-source.ts';
import type { FrameFacts } from '../../../../shared/camera.ts';
import type { Message } from '../../../../shared/messages/message.ts';
import { gigeSourceSchema } from '../../../../shared/source-config.ts';
import { FailingFiles } from '../../../support/failing-files.ts';
import type { FakeClock } from '../../../support/fake-clock.ts';
import { type IntakeWish, openIntake } from '../../../support/intake.ts';
import { makeJpeg } from '../../../support/pictures.ts';
import { heldFiles } from '../../../support/scanned-files.ts';
import { told } from '../../../support/spoken.ts';
import { encodeWorker } from '../../../support/workers.ts';

/** With what it says, where it says something. */
const spokenVerdict = <Verdict extends object>(verdict: Verdict) =>
  'message' in verdict ? told(verdict as Verdict & { message: Message }) : verdict;

async function openFrames(settings: Partial<FrameSettings> = {}, wish: IntakeWish = {}) {
  const { store, clock, admission, ledger, images, files, filter } = await openIntake(wish);
  const encoder = new Encoder({ workerPath: encodeWorker, workers: 2, clock: systemClock, limitMilliseconds: 30_000 });
  onTestFinished(() => encoder.stop());
  const intake = new FrameIntake(
    {
      catalogue: store.catalogue,
      payloads: store.payloads,
      commits: new ImageBatch(store.payloads, store.outbox, store.journal, clock),
      gated: new GatedFrames(store.database, ledger),
      admission,
      clock,
      logger: silentLogger,
      onStored: () => undefined,
      encoder,
    },
    {
      sourceId: 'top',
      maxImageBytes: 50_000_000,
      maxPixels: 1_000_000,
      encode: { format: 'png', quality: 90 },
      filter,
      ...settings,
    },
  );
  return { store, intake, clock, admission, images, files, ledger };
}

const facts: FrameFacts = {
  trigger: 'software',
  triggeredBy: 'window',
  frameNumber: 7,
  exposureMicroseconds: 2_500,
  cameraTimeNanoseconds: '123456789012345678',
};
const at = Date.parse('2026-01-05T07:11:12.345Z');
const frame = (more: Partial<CameraFrame> = {}, size = 8): CameraFrame => ({
  picture: {
    kind: 'raw',
    pixelFormat: 0x0108_0001,
    width: size,
    height: size,
    linePadding: 0,
    bigEndian: false,
    data: new Uint8Array(size * size).fill(size),
  },
  facts,
  capturedAt: at,
  capturedFrom: 'camera',
  ...more,
});

/** Lets the clock run until the promise is settled. */
async function running<T>(clock: FakeClock, promise: Promise<T>): Promise<T> {
  let isDone = false;
  const done = promise.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    clock.advance(100);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return done;
}

describe('a frame whose file another program holds', () => {
  const openHeld = async (mostHeld: number) => {
    const held = new Set<string>();
    const files = heldFiles(
      (path) => held.has(path),
      (path) => void (held.size < mostHeld && held.add(path)),
    );
    return openFrames({}, { files: new FailingFiles(files) });
  };

  test('for good is stored as another file: it exists nowhere else', async () => {
    const { intake, store, clock } = await openHeld(1);
    expect(await running(clock, intake.offer(frame()))).toMatchObject({ kind: 'stored' });
    expect(store.totals()).toMatchObject({ collected: 1 });
  });

  test('whatever is tried is lost with words, and the disk is not blamed', async () => {
    const { intake, store, clock, admission } = await openHeld(Number.POSITIVE_INFINITY);
    const verdict = spokenVerdict(await running(clock, intake.offer(frame())));
    expect(verdict).toMatchObject({
      kind: 'failed',
      text: expect.stringContaining('Another program holds a new picture in the data folder'),
      hint: expect.stringContaining('leave out the data folder'),
    });
    expect(store.totals()).toMatchObject({ collected: 0 });
    expect(admission.state().state).not.toBe('failing');
  });
});

describe('a frame', () => {
  test('is stored with all that is known of it', async () => {
    const { intake, images } = await openFrames();
    const verdict = await intake.offer(frame());
    expect(verdict.kind).toBe('stored');
    expect(images()).toEqual([
      expect.objectContaining({
        sourceId: 'top',
        filename: 'top-20260105T071112.345Z-000007.png',
        width: 8,
        height: 8,
        capturedAt: at,
        capturedFrom: 'camera',
        frame: facts,
      }),
    ]);
  });

  test('that the camera compressed is stored byte for byte; a torn one is refused', async () => {
    const { intake, images } = await openFrames();
    const data = new Uint8Array(await makeJpeg({ width: 32, height: 24, seed: 1 }));
    const picture = { kind: 'encoded', format: 'jpeg', width: 32, height: 24, data } as const;
    expect((await intake.offer(frame({ picture }))).kind).toBe('stored');
    expect(images()[0]).toMatchObject({ format: 'jpeg', bytes: data.length });
    const torn = { ...picture, data: data.subarray(0, data.length - 40) };
    expect(spokenVerdict(await intake.offer(frame({ picture: torn })))).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('not whole'),
    });
    expect(images()).toHaveLength(1);
  });

  test('with more pixels than are allowed is refused with the setting to raise', async () => {
    const { intake } = await openFrames({ maxPixels: 63 });
    expect(spokenVerdict(await intake.offer(frame()))).toMatchObject({
      kind: 'refused',
      hint: expect.stringContaining('ingest.maxPixels'),
    });
  });

  test('of a name that is taken gets another one: clocks jump, and cameras count anew', async () => {
    const { intake, images } = await openFrames();
    for (let time = 0; time < 3; time += 1) expect((await intake.offer(frame())).kind).toBe('stored');
    expect(images().map(({ filename }) => filename)).toEqual([
      'top-20260105T071112.345Z-000007-3.png',
      'top-20260105T071112.345Z-000007-2.png',
      'top-20260105T071112.345Z-000007.png',
    ]);
  });

  test('goes into the outbox in the order of the offers, however long each takes to encode', async () => {
    const { intake, images } = await openFrames();
    const sizes = [900, 8, 500, 9, 300, 10];
    const verdicts = await Promise.all(sizes.map((size) => intake.offer(frame({}, size))));
    expect(verdicts.map(({ kind }) => kind)).toEqual(sizes.map(() => 'stored'));
    expect(images().map(({ width }) => width)).toEqual([...sizes].reverse());
  });

  test.each(['ENOSPC', 'EIO'] as const)(
    'that the disk does not take (%s), at whatever step, is said to be lost, and no other is',
    async (code) => {
      const { intake, files, images } = await openFrames();
      const stored: string[] = [];
      let failures = 0;
      for (let nth = 1; ; nth += 1) {
        files.failAt({ nth, code, lasts: 'once' });
        const verdict = await intake.offer(frame({ capturedAt: at + nth }));
        if (verdict.kind === 'stored') stored.push(verdict.imageId);
        else {
          failures += 1;
          expect(spokenVerdict(verdict)).toMatchObject({ kind: 'failed', hint: expect.stringContaining('is lost') });
        }
        const wasHit = files.failed > 0;
        files.failAt(null);
        const after = await intake.offer(frame({ capturedAt: at + 1_000 + nth }));
        expect(after.kind).toBe('stored');
        if (after.kind === 'stored') stored.push(after.imageId);
        if (!wasHit) break;
      }
      expect(failures).toBeGreaterThanOrEqual(4);
      expect(images().map(({ imageId }) => imageId)).toEqual([...stored].reverse());
    },
  );
});

test('a small quota has room for a camera until it is used up', async () => {
  const { intake } = await openFrames({}, { storeBytes: 1_000_000 });
  expect(await intake.hasRoom()).toEqual({ ok: true });
  // No coder makes noise smaller.
  const noise = new Uint8Array(randomBytes(700 * 700));
  const shape = { pixelFormat: 0x0108_0001, width: 700, height: 700, linePadding: 0, bigEndian: false };
  const large = frame({ picture: { kind: 'raw', ...shape, data: noise } });
  const verdicts = [await intake.offer(large), await intake.offer({ ...large, capturedAt: at + 1 })];
  expect(verdicts.map(({ kind }) => kind)).toEqual(['stored', 'no-room']);
  expect(spokenVerdict(await intake.hasRoom())).toMatchObject({
    ok: false,
    hint: expect.stringContaining('rests until there is room'),
  });
});

describe('a near-duplicate', () => {
  const nearDuplicates = { threshold: 0, keepEverySeconds: 0 };
  const by = (trigger: FrameFacts['trigger'], size = 8, more: Partial<CameraFrame> = {}) =>
    frame({ facts: { ...facts, trigger }, ...more }, size);

  test('is counted, in the ledger too, and not stored; offers that come together are judged in their order', async () => {
    const { intake, images, ledger, store } = await openFrames({}, { nearDuplicates });
    const sizes = [700, 8, 8, 300, 300, 300, 8];
    const verdicts = await Promise.all(sizes.map((size) => intake.offer(by('free-run', size))));
    expect(verdicts.map(({ kind }) => kind)).toEqual([
      'stored',
      'stored',
      'gated',
      'stored',
      'gated',
      'gated',
      'stored',
    ]);
    expect(images().map(({ width }) => width)).toEqual([8, 300, 8, 700]);
    expect(ledger.page(null, 5).rows).toEqual([
      expect.objectContaining({ sourceId: 'top', captured: 7, pending: 4, gated: 3, balanced: true }),
    ]);
    expect(store.totals()).toMatchObject({ collected: 4, gated: 3 });
  });

  test.each([
    ['software', 'stored'],
    ['burst', 'stored'],
    ['hardware', 'stored'],
    ['free-run', 'gated'],
    ['interval', 'gated'],
  ] as const)('that was taken by %s is %s', async (trigger, kind) => {
    const { intake, images } = await openFrames({}, { nearDuplicates });
    await intake.offer(by(trigger));
    expect((await intake.offer(by(trigger, 8, { capturedAt: at + 1 }))).kind).toBe(kind);
    expect(images()).toHaveLength(kind === 'stored' ? 2 : 1);
  });

  test('of one that somebody asked for is one of it: what is kept is what the next is compared with', async () => {
    const { intake } = await openFrames({}, { nearDuplicates });
    const kinds: string[] = [];
    for (const next of [by('free-run', 8), by('software', 9), by('free-run', 9), by('free-run', 8)])
      kinds.push((await intake.offer(next)).kind);
    expect(kinds).toEqual(['stored', 'stored', 'gated', 'stored']);
  });

  test('of a frame that could not be stored is stored in its place', async () => {
    const { intake, images, files } = await openFrames({}, { nearDuplicates });
    files.failAt({ nth: 1, code: 'EIO', lasts: 'once' });
    const offers = [by('free-run'), by('free-run', 8, { capturedAt: at + 1 })];
    const verdicts = await Promise.all(offers.map((offer) => intake.offer(offer)));
    expect(verdicts.map(({ kind }) => kind)).toEqual(['failed', 'stored']);
    expect(images()).toHaveLength(1);
  });
});

test('a source whose pictures are all asked for has no filter, and so none is shown for it', () => {
  const source = (trigger: object) =>
    gigeSourceSchema.parse({ id: 'top', kind: 'gige', serial: 'S', trigger, nearDuplicates: { threshold: 3 } });
  const gates = [
    { mode: 'free-run' },
    { mode: 'interval', milliseconds: 100 },
    { mode: 'on-change', threshold: 1 },
    { mode: 'software' },
    { mode: 'hardware' },
  ].map((trigger) => filterOf(source(trigger))?.threshold);
  expect(gates).toEqual([3, 3, 1, undefined, undefined]);
});

test('a camera’s frame leaves no trace among the files of folders', async () => {
  const { intake, store } = await openFrames();
  await intake.offer(frame());
  expect(store.database.prepare('SELECT count(*) AS files FROM source_files').get()).toEqual({ files: 0 });
});

test('whatever time a camera claims, the frame is stored: one that no calendar has is taken as now', async () => {
  const { intake, images, clock } = await openFrames();
  for (const capturedAt of [Number.NaN, Number.POSITIVE_INFINITY, -1e15, 1e18])
    expect((await intake.offer(frame({ capturedAt }))).kind).toBe('stored');
  expect(images().map(({ capturedAt }) => capturedAt)).toEqual(new Array(4).fill(Math.round(clock.now())));
  for (const { capturedFrom } of images()) expect(capturedFrom).toBe('arrival');
});
