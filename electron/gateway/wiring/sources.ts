import type { Config } from '../../../shared/config.ts';
import type {
  CameraSourceConfig,
  FolderSourceConfig,
  NearDuplicateConfig,
  SourceConfig,
} from '../../../shared/source-config.ts';
import type { WorkerPaths } from '../gateway-options.ts';
import { ByteBudget } from '../ingest/admission/memory-budget.ts';
import { Decoder } from '../ingest/codec/decoder.ts';
import { Encoder } from '../ingest/codec/encoder.ts';
import { FileIntake, type IntakeServices, type IntakeSettings } from '../ingest/file-intake.ts';
import { FileReader } from '../ingest/file-reader.ts';
import type { ImageBatch } from '../ingest/image-batch.ts';
import { NearDuplicateFilter } from '../ingest/near-duplicate/near-duplicate-filter.ts';
import { PictureLane } from '../ingest/picture-lane.ts';
import { PictureReader } from '../ingest/picture-reader.ts';
import type { Clock } from '../platform/clock.ts';
import type { Files } from '../platform/files.ts';
import type { Logger } from '../platform/logger.ts';
import type { CameraSource } from '../source/camera/camera-source.ts';
import { WatchedFolder } from '../source/folder/watched-folder.ts';
import type { FrameSource } from '../source/frame-source.ts';
import type { UsbCameras } from '../source/usb/usb-cameras.ts';
import type { SourceNow } from '../status/stopped-lines.ts';
import type { GapList } from '../store/label-gaps.ts';
import { filterOf, makeCamera } from './camera-source.ts';
import type { StoreParts } from './store.ts';

export type SourcesOptions = {
  readonly config: Config;
  readonly store: StoreParts;
  readonly commits: ImageBatch;
  readonly workers: WorkerPaths;
  readonly usb: UsbCameras;
  readonly dataDir: string;
  readonly files: Files;
  readonly random: () => number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onStored: IntakeServices['onStored'];
};

type Intake = {
  readonly config: SourceConfig;
  readonly source: FrameSource;
  readonly filter: NearDuplicateFilter | null;
  /** The same as `source`, where it is a camera. */
  readonly camera: CameraSource | null;
};

const memoryForPictures = 192_000_000;
/** A small picture for the near-duplicate filter is a matter of milliseconds; whoever takes longer is kept. */
const signatureLimitMilliseconds = 10_000;

/** A picture of 100 megapixels becomes a PNG within this; one that takes longer is listed, and holds up no other. */
const convertLimitMilliseconds = 60_000;
const conversionsAtOnce = 2;

/** A frame of the largest cameras is encoded in a second or two. */
const encodeLimitMilliseconds = 30_000;

/** The sources of the configuration, each with its own way into the store. */
export class Sources {
  readonly sources: readonly Intake[];
  readonly #decoder: Decoder;
  /** For files that are looked through or stored in another format before they are taken. */
  readonly #converter: Decoder;
  /** For frames that are stored, and for those that are looked at: who looks never holds up a frame. */
  readonly #encoder: Encoder;
  readonly #liveFrames: Encoder;
  /** One a folder: one whose disk hangs holds up no other. */
  readonly #readers: FileReader[] = [];

