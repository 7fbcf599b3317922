import { z } from 'zod';
import { faultSchema } from './faults.ts';
import { answerForms } from './identifiers.ts';
import { deviceStatuses } from './records.ts';

const port = z.int().min(0).max(65_535).default(0);

const deviceKeySchema = z.string().regex(/^adk_[0-9a-f]+$/i, 'a device key is adk_ and hexadecimal digits');
export const provisioningTokenSchema = z
  .string()
  .regex(/^apt_[0-9a-f]+$/i, 'a provisioning token is apt_ and hexadecimal digits');

/** Plain data, so that it can cross to a worker thread. */
export const cloudOptionsSchema = z.strictObject({
  /** Holds the journal and the payloads; made if missing. One server a folder. */
  dataDir: z.string().min(1),
  /** 0: any free one. */
  port,
  /** The control endpoint has its own port, so that it answers while the API refuses connections. */
  controlPort: port,
  /** Bearer token of the control endpoint; a random one where it is not given. */
  token: z.string().min(8).optional(),
  /** One approved device is there from the start; its key is made up (and then kept) where it is not given. */
  deviceId: z.string().min(1).default('simulated-device'),
  deviceKey: deviceKeySchema.optional(),
  /** What newly provisioned devices are. */
  provisionedStatus: z.enum(deviceStatuses).default('approved'),
  provisioningTokens: z
    .array(z.strictObject({ token: provisioningTokenSchema, state: z.enum(['valid', 'expired']) }))
    .default([]),
  /** Honours Idempotency-Key: the same key has the same answer and stores nothing again. */
  idempotency: z.boolean().default(true),
  /** `refuse`: 409 for an image whose device, filename and hash are stored already. */
  onKnownContent: z.enum(['store', 'refuse']).default('store'),
  answers: z.enum(answerForms).default('string'),
  /** `bytes`: keeps the pictures; `hash-only`: keeps their hashes; `discard`: counts and forgets, without hashing. */
  store: z.enum(['bytes', 'hash-only', 'discard']).default('bytes'),
  maxImageBytes: z.int().positive().default(50_000_000),
  batchImages: z.int().positive().default(1_000),
  batchMinutes: z.number().positive().default(30),
  /** Given as `actions` to every check-in. */
  checkinActions: z.array(z.unknown()).default([]),
  /** Host names besides the loopback ones, for a reverse proxy in front. */
  allowedHosts: z.array(z.string().min(1)).default([]),
  faults: z.array(faultSchema).default([]),
  seed: z.int().default(1),
});

export type CloudOptions = z.infer<typeof cloudOptionsSchema>;
/** Everything with a default may be left out. */
export type CloudOptionsInput = z.input<typeof cloudOptionsSchema>;
