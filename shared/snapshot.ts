import { z } from 'zod';
import { cameraSnapshotSchema } from './camera.ts';
import { messageSchema } from './messages/message-schema.ts';
import type { Level } from './messages/param-kinds.ts';

/**
 * The bounded, immutable projection of the gateway's state that the window shows. Main is the sole authority: it
 * sends a whole snapshot at most every 100 ms, and always the last one. All times are milliseconds since the epoch
 * (UTC), all sizes are bytes.
 */

const time = z.number();
const count = z.number().int();

/** Something a person has to do, most urgent first. `action` names a button that does or opens it. */
export const adviceSchema = z.object({
  message: messageSchema,
  action: z.enum([
    'show-dead',
    'show-refused',
    'show-ledger',
    'acknowledge-losses',
    'enter-key',
    'open-setup',
    'run-doctor',
    'try-now',
    'rebuild-database',
    'none',
  ]),
});
export type Advice = Readonly<z.infer<typeof adviceSchema>>;

/** States of the way to the cloud. */
export const connectionStates = [
  'starting',
  'online',
  'offline',
  'throttled',
  'trouble',
  'intercepted',
  'key-missing',
  /** It is stored, and this PC’s keyring has not given it yet. */
  'key-locked',
  'key-refused',
  'wrong-address',
  /** The device waits for approval by the organisation's administrator, or was rejected. */
  'not-approved',
  /** LAN mode: the object storage refuses the access key, or has no such bucket. */
  'storage-refused',
  /** A send window of the configuration closes the way now. */
  'closed',
  'not-set-up',
] as const;

export const connectionSchema = z.object({
  state: z.enum(connectionStates),
  /** Since when it is in this state. */
  since: time,
  /** When the gateway tries again by itself; null when it does not wait. */
  nextProbeAt: time.nullable(),
  /** What is wrong, and what to check. */
  message: messageSchema,
  /** The error as the machine put it (a code and a message), for the person on the telephone. */
  technical: z.string(),
  /** Deliveries under way now, and the most allowed now (the gateway lowers it when the cloud asks it to slow down). */
  inFlight: count,
  concurrency: count,
  lastSuccessAt: time.nullable(),
});
export type Connection = Readonly<z.infer<typeof connectionSchema>>;

export const sourceStates = [
  'starting',
  /** A folder. */
  'scanning',
  'watching',
  'missing',
  'blocked',
  'failed',
  /** A camera: it is being looked for and set up. */
  'connecting',
  /** Its pictures arrive. */
  'streaming',
  /** Ready; it takes a picture when it is triggered. */
  'armed',
  /** Another program controls it. */
  'taken',
  /** It was there and is gone; it is looked for. */
  'lost',
  /** It can be controlled, but no pictures arrive. */
  'silent',
  /** Its number of frames is stored. */
  'finished',
] as const;

/** How grave each is, in every list. `alarm`: its pictures are not collected. */
export const sourceLevels: Readonly<Record<(typeof sourceStates)[number], Level>> = {
  starting: 'waiting',
  scanning: 'busy',
  watching: 'good',
  missing: 'alarm',
  blocked: 'alarm',
  failed: 'alarm',
  connecting: 'waiting',
  streaming: 'good',
  armed: 'good',
  taken: 'alarm',
  lost: 'alarm',
  silent: 'alarm',
  finished: 'good',
};

/** What a person should see to although pictures are collected. */
export const sourceWarningSchema = z.object({
  /**
   * `originals-stay`: originals can't be archived or deleted. `shared-folder`: somebody else takes them away.
   * `line-stopped`: no picture has come for longer than the source's limit.
   */
  code: z.enum(['originals-stay', 'shared-folder', 'line-stopped']),
  message: messageSchema,
  /** How many originals it is about, where they are counted. */
  originals: count.optional(),
});
export type SourceWarning = Readonly<z.infer<typeof sourceWarningSchema>>;

