import { z } from 'zod';
import { annotationSchema, modelInfoSchema, sidecarFormats } from '../../../../shared/annotation.ts';
import { frameFactsSchema } from '../../../../shared/camera.ts';
import type { EntryError, ImageDetail } from '../../../../shared/contract.ts';
import { isMessage, legacy, type Message, message } from '../../../../shared/messages/message.ts';
import {
  type Orientation,
  type OriginalFile,
  orientationSchema,
  originalFileSchema,
} from '../../../../shared/picture.ts';
import { type NewImage, noSidecar, type SidecarContent } from '../../model/image.ts';

/** Older versions stored sentences. What only a newer one says is told by its code. */
const storedMessages = z.array(
  z.union([
    z.custom<Message>((value) => isMessage(value)),
    z.string().transform((text) => legacy(text)),
    z.object({ code: z.string() }).transform(({ code }) => legacy(code)),
  ]),
);

/** What a sidecar said, as one JSON column of `images`. */
const storedContentSchema = z.object({
  annotations: z.array(annotationSchema),
  model: modelInfoSchema,
  sidecar: z.object({ format: z.enum(sidecarFormats), path: z.string() }).nullable(),
  sidecarPath: z.string().nullable(),
  problems: storedMessages,
});

export type ContentRow = { readonly content: string };

export function serialiseContent(content: SidecarContent): {
  readonly annotationCount: number;
  readonly content: string;
  readonly sidecarProblem: 0 | 1;
} {
  return {
    annotationCount: content.annotations.length,
    content: JSON.stringify(content),
    sidecarProblem: content.problems.length > 0 ? 1 : 0,
  };
}

const nothingText = JSON.stringify(noSidecar);

/** Never throws: a damaged column costs the annotations and says so, not the picture. */
export function parseContent(row: ContentRow): SidecarContent {
  // Most pictures of most lines: worth more than a schema's look at an empty object a thousand times a second.
  if (row.content === nothingText) return noSidecar;
  try {
    return storedContentSchema.parse(JSON.parse(row.content)) as SidecarContent;
  } catch {
    return { ...noSidecar, problems: [message('stored-annotations-damaged')] };
  }
}

/** What a camera said of a frame, one JSON column of `images`; null as well where it is damaged. */
export function parseFrame(text: string | null): ImageDetail['frame'] {
  if (text === null) return null;
  try {
    return frameFactsSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The last thing that went wrong with an entry, one JSON column of `outbox`. Queries look for its `$.code`. */
export const storedError = ({ message, technical, at }: EntryError): string =>
  JSON.stringify({ ...message, technical, at });

/** Versions before wrote sentences; of a version to come, the code at least is shown. */
const errorSchema = z.object({
  code: z.string(),
  text: z.string().optional(),
  hint: z.string().optional(),
  technical: z.string(),
  at: z.number(),
});

/** Null as well where the column is damaged. */
export function parseError(stored: string | null): EntryError | null {
  if (stored === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(stored);
  } catch {
    return null;
  }
  // Pages of a long queue are made of these: what this version wrote needs no schema's look.
  if (isMessage(value)) {
    const { code, params, technical, at } = value as Message & Readonly<Record<string, unknown>>;
    if (typeof technical === 'string' && typeof at === 'number') return { message: { code, params }, technical, at };
  }
  const { data } = errorSchema.safeParse(value);
  if (data === undefined) return null;
  const { code, text = code, hint, technical, at } = data;
  return { message: legacy(text, hint), technical, at };
}

export type PictureRow = {
  readonly orientation: number | null;
  readonly original: string | null;
  readonly notes: string;
};

export type PictureColumns = {
  /** Null: the frame is that of the picture as it is stored. */
  readonly orientation: Orientation | null;
  readonly original: OriginalFile | null;
  readonly notes: readonly Message[];
};

/** What is known of the file that a picture came as: columns of `images`; what of it is damaged is left out. */
export function parsePicture({ orientation, original, notes }: PictureRow): PictureColumns {
  return {
    orientation: orientationSchema.safeParse(orientation).data ?? null,
    original: original === null ? null : parsedOr(original, originalFileSchema, null),
    // Most pictures have none: worth more than a schema's look at an empty list a thousand times a second.
    notes: notes === '[]' ? [] : parsedOr(notes, storedMessages, []),
  };
}

/** The same as an image has it. */
export function fileFactsOf(row: PictureRow): Pick<NewImage, 'orientation' | 'original' | 'notes'> {
  const { orientation, original, notes } = parsePicture(row);
  return {
    ...(orientation === null ? {} : { orientation }),
    ...(original === null ? {} : { original }),
    ...(notes.length === 0 ? {} : { notes }),
  };
}

function parsedOr<T, Otherwise>(text: string, schema: z.ZodType<T>, otherwise: Otherwise): T | Otherwise {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return otherwise;
  }
}
