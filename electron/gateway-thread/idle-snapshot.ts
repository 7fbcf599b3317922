import { emptyCounts, type Snapshot, type Statement } from '../../shared/snapshot.ts';

export type IdleFacts = {
  readonly instanceId: string;
  readonly revision: number;
  readonly now: number;
  readonly startedAt: number;
  readonly version: string;
  readonly runtime: string;
  readonly dataDir: string;
  readonly configFile: string;
  /** A gateway is being opened. */
  readonly starting: boolean;
  /** Why no gateway runs; null when it was only not set up yet. */
  readonly fault: {
    readonly headline: string;
    readonly text: string;
    readonly hint: string;
    readonly canSetUp: boolean;
  } | null;
};

/** What the window shows while no gateway runs: it is not set up yet, or it can't start, and why. */
export function idleSnapshot({ fault, ...facts }: IdleFacts): Snapshot {
  const starting: Statement = { level: 'busy', headline: 'STARTING', detail: 'Opening the store on this PC.' };
  const safe: Statement = facts.starting
    ? starting
    : fault === null
      ? { level: 'act', headline: 'NOT SET UP', detail: 'No pictures are collected yet.' }
      : { level: 'alarm', headline: fault.headline, detail: fault.text };
  const flow: Statement = facts.starting
    ? starting
    : fault === null
      ? { level: 'act', headline: 'NOT SET UP', detail: 'Enter the cloud address and the device key.' }
      : { level: 'alarm', headline: 'STOPPED', detail: 'Nothing is collected or delivered.' };
  return {
    instanceId: facts.instanceId,
    revision: facts.revision,
    at: facts.now,
    gateway: {
      version: facts.version,
      startedAt: facts.startedAt,
      deviceId: '',
      baseUrl: '',
      dataDir: facts.dataDir,
      configFile: facts.configFile,
      runtime: facts.runtime,
      configured: facts.starting || fault !== null,
      demo: false,
      plainHttp: false,
      mode: 'cloud',
      objectStore: null,
      device: null,
      keySource: 'none',
    },
    safe,
    flow,
    advice: facts.starting
      ? []
      : [
          fault === null
            ? {
                code: 'not-set-up',
                level: 'act',
                text: 'Set up this gateway',
                hint: 'Enter the cloud address, the device key and a folder.',
                action: 'open-setup',
              }
            : {
                code: 'cannot-start',
                level: 'alarm',
                text: fault.text,
                hint: fault.hint,
                action: fault.canSetUp ? 'open-setup' : 'none',
              },
        ],
    counts: emptyCounts,
    bytes: { waiting: 0, acknowledged: 0, dead: 0 },
    oldestWaiting: null,
    rates: {
      collectedPerSecond: 0,
      acknowledgedPerSecond: 0,
      bytesPerSecond: 0,
      collectedHistory: [],
      acknowledgedHistory: [],
    },
    disk: {
      state: 'ok',
      fullOf: null,
      freeBytes: 0,
      totalBytes: 0,
      usedBytes: 0,
      maxBytes: 0,
      minFreeBytes: 0,
      text: '',
      fullInSeconds: null,
      filledByOthers: false,
      whenFull: 'refuse',
    },
    pacing: { limitBytesPerSecond: null, text: '', changesAt: null, order: 'oldest-first' },
    checkin: { status: 'healthy', acceptedAt: null, text: '', unknownActions: [] },
    ledger: { state: 'checking', text: '', checkedAt: null },
    connection: {
      state: facts.starting ? 'starting' : 'not-set-up',
      since: facts.startedAt,
      nextProbeAt: null,
      text: '',
      hint: '',
      technical: '',
      inFlight: 0,
      concurrency: 0,
      lastSuccessAt: null,
    },
    sources: [],
    recent: [],
  };
}
