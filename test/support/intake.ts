import { lstat, mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Admission } from '../../electron/gateway/ingest/admission/admission.ts';
import { FillForecast } from '../../electron/gateway/ingest/admission/fill-forecast.ts';
import { ByteBudget } from '../../electron/gateway/ingest/admission/memory-budget.ts';
import { Decoder } from '../../electron/gateway/ingest/codec/decoder.ts';
import { FileIntake, type IntakeSettings } from '../../electron/gateway/ingest/file-intake.ts';
import { FileReader } from '../../electron/gateway/ingest/file-reader.ts';
import { ImageBatch } from '../../electron/gateway/ingest/image-batch.ts';
import { NearDuplicateFilter } from '../../electron/gateway/ingest/near-duplicate/near-duplicate-filter.ts';
import { PictureLane } from '../../electron/gateway/ingest/picture-lane.ts';
import { PictureReader } from '../../electron/gateway/ingest/picture-reader.ts';
import type { Verdict } from '../../electron/gateway/model/file-sink.ts';
import { fileVersion } from '../../electron/gateway/model/file-version.ts';
import { systemClock } from '../../electron/gateway/platform/clock.ts';
import { silentLogger } from '../../electron/gateway/platform/logger.ts';
import { GatedFrames } from '../../electron/gateway/store/gated-frames.ts';
import { KnownPictures } from '../../electron/gateway/store/known-pictures.ts';
import { Losses } from '../../electron/gateway/store/ledger/losses.ts';
import type { Outbox } from '../../electron/gateway/store/outbox/outbox.ts';
import { RecentPayloads } from '../../electron/gateway/store/payloads/recent-payloads.ts';
import { RingBuffer } from '../../electron/gateway/store/payloads/ring-buffer.ts';
import type { NearDuplicateConfig } from '../../shared/source-config.ts';
import { FailingFiles } from './failing-files.ts';
import { FakeClock } from './fake-clock.ts';
import { texts, told } from './spoken.ts';
import { openStore, temporaryFolder } from './store.ts';
import { decodeWorker, readingWorker } from './workers.ts';

export type IntakeWish = Partial<Omit<IntakeSettings, 'filter'>> & {
  readonly maxPixels?: number;
  readonly convert?: boolean;
  readonly storeBytes?: number;
  readonly whenFull?: 'refuse' | 'drop-oldest';
  readonly nearDuplicates?: NearDuplicateConfig;
  readonly files?: FailingFiles;
  /** Keep it to open an intake on what the first left. */
  readonly storeRoot?: string;
  /** A picture's rows, which are there already, are not on the disk before this resolves. */
  readonly flush?: () => Promise<void>;
};
export type TestIntake = Awaited<ReturnType<typeof openIntake>>;

/** An intake on a real folder and a real store. Files are as old as the test says; nothing waits by itself. */
export async function openIntake({
  storeBytes = 1_000_000_000,
  whenFull = 'refuse',
  nearDuplicates,
  files = new FailingFiles(),
  storeRoot,
  maxPixels = 150_000_000,
  convert = true,
  flush,
  ...wish
}: IntakeWish = {}) {
  const store = await openStore(storeRoot, files);
  const { database, payloads, tally, retention, ledger } = store;
  const root = wish.root ?? (await temporaryFolder());
  const clock = new FakeClock();
  const seal = ledger.seal.bind(ledger);
  const admission = new Admission({
    limits: { maxBytes: storeBytes, minFreeBytes: 0 },
    tally,
    retention,
    ring: whenFull === 'refuse' ? null : new RingBuffer({ database, payloads, logger: silentLogger, seal }),
    forecast: new FillForecast(),
    files,
    root: store.root,
    clock,
  });
  await admission.measure();
  const decoder = new Decoder(decodeWorker, systemClock, 30_000);
  onTestFinished(() => decoder.stop());
  const filter = nearDuplicates === undefined ? null : new NearDuplicateFilter(nearDuplicates, decoder, clock);
  const stored: string[] = [];
  const services = {
    files: store.sourceFiles,
    catalogue: store.catalogue,
    payloads: store.payloads,
    commits: new ImageBatch(
      store.payloads,
      flush === undefined ? store.outbox : slow(store.outbox, flush),
      store.journal,
      clock,
    ),
    gated: new GatedFrames(database, ledger),
    losses: new Losses(database, ledger),
    known: new KnownPictures(database),
    admission,
    memory: new ByteBudget(100_000_000),
    recent: new RecentPayloads(clock.monotonic, 0),
    pictures: new PictureReader({ decoder, maxImageBytes: wish.maxImageBytes ?? 50_000_000, maxPixels, convert }),
    conversions: new PictureLane(2),
    clock,
    logger: silentLogger,
    onStored: (image: { readonly filename: string }) => void stored.push(image.filename),
  };
  const reader = new FileReader(readingWorker);
  onTestFinished(() => reader.stop());
  const settings: IntakeSettings = {
    sourceId: 'aoi',
    root,
    reader,
    maxImageBytes: 50_000_000,
    sidecarWaitMilliseconds: 1_000,
    incompleteMilliseconds: 30_000,
    settleMilliseconds: 500,
    originalsStay: true,
    knownAreSent: false,
    ...wish,
    filter,
  };
  const intake = new FileIntake(services, settings);

  /** Writes a file whose last change lies `ageMilliseconds` back. */
  const put = async (path: string, content: Uint8Array | string, ageMilliseconds = 60_000): Promise<void> => {
    const place = join(root, path);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, content);
    const time = new Date(clock.now() - ageMilliseconds);
    await utimes(place, time, time);
  };
  /** Offers a file as the folder source would, quiet for `quietMilliseconds`. */
  const offer = async (path: string, quietMilliseconds = 60_000): Promise<Verdict> => {
    const absolutePath = join(root, path);
    const file = fileVersion(path, await lstat(absolutePath));
    return intake.offer({ file, absolutePath, quietMilliseconds });
  };
  const statusOf = async (path: string) => intake.registry.status(fileVersion(path, await lstat(join(root, path))));
  /** Files that were not taken, with what is said of them. */
  const listed = () => store.sourceFiles.refusalsPage(null, 200).rows.map(told);
  const images = () =>
    store.catalogue.page('all', null, 200).rows.map(({ imageId }) => {
      const detail = store.catalogue.detail(imageId);
      if (detail === null) throw new Error(`${imageId} has no detail`);
      return { ...detail, notes: texts(detail.notes), sidecarProblems: texts(detail.sidecarProblems) };
    });
  return {
    files,
    store,
    root,
    clock,
    admission,
    ledger,
    filter,
    decoder,
    intake,
    put,
    offer,
    statusOf,
    listed,
    images,
    stored,
  };
}

function slow(outbox: Outbox, flush: () => Promise<void>): Outbox {
  const enqueueDurably: Outbox['enqueueDurably'] = async (...enqueued) => {
    const outcome = await outbox.enqueueDurably(...enqueued);
    await flush();
    return outcome;
  };
  return Object.create(outbox, { enqueueDurably: { value: enqueueDurably } }) as Outbox;
}
