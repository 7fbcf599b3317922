import { join } from 'node:path';
import type { Feature, FeatureValue, Look } from '../../shared/camera.ts';
import type {
  DoctorCheck,
  ImageDetail,
  LedgerRow,
  LedgerVerdict,
  QueueFilter,
  QueueRow,
  Refusal,
  Selection,
} from '../../shared/contract.ts';
import type { Snapshot } from '../../shared/snapshot.ts';
import { isFolder } from '../../shared/source-config.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { openDataFolder } from './maintenance/data-folder.ts';
import { exportDeadLetters } from './maintenance/export-dead-letters.ts';
import { tellOfFailedStart } from './maintenance/failed-start.ts';
import { faultOf, haltedSnapshot } from './maintenance/halted.ts';
import { closeToOthers } from './maintenance/own-rights.ts';
import { longestWaitMilliseconds } from './maintenance/scheduler.ts';
import { refuseLostDatabase, refuseOverlap } from './maintenance/start-checks.ts';
import { UnwrittenLosses } from './maintenance/unwritten-losses.ts';
import type { PictureFormat } from './model/image.ts';
import { sleep } from './platform/clock.ts';
import { errnoCode, GatewayError } from './platform/errors.ts';
import type { Logger } from './platform/logger.ts';
import { type Loss, lossesOf } from './status/losses.ts';
import { buildSnapshot } from './status/snapshot.ts';
import { type Database, openDatabase, openFailure } from './store/database/database.ts';
import { StoreWatch } from './store/database/store-watch.ts';
import { WriteBatch } from './store/database/write-batch.ts';
import type { GapList } from './store/label-gaps.ts';
import { PayloadStore } from './store/payloads/payload-store.ts';
import { totalOf } from './store/tally.ts';
import { cameraChecks } from './wiring/camera-checks.ts';
import type { CameraList, Cameras } from './wiring/cameras.ts';
import { type GatewayParts, makeGateway } from './wiring/gateway-parts.ts';
import { shutOf } from './wiring/shut-keyring.ts';
import { examineSite } from './wiring/site-doctor.ts';
import type { StoreParts } from './wiring/store.ts';

/**
 * A source that hangs (a dead network share) must not keep the others, the leases and the database from their end. A
 * camera's pictures that are under way need a few seconds: they lie nowhere else.
 */
const sourceStopMilliseconds = 8_000;
/** To tell the cloud that the store is lost, before everything is stopped. */
const lastWordsMilliseconds = 3_000;

