import type { FileVersion } from '../../model/file-version.ts';
import { baseName } from '../../platform/names.ts';
import { type CocoIndex, indexCoco, isCoco } from './coco-index.ts';
import { readCoco } from './coco-sidecar.ts';
import { CocoSkim } from './coco-skim.ts';
import type { FolderLook } from './folder-look.ts';
import { isObject, parseJson } from './json-text.ts';
import { folderOf, joinPath, sharedPlaces } from './label-places.ts';
import { ParsedFiles, type Skim } from './parsed-files.ts';
import type { PictureFacts, SidecarOutcome } from './reading.ts';
import { Reader, sidecarLimits } from './reading.ts';
import { isSharedSidecarName } from './sidecar-names.ts';
import type { SourceFolder } from './source-file.ts';
import { decodeText } from './text.ts';

/** `other`: JSON that is not COCO. `bad`: it can't be read, and was meant as COCO. */
type SharedFile =
  | { readonly kind: 'coco'; readonly index: CocoIndex }
  | { readonly kind: 'other' }
  | { readonly kind: 'bad'; readonly why: string };

export type FoundShared = {
  readonly path: string;
  readonly outcome: SidecarOutcome;
  readonly version: FileVersion | null;
};

/** Of COCO files with names that tell nothing, in all folders. */
const mostKnown = 64;

/** COCO files that speak for a folder of pictures. What is one, only the content tells. */
export class SharedSidecars {
  readonly #files: ParsedFiles<SharedFile>;
  /** Files that were seen to be COCO: they are asked whatever their names are. */
  readonly #known = new Set<string>();

  constructor(folder: SourceFolder, now: () => number) {
    this.#files = new ParsedFiles(folder, now, {
      maxBytes: sidecarLimits.shared,
      maxKeptBytes: sidecarLimits.sharedKept,
      maxKeptFiles: 64,
      parse: parseShared,
      large: { from: sidecarLimits.single, skim: skimShared },
    });
  }

  /** Whether the file speaks for a folder of pictures, by its content. */
  async isOne(path: string): Promise<boolean> {
    const file = await this.#files.get(path);
    const isOne = file.kind === 'parsed' && file.value.kind === 'coco';
    if (isOne && this.#known.size < mostKnown) this.#known.add(path);
    return isOne;
  }

  /** The first shared file that lists the picture; a broken one when none does; null when there is none. */
  async find(picturePath: string, picture: PictureFacts, look: FolderLook): Promise<FoundShared | null> {
    let broken: FoundShared | null = null;
    for (const { place, folder } of await look.present(sharedPlaces(folderOf(picturePath)))) {
      const { names } = await look.view(folder);
      const known = [...this.#known].filter((path) => folderOf(path) === folder).map((path) => baseName(path));
      for (const name of new Set([...names.shared, ...known])) {
        const found = await this.#read(joinPath(folder, name), picturePath, picture, place.named, look.maxAge);
        if (found?.outcome.kind === 'read') return found;
        broken ??= found;
      }
    }
    return broken;
  }

  async #read(
    path: string,
    picturePath: string,
    picture: PictureFacts,
    named: number,
    maxAge: number,
  ): Promise<FoundShared | null> {
    const file = await this.#files.get(path, maxAge);
    if (file.kind === 'missing') return null;
    const reader = new Reader(path, picture);
    const bad = (why: string): FoundShared => ({ path, outcome: reader.bad(why), version: null });
    if (file.kind === 'unreadable') return isSharedSidecarName(path) ? bad(file.why) : null;
    if (file.value.kind === 'bad') return bad(file.value.why);
    if (file.value.kind === 'other') return null;
    const outcome = readCoco(file.value.index, reader, picturePath, false, named);
    return outcome.kind === 'unrelated' ? null : { path, outcome, version: file.version };
  }
}

/** Keys of COCO, in a text that can't be parsed. */
const COCO_KEYS = /"(?:images|categories)"\s*:/;

function parseShared(path: string, bytes: Buffer): SharedFile {
  const unusable = (why: string, text: string): SharedFile =>
    isSharedSidecarName(path) || COCO_KEYS.test(text) ? { kind: 'bad', why } : { kind: 'other' };
  const decoded = decodeText(bytes);
  if (!decoded.ok) return unusable(decoded.why, '');
  const parsed = parseJson(decoded.text);
  if (!parsed.ok) return unusable(parsed.why, decoded.text);
  return isObject(parsed.value) && isCoco(parsed.value)
    ? { kind: 'coco', index: indexCoco(parsed.value, decoded.note) }
    : { kind: 'other' };
}

function skimShared(path: string): Skim<SharedFile> {
  const coco = new CocoSkim();
  return {
    take: (piece) => coco.take(piece),
    end: () => {
      const found = coco.end();
      if (found.kind === 'coco') return { value: found, weight: found.weight };
      const isBad = found.kind === 'bad' && (isSharedSidecarName(path) || found.isMeant);
      return { value: isBad ? { kind: 'bad', why: found.why } : { kind: 'other' }, weight: 0 };
    },
  };
}
