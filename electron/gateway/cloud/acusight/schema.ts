import { z } from 'zod';
import type { Annotation, ModelInfo } from '../../../../shared/annotation.ts';
import type { Message } from '../../../../shared/messages/message.ts';
import { plainEnglish } from '../../../../shared/messages/words.ts';
import type { OriginalFile } from '../../../../shared/picture.ts';
import { type Claim, claimOf, type Subject } from './answer-claims.ts';

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
  readonly notes?: readonly Message[];
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
    ...(notes.length === 0 ? {} : { notes: notes.map(plainEnglish) }),
  };
}

/** A file's time may be nonsense; RFC 3339 has years of four digits, and a server may refuse anything else. */
const rfc3339 = (milliseconds: number): string =>
  new Date(Math.min(Math.max(milliseconds, firstTime), lastTime)).toISOString();

const firstTime = Date.parse('0000-01-01T00:00:00Z');
const lastTime = Date.parse('9999-12-31T23:59:59.999Z');

/** Identifiers are strings in one place of the documents and integers in another: kept as opaque strings. */
const identifier = z
  .union([z.string(), z.number()])
  .transform((value) => String(value).trim())
  // What a server fills in where it has none.
  .refine((text) => text !== '' && text !== '0')
  .optional()
  .catch(undefined);

const identifiers = z.looseObject({ image_id: identifier, id: identifier, batch_id: identifier });

const errorBody = z.looseObject({
  code: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  details: z.unknown().optional(),
});

/** Any answer of the API: enveloped (`{success,data,meta}` or `{success:false,error}`) or a bare object. */
export type ParsedAnswer = {
  readonly claim: Claim;
  readonly serverImageId: string | null;
  readonly serverBatchId: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
};

/** Null where the body is no JSON object, so that it can't be the API's answer. */
export function parseAnswer(body: string, subject: Subject = 'picture'): ParsedAnswer | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  const inner = value['data'] ?? value;
  const image = isObject(inner) && isObject(inner['image']) ? inner['image'] : inner;
  const found = identifiers.safeParse(image).data;
  return {
    claim: claimOf(value, subject),
    serverImageId: found?.image_id ?? found?.id ?? null,
    serverBatchId: found?.batch_id ?? null,
    error: parseError(value) ?? (isObject(inner) && inner !== value ? parseError(inner) : null),
  };
}

/**
 * The documented envelope's `error` object, or the flat string map of the notify endpoint (`{"error":"…"}`); where there
 * is neither, whatever else says why.
 */
function parseError(fields: Readonly<Record<string, unknown>>): ParsedAnswer['error'] {
  const raw = fields['error'];
  if (typeof raw === 'string' && raw.trim() !== '') return { code: '', message: raw };
  const outcome = errorBody.safeParse(raw);
  if (!outcome.success) return otherWords(fields);
  const { code, message, details } = outcome.data;
  const detail = details === undefined || details === null ? '' : ` (${wordsOf(details)})`;
  return { code: code ?? '', message: `${message ?? ''}${detail}` };
}

function otherWords({ errors, message }: Readonly<Record<string, unknown>>): ParsedAnswer['error'] {
  const list = Array.isArray(errors) ? errors : isObject(errors) || typeof errors === 'string' ? [errors] : [];
  const words = list.slice(0, mostErrors).map((one) => (isObject(one) && one['message']) || one);
  if (words.length > 0) return { code: '', message: words.map(wordsOf).join('; ') };
  return typeof message === 'string' ? { code: '', message } : null;
}

const mostErrors = 5;
const wordsOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
