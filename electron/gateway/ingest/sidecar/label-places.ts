import { baseName, stemOf } from '../../platform/names.ts';

/*
 * Where the annotation file of a picture may lie, by names alone: the one table for both directions. Paths are relative
 * to the source, with '/' between folders. Upper and lower case are the same, for tools and file systems mix them.
 *
 * For the picture `set/images/train/a.jpg`, in order of preference:
 *   beside     set/images/train/a.txt
 *   below      set/images/train/labels/a.txt             (Ultralytics predictions)
 *   instead    set/labels/train/a.txt                    (the last folder of pictures on the way has a sibling)
 *   aside      set/images/labels/train/a.txt             (a split's folder under a folder of labels)
 * and in each place `a.json`, `a.jpg.json`, `a.xml`, `a.jpg.xml`, `a.txt`, `a.jpg.txt`.
 */

/** Folders of pictures, as labelling tools and trainers name them. */
const pictureFolders = ['images', 'image', 'img', 'imgs', 'jpegimages', 'pictures', 'photos', 'frames', 'data'];
/** Folders of labels. `annotations/xmls` is that of the Oxford pets and of TensorFlow's examples. */
const labelFolders = [
  'labels',
  'label',
  'annotations',
  'annotation',
  'ann',
  'anns',
  'json',
  'xml',
  'xmls',
  'txt',
  'annotations/xmls',
  'annotations/json',
];
const split = /^(?:train|training|val|valid|validation|test|testing|trainval)\d{0,4}$/;
const extensions = ['json', 'xml', 'txt'] as const;

/** Some file systems do not tell upper from lower case, or change how letters are composed: neither do names here. */
export const folded = (name: string): string => (ascii.test(name) ? name : name.normalize('NFC')).toLowerCase();
const ascii = /^[ -~]*$/;

const tableNames = new Set([...pictureFolders, ...labelFolders.flatMap((path) => path.split('/'))]);
/** Whether a folder's name (folded) is in the table: no other folders are entered in search of labels. */
export const isPlaceName = (name: string): boolean => tableNames.has(name) || split.test(name);
const isPictureFolderName = (name: string): boolean => pictureFolders.includes(name) || split.test(name);

/** A folder to look for: `base` is there, as it is written; `below` are names under it, in any case. */
export type Place = { readonly base: string; readonly below: readonly string[] };

export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
export const joinPath = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/** The folders of labels under a folder that is there. */
const labelPlacesIn = (base: string, rest: readonly string[] = []): readonly Place[] =>
  labelFolders.map((name) => ({ base, below: [...name.split('/'), ...rest] }));

/** The folders in which a label of a picture in `folder` may lie, in order of preference. */
export function placesOf(folder: string): readonly Place[] {
  const parts = folder === '' ? [] : folder.split('/');
  const places: Place[] = [{ base: folder, below: [] }, ...labelPlacesIn(folder)];
  const at = parts.findLastIndex((part) => pictureFolders.includes(folded(part)));
  if (at >= 0) places.push(...labelPlacesIn(parts.slice(0, at).join('/'), parts.slice(at + 1)));
  const last = parts.at(-1);
  if (last !== undefined && split.test(folded(last))) places.push(...labelPlacesIn(folderOf(folder), [last]));
  return places;
}

/** The names that a picture's label may have, in order of preference. `fileName` without its folder. */
export function labelNames(fileName: string): readonly string[] {
  const stem = stemOf(fileName);
  return extensions.flatMap((extension) => [`${stem}.${extension}`, `${fileName}.${extension}`]);
}

/** All paths at which a picture's own label may lie, in order of preference; the names of the table in lower case. */
export function ownCandidates(picturePath: string): readonly string[] {
  const names = labelNames(baseName(picturePath));
  return placesOf(folderOf(picturePath)).flatMap(({ base, below }) => {
    const folder = [...(base === '' ? [] : [base]), ...below].join('/');
    return names.map((name) => joinPath(folder, name));
  });
}

/**
 * The folders in which the picture of a label in `folder` may lie: those from which `placesOf` leads here. `base` may
 * be a folder that is not there.
 */
export function pictureFoldersOf(folder: string): readonly Place[] {
  const parts = folder === '' ? [] : folder.split('/');
  const small = parts.map(folded);
  const places = new Map<string, Place>();
  const add = (place: Place): void => {
    const key = folded(pathOf(place));
    if (!places.has(key)) places.set(key, place);
  };
  add({ base: folder, below: [] });
  for (const name of labelFolders) {
    const names = name.split('/');
    for (let at = small.length - names.length; at >= 0; at -= 1) {
      if (!names.every((part, index) => small[at + index] === part)) continue;
      const base = parts.slice(0, at).join('/');
      const rest = parts.slice(at + names.length);
      if (rest.length === 0) add({ base, below: [] });
      if (rest.length === 1 && split.test(folded(rest[0] ?? ''))) add({ base, below: rest });
      // Of two folders of pictures on the way, the last is the one that has a sibling.
      if (rest.some((part) => pictureFolders.includes(folded(part)))) continue;
      for (const pictures of pictureFolders) add({ base, below: [pictures, ...rest] });
    }
  }
  return [...places.values()];
}

const pathOf = ({ base, below }: Place): string => [...(base === '' ? [] : [base]), ...below].join('/');

/** The stems (folder and name without extension) of the pictures that a file may be the label of, by its name alone. */
export function picturesOfSidecar(path: string): readonly string[] {
  if (!/\.(?:json|txt|xml)$/i.test(path)) return [];
  const stem = stemOf(baseName(path));
  const stems = [...new Set([stem, stemOf(stem)])];
  return pictureFoldersOf(folderOf(path)).flatMap((place) => stems.map((name) => joinPath(pathOf(place), name)));
}

/** Where a file that speaks for many pictures may lie. `named`: how many folders the file must name of a picture's path. */
export type SharedPlace = Place & { readonly named: number };

/**
 * The folders in which a file for a whole folder of pictures may lie: the picture's own, its folder of labels, and the
 * same one and two levels up. From a folder above others than those of pictures and of splits, it must name the
 * folders in between, or it may well speak of other pictures of that name.
 */
export function sharedPlaces(folder: string): readonly SharedPlace[] {
  const places: SharedPlace[] = [];
  let isPictures = true;
  for (let [level, here] = [0, folder]; level <= 2; level += 1) {
    places.push({ base: here, below: [], named: isPictures ? 0 : level });
    places.push(...labelPlacesIn(here).map((place) => ({ ...place, named: 0 })));
    if (here === '') break;
    isPictures &&= isPictureFolderName(folded(baseName(here)));
    here = folderOf(here);
  }
  return places;
}

/** The folder of a file and all above it, up to the source's root (''). */
export function foldersUpward(path: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) folders.push(folder);
  return [...folders, ''];
}
