import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Config, FolderSourceConfig } from '../../shared/config.ts';
import type { ImageDetail, QueueFilter, QueueRow, Refusal } from '../../shared/contract.ts';
import type { Snapshot } from '../../shared/snapshot.ts';
import { AcusightClient } from './cloud/acusight-client.ts';
import { Housekeeping, longestWaitMilliseconds } from './housekeeping.ts';
import { Admission } from './ingest/admission.ts';
import { ByteBudget } from './ingest/byte-budget.ts';
import { CommitGroup } from './ingest/commit-group.ts';
import { FileIntake, type IntakeServices } from './ingest/file-intake.ts';
import { PictureChecker } from './ingest/picture-checker.ts';
import type { PictureFormat } from './model/image.ts';
import { type Clock, sleep } from './platform/clock.ts';
import type { Files } from './platform/files.ts';
import type { Logger } from './platform/logger.ts';
import { Rates } from './rates.ts';
import { buildSnapshot, type GatewayIdentity } from './snapshot-builder.ts';
import type { FrameSource } from './source/frame-source.ts';
import { WatchedFolder } from './source/watched-folder.ts';
import { refuseLostDatabase, refuseOverlap } from './start-checks.ts';
import { Catalogue } from './store/catalogue.ts';
import { type Database, openDatabase } from './store/database.ts';
import { Outbox } from './store/outbox.ts';
import { PayloadStore } from './store/payload-store.ts';
import { Audit } from './store/recovery.ts';
import { Retention } from './store/retention.ts';
import { SourceFiles } from './store/source-files.ts';
import { Tally, totalOf } from './store/tally.ts';
import { Connectivity } from './sync/connectivity.ts';
import { CloudModeDelivery } from './sync/delivery/cloud-mode.ts';
import { Syncer } from './sync/syncer.ts';

export type GatewayOptions = {
  readonly config: Config;
  readonly dataDir: string;
  readonly identity: Omit<GatewayIdentity, 'instanceId' | 'startedAt'>;
  /** Asked before each request: a key that is entered later is used at once. */
  readonly deviceKey: () => string | null;
  readonly decodeWorkerPath: string;
  readonly nativeBinding?: string | undefined;
  readonly clock: Clock;
  readonly files: Files;
  readonly random: () => number;
  readonly logger: Logger;
};

const memoryForPictures = 192_000_000;
/** A source that hangs (a dead network share) must not keep the others, the leases and the database from their end. */
const sourceStopMilliseconds = 5_000;

