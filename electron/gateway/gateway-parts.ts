import { randomUUID } from 'node:crypto';
import type { Config } from '../../shared/config.ts';
import type { Snapshot } from '../../shared/snapshot.ts';
import { CameraLosses } from './camera-losses.ts';
import { Cameras } from './cameras.ts';
import { CheckIn } from './checkin.ts';
import { CloudWay } from './cloud-way.ts';
import type { GatewaySecrets } from './gateway-secrets.ts';
import { Housekeeping } from './housekeeping.ts';
import { CommitGroup } from './ingest/commit-group.ts';
import { PictureChecker } from './ingest/picture-checker.ts';
import { Intakes } from './intakes.ts';
import { LedgerWatch } from './ledger-watch.ts';
import { LossNotes } from './loss-notes.ts';
import type { Loss } from './losses.ts';
import type { Clock } from './platform/clock.ts';
import type { Files } from './platform/files.ts';
import type { Logger } from './platform/logger.ts';
import type { AskProxy } from './proxy-questions.ts';
import { Rates } from './rates.ts';
import { neededOf } from './shut-keyring.ts';
import type { GatewayIdentity } from './snapshot-builder.ts';
import { noUsbCameras, type UsbCameras } from './source/usb/usb-cameras.ts';
import { StoppedLines } from './stopped-lines.ts';
import type { Database } from './store/database.ts';
import type { LossLine } from './store/loss-file.ts';
import { makeStore, type StoreParts } from './store-parts.ts';
import { SystemMetrics } from './system-metrics.ts';
import type { WorkerPaths } from './worker-paths.ts';

export type GatewayOptions = {
  readonly config: Config;
  readonly dataDir: string;
  readonly identity: Omit<GatewayIdentity, 'instanceId' | 'startedAt'>;
  /** Asked before each request: a key that is entered later is used at once. */
  readonly secrets: () => GatewaySecrets;
  readonly workers: WorkerPaths;
  readonly nativeBinding?: string | undefined;
  /** Who drives USB cameras; without it there are none. */
  readonly usbCameras?: UsbCameras | undefined;
  /** Who knows this PC's proxy settings and runs proxy scripts; without it nobody does. */
  readonly askProxy?: AskProxy | undefined;
  readonly clock: Clock;
  readonly files: Files;
  readonly random: () => number;
  readonly logger: Logger;
  /** Why the gateway before had to stop, where it could not write that down itself. */
  readonly interruption?: Interruption | undefined;
};

/** The database could not be written any more; so many pictures waited in it. */
export type Interruption = Omit<Extract<LossLine, { kind: 'fault' }>, 'kind'>;

/** What the parts ask of the gateway as a whole. */
export type GatewayLinks = {
  readonly onChange: () => void;
  readonly snapshot: () => Snapshot;
  /** All that any part knows of; none while the store can't be read. */
  readonly losses: () => readonly Loss[];
  readonly tryNow: () => void;
};

export type GatewayParts = {
  readonly identity: GatewayIdentity;
  readonly store: StoreParts;
  readonly rates: Rates;
  readonly commits: CommitGroup;
  readonly checker: PictureChecker;
  readonly way: CloudWay;
  readonly checkIn: CheckIn;
  readonly ledgerWatch: LedgerWatch;
  readonly cameraLosses: CameraLosses;
  readonly lossNotes: LossNotes;
  readonly stoppedLines: StoppedLines;
  readonly housekeeping: Housekeeping;
  readonly intakes: Intakes;
  readonly cameras: Cameras;
};

/** Everything a gateway consists of, wired for one open database; nothing of it runs yet. */
export function makeGateway(options: GatewayOptions, database: Database, links: GatewayLinks): GatewayParts {
  const { config, dataDir, clock, files, logger, secrets, workers } = options;
  const { onChange } = links;
  const identity = { ...options.identity, instanceId: randomUUID(), startedAt: clock.now() };
  const rates = new Rates(clock.monotonic);
  const store = makeStore({ config, dataDir, files, clock, logger }, database);
  const commits = new CommitGroup(store.payloads, store.outbox, clock);
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
  const way = new CloudWay({
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
  const metrics = new SystemMetrics(dataDir, files);
  const checkIn = new CheckIn({
    clock,
    logger,
    intervalMilliseconds: config.cloud.checkinSeconds * 1_000,
    hasKey: () => secrets().deviceKey !== null && neededOf(config, secrets()) === null,
    situation: () => {
      const { at: now, sources, disk, connection, counts, ledger } = links.snapshot();
      return { now, sources, disk, connection, counts, ledger };
    },
    metrics: () => metrics.read(),
    send: (report, signal) => way.client.checkin(report, signal),
    onChange,
  });
  const cameraLosses = new CameraLosses(store.losses, clock, logger);
  const lossNotes = new LossNotes(store.ledger, clock, logger);
  const housekeeping = new Housekeeping({
    audit: store.audit,
    admission: store.admission,
    outbox: store.outbox,
    chores: [...store.chores, ledgerWatch.chore],
    clock,
    logger,
    onClockJump: links.tryNow,
    onLook: () => {
      // A disk that refuses a picture may be gone, and the database with it, which nobody writes to then.
      if (store.admission.state().state === 'failing') store.probe();
      cameraLosses.look(intakes.statuses());
      lossNotes.look(links.losses());
      ledgerWatch.look();
      onChange();
    },
  });
  const usb = options.usbCameras ?? noUsbCameras;
  const intakes = new Intakes({
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
    cameraLosses,
    lossNotes,
    stoppedLines: new StoppedLines(store.ledger.shiftOf, identity.startedAt),
    housekeeping,
    intakes,
    cameras,
  };
}
