import { type Message, message } from '../../../../shared/messages/message.ts';
import { type ClassList, readClassList } from './class-list.ts';
import type { FolderLook } from './folder-look.ts';
import { foldersUpward, joinPath } from './label-places.ts';
import { ParsedFiles } from './parsed-files.ts';
import { sidecarLimits } from './reading.ts';
import { isClassListName } from './sidecar-names.ts';
import type { SourceFolder } from './source-file.ts';
import type { KeypointShape } from './yaml-names.ts';

/** What a folder's tools say of its YOLO files. */
export type Classes = {
  /** By class number; null: there is no usable list. */
  readonly names: readonly string[] | null;
  /** Why the list that was found can't be used. */
  readonly problem: Message | null;
  /** The keypoints of each object, where a `data.yaml` tells. */
  readonly keypoints: KeypointShape | null;
};

export const noClasses: Classes = { names: null, problem: null, keypoints: null };

/** Class lists, each read once for all files that it speaks for. */
export class ClassLists {
  readonly #files: ParsedFiles<ClassList | null>;

  constructor(folder: SourceFolder, now: () => number) {
    this.#files = new ParsedFiles(folder, now, {
      maxBytes: sidecarLimits.classList,
      maxKeptBytes: 16 * sidecarLimits.classList,
      maxKeptFiles: 128,
      parse: readClassList,
    });
  }

  /** The list in the sidecar's folder or the nearest one above it, up to the source's root, else from the picture upward. */
  async of(sidecarPath: string, picturePath: string, look: FolderLook): Promise<Classes> {
    let named: Omit<Classes, 'keypoints'> | null = null;
    let keypoints: KeypointShape | null = null;
    for (const folder of new Set([...foldersUpward(sidecarPath), ...foldersUpward(picturePath)])) {
      const { names: present } = await look.view(folder);
      for (const name of present.classLists) {
        const path = joinPath(folder, name);
        const list = await this.#files.get(path, look.maxAge);
        if (list.kind === 'missing' || (list.kind === 'parsed' && list.value === null)) continue;
        if (list.kind === 'parsed') keypoints ??= list.value?.keypoints ?? null;
        named ??= usable(path, list.kind === 'parsed' ? list.value : { ok: false, why: list.why });
      }
      if (named !== null && (keypoints !== null || folder === '')) break;
    }
    return { names: named?.names ?? null, problem: named?.problem ?? null, keypoints };
  }

  /** Whether a file that may be a class list by its name is one by its content. */
  async isOne(path: string): Promise<boolean> {
    if (isClassListName(path)) return true;
    const list = await this.#files.get(path);
    return list.kind === 'parsed' && list.value?.ok === true;
  }
}

/** Of what is a class list by its content only, nothing is said when it is none. */
function usable(path: string, list: ClassList | null): Omit<Classes, 'keypoints'> | null {
  if (list === null) return null;
  if (list.ok) return { names: list.names, problem: null };
  return isClassListName(path)
    ? { names: null, problem: message('sidecar-problem', { file: path, problem: list.why }) }
    : null;
}