export const sourceSnapshotSchema = z.object({
  id: z.string(),
  kind: z.enum(['folder', 'gige', 'usb']),
  name: z.string(),
  /** Where it is: for a folder its path, for a camera what tells it from others. */
  location: z.string(),
  state: z.enum(sourceStates),
  message: messageSchema,
  /** Since the store was made: images stored from this source, and files it could not take. */
  collected: count,
  refused: count,
  /** Files seen and not yet quiet and complete. */
  settling: count,
  /** Sidecars that have no picture (yet). */
  unmatchedSidecars: count,
  pending: count,
  acknowledged: count,
  dead: count,
  /** Frames that were gone before they could be stored. */
  lost: count,
  /** Files that were taken before, and were renamed, moved or touched since. */
  known: count,
  lastCollectedAt: time.nullable(),
  afterIngest: z.enum(['keep', 'archive', 'delete']),
  polling: z.boolean(),
  warnings: z.array(sourceWarningSchema).max(4).optional(),
  priority: count,
  /** Near-duplicate filter; null where there is none. Differences and threshold are percent of full brightness. */
  nearDuplicateFilter: z
    .object({ threshold: z.number(), gated: count, lastDifference: z.number().nullable(), lastAt: time.nullable() })
    .nullable(),
  /** Null for folders. */
  camera: cameraSnapshotSchema.nullable(),
});
export type SourceSnapshot = Readonly<z.infer<typeof sourceSnapshotSchema>>;

const recentImageSchema = z.object({
  imageId: z.string(),
  filename: z.string(),
  sourceId: z.string(),
  capturedAt: time,
  state: z.enum(['pending', 'leased', 'acknowledged', 'dead', 'dropped', 'deleted']),
  annotationCount: count,
});

