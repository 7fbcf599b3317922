import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { type SidecarFormat, sidecarFormats } from '../../shared/annotation.ts';
import type { PictureSize } from './picture-size.ts';

/**
 * The demo's sidecars read a second time, as plainly as their formats allow and without the product's readers, so that
 * a mistake there cannot hide one in the files. Corners are pixels.
 */
export interface Box {
  readonly label: string;
  readonly confidence: number | undefined;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const demoIndexSchema = z.array(
  z.strictObject({
    file: z.string(),
    sidecar: z.string(),
    format: z.enum(sidecarFormats),
    boxes: z.int().min(1),
  }),
);
export type DemoEntry = z.infer<typeof demoIndexSchema>[number];

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

function fromCentre(label: string, confidence: number | undefined, numbers: readonly number[], size: PictureSize): Box {
  const [x = Number.NaN, y = Number.NaN, width = Number.NaN, height = Number.NaN] = numbers;
  return {
    label,
    confidence,
    left: (x - width / 2) * size.width,
    top: (y - height / 2) * size.height,
    right: (x + width / 2) * size.width,
    bottom: (y + height / 2) * size.height,
  };
}

const acusightSchema = z.object({
  model_id: z.string(),
  model_name: z.string(),
  model_version: z.string(),
  annotations: z.array(
    z.object({
      class_value: z.string(),
      confidence: z.number(),
      x_center: z.number(),
      y_center: z.number(),
      width: z.number(),
      height: z.number(),
    }),
  ),
});

function readAcusight(path: string, size: PictureSize): readonly Box[] {
  return acusightSchema
    .parse(readJson(path))
    .annotations.map((a) => fromCentre(a.class_value, a.confidence, [a.x_center, a.y_center, a.width, a.height], size));
}

function readYolo(path: string, size: PictureSize): readonly Box[] {
  const classes = readFileSync(join(dirname(path), 'classes.txt'), 'utf8')
    .trim()
    .split('\n');
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const [index = -1, x, y, width, height, confidence] = line.split(' ').map(Number);
      return fromCentre(classes[index] ?? '', confidence, [x, y, width, height].map(Number), size);
    });
}

function readVoc(path: string): readonly Box[] {
  return [...readFileSync(path, 'utf8').matchAll(/<object>(.*?)<\/object>/gs)].map(([, object = '']) => {
    const text = (tag: string): string => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(object)?.[1] ?? '';
    const pixel = (tag: string): number => Number.parseFloat(text(tag));
    return {
      label: text('name'),
      confidence: undefined,
      left: pixel('xmin'),
      top: pixel('ymin'),
      right: pixel('xmax'),
      bottom: pixel('ymax'),
    };
  });
}

const labelmeSchema = z.object({
  imagePath: z.string(),
  shapes: z.array(
    z.object({
      label: z.string(),
      shape_type: z.literal('rectangle'),
      points: z.tuple([z.tuple([z.number(), z.number()]), z.tuple([z.number(), z.number()])]),
    }),
  ),
});

function readLabelme(path: string): readonly Box[] {
  return labelmeSchema.parse(readJson(path)).shapes.map(({ label, points: [[left, top], [right, bottom]] }) => ({
    label,
    confidence: undefined,
    left,
    top,
    right,
    bottom,
  }));
}

const cocoSchema = z.object({
  categories: z.array(z.object({ id: z.int(), name: z.string() })),
  images: z.array(z.object({ id: z.int(), file_name: z.string(), width: z.int(), height: z.int() })),
  annotations: z.array(
    z.object({
      id: z.int(),
      image_id: z.int(),
      category_id: z.int(),
      bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]),
      score: z.number().optional(),
    }),
  ),
});

function readCoco(path: string, picture: string): readonly Box[] {
  const { categories, images, annotations } = cocoSchema.parse(readJson(path));
  const image = images.find((candidate) => candidate.file_name === basename(picture));
  return annotations
    .filter((annotation) => annotation.image_id === image?.id)
    .map(({ category_id, score, bbox: [left, top, width, height] }) => ({
      label: categories.find((category) => category.id === category_id)?.name ?? '',
      confidence: score,
      left,
      top,
      right: left + width,
      bottom: top + height,
    }));
}

const readers: Readonly<Record<SidecarFormat, (path: string, size: PictureSize, picture: string) => readonly Box[]>> = {
  acusight: readAcusight,
  yolo: readYolo,
  voc: readVoc,
  labelme: readLabelme,
  coco: (path, _size, picture) => readCoco(path, picture),
};

export function readDemoBoxes(folder: string, entry: DemoEntry, size: PictureSize): readonly Box[] {
  return readers[entry.format](join(folder, entry.sidecar), size, entry.file);
}
