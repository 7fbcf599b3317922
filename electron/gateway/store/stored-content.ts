import { z } from 'zod';
import { annotationSchema, modelInfoSchema, sidecarFormats } from '../../../shared/annotation.ts';
import { noSidecar, type SidecarContent } from '../model/image.ts';

/** What a sidecar said, as one JSON column of `images`. */
const storedContentSchema = z.object({
  annotations: z.array(annotationSchema),
  model: modelInfoSchema,
  sidecar: z.object({ format: z.enum(sidecarFormats), path: z.string() }).nullable(),
  sidecarPath: z.string().nullable(),
  problems: z.array(z.string()),
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

/** Never throws: a damaged column costs the annotations and says so, not the picture. */
export function parseContent(row: ContentRow): SidecarContent {
  try {
    return storedContentSchema.parse(JSON.parse(row.content)) as SidecarContent;
  } catch {
    return { ...noSidecar, problems: ['The stored annotations of this picture are damaged and are not sent.'] };
  }
}
