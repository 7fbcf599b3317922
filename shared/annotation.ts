import { z } from 'zod';

const fraction = z.number().min(0).max(1);

/**
 * One labelled box, in the form of `models.AnnotationData` of the notify endpoint: centre and size relative to the
 * picture (0–1). `classValue` is `class_value` on the wire.
 */
export const annotationSchema = z.object({
  classValue: z.string(),
  confidence: fraction.optional(),
  xCenter: fraction,
  yCenter: fraction,
  width: fraction,
  height: fraction,
});
export type Annotation = Readonly<z.infer<typeof annotationSchema>>;

/** The model that made the annotations, where the sidecar names it. */
export const modelInfoSchema = z.object({
  id: z.string().optional(),
  name: z.string().optional(),
  version: z.string().optional(),
});
export type ModelInfo = Readonly<z.infer<typeof modelInfoSchema>>;

/** Formats a sidecar may have. */
export const sidecarFormats = ['acusight', 'yolo', 'voc', 'coco', 'labelme'] as const;
export type SidecarFormat = (typeof sidecarFormats)[number];
