import { randomUUID } from 'node:crypto';
import type { GatewayOptions } from '../gateway-options.ts';
import { PictureChecker } from '../ingest/codec/picture-checker.ts';
import { ImageBatch } from '../ingest/image-batch.ts';
import { BackupWatch } from '../maintenance/backup-watch.ts';
import { LedgerWatch } from '../maintenance/ledger-watch.ts';
import { Housekeeping } from '../maintenance/scheduler.ts';
import { noUsbCameras } from '../source/usb/usb-cameras.ts';
import { CheckIn } from '../status/checkin.ts';
import { LossNotes } from '../status/loss-notes.ts';
import type { Loss } from '../status/losses.ts';
import { Rates } from '../status/rates.ts';
import { type GatewayIdentity, type HealthReading, healthOf } from '../status/snapshot.ts';
import { StoppedLines } from '../status/stopped-lines.ts';
import { SystemMetrics } from '../status/system-metrics.ts';
import type { Database } from '../store/database/database.ts';
import type { StoreWatch } from '../store/database/store-watch.ts';
import { CameraLosses } from './camera-losses.ts';
import { Cameras } from './cameras.ts';
import { neededOf } from './shut-keyring.ts';
import { Sources } from './sources.ts';
import { makeStore, type StoreParts } from './store.ts';
import { Uplink } from './uplink.ts';

/** What the parts ask of the gateway as a whole. */
export type GatewayLinks = {
  readonly onChange: () => void;
  /** All that any part knows of; none while the store can't be read. */
  readonly losses: () => readonly Loss[];
};

export type GatewayParts = {
  readonly identity: GatewayIdentity;
  readonly store: StoreParts;
  readonly rates: Rates;
  readonly commits: ImageBatch;
  readonly checker: PictureChecker;
  readonly way: Uplink;
  readonly checkIn: CheckIn;
  readonly ledgerWatch: LedgerWatch;
  readonly backupWatch: BackupWatch;
  readonly cameraLosses: CameraLosses;
  readonly lossNotes: LossNotes;
  readonly readHealth: () => HealthReading;
  readonly housekeeping: Housekeeping;
  readonly intakes: Sources;
  readonly cameras: Cameras;
  /** Tests the way to the cloud now: asked for by a person, or because there are new secrets or the clock was set. */
  readonly tryNow: () => void;
};

/** Everything a gateway consists of, wired for one open database; nothing of it runs yet. */
export function makeGateway(
  options: GatewayOptions,
  database: Database,
  watch: Pick<StoreWatch, 'fault'>,
  links: GatewayLinks,
): GatewayParts {
  const { config, dataDir, clock, files, logger, secrets, workers } = options;
  const { onChange } = links;
  const identity = { ...options.identity, instanceId: randomUUID(), startedAt: clock.now() };
  const rates = new Rates(clock.monotonic);
  const store = makeStore({ config, dataDir, files, clock, logger }, database);
  const commits = new ImageBatch(store.payloads, store.outbox, store.journal, clock);
  const checker = new PictureChecker({
    workerPath: workers.decode,
    previewRoot: store.previewRoot,
    catalogue: store.catalogue,
    payloads: store.payloads,
    clock,
    logger,
    busy: () => way.syncer.inFlight > 0 || intakes.isSettling,
    onChange,
  });
  const way = new Uplink({
    config,
    secrets,
    version: options.identity.version,
    outbox: store.outbox,
    payloads: store.payloads,
    recent: store.recent,
    readingWorkerPath: workers.reading,
    clock,
    random: options.random,
    askProxy: options.askProxy,
    logger,
    onDelivered: (bytes) => rates.acknowledged(bytes),
    onChange,
  });
  store.recent.onlyWhile(() => way.connectivity.isOpen);
  const ledgerWatch = new LedgerWatch({ database, ledger: store.ledger, clock, logger, onChange });
  const backupWatch = new BackupWatch({
    database,
    dataDir,
    files,
    clock,
    logger,
    checkWorker: workers.check,
    nativeBinding: options.nativeBinding,
  });
  const metrics = new SystemMetrics(dataDir, files);
  const stoppedLines = new StoppedLines(store.ledger.shiftOf, identity.startedAt);
  const readHealth = (): HealthReading => ({
    now: clock.now(),
    tallies: store.tally.sources(),
    orphans: housekeeping.orphans,
    orphanRoot: store.audit.orphanRoot,
    disk: { ...store.admission.state(), leftOvers: store.payloads.leftOvers },
    connectivity: way.connectivity.facts,
    ledger: ledgerWatch.state,
    losses: store.losses.unseen(),
    falls: options.falls,
    sources: intakes.statuses(),
    stoppedLines,
  });
  const checkIn = new CheckIn({
    clock,
    logger,
    intervalMilliseconds: config.cloud.checkinSeconds * 1_000,
    hasKey: () => secrets().deviceKey !== null && neededOf(config, secrets()) === null,
    health: () => (watch.fault === null ? healthOf(readHealth()) : null),
    metrics: () => metrics.read(),
    send: (report, signal) => way.client.checkin(report, signal),
    onChange,
  });
  const cameraLosses = new CameraLosses(store.losses, clock, logger);
  const tryNow = (): void => {
    way.connectivity.tryNow();
    way.syncer.wake();
    onChange();
  };
  const lossNotes = new LossNotes(store.ledger, clock, logger);
  const housekeeping = new Housekeeping({
    audit: store.audit,
    admission: store.admission,
    outbox: store.outbox,
    chores: [...store.chores, ledgerWatch.chore, backupWatch.chore],
    clock,
    logger,
    onClockJump: tryNow,
    onTick: () => {
      // A disk that refuses a picture may be gone, and the database with it, which nobody writes to then.
      if (store.admission.state().state === 'failing') store.probe();
      void store.journal.write();
      void store.payloads.clearLeftOvers();
      cameraLosses.tick(intakes.statuses());
      lossNotes.tick(links.losses());
      ledgerWatch.tick();
      onChange();
    },
  });
  const usb = options.usbCameras ?? noUsbCameras;
  const intakes = new Sources({
    config,
    store,
    commits,
    workers,
    usb,
    dataDir,
    files,
    random: options.random,
    clock,
    logger,
    onStored: () => {
      rates.collected();
      way.syncer.wake();
      checker.wake();
      onChange();
    },
  });
  const cameras = new Cameras(config.sources, (id) => intakes.find(id)?.camera ?? null, usb);
  return {
    identity,
    store,
    rates,
    commits,
    checker,
    way,
    checkIn,
    ledgerWatch,
    backupWatch,
    cameraLosses,
    lossNotes,
    readHealth,
    housekeeping,
    intakes,
    cameras,
    tryNow,
  };
}
