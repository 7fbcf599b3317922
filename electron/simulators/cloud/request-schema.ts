import { z } from 'zod';
import { invalid } from './answers.ts';

/**
 * What requests must look like. The notify form is `handlers.ImageNotificationRequest` and `models.AnnotationData` of
 * the notify endpoint's OpenAPI document, with the ranges that its descriptions state (0.0–1.0). The upload's metadata
 * is free JSON there; the fields of the notify form are checked wherever they appear in it, others pass. Provisioning
 * and check-in follow Acusight's public guides.
 */

const fraction = z.number().min(0).max(1);
const pixels = z.int().min(1);
const text = z.string();
const nonEmpty = z.string().min(1);

const annotation = z.looseObject({
  class_value: text.optional(),
  confidence: fraction.optional(),
  x_center: fraction.optional(),
  y_center: fraction.optional(),
  width: fraction.optional(),
  height: fraction.optional(),
});

const metadataShape = {
  annotations: z.array(annotation).optional(),
  device_id: text.optional(),
  filename: text.optional(),
  width: pixels.optional(),
  height: pixels.optional(),
  model_id: text.optional(),
  model_name: text.optional(),
  model_version: text.optional(),
  source: text.optional(),
  timestamp: z.iso.datetime({ offset: true, error: 'must be an RFC 3339 time with a zone' }).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits')
    .optional(),
  client_image_id: z.string().min(1).max(200).optional(),
};

export const uploadMetadataSchema = z.looseObject(metadataShape);
export type UploadMetadata = z.infer<typeof uploadMetadataSchema>;

export const notifySchema = z.looseObject({
  ...metadataShape,
  device_id: nonEmpty,
  filename: nonEmpty,
  width: pixels,
  height: pixels,
  storage_key: nonEmpty,
});

export const provisionSchema = z.looseObject({
  token: nonEmpty,
  device_info: z.looseObject({
    device_id: nonEmpty,
    name: nonEmpty,
    ip_address: text,
    agent_version: text,
  }),
});

export const checkinSchema = z.looseObject({
  status: z.enum(['healthy', 'degraded', 'error']),
  metrics: z
    .looseObject({
      cpu_usage: z.number().optional(),
      memory_usage: z.number().optional(),
      disk_usage: z.number().optional(),
      temperature: z.number().optional(),
      uptime: z.number().optional(),
    })
    .optional(),
});

const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (so, part) => (typeof part === 'number' ? `${so}[${part}]` : so === '' ? String(part) : `${so}.${String(part)}`),
    '',
  );

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, part) => (typeof at === 'object' && at !== null ? Reflect.get(at, part) : undefined),
    value,
  );
}

/** Checks a value; throws the 400 that names each wrong field as `within` and its path have it. */
export function parsed<T extends z.ZodType>(schema: T, value: unknown, within: string): z.infer<T> {
  const outcome = schema.safeParse(value);
  if (outcome.success) return outcome.data;
  const details = outcome.error.issues.map((issue) => {
    const field = pathText(issue.path) || within;
    return issue.path.length > 0 && valueAt(value, issue.path) === undefined
      ? `${field} is required`
      : `${field}: ${issue.message}`;
  });
  throw invalid(details.join('; '));
}
