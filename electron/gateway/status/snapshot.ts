import type { Config } from '../../../shared/config.ts';
import type { QueueRow } from '../../../shared/contract.ts';
import type { Connection, Snapshot, SourceSnapshot, SourceWarning } from '../../../shared/snapshot.ts';
import type { SourceConfig } from '../../../shared/source-config.ts';
import type { DeviceFacts } from '../cloud/acusight/device-api.ts';
import type { DiskState } from '../ingest/admission/admission.ts';
import type { Falls } from '../model/ways-to-lose.ts';
import type { UnseenLoss } from '../store/ledger/losses.ts';
import { emptyTally, type SourceTally, totalOf } from '../store/tally.ts';
import type { ConnectivityFacts } from '../sync/connectivity.ts';
import { countLosses, lossesOf } from './losses.ts';
import { assess } from './situation.ts';
import type { SourceNow, StoppedLines } from './stopped-lines.ts';

export type GatewayIdentity = {
  readonly instanceId: string;
  readonly startedAt: number;
  readonly version: string;
  /** For example `Electron 45.4.1`. */
  readonly runtime: string;
  readonly configFile: string;
  readonly demo: boolean;
};

/** What the parts say of how it goes: the check-in's status is made of it, and the snapshot shows it. */
export type HealthReading = {
  readonly now: number;
  readonly tallies: ReadonlyMap<string, SourceTally>;
  /** Payloads on the disk that no row knows, and where they lie. */
  readonly orphans: number;
  readonly orphanRoot: string;
  readonly disk: DiskState & Pick<Snapshot['disk'], 'leftOvers'>;
  readonly connectivity: ConnectivityFacts;
  readonly ledger: Snapshot['ledger'];
  readonly losses: readonly UnseenLoss[];
  readonly falls?: Falls | undefined;
  readonly sources: readonly SourceNow[];
  readonly stoppedLines: Pick<StoppedLines, 'warningOf'>;
};

export type SnapshotFacts = HealthReading & {
  readonly identity: GatewayIdentity;
  readonly config: Config;
  readonly dataDir: string;
  readonly revision: number;
  readonly oldestWaiting: { readonly imageId: string; readonly storedAt: number } | null;
  readonly rates: Snapshot['rates'];
  readonly inFlight: number;
  readonly concurrency: number;
  readonly lastSuccessAt: number | null;
  readonly pacing: Snapshot['pacing'];
  readonly device: DeviceFacts | null;
  readonly keySource: Snapshot['gateway']['keySource'];
  readonly checkin: Snapshot['checkin'];
  readonly recent: readonly QueueRow[];
};

const thisPcsZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Asked once a second for the check-in alone, and with each snapshot. */
export function healthOf({ now, tallies, ledger, disk, connectivity, orphans, orphanRoot, ...reading }: HealthReading) {
  const {
    refused,
    notices: _notices,
    waitingBytes,
    acknowledgedBytes,
    deadBytes,
    lastStoredAt: _last,
    ...counts
  } = totalOf(tallies.values());
  const sources = reading.sources.map((source) => {
    const tally = tallies.get(source.config.id);
    const stopped = reading.stoppedLines.warningOf(source, tally?.lastStoredAt ?? null, now);
    return sourceSnapshot(source, tally, stopped === null ? [] : [stopped]);
  });
  const { losses: unseen, falls } = reading;
  const losses = lossesOf({ counts: { gone: counts.gone, orphans }, losses: unseen, sources, orphanRoot, falls });
  return {
    now,
    ledger,
    disk,
    connection: connectivity,
    sources,
    losses,
    counts: { ...counts, refused, ...countLosses(losses) },
    bytes: { waiting: waitingBytes, acknowledged: acknowledgedBytes, dead: deadBytes },
  };
}

/** The one bounded projection of everything; its cost does not grow with the queue. */
export function buildSnapshot(facts: SnapshotFacts): Snapshot {
  const { identity, config, pacing, checkin } = facts;
  const { now, ledger, losses, sources, counts, bytes, ...health } = healthOf(facts);
  const disk = {
    ...health.disk,
    maxBytes: config.store.maxBytes,
    minFreeBytes: config.store.minFreeBytes,
  };
  const connection: Connection = {
    ...health.connection,
    inFlight: facts.inFlight,
    concurrency: facts.concurrency,
    lastSuccessAt: facts.lastSuccessAt,
  };
  const situation = assess({
    now,
    pacing,
    checkin,
    ledger,
    losses,
    configured: true,
    counts,
    connection,
    disk,
    sources,
    rates: facts.rates,
  });
  return {
    instanceId: identity.instanceId,
    revision: facts.revision,
    at: now,
    gateway: {
      version: identity.version,
      startedAt: identity.startedAt,
      deviceId: config.cloud.deviceId,
      baseUrl: config.cloud.baseUrl,
      dataDir: facts.dataDir,
      configFile: identity.configFile,
      timeZone: config.site.timeZone ?? thisPcsZone,
      runtime: identity.runtime,
      configured: true,
      demo: identity.demo,
      plainHttp: isPlainHttp(config) && !identity.demo,
      mode: config.cloud.mode,
      objectStore: objectStoreOf(config),
      device: facts.device && {
        name: facts.device.name,
        organization: facts.device.organization,
        status: facts.device.status,
      },
      keySource: facts.keySource,
    },
    safe: situation.safe,
    flow: situation.flow,
    advice: [...situation.advice],
    counts,
    bytes,
    oldestWaiting: facts.oldestWaiting,
    rates: facts.rates,
    disk,
    pacing,
    checkin,
    ledger,
    connection,
    sources,
    recent: facts.recent.map(({ imageId, filename, sourceId, capturedAt, state, annotationCount }) => ({
      imageId,
      filename,
      sourceId,
      capturedAt,
      state,
      annotationCount,
    })),
  };
}

function objectStoreOf({ cloud: { mode, objectStore } }: Config): string | null {
  return mode === 'lan' && objectStore !== undefined ? `${objectStore.endpoint}/${objectStore.bucket}` : null;
}

/** Anybody on the network can read pictures and the device key. */
function isPlainHttp(config: Config): boolean {
  const addresses = [config.cloud.baseUrl, objectStoreOf(config) ?? ''];
  return addresses.some((address) => address.toLowerCase().startsWith('http:'));
}

function locationOf(source: SourceConfig): string {
  switch (source.kind) {
    case 'folder':
      return source.path;
    case 'gige':
      return [source.address, source.serial, source.userName].filter((fact) => fact !== undefined).join(', ');
    case 'usb':
      return source.device;
  }
}

function sourceSnapshot(
  { config, status, filter, camera }: SourceNow,
  tally: SourceTally | undefined,
  warnings: readonly SourceWarning[],
): SourceSnapshot {
  const { collected, refused, pending, leased, acknowledged, dead, gated, lost, known, lastStoredAt } =
    tally ?? emptyTally;
  return {
    id: config.id,
    kind: config.kind,
    name: config.name ?? config.id,
    location: locationOf(config),
    state: status.state,
    message: status.message,
    collected,
    refused,
    settling: status.settling,
    unmatchedSidecars: status.unmatchedSidecars,
    pending: pending + leased,
    acknowledged,
    dead,
    lost,
    known,
    lastCollectedAt: lastStoredAt,
    afterIngest: config.kind === 'folder' ? config.afterIngest : 'keep',
    polling: status.polling,
    warnings: [...warnings, ...(status.warnings ?? [])],
    priority: config.priority,
    nearDuplicateFilter: filter === null ? null : { ...filter, gated },
    camera,
  };
}
