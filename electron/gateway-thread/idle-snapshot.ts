import { type Message, message } from '../../shared/messages/message.ts';
import { type Advice, emptyCounts, type Snapshot } from '../../shared/snapshot.ts';

export type IdleFacts = {
  readonly instanceId: string;
  readonly revision: number;
  readonly now: number;
  readonly startedAt: number;
  readonly version: string;
  readonly runtime: string;
  readonly dataDir: string;
  readonly configFile: string;
  /** What is under way: a gateway is being opened, or its database built anew. */
  readonly starting: Message | null;
  /** Why no gateway runs; null when it was only not set up yet. */
  readonly fault: { readonly message: Message; readonly action: Advice['action'] } | null;
};

/** What the window shows while no gateway runs: it is not set up yet, or it can't start, and why. */
export function idleSnapshot({ fault, ...facts }: IdleFacts): Snapshot {
  const isSetUp = facts.starting !== null || fault !== null;
  const safe = facts.starting ?? fault?.message ?? message('safe-not-set-up');
  const flow = facts.starting ?? message(isSetUp ? 'flow-stopped' : 'flow-not-set-up');
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
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      runtime: facts.runtime,
      configured: isSetUp,
      demo: false,
      plainHttp: false,
      mode: 'cloud',
      objectStore: null,
      device: null,
      keySource: 'none',
    },
    safe,
    flow,
    advice:
      facts.starting !== null
        ? []
        : fault === null
          ? [{ message: message('not-set-up'), action: 'open-setup' }]
          : [{ message: fault.message, action: fault.action }],
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
      message: message('room-not-known'),
      fullInSeconds: null,
      filledByOthers: false,
      whenFull: 'refuse',
      leftOvers: 0,
    },
    pacing: { limitBytesPerSecond: null, message: message('pace-open'), changesAt: null, order: 'oldest-first' },
    checkin: { status: 'healthy', acceptedAt: null, message: null, unknownActions: [] },
    ledger: { state: 'checking', message: message('ledger-checking'), checkedAt: null },
    connection: {
      state: facts.starting !== null ? 'starting' : 'not-set-up',
      since: facts.startedAt,
      nextProbeAt: null,
      message: message(facts.starting !== null ? 'flow-starting' : 'flow-not-set-up'),
      technical: '',
      inFlight: 0,
      concurrency: 0,
      lastSuccessAt: null,
    },
    sources: [],
    recent: [],
  };
}
