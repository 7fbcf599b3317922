import { baseName } from '../../platform/names.ts';
import { isObject, type JsonObject } from './json-text.ts';
import { readText } from './text.ts';

/*
 * COCO: one file for many pictures, `images[]` (id, file_name, width, height), `categories[]` (id, name) and
 * `annotations[]` (image_id, category_id, bbox [x, y, width, height] in pixels). It is indexed once by file name and
 * only what is needed is kept: segmentations are often most of the file.
 */

export type CocoAnnotation = {
  /** Position in the file's list, for messages. */
  readonly index: number;
  readonly category: string | null;
  readonly categoryId: unknown;
  readonly box: unknown;
  readonly score: unknown;
};

export type CocoImage = {
  readonly fileName: string;
  readonly width: unknown;
  readonly height: unknown;
  readonly annotations: Iterable<CocoAnnotation>;
};

/** All that is read of a COCO file. */
export const cocoKeys = {
  images: new Set(['id', 'file_name', 'width', 'height']),
  categories: new Set(['id', 'name']),
  annotations: new Set(['image_id', 'category_id', 'bbox', 'score']),
} as const;

export type CocoIndex = {
  readonly byName: ReadonlyMap<string, readonly CocoImage[]>;
  readonly imageCount: number;
  /** The file's picture when it lists exactly one. */
  readonly onlyImage: CocoImage | null;
  /** That the file's encoding had to be guessed, for messages. */
  readonly note: string | null;
};

/** A list of pictures with file names, or an empty one beside lists of annotations or categories. */
export function isCoco(value: JsonObject): boolean {
  if (!Array.isArray(value.images)) return false;
  const first: unknown = value.images[0];
  if (first !== undefined) return isObject(first) && typeof first.file_name === 'string';
  return Array.isArray(value.annotations) || Array.isArray(value.categories);
}

const normalPath = (path: string): string => path.replaceAll('\\', '/').normalize('NFC');
/** Programs and file systems do not agree on case and on the form of accents. */
export const nameKey = (path: string): string => baseName(normalPath(path)).toLowerCase();

export function indexCoco(value: JsonObject, note: string | null = null): CocoIndex {
  const categories = new Map<string, string>();
  for (const category of listOf(value.categories)) {
    const id = readText(category.id);
    const name = readText(category.name);
    if (id !== undefined && name !== undefined) categories.set(id, name);
  }
  const byId = new Map<string, CocoAnnotation[]>();
  const byName = new Map<string, CocoImage[]>();
  let only: CocoImage | null = null;
  let imageCount = 0;
  for (const { id, file_name, width, height } of listOf(value.images)) {
    const key = readText(id);
    if (typeof file_name !== 'string' || key === undefined) continue;
    const annotations: CocoAnnotation[] = byId.get(key) ?? [];
    byId.set(key, annotations);
    const image: CocoImage = { fileName: file_name, width, height, annotations };
    const sameName = byName.get(nameKey(file_name));
    if (sameName === undefined) byName.set(nameKey(file_name), [image]);
    else sameName.push(image);
    imageCount += 1;
    only = image;
  }
  const annotations: readonly unknown[] = Array.isArray(value.annotations) ? value.annotations : [];
  for (const [index, annotation] of annotations.entries()) {
    if (!isObject(annotation)) continue;
    const { image_id, category_id, bbox, score } = annotation;
    const category = categories.get(readText(category_id) ?? '') ?? null;
    byId.get(readText(image_id) ?? '')?.push({ index, category, categoryId: category_id, box: bbox, score });
  }
  return { byName, imageCount, onlyImage: imageCount === 1 ? only : null, note };
}

/**
 * Several pictures of one name are told apart by their folders, compared from the right; null: not listed. `named`: so
 * many folders of the picture's path must be named in the file.
 */
export function cocoImageFor(index: CocoIndex, picturePath: string, named = 0): CocoImage | 'several' | null {
  const path = normalPath(picturePath);
  let found: CocoImage | 'several' | null = null;
  let deepest = 0;
  // One way through them, without lists of them: a file may have very many pictures of one name.
  for (const image of index.byName.get(nameKey(path)) ?? []) {
    const depth = sharedDepth(normalPath(image.fileName), path);
    if (depth < deepest || (named > 0 && depth <= named)) continue;
    found = found === null || depth > deepest ? image : 'several';
    deepest = depth;
  }
  return found;
}

/** So many parts of two paths are the same, from the right; 0: the names differ, if only by their case. */
function sharedDepth(first: string, second: string): number {
  let depth = 0;
  let left = first.length - 1;
  let right = second.length - 1;
  for (; left >= 0 && first[left] === second[right]; left -= 1, right -= 1) if (first[left] === '/') depth += 1;
  const isWhole = left < 0 ? right < 0 || second[right] === '/' : right < 0 && first[left] === '/';
  return isWhole ? depth + 1 : depth;
}

const listOf = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
