import type { Message } from '../../../../shared/messages/message.ts';
import type { FileVersion } from '../../model/file-version.ts';
import { baseName, stemOf } from '../../platform/names.ts';
import { isPlainPath } from '../../platform/path-containment.ts';
import { ClassLists, noClasses } from './class-lists.ts';
import { FolderLook } from './folder-look.ts';
import { FolderViews } from './folder-views.ts';
import { folded, folderOf, joinPath, labelNames, placesOf } from './label-places.ts';
import { type PicturesOfLabel, PicturesOfLabels } from './pictures-of-labels.ts';
import { readSidecarFile } from './read-sidecar.ts';
import type { PictureFacts, SidecarOutcome } from './reading.ts';
import { Reader, sidecarLimits } from './reading.ts';
import { SharedSidecars } from './shared-sidecars.ts';
import { classListRank, isClassListName, sharedRank } from './sidecar-names.ts';
import { type FileContent, type SmallReader, SourceFolder } from './source-file.ts';

export { picturesOfSidecar } from './label-places.ts';
export { isSidecarName } from './sidecar-names.ts';

export type FoundSidecar = {
  /** Absolute. */
  readonly path: string;
  /** Relative to the source, with '/'. */
  readonly relativePath: string;
  /** Never `unrelated`. */
  readonly outcome: SidecarOutcome;
  /** The file speaks for other pictures too: it must not be archived or deleted with one of them. */
  readonly shared: boolean;
  /** The version that was read, as the file system told it while the file was open; null where it could not be read. */
  readonly version: FileVersion | null;
};

/** What a file with a sidecar's name is: `own` the label of one picture, `none` something else. */
export type SidecarRole = 'class-list' | 'shared' | 'own' | 'none';

/**
 * Finds and reads the annotation file of a picture: places and names are tried in the order of `label-places.ts`, and
 * the first that can be read counts. A broken one is the answer only when there is no good one. Reads nothing outside
 * of the source's folder and never throws: what cannot be read is a `bad` outcome that names the file and the reason.
 */
export class SidecarFinder {
  readonly #folder: SourceFolder;
  readonly #views: FolderViews;
  readonly #classLists: ClassLists;
  readonly #shared: SharedSidecars;
  readonly #pictures: PicturesOfLabels;

  constructor(root: string, now: () => number = Date.now, reader: SmallReader | null = null) {
    this.#folder = new SourceFolder(root, reader);
    this.#views = new FolderViews(this.#folder, now);
    this.#classLists = new ClassLists(this.#folder, now);
    this.#shared = new SharedSidecars(this.#folder, now);
    this.#pictures = new PicturesOfLabels(this.#folder, now);
  }

