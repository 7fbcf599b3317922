import { z } from 'zod';
import { messageSchema } from './messages/message-schema.ts';

/** Cameras as configuration, window and gateway speak of them. */

/** What is known of a camera's frame besides its pixels; kept with the stored image. */
export const frameFactsSchema = z.object({
  /** What made the camera take it. */
  trigger: z.enum(['free-run', 'interval', 'software', 'hardware', 'burst']),
  /** Who or what asked for it: `window`, `command`, a line of the camera (`Line1`); empty for free run. */
  triggeredBy: z.string(),
  /** The camera's own number of the frame; null where it has none. */
  frameNumber: z.number().nullable(),
  exposureMicroseconds: z.number().nullable(),
  /** The camera's own clock, nanoseconds since its zero, in decimal digits; null where it has none. */
  cameraTimeNanoseconds: z.string().nullable(),
});
export type FrameFacts = Readonly<z.infer<typeof frameFactsSchema>>;

export const featureValueSchema = z.union([z.string().max(4_096), z.number(), z.boolean()]);
export type FeatureValue = z.infer<typeof featureValueSchema>;

/** One setting of a camera (GenICam: a feature), with its value now. Integers beyond 2^53 are rounded for display. */
export const featureSchema = z.object({
  name: z.string(),
  displayName: z.string(),
  /** Path of categories, outermost first: `["ImageFormatControl"]`. */
  category: z.array(z.string()),
  kind: z.enum(['integer', 'float', 'boolean', 'enumeration', 'string', 'command', 'register']),
  /** GenICam access: `none` is not available now. */
  access: z.enum(['none', 'read', 'write', 'read-write']),
  visibility: z.enum(['beginner', 'expert', 'guru', 'invisible']),
  tooltip: z.string(),
  unit: z.string(),
  /** Null where it can't be read. */
  value: featureValueSchema.nullable(),
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
  increment: z.number().nullable(),
  /** Of an enumeration: those that may be chosen now. */
  choices: z.array(z.object({ name: z.string(), displayName: z.string() })),
});
export type Feature = Readonly<z.infer<typeof featureSchema>>;

/** A camera on this PC's networks or ports. */
export const foundCameraSchema = z.object({
  kind: z.enum(['gige', 'usb']),
  /** What tells it from every other: the MAC address, or the browser's device id. */
  id: z.string(),
  vendor: z.string(),
  model: z.string(),
  serial: z.string(),
  userName: z.string(),
  /** IPv4 address; empty for USB. */
  address: z.string(),
  /** GigE: the network card it answered on. */
  interface: z.string(),
  interfaceAddress: z.string(),
  /** `wrong-network`: settings that would fit, where some are free; for `camera.forceIp`. */
  proposal: z.object({ address: z.ipv4(), mask: z.ipv4(), gateway: z.ipv4() }).nullable(),
  /** The source of the configuration that uses it. */
  sourceId: z.string().nullable(),
  /** Why it can't be used as it is. `wrong-network`: its address can be set. */
  problem: z.enum(['none', 'wrong-network', 'taken', 'denied']),
  /** That, and what to do; null where there is nothing to say. */
  message: messageSchema.nullable(),
});
export type FoundCamera = Readonly<z.infer<typeof foundCameraSchema>>;

const count = z.int().min(0);

/** A camera source's part of the snapshot. */
export const cameraSnapshotSchema = z.object({
  vendor: z.string(),
  model: z.string(),
  serial: z.string(),
  address: z.string(),
  trigger: z.enum(['free-run', 'interval', 'software', 'hardware', 'on-change']),
  /** Pictures that are taken each time somebody asks for them; 1 where the camera is not triggered by software. */
  burst: z.int().min(1),
  width: count.nullable(),
  height: count.nullable(),
  /** PFNC name, `Mono8`; null before the first frame. */
  pixelFormat: z.string().nullable(),
  framesPerSecond: z.number(),
  /**
   * Milliseconds from one picture to the next: as configured, else as the last two came. Null where nothing is known
   * yet, and where pictures come only when somebody asks for them.
   */
  everyMilliseconds: z.number().nullable(),
  /** Since the gateway started: whole frames that arrived, and of these, stored ones. */
  frames: count,
  stored: count,
  /** Frames that were left out on purpose: every n-th, or more than the trigger asked for. */
  skipped: count,
  /** Frames that were lost, by cause, the most frequent first. */
  drops: z.array(z.object({ cause: z.string(), message: messageSchema, frames: count })).max(20),
  resends: count,
  latencyMilliseconds: z.number().nullable(),
  /** From the frame to its place in the outbox, milliseconds. */
  storeMilliseconds: z.number().nullable(),
  /** How often it had to be connected again. */
  reconnects: count,
  lastFrameAt: z.number().nullable(),
  /** The configured number of frames has been stored. */
  finished: z.boolean(),
});
export type CameraSnapshot = Readonly<z.infer<typeof cameraSnapshotSchema>>;

/** What the live view shows beside the picture. */
export const liveFrameSchema = z.object({
  /** Of the live pictures; the picture itself is `acusight-image://live/<source id>/<number>`. */
  number: count,
  at: z.number(),
  width: count,
  height: count,
  /** How sharp it is: variance of the Laplacian of the brightness (0–255); compare, do not judge. */
  focus: z.number(),
  /** 64 bins from black to white, shares of all pixels. */
  histogram: z.array(z.number()).length(64),
  /** Share of pixels that are all white or all black. */
  overexposed: z.number(),
  underexposed: z.number(),
});
export type LiveFrame = Readonly<z.infer<typeof liveFrameSchema>>;
