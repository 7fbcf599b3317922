import { type ClassList, readClassList } from './class-list.ts';
import { FolderListings } from './folder-listings.ts';
import { ParsedFiles } from './parsed-files.ts';
import { readSidecarFile } from './read-sidecar.ts';
import type { PictureFacts, SidecarOutcome } from './reading.ts';
import { Reader, sidecarLimits } from './reading.ts';
import { SharedSidecars } from './shared-sidecars.ts';
import { classListNames, foldersUpward, joinPath, ownCandidates } from './sidecar-names.ts';
import { SourceFolder } from './source-file.ts';

export { isClassListName, isSharedSidecarName, isSidecarName, picturesOfSidecar } from './sidecar-names.ts';

export type FoundSidecar = {
  /** Absolute. */
  readonly path: string;
  /** Relative to the source, with '/'. */
  readonly relativePath: string;
  /** Never `unrelated`. */
  readonly outcome: SidecarOutcome;
  /** The file speaks for other pictures too: it must not be archived or deleted with one of them. */
  readonly shared: boolean;
};

type Classes = { readonly names: readonly string[] | null; readonly problem: string | null };

/**
 * Finds and reads the annotation file of a picture: names are tried in the order of `sidecar-names.ts`, and the first
 * that can be read counts. A broken one is the answer only when there is no good one. Reads nothing outside of the
 * source's folder and never throws: what cannot be read is a `bad` outcome that names the file and the reason.
 */
export class SidecarFinder {
  readonly #folder: SourceFolder;
  readonly #listings: FolderListings;
  readonly #classLists: ParsedFiles<ClassList | null>;
  readonly #shared: SharedSidecars;

  constructor(root: string, now: () => number = Date.now) {
    this.#folder = new SourceFolder(root);
    this.#listings = new FolderListings(this.#folder, now);
    this.#shared = new SharedSidecars(this.#folder, this.#listings, now);
    this.#classLists = new ParsedFiles(this.#folder, {
      maxBytes: sidecarLimits.classList,
      maxKeptBytes: 16 * sidecarLimits.classList,
      maxKeptFiles: 128,
      parse: readClassList,
    });
  }

  /**
   * `relativePath` is the picture's, relative to the source, with '/'. Null: it has no sidecar (yet). What came within
   * the last `maxAge` milliseconds may be overlooked; 0 overlooks nothing.
   */
  async find(relativePath: string, picture: PictureFacts, maxAge = 0): Promise<FoundSidecar | null> {
    if (relativePath.split('/').some((part) => part === '' || part === '.' || part === '..')) return null;
    let broken: FoundSidecar | null = null;
    for (const candidates of ownCandidates(relativePath)) {
      const group = await this.#listings.possible(candidates, maxAge);
      const versions = await Promise.all(group.map((path) => this.#folder.version(path)));
      for (const [index, path] of group.entries()) {
        if (versions[index] == null) continue;
        const found = await this.#read(path, relativePath, picture);
        if (found?.outcome.kind === 'read') return found;
        broken ??= found;
      }
    }
    const shared = await this.#shared.find(relativePath, picture, maxAge);
    if (shared !== null && (shared.outcome.kind === 'read' || broken === null)) {
      const { path, outcome } = shared;
      return { path: this.#folder.absolute(path), relativePath: path, outcome, shared: true };
    }
    return broken;
  }

  async #read(path: string, picturePath: string, picture: PictureFacts): Promise<FoundSidecar | null> {
    const found = (outcome: SidecarOutcome, shared: boolean): FoundSidecar | null =>
      outcome.kind === 'unrelated' ? null : { path: this.#folder.absolute(path), relativePath: path, outcome, shared };
    const content = await this.#folder.read(path, sidecarLimits.single);
    if (content.kind === 'missing') return null;
    if (content.kind === 'unreadable') return found(new Reader(path, picture).bad(content.why), false);
    const classes = /\.txt$/i.test(path) ? await this.#classesFor(path) : noClasses;
    const input = { path, bytes: content.bytes, picture, classNames: classes.names };
    const { outcome, manyPictures } = readSidecarFile(input, picturePath);
    return found(withProblem(outcome, classes.problem), manyPictures);
  }

  /** The class list in the sidecar's folder or the nearest one above it, up to the source's root. */
  async #classesFor(sidecarPath: string): Promise<Classes> {
    for (const folder of foldersUpward(sidecarPath)) {
      const paths = classListNames.map((name) => joinPath(folder, name));
      const lists = await Promise.all(paths.map((path) => this.#classLists.get(path)));
      for (const [index, list] of lists.entries()) {
        const problem = (why: string): Classes => ({ names: null, problem: `${paths[index]}: ${why}.` });
        if (list.kind === 'unreadable') return problem(list.why);
        if (list.kind === 'missing' || list.value === null) continue;
        return list.value.ok ? { names: list.value.names, problem: null } : problem(list.value.why);
      }
    }
    return noClasses;
  }
}

const noClasses: Classes = { names: null, problem: null };

function withProblem(outcome: SidecarOutcome, problem: string | null): SidecarOutcome {
  if (problem === null || outcome.kind !== 'read' || outcome.reading.annotations.length === 0) return outcome;
  return { kind: 'read', reading: { ...outcome.reading, problems: [problem, ...outcome.reading.problems] } };
}
