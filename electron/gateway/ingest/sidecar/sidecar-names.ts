/* What a file is by its name alone: a picture's own label, a class list, or a file for a whole folder of pictures. */

import { baseName, stemOf } from '../../platform/names.ts';

const SIDECAR = /\.(?:json|txt|xml|ya?ml)$/i;
/** Class lists, in order of preference within a folder. Nothing else has such a name. */
const classLists = [
  /^classes\.txt$/i,
  /^obj\.names$/i,
  /^data\.ya?ml$/i,
  /^classes\.names$/i,
  /^_darknet\.labels$/i,
  /^dataset\.ya?ml$/i,
  /^predefined_classes\.txt$/i,
  /^.+\.names$/i,
];
/** What may be a class list: only the content tells (`labels.txt` may be the label of `labels.jpg`). */
const possibleClassLists = [/^labels?\.txt$/i, /^class(?:es)?[_-]?names?\.txt$/i, /^names\.txt$/i, /\.ya?ml$/i];
/** Files for a whole folder: names that say so. */
const SHARED = /^(?:annotations|instances.*|person_keypoints.*)\.json$|(?:^|[._-])coco\.json$/i;
/** Names under which labelling tools put such a file too; others do as well. */
const POSSIBLY_SHARED =
  /^(?:results?|(?:.*[_-])?annotations?|labels?|labels_.*|(?:train|val|valid|validation|test)(?:\d{4})?|dataset|export|output|data)\.json$/i;

const rankIn = (patterns: readonly RegExp[], name: string): number =>
  patterns.findIndex((pattern) => pattern.test(name));

/** Whether a file may be a sidecar or a class list, by its name. */
export const isSidecarName = (relativePath: string): boolean =>
  SIDECAR.test(relativePath) || isClassListName(relativePath);

/** Whether a file is a class list whatever it holds. */
export const isClassListName = (relativePath: string): boolean => rankIn(classLists, baseName(relativePath)) >= 0;

/** Order of preference of a class list within its folder; null: it can be none. */
export function classListRank(name: string): number | null {
  const rank = rankIn(classLists, name);
  if (rank >= 0) return rank;
  const possible = rankIn(possibleClassLists, name);
  return possible >= 0 ? classLists.length + possible : null;
}

/** Whether a file is meant to speak for a whole folder of pictures, by its name. What it is, only its content tells. */
export const isSharedSidecarName = (relativePath: string): boolean => SHARED.test(baseName(relativePath));

/** Order in which the JSON files of a folder are asked for its pictures; null: only where there are few. */
export function sharedRank(name: string): number | null {
  if (SHARED.test(name)) return name.startsWith('_') ? 0 : 1;
  return POSSIBLY_SHARED.test(name) ? 2 : null;
}

/** Whether a sidecar is named after one picture (and not after a folder). */
export function isOwnSidecar(path: string, pictureName: string): boolean {
  if (isSharedSidecarName(path)) return false;
  const stem = baseName(stemOf(path)).toLowerCase();
  return stem === pictureName.toLowerCase() || stem === stemOf(pictureName).toLowerCase();
}
