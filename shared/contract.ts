import { z } from 'zod';
import { annotationSchema, modelInfoSchema, sidecarFormats } from './annotation.ts';
import { featureSchema, featureValueSchema, foundCameraSchema, frameFactsSchema, liveFrameSchema } from './camera.ts';
import { messageSchema } from './messages/message-schema.ts';
import { orientationSchema, originalFileSchema } from './picture.ts';
import { provisioningSchema, setupSchema } from './setup.ts';
import { snapshotSchema } from './snapshot.ts';

/**
 * Everything the window may ask of the gateway. One constant, operation name -> request and response schema; the types
 * on both sides are inferred from it, and both sides parse what arrives. Times are milliseconds since the epoch (UTC),
 * sizes are bytes.
 */

const time = z.number();
const count = z.number().int().min(0);
const imageId = z.string().min(1).max(64);
/** Opaque position in a list; null asks for its beginning. */
const cursor = z.string().max(64).nullable();
const limit = z.int().min(1).max(200);

export const queueFilters = ['all', 'waiting', 'retrying', 'dead', 'acknowledged'] as const;
export const queueFilterSchema = z.enum(queueFilters);
export type QueueFilter = z.infer<typeof queueFilterSchema>;

/** `dropped`: never delivered, dropped by a ring buffer. `deleted`: a dead letter that a person deleted. */
const entryStateSchema = z.enum(['pending', 'leased', 'acknowledged', 'dead', 'dropped', 'deleted']);

/** The last thing that went wrong with an entry. */
const entryErrorSchema = z.object({
  message: messageSchema,
  /** The server's own words or the machine's error, cut to a bounded length. */
  technical: z.string(),
  at: time,
});
export type EntryError = Readonly<z.infer<typeof entryErrorSchema>>;

export const checkStateSchema = z.enum(['unchecked', 'sound', 'damaged', 'uncheckable']);
export type CheckState = z.infer<typeof checkStateSchema>;

export const queueRowSchema = z.object({
  imageId,
  filename: z.string(),
  sourceId: z.string(),
  bytes: count,
  width: count,
  height: count,
  capturedAt: time,
  storedAt: time,
  state: entryStateSchema,
  ambiguous: z.boolean(),
  stuck: z.boolean(),
  duplicate: z.boolean(),
  attempts: count,
  nextAttemptAt: time.nullable(),
  acknowledgedAt: time.nullable(),
  lastError: entryErrorSchema.nullable(),
  annotationCount: count,
  check: checkStateSchema,
  sidecarProblem: z.boolean(),
});
export type QueueRow = Readonly<z.infer<typeof queueRowSchema>>;

/** `width` and `height`, as the boxes, are of the upright picture. */
export const imageDetailSchema = queueRowSchema.extend({
  sha256: z.string(),
  format: z.enum(['jpeg', 'png']),
  /** How the stored picture is to be turned to be upright. */
  orientation: orientationSchema,
  /** The file that came, where it is stored in another format; null where it is stored as it came. */
  original: originalFileSchema.nullable(),
  /** What is worth knowing of the picture: what was corrected, left out or made of it. */
  notes: z.array(messageSchema),
  /** Path of the original as the source saw it; empty for a camera's frame. */
  originalPath: z.string(),
  /** Minutes east of UTC at capture; null where nothing says so. */
  captureOffsetMinutes: z.number().int().nullable(),
  /**
   * `camera`: its clock. `arrival`: when a camera's frame reached this PC. `received`: when the file was taken, because
   * its own time makes no sense.
   */
  capturedFrom: z.enum(['exif', 'file', 'camera', 'arrival', 'received']),
  /** Null for a picture that came as a file. */
  frame: frameFactsSchema.nullable(),
  annotations: z.array(annotationSchema),
  model: modelInfoSchema,
  sidecar: z.object({ format: z.enum(sidecarFormats), path: z.string() }).nullable(),
  /** Why the sidecar, or part of it, could not be used; empty when all is well. */
  sidecarProblems: z.array(messageSchema),
  checkDetail: z.string(),
  /** False once the payload was removed from this disk after delivery. */
  payloadPresent: z.boolean(),
  serverImageId: z.string().nullable(),
  serverBatchId: z.string().nullable(),
  /** LAN mode: the object's key, once it lies in the object storage. */
  objectKey: z.string().nullable(),
});
export type ImageDetail = Readonly<z.infer<typeof imageDetailSchema>>;