  /**
   * `relativePath` is the picture's, relative to the source, with '/'. Null: it has no sidecar (yet). What came within
   * the last `maxAge` milliseconds may be overlooked. With 0 nothing is, but in a large folder that changes all the time
   * a first file with an ending that no label had there before: it is found once it was noted.
   */
  async find(relativePath: string, picture: PictureFacts, maxAge = 0): Promise<FoundSidecar | null> {
    if (!isPlainPath(relativePath)) return null;
    const look = new FolderLook(this.#views, maxAge);
    const [beside, ...elsewhere] = placesOf(folderOf(relativePath));
    let broken: FoundSidecar | null = null;
    // Most labels lie beside their picture: other folders are looked at only where there is none.
    for (const places of [beside === undefined ? [] : [beside], elsewhere]) {
      for (const { folder } of await look.present(places)) {
        const found = await this.#inFolder(folder, relativePath, picture, look);
        if (found?.outcome.kind === 'read') return found;
        broken ??= found;
      }
    }
    const shared = await this.#shared.find(relativePath, picture, look);
    if (shared !== null && (shared.outcome.kind === 'read' || broken === null)) {
      const { path, outcome, version } = shared;
      return this.#found(path, outcome, true, version);
    }
    return broken;
  }

  /** A file is known to be there (an event or a scan named it): it is found without another look at its folder. */
  noteFile(relativePath: string): void {
    this.#views.note(relativePath);
  }

  /** Pictures that a file may be the label of, by its name and place, as the folders on the disk are written. */
  async picturesOf(relativePath: string): Promise<PicturesOfLabel> {
    return isPlainPath(relativePath) ? this.#pictures.of(relativePath) : { present: [], gone: [] };
  }

  /** What the file is by its content, where its name alone does not tell. `hasPicture`: a picture of its name is there. */
  async roleOf(relativePath: string, hasPicture: boolean): Promise<SidecarRole> {
    if (!isPlainPath(relativePath)) return 'none';
    const name = baseName(relativePath);
    if (isClassListName(name)) return 'class-list';
    if (/\.json$/i.test(name) && (!hasPicture || sharedRank(name) !== null) && (await this.#shared.isOne(relativePath)))
      return 'shared';
    if (classListRank(name) !== null && (await this.#classLists.isOne(relativePath))) return 'class-list';
    if (hasPicture) return 'own';
    if (/\.ya?ml$/i.test(name)) return 'none';
    const content = await this.#folder.read(relativePath, sidecarLimits.single);
    if (content.kind !== 'content') return content.kind === 'missing' ? 'none' : 'own';
    const picture = { filename: name, width: 1, height: 1 };
    const input = { path: relativePath, bytes: content.bytes, picture, classNames: null };
    return readSidecarFile(input, relativePath).outcome.kind === 'unrelated' ? 'none' : 'own';
  }

  /** The first label of the picture in one folder that can be read, else the first broken one. */
  async #inFolder(
    folder: string,
    picturePath: string,
    picture: PictureFacts,
    look: FolderLook,
  ): Promise<FoundSidecar | null> {
    let broken: FoundSidecar | null = null;
    for (const { path, content } of await this.#candidates(folder, baseName(picturePath), look)) {
      if (await this.#isOfAnother(path, picturePath)) continue;
      const found = await this.#understand(path, await content(), picturePath, picture, look);
      if (found?.outcome.kind === 'read') return found;
      broken ??= found;
    }
    return broken;
  }

  /** Whether a label in another case than its picture is that of a picture in its own case (`a.jpg` beside `A.jpg`). */
  async #isOfAnother(labelPath: string, picturePath: string): Promise<boolean> {
    const fileName = baseName(picturePath);
    const length = stemOf(fileName).length;
    const label = baseName(labelPath);
    if (label.startsWith(fileName.slice(0, length))) return false;
    const other = joinPath(folderOf(picturePath), label.slice(0, length) + fileName.slice(length));
    const [theirs, ours] = await Promise.all([this.#folder.version(other), this.#folder.version(picturePath)]);
    return theirs !== null && theirs.inode !== ours?.inode;
  }

  /** Labels of the picture in one folder, in order of preference, each with a way to its content. */
  async #candidates(folder: string, fileName: string, look: FolderLook): Promise<readonly Candidate[]> {
    const { names, isCurrent } = await look.view(folder);
    const listed = labelNames(fileName).flatMap((name) => names.written(name) ?? []);
    const read = (path: string) => (): Promise<FileContent> => this.#folder.read(path, sidecarLimits.single);
    const isLabel = (name: string): boolean => !isClassListName(name);
    if (isCurrent) {
      const paths = listed.filter(isLabel).map((name) => joinPath(folder, name));
      return paths.map((path) => ({ path, content: read(path) }));
    }
    // What is not listed may be there all the same: to try to read it costs no more than to ask for it, all at once.
    const order = labelNames(fileName).map(folded);
    const likely = [...new Set([...listed, ...names.likely(fileName)])]
      .filter((name) => isLabel(name) && order.includes(folded(name)))
      .sort((a, b) => order.indexOf(folded(a)) - order.indexOf(folded(b)));
    const contents = likely.map((name) => this.#folder.read(joinPath(folder, name), sidecarLimits.single));
    return likely.flatMap((name, index) => {
      const content = contents[index];
      return content === undefined ? [] : [{ path: joinPath(folder, name), content: () => content }];
    });
  }

  async #understand(
    path: string,
    content: FileContent,
    picturePath: string,
    picture: PictureFacts,
    look: FolderLook,
  ): Promise<FoundSidecar | null> {
    if (content.kind === 'missing') return null;
    if (content.kind === 'unreadable')
      return this.#found(path, new Reader(path, picture).bad(content.why), false, null);
    const classes = /\.txt$/i.test(path) ? await this.#classLists.of(path, picturePath, look) : noClasses;
    const { names: classNames, keypoints, problem } = classes;
    const input = { path, bytes: content.bytes, picture, classNames, keypoints };
    const { outcome, manyPictures } = readSidecarFile(input, picturePath);
    if (outcome.kind === 'unrelated') return null;
    return this.#found(path, withProblem(outcome, problem), manyPictures, content.version);
  }

  #found(path: string, outcome: SidecarOutcome, shared: boolean, version: FileVersion | null): FoundSidecar {
    return { path: this.#folder.absolute(path), relativePath: path, outcome, shared, version };
  }
}

type Candidate = { readonly path: string; readonly content: () => Promise<FileContent> };

function withProblem(outcome: SidecarOutcome, problem: Message | null): SidecarOutcome {
  if (problem === null || outcome.kind !== 'read' || outcome.reading.annotations.length === 0) return outcome;
  return { kind: 'read', reading: { ...outcome.reading, problems: [problem, ...outcome.reading.problems] } };
}
