import { z } from 'zod';
import type { Annotation, ModelInfo } from '../../../shared/annotation.ts';
import type { OriginalFile } from '../../../shared/picture.ts';

/**
 * The notify form (`handlers.ImageNotificationRequest` with `models.AnnotationData`) plus what the gateway adds.
 * Source: Acusight API 1.0.0, POST /data/agent/images/notify.
 */
export type ImageMetadata = {
  readonly device_id: string;
  readonly filename: string;
  readonly width: number;
  readonly height: number;
  readonly model_id?: string;
  readonly model_name?: string;
  readonly model_version?: string;
  readonly annotations: readonly {
    readonly class_value: string;
    readonly confidence?: number;
    readonly x_center: number;
    readonly y_center: number;
    readonly width: number;
    readonly height: number;
  }[];
  readonly source: string;
  /** RFC 3339, UTC. */
  readonly timestamp: string;
  readonly sha256: string;
  readonly client_image_id: string;
  /** The file that came, where it is sent in another format. */
  readonly original_filename?: string;
  readonly original_format?: string;
  readonly original_bytes?: number;
  readonly original_sha256?: string;
  /** What is worth knowing of the picture, in sentences. */
  readonly notes?: readonly string[];
};

export type ImageFacts = {
  readonly imageId: string;
  readonly sourceId: string;
  readonly filename: string;
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
  readonly capturedAt: number;
  readonly original?: OriginalFile;
  readonly notes?: readonly string[];
  readonly content: { readonly annotations: readonly Annotation[]; readonly model: ModelInfo };
};

export function metadataOf(image: ImageFacts, deviceId: string): ImageMetadata {
  const { original, notes = [] } = image;
  const { model, annotations } = image.content;
  return {
    device_id: deviceId,
    filename: image.filename,
    width: image.width,
    height: image.height,
    ...(model.id === undefined ? {} : { model_id: model.id }),
    ...(model.name === undefined ? {} : { model_name: model.name }),
    ...(model.version === undefined ? {} : { model_version: model.version }),
    annotations: annotations.map((annotation) => ({
      class_value: annotation.classValue,
      ...(annotation.confidence === undefined ? {} : { confidence: annotation.confidence }),
      x_center: annotation.xCenter,
      y_center: annotation.yCenter,
      width: annotation.width,
      height: annotation.height,
    })),
    source: image.sourceId,
    timestamp: rfc3339(image.capturedAt),
    sha256: image.sha256,
    client_image_id: image.imageId,
    ...(original === undefined
      ? {}
      : {
          original_filename: original.filename,
          original_format: original.format,
          original_bytes: original.bytes,
          original_sha256: original.sha256,
        }),
    ...(notes.length === 0 ? {} : { notes }),
  };
}

/** A file's time may be nonsense; RFC 3339 has years of four digits, and a server may refuse anything else. */
const rfc3339 = (milliseconds: number): string =>
  new Date(Math.min(Math.max(milliseconds, firstTime), lastTime)).toISOString();

const firstTime = Date.parse('0000-01-01T00:00:00Z');
const lastTime = Date.parse('9999-12-31T23:59:59.999Z');

/** Identifiers are strings in one place of the documents and integers in another: kept as opaque strings. */
const identifier = z.union([z.string(), z.number()]).transform(String);

const identifiers = z
  .looseObject({
    image_id: identifier.optional().catch(undefined),
    id: identifier.optional().catch(undefined),
    batch_id: identifier.optional().catch(undefined),
  })
  .catch({ image_id: undefined, id: undefined, batch_id: undefined });

const errorBody = z.looseObject({
  code: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  details: z.unknown().optional(),
});

/** Any answer of the API: enveloped (`{success,data,meta}` or `{success:false,error}`) or a bare object. */
export type ParsedAnswer = {
  readonly success: boolean;
  readonly serverImageId: string | null;
  readonly serverBatchId: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
};

/** Null where the body is no JSON object, so that it can't be the API's answer. */
export function parseAnswer(body: string): ParsedAnswer | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const fields = value as Record<string, unknown>;
  const found = identifiers.parse(fields['data'] ?? fields);
  return {
    // The notify endpoint's errors have no `success`: an object that names an error is none either.
    success: fields['success'] === true || (fields['success'] !== false && !fields['error']),
    serverImageId: found.image_id ?? found.id ?? null,
    serverBatchId: found.batch_id ?? null,
    error: parseError(fields),
  };
}

/** The documented envelope's `error` object, or the flat string map of the notify endpoint (`{"error":"…"}`). */
function parseError(fields: Readonly<Record<string, unknown>>): ParsedAnswer['error'] {
  const raw = fields['error'];
  if (typeof raw === 'string') return { code: '', message: raw };
  const outcome = errorBody.safeParse(raw);
  if (!outcome.success) return typeof fields['message'] === 'string' ? { code: '', message: fields['message'] } : null;
  const { code, message, details } = outcome.data;
  const detail = details === undefined ? '' : ` (${typeof details === 'string' ? details : JSON.stringify(details)})`;
  return { code: code ?? '', message: `${message ?? ''}${detail}` };
}