/**
 * The gateway: source -> ingest -> store -> sync -> cloud, wired. Plain Node: the same in Electron's main process, in
 * tests and in benchmarks. `open` recovers what a killed process left, `start` sets it going, `stop` ends it in the
 * order that loses nothing: sources, ingest, syncer with its leases, database.
 */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #database: Database;
  readonly #payloads: PayloadStore;
  readonly #outbox: Outbox;
  readonly #catalogue: Catalogue;
  readonly #files: SourceFiles;
  readonly #tally: Tally;
  readonly #admission: Admission;
  readonly #commits: CommitGroup;
  readonly #checker: PictureChecker;
  readonly #client: AcusightClient;
  readonly #connectivity: Connectivity;
  readonly #syncer: Syncer;
  readonly #sources: readonly { readonly config: FolderSourceConfig; readonly source: FrameSource }[];
  readonly #rates: Rates;
  readonly #audit: Audit;
  readonly #identity: GatewayIdentity;
  readonly #housekeeping: Housekeeping;
  readonly #listeners = new Set<() => void>();
  #revision = 0;

  /** Throws a GatewayError with words when the store can't be opened. */
  static async open(options: GatewayOptions): Promise<Gateway> {
    const { dataDir, files, config, nativeBinding } = options;
    await files.makeDirectory(dataDir);
    await refuseOverlap(dataDir, config.sources);
    const path = join(dataDir, 'gateway.sqlite');
    await refuseLostDatabase(path, new PayloadStore(join(dataDir, 'payloads'), files), files);
    const database = openDatabase({ path, nativeBinding });
    try {
      const gateway = new Gateway(options, database);
      await gateway.#recover();
      return gateway;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  private constructor(options: GatewayOptions, database: Database) {
    const { config, dataDir, clock, files, logger } = options;
    const { cloud, sync } = config;
    this.#options = options;
    this.#database = database;
    this.#identity = { ...options.identity, instanceId: randomUUID(), startedAt: clock.now() };
    this.#rates = new Rates(clock.monotonic);
    this.#payloads = new PayloadStore(join(dataDir, 'payloads'), files);
    this.#outbox = new Outbox(database);
    this.#catalogue = new Catalogue(database);
    this.#files = new SourceFiles(database);
    this.#tally = new Tally(database);
    this.#audit = new Audit(database, this.#payloads, files, this.#outbox);
    // Small as they are, previews of years would fill the disk: they go with their pictures.
    const retention = new Retention(database, this.#payloads, (sha256) =>
      files.remove(this.#checker.previewPath(sha256)),
    );
    this.#admission = new Admission(config.store, this.#tally, retention, files, dataDir);
    this.#commits = new CommitGroup(this.#payloads, this.#outbox, clock);
    this.#checker = new PictureChecker({
      workerPath: options.decodeWorkerPath,
      previewRoot: join(dataDir, 'previews'),
      catalogue: this.#catalogue,
      payloads: this.#payloads,
      clock,
      logger,
      busy: () => this.#syncer.inFlight > 0 || this.#sources.some(({ source }) => source.status().settling > 0),
      onChange: () => this.#changed(),
    });
    this.#client = new AcusightClient({
      baseUrl: cloud.baseUrl,
      deviceKey: options.deviceKey,
      connections: sync.concurrency,
      connectTimeoutMilliseconds: sync.connectTimeoutMilliseconds,
      answerTimeoutMilliseconds: sync.answerTimeoutMilliseconds,
      userAgent: `acusight-line-gateway/${options.identity.version}`,
      now: clock.now,
    });
    this.#connectivity = new Connectivity({ now: clock.now, random: options.random }, sync.concurrency);
    this.#syncer = new Syncer({
      outbox: this.#outbox,
      delivery: new CloudModeDelivery(this.#client, this.#payloads, cloud.deviceId),
      connectivity: this.#connectivity,
      probe: (signal) => this.#client.self(signal),
      clock,
      random: options.random,
      logger,
      onDelivered: (bytes) => this.#rates.acknowledged(bytes),
      onChange: () => this.#changed(),
    });
    this.#housekeeping = new Housekeeping({
      audit: this.#audit,
      admission: this.#admission,
      outbox: this.#outbox,
      clock,
      logger,
      onClockJump: () => this.tryNow(),
      onLook: () => this.#changed(),
    });
    const services: IntakeServices = {
      files: this.#files,
      catalogue: this.#catalogue,
      payloads: this.#payloads,
      commits: this.#commits,
      admission: this.#admission,
      memory: new ByteBudget(memoryForPictures),
      clock,
      logger,
      onStored: () => {
        this.#rates.collected();
        this.#syncer.wake();
        this.#checker.wake();
        this.#changed();
      },
    };
    this.#sources = config.sources.map((source) => ({
      config: source,
      source: new WatchedFolder(source, new FileIntake(services, intakeSettings(config, source)), clock, logger),
    }));
  }

  start(): void {
    for (const { source } of this.#sources) source.start();
    this.#syncer.start();
    this.#checker.start();
    this.#housekeeping.start();
    this.#options.logger.log('info', 'gateway-started', {
      sources: this.#sources.length,
      dataDir: this.#options.dataDir,
    });
  }

  /** Every step is safe to interrupt: what it does not get to, recovery does at the next start. */
  async stop(): Promise<void> {
    const stopped = new AbortController();
    const sources = Promise.allSettled(this.#sources.map(({ source }) => source.stop())).then(() => stopped.abort());
    await Promise.race([sources, sleep(this.#options.clock, sourceStopMilliseconds, stopped.signal)]);
    await this.#commits.drain();
    await this.#syncer.stop();
    await this.#checker.stop();
    await this.#housekeeping.stop();
    await this.#client.close();
    this.#database.close();
    this.#options.logger.log('info', 'gateway-stopped');
  }

  async #recover(): Promise<void> {
    await this.#payloads.prepare();
    this.#files.forgetRefusalsExceptOf(this.#options.config.sources.map(({ id }) => id));
    const abandoned = this.#outbox.releaseAllLeases();
    this.#outbox.clampWaits(this.#options.clock.now(), longestWaitMilliseconds);
    await this.#admission.measure();
    if (abandoned > 0) this.#options.logger.log('warn', 'leases-recovered', { entries: abandoned });
  }

  // ---- what the shell asks ------------------------------------------------------------------------------------

  /** Calls back after every change; whoever listens takes a snapshot when it suits it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    this.#revision += 1;
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        // A window that can't be told must not stop the gateway.
        this.#options.logger.log('error', 'listener-failed', { error });
      }
    }
  }

  snapshot(): Snapshot {
    const { config, clock } = this.#options;
    return buildSnapshot({
      identity: this.#identity,
      config,
      dataDir: this.#options.dataDir,
      revision: this.#revision,
      now: clock.now(),
      tallies: this.#tally.sources(),
      orphans: this.#housekeeping.orphans,
      orphanRoot: this.#audit.orphanRoot,
      oldestWaiting: this.#catalogue.oldestWaiting(),
      rates: this.#rates.read(),
      disk: this.#admission.state(),
      connectivity: this.#connectivity.facts,
      inFlight: this.#syncer.inFlight,
      concurrency: this.#connectivity.concurrency,
      lastSuccessAt: this.#connectivity.lastSuccessAt,
      sources: this.#sources.map(({ config: source, source: frames }) => ({ config: source, status: frames.status() })),
      recent: this.#catalogue.page('all', null, 12).rows,
    });
  }

  /** Every source has made its first full scan, nothing is settling, nothing is waiting for delivery. */
  get isDrained(): boolean {
    const { pending, leased } = totalOf(this.#tally.sources().values());
    return pending === 0 && leased === 0 && this.#sources.every(({ source }) => source.status().drained);
  }

  queuePage(
    filter: QueueFilter,
    cursor: string | null,
    limit: number,
  ): { rows: QueueRow[]; nextCursor: string | null } {
    return this.#catalogue.page(filter, cursor, limit);
  }

  refusalsPage(cursor: string | null, limit: number): { rows: Refusal[]; nextCursor: string | null } {
    return this.#files.refusalsPage(cursor, limit);
  }

  imageDetail(imageId: string): ImageDetail | null {
    return this.#catalogue.detail(imageId);
  }

  /** The stored picture's file; null when there is no such image or its payload was evicted. */
  original(imageId: string): { readonly path: string; readonly format: PictureFormat } | null {
    const payload = this.#catalogue.payloadOf(imageId);
    if (payload === null || !payload.present) return null;
    return { path: this.#payloads.pathOf(payload.sha256, payload.format), format: payload.format };
  }

  async preview(imageId: string): Promise<string | null> {
    const payload = this.#catalogue.payloadOf(imageId);
    return payload === null ? null : this.#checker.preview(payload.sha256, payload.format);
  }

  /** Where the original lay when it was collected, or a refused file lies. */
  originalLocation(imageId: string): string | null {
    const found = this.#catalogue.originalOf(imageId);
    return found === null ? null : this.#locate(found);
  }

  refusalLocation(id: number): string | null {
    const found = this.#files.refusal(id);
    return found === null ? null : this.#locate(found);
  }

  #locate({ sourceId, path }: { readonly sourceId: string; readonly path: string }): string | null {
    const source = this.#sources.find(({ config }) => config.id === sourceId);
    return source === undefined ? null : join(source.config.path, path);
  }

  recheckRefusal(id: number): number {
    const found = this.#files.refusal(id);
    if (found === null) return 0;
    this.#sources.find(({ config }) => config.id === found.sourceId)?.source.recheck(found.path);
    return 1;
  }

  retryEntry(imageId: string): number {
    return this.#afterCommand(this.#outbox.retryNow(imageId));
  }

  requeueEntry(imageId: string): number {
    return this.#afterCommand(this.#outbox.requeue(imageId));
  }

  requeueAllDead(): number {
    return this.#afterCommand(this.#outbox.requeueAllDead());
  }

  /** Tests the way to the cloud now: asked for by a person, or because there is a new device key. */
  tryNow(): void {
    this.#connectivity.tryNow();
    this.#afterCommand(0);
  }

  #afterCommand(changed: number): number {
    this.#syncer.wake();
    this.#changed();
    return changed;
  }
}

function intakeSettings(config: Config, source: FolderSourceConfig) {
  return {
    sourceId: source.id,
    root: source.path,
    maxImageBytes: config.ingest.maxImageBytes,
    maxPixels: config.ingest.maxPixels,
    sidecarWaitMilliseconds: source.sidecar.waitMilliseconds,
    incompleteMilliseconds: source.incompleteSeconds * 1_000,
    settleMilliseconds: source.settleMilliseconds,
    originalsStay: source.afterIngest === 'keep',
  };
}
