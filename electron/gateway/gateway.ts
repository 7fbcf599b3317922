import { join } from 'node:path';
import { message } from '../../shared/messages/message.ts';
import type { Snapshot } from '../../shared/snapshot.ts';
import { isFolder } from '../../shared/source-config.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { backUpBeforeMigration } from './maintenance/backup-watch.ts';
import { openDataFolder } from './maintenance/data-folder.ts';
import { tellOfFailedStart } from './maintenance/failed-start.ts';
import { faultOf, haltedSnapshot } from './maintenance/halted.ts';
import { closeToOthers } from './maintenance/own-rights.ts';
import { longestWaitMilliseconds } from './maintenance/scheduler.ts';
import { refuseLostDatabase, refuseOverlap } from './maintenance/start-checks.ts';
import { UnwrittenLosses } from './maintenance/unwritten-losses.ts';
import { makeOperations } from './operations.ts';
import { sleep } from './platform/clock.ts';
import { errnoCode, OperatorError } from './platform/errors.ts';
import type { Logger } from './platform/logger.ts';
import { makeShellCalls, type ShellCalls } from './shell-calls.ts';
import { type Loss, lossesOf } from './status/losses.ts';
import { buildSnapshot } from './status/snapshot.ts';
import { type Database, openDatabase, openFailure } from './store/database/database.ts';
import { StoreWatch } from './store/database/store-watch.ts';
import { WriteBatch } from './store/database/write-batch.ts';
import { journalFolder, replayJournal, tellReplayed } from './store/journal/replay.ts';
import { totalOf } from './store/tally.ts';
import { type GatewayParts, makeGateway } from './wiring/gateway-parts.ts';
import type { StoreParts } from './wiring/store.ts';

/**
 * A source that hangs (a dead network share) must not keep the others, the leases and the database from their end. A
 * camera's pictures that are under way need a few seconds: they lie nowhere else.
 */
const sourceStopMilliseconds = 8_000;
/** To tell the cloud that the store is lost, before everything is stopped. */
const lastWordsMilliseconds = 3_000;

export type GatewayCalls = ReturnType<typeof makeOperations> & ShellCalls;

/**
 * The gateway: source -> ingest -> store -> sync -> cloud, wired. Plain Node: the same in Electron's main process, in
 * tests and in benchmarks. `open` recovers what a killed process left, `start` sets it going, `stop` ends it in the
 * order that loses nothing: sources, ingest, syncer with its leases, database.
 */
export class Gateway {
  /** Whatever may be asked from outside, by name. */
  readonly calls: GatewayCalls;
  readonly #options: GatewayOptions;
  readonly #parts: GatewayParts;
  readonly #store: StoreParts;
  readonly #listeners = new Set<() => void>();
  readonly #watch: StoreWatch;
  #revision = 0;
  #hangs = false;
  #last: Snapshot | null = null;
  readonly #unwritten: UnwrittenLosses;
  #tellFault: ((fault: OperatorError) => void) | null = null;
  /** The cloud was told of it, as far as it could be. */
  #toldFault: OperatorError | null = null;