/**
 * The gateway: source -> ingest -> store -> sync -> cloud, wired. Plain Node: the same in Electron's main process, in
 * tests and in benchmarks. `open` recovers what a killed process left, `start` sets it going, `stop` ends it in the
 * order that loses nothing: sources, ingest, syncer with its leases, database.
 */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #parts: GatewayParts;
  readonly #store: StoreParts;
  readonly #listeners = new Set<() => void>();
  readonly #watch: StoreWatch;
  #revision = 0;
  #hangs = false;
  #last: Snapshot | null = null;
  readonly #unwritten: UnwrittenLosses;
  #tellFault: ((fault: GatewayError) => void) | null = null;
  /** The cloud was told of it, as far as it could be. */
  #toldFault: GatewayError | null = null;

  /** Throws a GatewayError with words when the store can't be opened, after the cloud was told where it can be. */
  static async open(options: GatewayOptions): Promise<Gateway> {
    try {
      return await Gateway.#open(options);
    } catch (error) {
      const { dataDir, logger, clock } = options;
      new UnwrittenLosses(dataDir, logger).writeDownDamage(error, clock.now());
      await tellOfFailedStart(options, error);
      throw error;
    }
  }

  static async #open(options: GatewayOptions): Promise<Gateway> {
    const { dataDir, files, config, nativeBinding } = options;
    await openDataFolder(dataDir, files);
    await sayWhatIsOpen(dataDir, options.logger);
    await refuseOverlap(dataDir, config.sources.filter(isFolder));
    const path = join(dataDir, 'gateway.sqlite');
    await refuseLostDatabase(path, new PayloadStore(join(dataDir, 'payloads'), files), files);
    const database = openDatabase({ path, nativeBinding });
    const watch = new StoreWatch(path);
    try {
      const logger = watch.listening(options.logger);
      const gateway = new Gateway({ ...options, logger }, database, watch);
      await gateway.#recover();
      // From here on there is something to show, whatever becomes of the database.
      gateway.snapshot();
      return gateway;
    } catch (error) {
      database.close();
      // A page that is damaged shows itself when it is first read.
      throw error instanceof GatewayError || errnoCode(error) === null ? error : openFailure(path, error);
    }
  }

  private constructor(options: GatewayOptions, database: Database, watch: StoreWatch) {
    this.#options = options;
    this.#watch = watch;
    this.#unwritten = new UnwrittenLosses(options.dataDir, options.logger);
    WriteBatch.of(database).onFailure((error) => watch.note(error));
    this.#parts = makeGateway(options, database, {
      onChange: () => this.#changed(),
      snapshot: () => this.snapshot(),
      losses: () => this.#losses(),
      tryNow: () => this.tryNow(),
    });
    this.#store = this.#parts.store;
    watch.tryWith(this.#store.tryWrite);
  }

  start(): void {
    const { logger, dataDir } = this.#options;
    const { intakes, way, checker, housekeeping, checkIn } = this.#parts;
    intakes.start();
    way.syncer.start();
    checker.start();
    housekeeping.start();
    checkIn.start();
    this.#watch.onFault((fault) => this.#onFault(fault));
    logger.log('info', 'gateway-started', { sources: intakes.sources.length, dataDir });
  }

  /** After the stop: a source did not end in time, and what it asked of its folder still waits for an answer. */
  get hangs(): boolean {
    return this.#hangs;
  }

  /** Every step is safe to interrupt: what it does not get to, recovery does at the next start. */
  async stop(): Promise<void> {
    const { clock, logger } = this.#options;
    const { intakes, commits, checkIn, way, checker, housekeeping, ledgerWatch, cameraLosses, lossNotes } = this.#parts;
    const stopped = new AbortController();
    const intakeEnds = intakes.stop().finally(() => stopped.abort());
    await Promise.race([intakeEnds, sleep(clock, sourceStopMilliseconds, stopped.signal)]);
    this.#hangs = !stopped.signal.aborted;
    await commits.drain();
    await checkIn.stop();
    await way.stop();
    await checker.stop();
    await housekeeping.stop();
    await ledgerWatch.stop();
    cameraLosses.look(intakes.statuses());
    const writes = WriteBatch.of(this.#store.database);
    writes.flush();
    if (this.#watch.fault === null) {
      lossNotes.look(this.#losses(), true);
      ledgerWatch.seal();
    }
    // What is owed is tried once more by that look.
    writes.flush();
    await writes.close();
    this.#watch.stop();
    const lost = await this.#store.losses.unwritten();
    this.#unwritten.writeDown(lost.map((frames) => ({ kind: 'lost', ...frames })));
    this.#store.database.close();
    logger.log('info', 'gateway-stopped');
  }

  async #recover(): Promise<void> {
    const { config, clock, logger, interruption } = this.#options;
    const { payloads, files, outbox, admission, ledger } = this.#store;
    await payloads.prepare();
    files.forgetRefusalsExceptOf(config.sources.map(({ id }) => id));
    const abandoned = outbox.releaseAllLeases();
    outbox.clampWaits(clock.now(), longestWaitMilliseconds);
    const moved = outbox.applyLine();
    ledger.sealNow(clock.now());
    this.#unwritten.recover(this.#store, interruption);
    await admission.measure();
    if (abandoned > 0) logger.log('warn', 'leases-recovered', { entries: abandoned });
    if (moved > 0) logger.log('info', 'line-changed', { entries: moved });
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

  /**
   * The database is damaged or its disk is gone: everything has to be stopped, and nothing may be written. Called once,
   * after the cloud was told where it can be.
   */
  onStoreFault(tell: (fault: GatewayError) => void): void {
    this.#tellFault = tell;
    if (this.#toldFault !== null) tell(this.#toldFault);
  }

  #onFault(fault: GatewayError): void {
    const { clock } = this.#options;
    const { message: text, technical } = fault;
    const way = faultOf(fault);
    const pictures = this.snapshot().counts.inDoubt;
    // Of a disk that is gone, whoever starts the next gateway knows.
    if (way === 'store-damaged')
      this.#unwritten.writeDown([{ kind: 'fault', way, at: clock.now(), text, technical, pictures }]);
    this.#changed();
    const told = new AbortController();
    void Promise.race([
      this.#parts.checkIn.tellNow().catch(() => undefined),
      sleep(clock, lastWordsMilliseconds, told.signal),
    ]).then(() => {
      told.abort();
      this.#toldFault = fault;
      this.#tellFault?.(fault);
    });
  }

  /** A failure that nobody here has met. Returns whether it is one of the database or its disk. */
  isStoreFault(error: unknown): boolean {
    this.#watch.note(error);
    return this.#watch.fault !== null;
  }

  /** Never throws: whoever shows it must be able to show what is wrong. Taken once before the gateway counts as open. */
  snapshot(): Snapshot {
    const { fault } = this.#watch;
    if (fault === null || this.#last === null) {
      try {
        this.#last = this.#currentSnapshot();
        return this.#last;
      } catch (error) {
        this.#options.logger.log('error', 'snapshot-failed', { error });
        if (this.#last === null) throw this.#watch.fault ?? error;
        if (this.#watch.fault === null) return this.#last;
      }
    }
    const known = { ...this.#last, revision: this.#revision, at: this.#options.clock.now() };
    return this.#watch.fault === null ? known : haltedSnapshot(known, this.#watch.fault);
  }

  #losses(): readonly Loss[] {
    if (this.#watch.fault !== null) return [];
    const { counts, sources } = this.snapshot();
    return lossesOf({ counts, sources, losses: this.#store.losses.unseen(), orphanRoot: this.#store.audit.orphanRoot });
  }

  #currentSnapshot(): Snapshot {
    const { config, clock, secrets } = this.#options;
    const { tally, audit, catalogue, admission } = this.#store;
    const { identity, way, rates, housekeeping, checkIn, ledgerWatch, intakes } = this.#parts;
    const { connectivity, syncer, pacer, device } = way;
    return buildSnapshot({
      identity,
      config,
      dataDir: this.#options.dataDir,
      revision: this.#revision,
      now: clock.now(),
      tallies: tally.sources(),
      orphans: housekeeping.orphans,
      orphanRoot: audit.orphanRoot,
      oldestWaiting: catalogue.oldestWaiting(),
      rates: rates.read(),
      disk: admission.state(),
      connectivity: connectivity.facts,
      inFlight: syncer.inFlight,
      concurrency: syncer.places,
      lastSuccessAt: connectivity.lastSuccessAt,
      pacing: { ...pacer.facts, order: config.sync.order },
      device,
      keySource: secrets().keySource,
      checkin: checkIn.situation(),
      ledger: ledgerWatch.state,
      losses: this.#store.losses.unseen(),
      sources: intakes.statuses(),
      stoppedLines: this.#parts.stoppedLines,
      recent: catalogue.page('all', null, 12).rows,
    });
  }

  /** Every source has made its first full scan, nothing is settling, nothing is waiting for delivery. */
  get isDrained(): boolean {
    if (this.#watch.fault !== null) return false;
    const { pending, leased } = totalOf(this.#store.tally.sources().values());
    return pending === 0 && leased === 0 && this.#parts.intakes.isDrained;
  }

  /** What this run left without labels: how many, and the first of them. */
  labelGaps(limit: number): { readonly pictures: GapList; readonly labels: GapList } {
    const { labelGaps } = this.#store;
    const listed = labelGaps.labels(limit);
    const waiting = this.#parts.intakes.unclaimedSidecars(limit);
    return {
      pictures: labelGaps.pictures(limit),
      labels: { count: listed.count + waiting.count, first: [...listed.first, ...waiting.first].slice(0, limit) },
    };
  }

  queuePage(
    filter: QueueFilter,
    cursor: string | null,
    limit: number,
  ): { rows: QueueRow[]; nextCursor: string | null } {
    return this.#store.catalogue.page(filter, cursor, limit);
  }

  refusalsPage(cursor: string | null, limit: number): { rows: Refusal[]; nextCursor: string | null } {
    return this.#store.files.refusalsPage(cursor, limit);
  }

  imageDetail(imageId: string): ImageDetail | null {
    return this.#store.catalogue.detail(imageId);
  }

  /** The stored picture's file; null when there is no such image or its payload was evicted. */
  original(imageId: string): { readonly path: string; readonly format: PictureFormat } | null {
    const payload = this.#store.catalogue.payloadOf(imageId);
    if (payload === null || !payload.present) return null;
    return { path: this.#store.payloads.pathOf(payload.sha256, payload.format), format: payload.format };
  }

  async preview(imageId: string, isLooked = false): Promise<string | null> {
    const payload = this.#store.catalogue.payloadOf(imageId);
    if (payload === null) return null;
    return this.#parts.checker.preview(payload.sha256, payload.format, payload.orientation, isLooked);
  }

  /** Where the original lay when it was collected, or a refused file lies. */
  originalLocation(imageId: string): string | null {
    const found = this.#store.catalogue.originalOf(imageId);
    return found === null ? null : this.#locate(found);
  }

  refusalLocation(id: number): string | null {
    const found = this.#store.files.refusal(id);
    return found === null ? null : this.#locate(found);
  }

  #locate({ sourceId, path }: { readonly sourceId: string; readonly path: string }): string | null {
    const source = this.#parts.intakes.find(sourceId);
    return source?.config.kind === 'folder' ? join(source.config.path, path) : null;
  }

  recheckRefusal(id: number): number {
    const found = this.#store.files.refusal(id);
    if (found === null) return 0;
    this.#parts.intakes.find(found.sourceId)?.source.recheck(found.path);
    return 1;
  }

  retryEntry(imageId: string): number {
    return this.#afterCommand(this.#store.outbox.retryNow(imageId));
  }

  requeueDead(selection: Selection): number {
    return this.#afterCommand(this.#store.outbox.requeueDead(selection, this.#options.clock.now()));
  }

  async deleteDead(selection: Selection): Promise<number> {
    return this.#afterCommand(await this.#store.deadLetters.deleteDead(selection, this.#options.clock.now()));
  }

  /** Copies pictures, annotations and reasons to a folder. Returns how many pictures are there. */
  exportDead(selection: Selection, folder: string): Promise<number> {
    const { deadLetters, payloads } = this.#store;
    return exportDeadLetters(deadLetters, payloads, this.#options.config.cloud.deviceId, selection, folder);
  }

  /** A person has taken note of what is lost. Returns how many frames that were. */
  acknowledgeLosses(): number {
    return this.#afterCommand(this.#store.losses.acknowledge(this.#options.clock.now()));
  }

  ledgerPage(cursor: string | null, limit: number): { rows: LedgerRow[]; nextCursor: string | null } {
    return this.#store.ledger.page(cursor, limit);
  }

  verifyLedger(): Promise<LedgerVerdict> {
    return this.#parts.ledgerWatch.verify();
  }

  /** Tests everything on the way from here to the cloud; takes seconds, at most two minutes. */
  async runDoctor(): Promise<DoctorCheck[]> {
    const { config, dataDir, secrets, files, clock, identity, askProxy } = this.#options;
    const checks: DoctorCheck[] = [];
    const visit = examineSite({
      config,
      dataDir,
      secrets: secrets(),
      shut: shutOf(config, secrets()),
      askProxy,
      files,
      clock,
      signal: new AbortController().signal,
      userAgent: `acusight-line-gateway/${identity.version}`,
    });
    for await (const check of visit) checks.push(check);
    return [...checks, ...cameraChecks(this.snapshot().sources)];
  }

  findCameras(): Promise<CameraList> {
    return this.#parts.cameras.find();
  }

  forceIp(settings: Parameters<Cameras['forceIp']>[0]): Promise<void> {
    return this.#parts.cameras.forceIp(settings);
  }

  triggerCamera(sourceId: string, by: string): Promise<void> {
    return this.#parts.cameras.trigger(sourceId, by);
  }

  cameraFeatures(sourceId: string): Promise<readonly Feature[]> {
    return this.#parts.cameras.features(sourceId);
  }

  setCameraFeature(sourceId: string, name: string, value: FeatureValue): Promise<void> {
    return this.#parts.cameras.setFeature(sourceId, name, value);
  }

  runCameraCommand(sourceId: string, name: string): Promise<void> {
    return this.#parts.cameras.runCommand(sourceId, name);
  }

  saveCameraSettings(sourceId: string): Promise<number> {
    return this.#parts.cameras.saveSettings(sourceId);
  }

  loadCameraSettings(sourceId: string): ReturnType<Cameras['loadSettings']> {
    return this.#parts.cameras.loadSettings(sourceId);
  }

  cameraLook(sourceId: string, after: number, testShot: boolean): Promise<Look | null> {
    return this.#parts.cameras.look(sourceId, after, testShot);
  }

  /** A JPEG; null where it is gone already. */
  livePicture(sourceId: string, number: number): Uint8Array<ArrayBuffer> | null {
    return this.#parts.cameras.livePicture(sourceId, number);
  }

  /** Tests the way to the cloud now: asked for by a person, or because there is a new device key. */
  tryNow(): void {
    this.#parts.way.connectivity.tryNow();
    this.#afterCommand(0);
  }

  #afterCommand(changed: number): number {
    this.#parts.way.syncer.wake();
    this.#changed();
    return changed;
  }
}

/** Once a start. A folder that can't be looked at is said by whoever needs it. */
async function sayWhatIsOpen(dataDir: string, logger: Logger): Promise<void> {
  const open = await closeToOthers(dataDir).catch(() => []);
  if (open.length === 0) return;
  logger.log('warn', 'data-folder-open', {
    text: 'Other users of this PC may read what the gateway keeps: it is another user’s, lies where a link leads, or on a disk that keeps no rights.',
    hint: `Give the user of the gateway the folder ${dataDir} with all that is in it, take the rights of other users from what its links lead to, or choose a data folder on another disk.`,
    paths: open.slice(0, 3),
    more: Math.max(0, open.length - 3),
  });
}