export const snapshotSchema = z.object({
  /** A new one each time the gateway starts; revisions are comparable only within it. */
  instanceId: z.string(),
  revision: count,
  at: time,
  gateway: z.object({
    version: z.string(),
    startedAt: time,
    deviceId: z.string(),
    baseUrl: z.string(),
    dataDir: z.string(),
    configFile: z.string(),
    /** IANA name of the zone whose clocks the site goes by. */
    timeZone: z.string(),
    /** For example `Electron 45.4.1`. */
    runtime: z.string(),
    /** False until a usable configuration exists: the window then shows the set-up form. */
    configured: z.boolean(),
    /** True for the demo and the drill: the server is the embedded one. */
    demo: z.boolean(),
    /** True where nothing encrypts the traffic to the cloud. */
    plainHttp: z.boolean(),
    mode: z.enum(['cloud', 'lan']),
    /** LAN mode: `<endpoint>/<bucket>`; null in cloud mode. */
    objectStore: z.string().nullable(),
    /** What the cloud says of this device; null until it has answered. */
    device: z
      .object({
        name: z.string().nullable(),
        organization: z.string().nullable(),
        status: z.enum(['pending', 'approved', 'rejected', 'unknown']),
      })
      .nullable(),
    /** Where the device key comes from. */
    keySource: z.enum(['none', 'environment', 'keyring', 'file']),
  }),
  /** Is everything safe? Is everything flowing? What must I do? */
  safe: messageSchema,
  flow: messageSchema,
  advice: z.array(adviceSchema).max(8),
  counts: z.object({
    /** Images stored since the store was made. */
    collected: count,
    /** Waiting for delivery, without those under way. */
    pending: count,
    leased: count,
    /** Of `pending`: sent, but no answer came. */
    ambiguous: count,
    /** Of `pending`: tried at least once. */
    retrying: count,
    /** Of `retrying`: failing for so long, while others succeed, that a person should look. */
    stuck: count,
    acknowledged: count,
    /** Of `acknowledged`: the cloud said it already had it. */
    duplicates: count,
    dead: count,
    /** Files that could not be taken: still in their folder. */
    refused: count,
    /** Frames that the near-duplicate filter counted and did not store. */
    gated: count,
    /** Never delivered and dropped by the ring buffer that the site chose. */
    dropped: count,
    /** Dead letters that a person deleted. */
    deleted: count,
    /** Gone before they could be stored: overwritten or removed in their folder. */
    lost: count,
    /** Of `lost`: no person has taken note of them. */
    lostUnseen: count,
    /** Of `dropped`: no person has taken note of them. */
    droppedUnseen: count,
    /** Of the dead: their stored picture is gone or damaged, and was never delivered. */
    gone: count,
    /** Stored pictures that are in no list, once they had the time to be collected again. */
    orphans: count,
    /** Annotation files that came too late to be sent; no person has taken note of them. */
    labelsLate: count,
    /** Originals of stored pictures that can't be archived or deleted. */
    originalsStay: count,
    /** How often the gateway fell while a camera was its source; summed over cameras; no person has taken note of it. */
    unwatched: count,
    /** How often the gateway fell and was started again; no person has taken note of it. */
    interruptions: count,
    /** Undelivered when the database was damaged or its disk went away; 0 while it can be read. */
    inDoubt: count,
    /** Files that were taken before, and were renamed, moved or touched since: not sent again. */
    known: count,
    /** Acknowledged images whose payload was removed from this disk to make room. */
    payloadsRemoved: count,
    /** Stored images that a full decode found damaged. */
    damaged: count,
    /** Stored images whose sidecar could not be read. */
    sidecarProblems: count,
  }),
  bytes: z.object({
    /** Payload bytes waiting for delivery (pending and leased). */
    waiting: count,
    acknowledged: count,
    dead: count,
  }),
  oldestWaiting: z.object({ imageId: z.string(), storedAt: time }).nullable(),
  rates: z.object({
    /** Images a second over the last 10 s. */
    collectedPerSecond: z.number(),
    acknowledgedPerSecond: z.number(),
    /** Payload bytes a second acknowledged over the last 10 s. */
    bytesPerSecond: z.number(),
    /** One value a second, oldest first, the last 60 s. */
    collectedHistory: z.array(count).max(60),
    acknowledgedHistory: z.array(count).max(60),
  }),
  disk: z.object({
    state: z.enum(['ok', 'low', 'full', 'failing']),
    /** What is used up: the disk, the gateway's share of it, or its room for files; null while it is not full. */
    fullOf: z.enum(['disk', 'quota', 'files']).nullable(),
    freeBytes: count,
    totalBytes: count,
    /** What payloads take, and the quota. */
    usedBytes: count,
    maxBytes: count,
    minFreeBytes: count,
    message: messageSchema,
    /** Until no frame can be taken any more, at the rate of the last while; null when it is not filling. */
    fullInSeconds: z.number().nullable(),
    /** Other programs fill the disk, not the pictures that wait here. */
    filledByOthers: z.boolean(),
    whenFull: z.enum(['refuse', 'drop-oldest']),
    /** Half-written files that can’t be removed, for so long that it is worth a word. */
    leftOvers: count,
  }),
  pacing: z.object({
    /** The limit now, bytes a second; null: none. 0: closed. */
    limitBytesPerSecond: count.nullable(),
    message: messageSchema,
    /** When the limit changes next; null: never. */
    changesAt: time.nullable(),
    order: z.enum(['oldest-first', 'newest-first', 'defects-first']),
  }),
  checkin: z.object({
    status: z.enum(['healthy', 'degraded', 'error']),
    /** When the cloud last took a check-in; null: not since the start. */
    acceptedAt: time.nullable(),
    /** Why the last one did not get through; null when it did. */
    message: messageSchema.nullable(),
    /** What the cloud asked for and this gateway does not know: shown, never acted on. Newest first. */
    unknownActions: z.array(z.object({ at: time, text: z.string() })).max(10),
  }),
  ledger: z.object({
    /** `gap`: the counts do not add up, or the chain of rows is broken. */
    state: z.enum(['ok', 'checking', 'gap']),
    message: messageSchema,
    checkedAt: time.nullable(),
  }),
  connection: connectionSchema,
  sources: z.array(sourceSnapshotSchema).max(64),
  /** The newest images, newest first. */
  recent: z.array(recentImageSchema).max(12),
});
export type Snapshot = Readonly<z.infer<typeof snapshotSchema>>;

/** The counts of a gateway that has seen nothing yet. */
export const emptyCounts: Readonly<Snapshot['counts']> = {
  collected: 0,
  pending: 0,
  leased: 0,
  ambiguous: 0,
  retrying: 0,
  stuck: 0,
  acknowledged: 0,
  duplicates: 0,
  dead: 0,
  refused: 0,
  gated: 0,
  dropped: 0,
  deleted: 0,
  lost: 0,
  lostUnseen: 0,
  droppedUnseen: 0,
  gone: 0,
  orphans: 0,
  labelsLate: 0,
  originalsStay: 0,
  unwatched: 0,
  interruptions: 0,
  inDoubt: 0,
  known: 0,
  payloadsRemoved: 0,
  damaged: 0,
  sidecarProblems: 0,
};