export const refusalSchema = z.object({
  id: z.int(),
  sourceId: z.string(),
  path: z.string(),
  bytes: count,
  /** `notice`: not a picture's loss, for example a sidecar that has no picture. */
  severity: z.enum(['refused', 'notice']),
  /** Stable, kebab-case: that of the message, or of a version before. */
  code: z.string(),
  message: messageSchema,
  at: time,
});
export type Refusal = Readonly<z.infer<typeof refusalSchema>>;

export type Setup = z.infer<typeof setupSchema>;

/** Which dead letters: all of them, or those named. */
export const selectionSchema = z.union([z.literal('all'), z.array(imageId).min(1).max(1_000)]);
export type Selection = z.infer<typeof selectionSchema>;

/**
 * One check of the site doctor. The level of what was found is its state. `alarm`: something must be done. `act`: it
 * works, but look at it. `waiting`: it was not tested.
 */
export const doctorCheckSchema = z.object({
  /** Stable, kebab-case: `dns`, `tcp`, `tls`, `proxy`, `clock`, `key`, `object-store`, `disk`, `fsync`, `folder:<id>`. */
  code: z.string(),
  /** What was tested. */
  title: messageSchema,
  /** What was found, and what to do about it. */
  message: messageSchema,
  technical: z.string(),
});
export type DoctorCheck = Readonly<z.infer<typeof doctorCheckSchema>>;

/** What captured frames have become. */
const ledgerOutcomesSchema = z.object({
  acknowledged: z.int(),
  /** Waiting and under way. */
  pending: z.int(),
  dead: z.int(),
  refused: z.int(),
  /** Never delivered and dropped by a ring buffer. */
  dropped: z.int(),
  gated: z.int(),
  /** Dead letters that a person deleted. */
  deleted: z.int(),
  /** Gone before they could be stored: overwritten or removed in their folder. */
  lost: z.int(),
});
export const ledgerOutcomes = ledgerOutcomesSchema.keyof().options;
export type LedgerOutcome = keyof z.infer<typeof ledgerOutcomesSchema>;
export const ledgerCounts = ['captured' as const, ...ledgerOutcomes];

/** captured = acknowledged + pending + dead + refused + dropped + gated + deleted + lost, for one source and shift. */
export const ledgerRowSchema = z.object({
  sourceId: z.string(),
  /** `2026-11-21`, or `2026-11-21 early` where the site has shifts; empty: counted by a version that knew none. */
  shift: z.string(),
  captured: z.int(),
  ...ledgerOutcomesSchema.shape,
  balanced: z.boolean(),
});
export type LedgerRow = Readonly<z.infer<typeof ledgerRowSchema>>;

export const ledgerVerdictSchema = z.object({
  ok: z.boolean(),
  /** Rows of the chain that were checked. */
  rows: count,
  /** At most 50. */
  problems: z.array(messageSchema).max(50),
  /** The hash of the last row, which vouches for all before it. */
  head: z.string(),
});
export type LedgerVerdict = Readonly<z.infer<typeof ledgerVerdictSchema>>;

const faults = z.array(z.object({ path: z.string(), message: messageSchema }));
const storedIn = z.enum(['keyring', 'file']);
const nothing = z.object({});
const changed = z.object({ changed: count });
const sourceId = z.string().min(1).max(64);
const featureName = z.string().min(1).max(128);
const noRows = { rows: [], nextCursor: null };