  /** Throws a OperatorError with words when the store can't be opened, after the cloud was told where it can be. */
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
    const { dataDir, files, config, clock, nativeBinding } = options;
    await openDataFolder(dataDir, files);
    await sayWhatIsOpen(dataDir, options.logger);
    await refuseOverlap(dataDir, config.sources.filter(isFolder));
    const path = join(dataDir, 'gateway.sqlite');
    await refuseLostDatabase(dataDir, files);
    await backUpBeforeMigration({ path, dataDir, files, clock, logger: options.logger, nativeBinding });
    const database = openDatabase({ path, nativeBinding, looksForDamage: true });
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
      throw error instanceof OperatorError || errnoCode(error) === null ? error : openFailure(path, error);
    }
  }

  private constructor(options: GatewayOptions, database: Database, watch: StoreWatch) {
    this.#options = options;
    this.#watch = watch;
    this.#unwritten = new UnwrittenLosses(options.dataDir, options.logger);
    WriteBatch.of(database).onFailure((error) => watch.note(error));
    const onChange = (): void => this.#changed();
    this.#parts = makeGateway(options, database, watch, { onChange, losses: () => this.#losses() });
    this.#store = this.#parts.store;
    this.calls = {
      ...makeOperations({ options, parts: this.#parts, sources: () => this.snapshot().sources, onChange }),
      ...makeShellCalls(options, this.#parts),
    };
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
    const { backupWatch } = this.#parts;
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
    await backupWatch.stop();
    cameraLosses.tick(intakes.statuses());
    const writes = WriteBatch.of(this.#store.database);
    writes.flush();
    if (this.#watch.fault === null) {
      lossNotes.tick(this.#losses(), true);
      ledgerWatch.seal();
    }
    // What is owed is tried once more by that look.
    writes.flush();
    await this.#store.journal.close();
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
    await this.#replay();
    files.forgetRefusalsExceptOf(config.sources.map(({ id }) => id));
    const abandoned = outbox.releaseAllLeases();
    outbox.clampWaits(clock.now(), longestWaitMilliseconds);
    const moved = outbox.reorder();
    ledger.sealNow(clock.now());
    const cameras = config.sources.filter((source) => !isFolder(source)).map(({ id }) => id);
    this.#unwritten.recover(this.#store, interruption, cameras);
    await admission.measure();
    if (abandoned > 0) logger.log('warn', 'leases-recovered', { entries: abandoned });
    if (moved > 0) logger.log('info', 'line-changed', { entries: moved });
  }

  /**
   * What the journal knows and the database does not: after a power cut the last pictures, and where somebody put back a
   * copy of the database from before, all that came since.
   */
  async #replay(): Promise<void> {
    const { clock, files, logger, dataDir } = this.#options;
    const { database, payloads, journal, ledger } = this.#store;
    const folder = journalFolder(dataDir);
    const replayed = await replayJournal({ database, folder, payloads, files, now: clock.now });
    await journal.open(replayed.through);
    const { queued, delivered, missing, spoilt } = replayed;
    if (queued + delivered + missing > 0) {
      ledger.sealNow(clock.now());
      const said = message('store-replayed', { found: tellReplayed(replayed) });
      ledger.note(clock.now(), '', { said });
      logger.log('warn', 'journal-replayed', { said, ...replayed });
    } else if (spoilt > 0) logger.log('warn', 'journal-spoilt', { lines: spoilt });
  }

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
  onStoreFault(tell: (fault: OperatorError) => void): void {
    this.#tellFault = tell;
    if (this.#toldFault !== null) tell(this.#toldFault);
  }

  #onFault(fault: OperatorError): void {
    const { clock } = this.#options;
    const { said, technical } = fault;
    const way = faultOf(fault);
    const pictures = this.snapshot().counts.inDoubt;
    // Of a disk that is gone, whoever starts the next gateway knows.
    if (way === 'store-damaged')
      this.#unwritten.writeDown([{ kind: 'fault', way, at: clock.now(), said, technical, pictures }]);
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
    const { losses, audit } = this.#store;
    const { falls } = this.#options;
    return lossesOf({ counts, sources, losses: losses.unseen(), orphanRoot: audit.orphanRoot, falls });
  }

  #currentSnapshot(): Snapshot {
    const { config, dataDir, secrets } = this.#options;
    const { catalogue } = this.#store;
    const { identity, way, rates, checkIn, readHealth } = this.#parts;
    const { connectivity, syncer, pacer, device } = way;
    return buildSnapshot({
      ...readHealth(),
      identity,
      config,
      dataDir,
      revision: this.#revision,
      oldestWaiting: catalogue.oldestWaiting(),
      rates: rates.read(),
      inFlight: syncer.inFlight,
      concurrency: syncer.places,
      lastSuccessAt: connectivity.lastSuccessAt,
      pacing: { ...pacer.facts, order: config.sync.order },
      device,
      keySource: secrets().keySource,
      checkin: checkIn.situation(),
      recent: catalogue.page('all', null, 12).rows,
    });
  }

  /** Every source has made its first full scan, nothing is settling, nothing is waiting for delivery. */
  get isDrained(): boolean {
    if (this.#watch.fault !== null) return false;
    const { pending, leased } = totalOf(this.#store.tally.sources().values());
    return pending === 0 && leased === 0 && this.#parts.intakes.isDrained;
  }
}

/** Once a start. A folder that can't be looked at is said by whoever needs it. */
async function sayWhatIsOpen(dataDir: string, logger: Logger): Promise<void> {
  const open = await closeToOthers(dataDir).catch(() => []);
  if (open.length === 0) return;
  logger.log('warn', 'data-folder-open', {
    said: message('data-folder-open', { folder: dataDir }),
    paths: open.slice(0, 3),
    more: Math.max(0, open.length - 3),
  });
}
