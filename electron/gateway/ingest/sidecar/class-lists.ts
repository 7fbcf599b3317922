import { type Message, message } from '../../../../shared/messages/message.ts';
import type { FolderLook } from './folder-look.ts';
import { foldersUpward, joinPath } from './label-places.ts';
import { ParsedFiles } from './parsed-files.ts';
import { quote } from './problems.ts';
import { sidecarLimits } from './reading.ts';
import { isClassListName } from './sidecar-names.ts';
import type { SourceFolder } from './source-file.ts';
import { decodeText, MAX_CLASSES, textLines } from './text.ts';
import { type KeypointShape, readKeypointShape, readYamlNames } from './yaml-names.ts';

/** Class names by class number; an empty name where the list has a gap. */
type ClassList =
  | { readonly ok: true; readonly names: readonly string[]; readonly keypoints?: KeypointShape }
  | { readonly ok: false; readonly why: string; readonly keypoints?: KeypointShape };

/**
 * Reads `classes.txt`, `obj.names` (a name a line) or `data.yaml` (`names:` as a list or a map). Null for a YAML file
 * without names: it says something else.
 */
export function readClassList(fileName: string, bytes: Uint8Array): ClassList | null {
  const decoded = decodeText(bytes);
  if (!decoded.ok) return { ok: false, why: decoded.why };
  if (/\.ya?ml$/i.test(fileName)) {
    const list = readYamlNames(decoded.text);
    const keypoints = readKeypointShape(decoded.text);
    return list === null || keypoints === null ? list : { ...list, keypoints };
  }
  const names: string[] = [];
  for (const { line } of textLines(decoded.text)) {
    if (names.length >= MAX_CLASSES) return { ok: false, why: `it has more than ${MAX_CLASSES} lines` };
    names.push(line.slice(0, 256));
  }
  while (names.at(-1) === '') names.pop();
  if (names.length === 0) return { ok: false, why: 'it is empty' };
  const numbered = names.find((name) => /^\d+([\s,;]+[\d.]+){4,}$/.test(name));
  if (numbered !== undefined)
    return { ok: false, why: `it holds boxes (${quote(numbered)}), expected a class name a line` };
  return { ok: true, names };
}

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