/** Carried out by the core (`gateway/operations.ts`). `idle`: the answer while no gateway runs; without it, a refusal. */
const operation = <Request extends z.ZodType, Response extends z.ZodType>(
  request: Request,
  response: Response,
  idle?: z.output<Response>,
) => ({ by: 'core' as const, request, response, idle });

/** Carried out by the program around the core: it needs a dialog, the keyring or the configuration file, or no gateway. */
const shellOperation = <Request extends z.ZodType, Response extends z.ZodType>(
  request: Request,
  response: Response,
) => ({ by: 'shell' as const, request, response });

export const contract = {
  'snapshot.get': shellOperation(nothing, snapshotSchema),
  /** Newest first. */
  'queue.page': operation(
    z.object({ filter: queueFilterSchema, cursor, limit }),
    z.object({ rows: z.array(queueRowSchema), nextCursor: cursor }),
    noRows,
  ),
  /** Null when no image has this id. */
  'image.detail': operation(z.object({ imageId }), z.object({ image: imageDetailSchema.nullable() }), { image: null }),
  'refusals.page': operation(
    z.object({ cursor, limit }),
    z.object({ rows: z.array(refusalSchema), nextCursor: cursor }),
    noRows,
  ),
  /** Looks at the file again now. */
  'refusal.recheck': operation(z.object({ id: z.int() }), changed),
  /** Takes note of all frames that are lost so far; they stay counted in the ledger. */
  'losses.acknowledge': operation(nothing, changed),
  /** A pending entry that waits for its next attempt is tried now. */
  'entry.retry': operation(z.object({ imageId }), changed),
  /** Dead letters go back into the queue. */
  'dead.requeue': operation(z.object({ selection: selectionSchema }), changed),
  /** Deletes dead letters and their pictures for good; the window asks first. Each is a row of the ledger. */
  'dead.delete': operation(z.object({ selection: selectionSchema, confirmed: z.literal(true) }), changed),
  /** Copies pictures, annotations and reasons to a folder that a dialog asks for. `path` is null when it was cancelled. */
  'dead.export': shellOperation(
    z.object({ selection: selectionSchema }),
    z.object({ exported: count, path: z.string().nullable() }),
  ),
  /** Newest shift first. */
  'ledger.page': operation(
    z.object({ cursor, limit }),
    z.object({ rows: z.array(ledgerRowSchema), nextCursor: cursor }),
    noRows,
  ),
  /** Checks the whole chain and counts everything anew; takes seconds for a million rows. */
  'ledger.verify': operation(nothing, ledgerVerdictSchema),
  /** Cameras on this PC's networks and ports; takes a second or two. */
  'cameras.find': operation(
    nothing,
    z.object({ cameras: z.array(foundCameraSchema), problems: z.array(messageSchema) }),
  ),
  /** Gives a GigE camera an address until it is switched off; for one whose own is of another network. */
  'camera.forceIp': operation(
    z.object({
      mac: z.string().regex(/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i),
      interfaceAddress: z.ipv4(),
      address: z.ipv4(),
      mask: z.ipv4(),
      gateway: z.ipv4(),
    }),
    nothing,
  ),
  /** Takes pictures now, as many as the source's burst; for sources with a software trigger. */
  'camera.trigger': operation(z.object({ sourceId }), nothing),
  /** Settings of a camera that is connected, category by category. */
  'camera.features': operation(z.object({ sourceId }), z.object({ features: z.array(featureSchema) })),
  /** Answers with all of them: one setting changes others. */
  'camera.setFeature': operation(
    z.object({ sourceId, name: featureName, value: featureValueSchema }),
    z.object({ features: z.array(featureSchema) }),
  ),
  'camera.runCommand': operation(
    z.object({ sourceId, name: featureName }),
    z.object({ features: z.array(featureSchema) }),
  ),
  /** Keeps the camera's settings as they are now; they are set again each time it is connected. */
  'camera.saveSettings': operation(z.object({ sourceId }), z.object({ saved: count })),
  /** Sets the camera as it was saved; `failed` names settings that it did not take, with why. */
  'camera.loadSettings': operation(
    z.object({ sourceId }),
    z.object({ loaded: count, failed: z.array(z.object({ name: z.string(), message: messageSchema })) }),
  ),
  /**
   * The next live picture with a higher number than `after` (0 for any), at most one every 100 ms; null when none came
   * within a second. Live pictures are made only while somebody asks. `testShot`: has the camera take one for this,
   * which is shown and not stored.
   */
  'camera.liveFrame': operation(
    z.object({ sourceId, after: z.int().min(0), testShot: z.boolean() }),
    z.object({ liveFrame: liveFrameSchema.nullable() }),
  ),
  /** Tests everything on the way from here to the cloud. */
  'doctor.run': operation(nothing, z.object({ checks: z.array(doctorCheckSchema) })),
  /** First contact: a provisioning token for a device key, which is stored before this answers. */
  'device.provision': shellOperation(
    provisioningSchema,
    z.discriminatedUnion('ok', [
      z.object({ ok: z.literal(true), stored: storedIn, deviceId: z.string(), status: z.string().nullable() }),
      z.object({ ok: z.literal(false), message: messageSchema }),
    ]),
  ),
  /** Builds a damaged, lost or newer database anew, and starts the gateway on it. Nothing is deleted. May take minutes. */
  'store.rebuild': shellOperation(nothing, z.object({ said: messageSchema })),
  /** Tests the way to the cloud now instead of at the next probe. */
  'sync.tryNow': operation(nothing, nothing),
  /** Stores the device key in the operating system's keyring. `stored` says where it went. */
  'key.set': shellOperation(z.object({ deviceKey: z.string().min(1).max(512) }), z.object({ stored: storedIn })),
  'setup.get': shellOperation(
    nothing,
    z.object({
      setup: setupSchema,
      /** Which secrets are there; their values never leave the main process. */
      stored: z.object({ deviceKey: z.boolean(), objectStore: z.boolean(), proxyPassword: z.boolean() }),
      editable: z.boolean(),
    }),
  ),
  /** Writes the configuration file and restarts the gateway with it. */
  'setup.save': shellOperation(setupSchema, z.object({ faults })),
  /** The system's folder dialog; null when it was cancelled. */
  'file.choose': shellOperation(nothing, z.object({ path: z.string().nullable() })),
  'folder.choose': shellOperation(nothing, z.object({ path: z.string().nullable() })),
  /** Shows a file in the system's file manager. */
  'file.reveal': shellOperation(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('image'), imageId }),
      z.object({ kind: z.literal('refusal'), id: z.int() }),
      z.object({ kind: z.literal('data-dir') }),
    ]),
    nothing,
  ),
} as const;

export type Contract = typeof contract;
export type Operation = keyof Contract;
export type OperationRequest<Name extends Operation> = z.input<Contract[Name]['request']>;
export type OperationResponse<Name extends Operation> = z.output<Contract[Name]['response']>;

export type CoreOperation = { [Name in Operation]: Contract[Name]['by'] extends 'core' ? Name : never }[Operation];
export type ShellOperation = Exclude<Operation, CoreOperation>;

/** What carries out operations: one function for each, so that a missing one is a type error. Requests are parsed already. */
export type Answers<Names extends Operation> = {
  readonly [Name in Names]: (
    request: z.output<Contract[Name]['request']>,
  ) => OperationResponse<Name> | Promise<OperationResponse<Name>>;
};

/** What the preload script exposes as `window.gateway`; nothing else crosses the boundary. */
export type GatewayBridge = {
  readonly invoke: (operation: string, request: unknown) => Promise<unknown>;
  /** Calls back with each snapshot; the returned function ends the subscription. */
  readonly subscribe: (listener: (snapshot: unknown) => void) => () => void;
};
