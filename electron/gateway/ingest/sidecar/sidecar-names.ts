/*
 * Which file belongs to which picture, by name alone. Paths are relative to the source, with '/' between folders.
 *
 * For the picture `dir/a.jpg`, in order of preference:
 *   1. dir/a.json, dir/a.jpg.json     Acusight, LabelMe or COCO
 *   2. dir/a.xml, dir/a.jpg.xml       Pascal VOC
 *   3. dir/a.txt, dir/a.jpg.txt       YOLO
 *   4. the same file in the folder `labels` (.txt) or `Annotations` (.xml) in place of `images` or `JPEGImages`
 *   5. a COCO file for the whole folder: see `sharedFolders` and `sharedFileNames`
 * The extension is looked for in lower case; where the picture's own is in upper case (A.JPG), in upper case too.
 */

import { baseName, stemOf } from '../../platform/names.ts';

const SIDECAR = /\.(json|txt|xml|ya?ml)$/i;
const CLASS_LIST = /^(classes\.txt|classes\.names|obj\.names|_darknet\.labels|data\.ya?ml|dataset\.ya?ml)$/i;
const SHARED = /^(_annotations\.coco\.json|annotations\.json|instances.*\.json)$/i;

/** Class lists, in order of preference within a folder. */
export const classListNames = [
  'classes.txt',
  'obj.names',
  'data.yaml',
  'data.yml',
  'classes.names',
  '_darknet.labels',
  'dataset.yaml',
  'dataset.yml',
] as const;
/** COCO files for a whole folder, besides `instances*.json`. */
export const sharedFileNames = ['_annotations.coco.json', 'annotations.json'] as const;

/** A folder of pictures -> the folders that may stand in its place for their sidecars. */
const labelFolders: Readonly<Record<string, readonly { readonly folder: string; readonly extension: string }[]>> = {
  images: [
    { folder: 'labels', extension: 'txt' },
    { folder: 'Annotations', extension: 'xml' },
    { folder: 'annotations', extension: 'xml' },
  ],
  JPEGImages: [
    { folder: 'Annotations', extension: 'xml' },
    { folder: 'labels', extension: 'txt' },
  ],
};

export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}

export const joinPath = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/** Whether a file may be a sidecar or a class list, by its name. */
export const isSidecarName = (relativePath: string): boolean =>
  SIDECAR.test(relativePath) || isClassListName(relativePath);

export const isClassListName = (relativePath: string): boolean => CLASS_LIST.test(baseName(relativePath));

/** Whether a file may speak for a whole folder of pictures, by its name. */
export const isSharedSidecarName = (relativePath: string): boolean => SHARED.test(baseName(relativePath));

/** Whether a sidecar is named after one picture (and not after a folder). */
export function isOwnSidecar(path: string, pictureName: string): boolean {
  if (isSharedSidecarName(path)) return false;
  const stem = baseName(stemOf(path));
  return stem === pictureName || stem === stemOf(pictureName);
}

/** The paths at which a picture's own sidecar may lie, in order of preference, in groups of equal rank. */
export function ownCandidates(picturePath: string): readonly (readonly string[])[] {
  const stem = stemOf(picturePath);
  const extension = picturePath.slice(stem.length + 1);
  const isUpper = extension !== '' && extension === extension.toUpperCase() && extension !== extension.toLowerCase();
  const inCases = (names: readonly string[]): string[] =>
    isUpper ? [...names, ...names.map((name) => name.replace(/[^.]+$/, (end) => end.toUpperCase()))] : [...names];
  const beside = ['json', 'xml', 'txt'].flatMap((end) => inCases([`${stem}.${end}`, `${picturePath}.${end}`]));
  return [beside, inLabelFolders(stem).flatMap((name) => inCases([name]))].map((group) =>
    // `classes.jpg` does not own `classes.txt`.
    group.filter((path) => !isClassListName(path)),
  );
}

/** The last folder of pictures on the way is the one that has a sibling. */
function inLabelFolders(stem: string): string[] {
  const parts = stem.split('/');
  const at = parts.findLastIndex((part, index) => index < parts.length - 1 && Object.hasOwn(labelFolders, part));
  const siblings = labelFolders[parts[at] ?? ''] ?? [];
  return siblings.map(({ folder, extension }) => `${parts.with(at, folder).join('/')}.${extension}`);
}

/** The stems of the pictures that a file may be the sidecar of; none for class lists and files for whole folders. */
export function picturesOfSidecar(relativePath: string): readonly string[] {
  if (!/\.(json|txt|xml)$/i.test(relativePath) || isClassListName(relativePath) || isSharedSidecarName(relativePath))
    return [];
  const stem = stemOf(relativePath);
  const extension = relativePath.slice(stem.length + 1).toLowerCase();
  const parts = stem.split('/');
  const stems = new Set([stem, stemOf(stem)]);
  for (const [pictures, siblings] of Object.entries(labelFolders)) {
    const folders = siblings.filter((sibling) => sibling.extension === extension).map(({ folder }) => folder);
    for (const [index, part] of parts.slice(0, -1).entries()) {
      if (folders.includes(part)) stems.add(parts.with(index, pictures).join('/'));
    }
  }
  return [...stems];
}

/** Folders in which a COCO file for a picture may lie: its own, and `annotations` beside it or one level up. */
export function sharedFolders(picturePath: string): readonly string[] {
  const folder = folderOf(picturePath);
  if (folder === '') return [''];
  const parent = folderOf(folder);
  const folders = [folder, joinPath(parent, 'annotations')];
  return parent === '' ? folders : [...folders, joinPath(folderOf(parent), 'annotations')];
}

/** The folder of a file and all above it, up to the source's root (''). */
export function foldersUpward(path: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) folders.push(folder);
  return [...folders, ''];
}
