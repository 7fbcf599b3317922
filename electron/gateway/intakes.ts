import type { Config, FolderSourceConfig } from '../../shared/config.ts';
import { ByteBudget } from './ingest/byte-budget.ts';
import type { CommitGroup } from './ingest/commit-group.ts';
import { Decoder } from './ingest/decoder.ts';
import { FileIntake, type IntakeServices, type IntakeSettings } from './ingest/file-intake.ts';
import { type GateStatus, NearDuplicateGate } from './ingest/near-duplicates.ts';
import type { Clock } from './platform/clock.ts';
import type { Logger } from './platform/logger.ts';
import type { FrameSource, SourceStatus } from './source/frame-source.ts';
import { WatchedFolder } from './source/watched-folder.ts';
import type { StoreParts } from './store-parts.ts';

export type IntakesOptions = {
  readonly config: Config;
  readonly store: StoreParts;
  readonly commits: CommitGroup;
  readonly decodeWorkerPath: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onStored: IntakeServices['onStored'];
};

type Intake = {
  readonly config: FolderSourceConfig;
  readonly source: FrameSource;
  readonly gate: NearDuplicateGate | null;
};

export type IntakeStatus = {
  readonly config: FolderSourceConfig;
  readonly status: SourceStatus;
  readonly gate: GateStatus | null;
};

const memoryForPictures = 192_000_000;
/** A small picture for the near-duplicate gate is a matter of milliseconds; whoever takes longer is kept. */
const signatureLimitMilliseconds = 10_000;

/** The sources of the configuration, each with its own way into the store. */
export class Intakes {
  readonly sources: readonly Intake[];
  readonly #decoder: Decoder;

  constructor({ config, store, commits, decodeWorkerPath, clock, logger, onStored }: IntakesOptions) {
    this.#decoder = new Decoder(decodeWorkerPath, clock, signatureLimitMilliseconds);
    const services: IntakeServices = {
      files: store.files,
      catalogue: store.catalogue,
      payloads: store.payloads,
      commits,
      gated: store.gated,
      admission: store.admission,
      memory: new ByteBudget(memoryForPictures),
      clock,
      logger,
      onStored,
    };
    this.sources = config.sources.map((source) => {
      const { nearDuplicates } = source;
      const gate = nearDuplicates === undefined ? null : new NearDuplicateGate(nearDuplicates, this.#decoder, clock);
      const intake = new FileIntake(services, settingsOf(config, source, gate));
      return { config: source, gate, source: new WatchedFolder(source, intake, clock, logger) };
    });
  }

  start(): void {
    for (const { source } of this.sources) source.start();
  }

  async stop(): Promise<void> {
    const stopped = this.sources.map(({ source }) => source.stop());
    await this.#decoder.stop();
    await Promise.allSettled(stopped);
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

  statuses(): IntakeStatus[] {
    return this.sources.map(({ config, source, gate }) => ({
      config,
      status: source.status(),
      gate: gate?.status() ?? null,
    }));
  }
}

function settingsOf(config: Config, source: FolderSourceConfig, gate: NearDuplicateGate | null): IntakeSettings {
  return {
    sourceId: source.id,
    root: source.path,
    maxImageBytes: config.ingest.maxImageBytes,
    maxPixels: config.ingest.maxPixels,
    sidecarWaitMilliseconds: source.sidecar.waitMilliseconds,
    incompleteMilliseconds: source.incompleteSeconds * 1_000,
    settleMilliseconds: source.settleMilliseconds,
    originalsStay: source.afterIngest === 'keep',
    gate,
  };
}