  constructor(options: SourcesOptions) {
    const { config, workers, clock } = options;
    this.#decoder = new Decoder(workers.decode, clock, signatureLimitMilliseconds);
    this.#converter = new Decoder(workers.decode, clock, convertLimitMilliseconds);
    const encoding = { workerPath: workers.encode, clock, limitMilliseconds: encodeLimitMilliseconds };
    this.#encoder = new Encoder({ ...encoding, workers: 2 });
    this.#liveFrames = new Encoder({ ...encoding, workers: 1 });
    const services = servicesOf(options, this.#converter);
    this.sources = config.sources.map((source) =>
      source.kind === 'folder' ? this.#folder(source, services, options) : this.#camera(source, services, options),
    );
  }

  #filter(nearDuplicates: NearDuplicateConfig | null, clock: Clock): NearDuplicateFilter | null {
    return nearDuplicates === null ? null : new NearDuplicateFilter(nearDuplicates, this.#decoder, clock);
  }

  #folder(source: FolderSourceConfig, services: IntakeServices, options: SourcesOptions): Intake {
    const { config, workers, clock, logger } = options;
    const filter = this.#filter(source.nearDuplicates ?? null, clock);
    const reader = new FileReader(workers.reading);
    this.#readers.push(reader);
    const files = new FileIntake(services, settingsOf(config, source, filter, reader));
    const memory = options.store.pastFiles.of(source.id);
    const intake = { sink: files, registry: files.registry, reading: files };
    return { config: source, filter, camera: null, source: new WatchedFolder(source, intake, clock, logger, memory) };
  }

  #camera(source: CameraSourceConfig, services: IntakeServices, options: SourcesOptions): Intake {
    const filter = this.#filter(filterOf(source), options.clock);
    const camera = makeCamera(source, {
      ...options,
      services: { ...services, gated: options.store.gated, encoder: this.#encoder },
      liveFrames: this.#liveFrames,
      filter,
      streamWorkerPath: options.workers.stream,
    });
    return { config: source, filter, camera, source: camera };
  }

  start(): void {
    for (const { source } of this.sources) source.start();
  }

  async stop(): Promise<void> {
    const stopped = this.sources.map(({ source }) => source.stop());
    await Promise.all([this.#decoder.stop(), this.#converter.stop()]);
    // Cameras wait for their frames that are being encoded.
    await Promise.allSettled(stopped);
    await Promise.all([this.#encoder.stop(), this.#liveFrames.stop(), ...this.#readers.map((reader) => reader.stop())]);
  }

  find(sourceId: string): Intake | null {
    return this.sources.find(({ config }) => config.id === sourceId) ?? null;
  }

  get isSettling(): boolean {
    return this.sources.some(({ source }) => source.status().settling > 0);
  }

  get isDrained(): boolean {
    return this.sources.every(({ source }) => source.status().drained);
  }

  /** Sidecars that wait for their picture: how many, and the first of them. */
  unmatchedSidecars(limit: number): GapList {
    const first = this.sources.flatMap(({ config, source }) =>
      source.unmatchedSidecars(limit).map((path) => ({ sourceId: config.id, path })),
    );
    const count = this.sources.reduce((sum, { source }) => sum + source.status().unmatchedSidecars, 0);
    return { count, first: first.slice(0, limit) };
  }

  statuses(): SourceNow[] {
    return this.sources.map(({ config, source, filter, camera }) => ({
      config,
      status: source.status(),
      filter: filter?.status() ?? null,
      camera: camera?.camera() ?? null,
    }));
  }
}

const servicesOf = (
  { config, store, commits, clock, logger, onStored }: SourcesOptions,
  decoder: Decoder,
): IntakeServices => ({
  files: store.files,
  catalogue: store.catalogue,
  payloads: store.payloads,
  commits,
  gated: store.gated,
  losses: store.losses,
  known: store.known,
  admission: store.admission,
  memory: new ByteBudget(memoryForPictures),
  recent: store.recent,
  pictures: new PictureReader({ ...config.ingest, decoder }),
  conversions: new PictureLane(conversionsAtOnce),
  clock,
  logger,
  onStored,
});

function settingsOf(
  config: Config,
  source: FolderSourceConfig,
  filter: NearDuplicateFilter | null,
  reader: FileReader,
): IntakeSettings {
  return {
    sourceId: source.id,
    root: source.path,
    reader,
    maxImageBytes: config.ingest.maxImageBytes,
    sidecarWaitMilliseconds: source.sidecar.waitMilliseconds,
    incompleteMilliseconds: source.incompleteSeconds * 1_000,
    settleMilliseconds: source.settleMilliseconds,
    originalsStay: source.afterIngest === 'keep',
    knownAreSent: source.knownFiles === 'send',
    filter,
  };
}
