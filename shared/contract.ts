import { z } from 'zod';
import { annotationSchema, modelInfoSchema, sidecarFormats } from './annotation.ts';
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

export const entryStateSchema = z.enum(['pending', 'leased', 'acknowledged', 'dead']);
export type EntryState = z.infer<typeof entryStateSchema>;

/** The last thing that went wrong with an entry. */
export const entryErrorSchema = z.object({
  code: z.string(),
  text: z.string(),
  hint: z.string(),
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

export const imageDetailSchema = queueRowSchema.extend({
  sha256: z.string(),
  format: z.enum(['jpeg', 'png']),
  /** Path of the original as the source saw it. */
  originalPath: z.string(),
  /** Minutes east of UTC at capture; null where nothing says so. */
  captureOffsetMinutes: z.number().int().nullable(),
  capturedFrom: z.enum(['exif', 'file']),
  annotations: z.array(annotationSchema),
  model: modelInfoSchema,
  sidecar: z.object({ format: z.enum(sidecarFormats), path: z.string() }).nullable(),
  /** Why the sidecar, or part of it, could not be used; empty when all is well. */
  sidecarProblems: z.array(z.string()),
  checkDetail: z.string(),
  /** False once the payload was removed from this disk after delivery. */
  payloadPresent: z.boolean(),
  serverImageId: z.string().nullable(),
  serverBatchId: z.string().nullable(),
});
export type ImageDetail = Readonly<z.infer<typeof imageDetailSchema>>;

export const refusalSchema = z.object({
  id: z.int(),
  sourceId: z.string(),
  path: z.string(),
  bytes: count,
  /** `notice`: not a picture's loss, for example a sidecar that has no picture. */
  severity: z.enum(['refused', 'notice']),
  code: z.string(),
  text: z.string(),
  hint: z.string(),
  at: time,
});
export type Refusal = Readonly<z.infer<typeof refusalSchema>>;

export const setupSchema = z.object({
  baseUrl: z.string().max(2048),
  deviceId: z.string().max(64),
  /** Empty: keep the key that is stored. */
  deviceKey: z.string().max(512),
  folders: z.array(z.object({ id: z.string().max(64), path: z.string().max(4096) })).max(64),
});
export type Setup = z.infer<typeof setupSchema>;

const nothing = z.object({});
const changed = z.object({ changed: count });
const operation = <Request extends z.ZodType, Response extends z.ZodType>(request: Request, response: Response) => ({
  request,
  response,
});

export const contract = {
  'snapshot.get': operation(nothing, snapshotSchema),
  /** Newest first. */
  'queue.page': operation(
    z.object({ filter: queueFilterSchema, cursor, limit }),
    z.object({ rows: z.array(queueRowSchema), nextCursor: cursor }),
  ),
  /** Null when no image has this id. */
  'image.detail': operation(z.object({ imageId }), z.object({ image: imageDetailSchema.nullable() })),
  'refusals.page': operation(
    z.object({ cursor, limit }),
    z.object({ rows: z.array(refusalSchema), nextCursor: cursor }),
  ),
  /** Looks at the file again now. */
  'refusal.recheck': operation(z.object({ id: z.int() }), changed),
  /** A pending entry that waits for its next attempt is tried now. */
  'entry.retry': operation(z.object({ imageId }), changed),
  /** A dead letter goes back into the queue. */
  'entry.requeue': operation(z.object({ imageId }), changed),
  'dead.requeueAll': operation(nothing, changed),
  /** Tests the way to the cloud now instead of at the next probe. */
  'sync.tryNow': operation(nothing, nothing),
  /** Stores the device key in the operating system's keyring. `stored` says where it went. */
  'key.set': operation(
    z.object({ deviceKey: z.string().min(1).max(512) }),
    z.object({ stored: z.enum(['keyring', 'file']) }),
  ),
  'setup.get': operation(nothing, z.object({ setup: setupSchema, keyStored: z.boolean(), editable: z.boolean() })),
  /** Writes the configuration file and restarts the gateway with it. */
  'setup.save': operation(
    setupSchema,
    z.object({ faults: z.array(z.object({ path: z.string(), message: z.string() })) }),
  ),
  /** The system's folder dialog; null when it was cancelled. */
  'folder.choose': operation(nothing, z.object({ path: z.string().nullable() })),
  /** Shows a file in the system's file manager. */
  'file.reveal': operation(
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

/** What the preload script exposes as `window.gateway`; nothing else crosses the boundary. */
export type GatewayBridge = {
  readonly invoke: (operation: string, request: unknown) => Promise<unknown>;
  /** Calls back with each snapshot; the returned function ends the subscription. */
  readonly subscribe: (listener: (snapshot: unknown) => void) => () => void;
};
