import { stemOf } from '../../platform/names.ts';
import { folded, isPlaceName } from './label-places.ts';
import { classListRank, sharedRank } from './sidecar-names.ts';

const LABEL = /\.(?:json|xml|txt)$/i;
const JSON_FILE = /\.json$/i;
/** Where there are more JSON files, they are those of single pictures: only names that tell are asked then. */
const fewJson = 8;
const mostTelling = 64;
const mostShared = 16;
const mostClassLists = 16;
const mostEndings = 12;
/** The endings that labels have where nothing is known yet. */
const usualEndings = ['.json', '.xml', '.txt'];

/** The names of one folder that matter for labels: those of labels, class lists and folders of the table; no pictures. */
export class FolderNames {
  /** How many names the folder had when it was listed. */
  readonly listed: number;
  /** Folded name -> names as written. */
  readonly #names = new Map<string, readonly string[]>();
  readonly #json: string[] = [];
  readonly #classLists: string[] = [];
  /** How labels end here beyond their picture's stem: `.TXT`, `.jpg.json`. */
  readonly #endings = new Set<string>(usualEndings);
  #shared: readonly string[] | null = null;
  #lists: readonly string[] | null = null;

  constructor(names: readonly string[]) {
    this.listed = names.length;
    for (const name of names) this.add(name);
  }

  /** Names in memory. */
  get kept(): number {
    return this.#names.size;
  }

  add(name: string): void {
    const isLabel = LABEL.test(name);
    const rank = classListRank(name);
    const key = folded(name);
    if (!isLabel && rank === null && !isPlaceName(key)) return;
    const present = this.#names.get(key) ?? [];
    if (present.includes(name)) return;
    this.#names.set(key, [...present, name]);
    if (rank !== null && this.#classLists.length < mostClassLists) {
      this.#classLists.push(name);
      this.#lists = null;
    }
    const isTelling = this.#json.length < mostTelling && sharedRank(name) !== null;
    if (JSON_FILE.test(name) && (this.#json.length <= fewJson || isTelling)) {
      this.#json.push(name);
      this.#shared = null;
    }
    if (isLabel && this.#endings.size < mostEndings) this.#endings.add(endingOf(name));
  }

  /** The name as it is written, the same case first; null: not here. */
  written(name: string): string | null {
    const names = this.#names.get(folded(name)) ?? [];
    return names.find((candidate) => candidate === name) ?? names[0] ?? null;
  }

  /** A folder as it is written; null: not here. Only those of the table are known, others are taken as they are given. */
  folder(name: string): string | null {
    return isPlaceName(folded(name)) ? this.written(name) : name;
  }

  /** Names worth trying for a picture in a folder that may have changed since. */
  likely(fileName: string): readonly string[] {
    const stem = stemOf(fileName);
    return [...this.#endings].map((ending) => `${stem}${ending}`);
  }

  /** JSON files that may speak for the whole folder, the likeliest first. */
  get shared(): readonly string[] {
    if (this.#shared === null) {
      const isFew = this.#json.length <= fewJson;
      const rankOf = (name: string): number => sharedRank(name) ?? 3;
      this.#shared = this.#json
        .filter((name) => isFew || sharedRank(name) !== null)
        .sort((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1))
        .slice(0, mostShared);
    }
    return this.#shared;
  }

  /** Files that are or may be class lists, in order of preference. */
  get classLists(): readonly string[] {
    const rankOf = (name: string): number => classListRank(name) ?? 0;
    this.#lists ??= [...this.#classLists].sort((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1));
    return this.#lists;
  }
}

/** `a.TXT` -> `.TXT`; `a.jpg.json` -> `.jpg.json`, for the picture `a.jpg`. */
function endingOf(name: string): string {
  const stem = stemOf(name);
  const inner = /\.(?:jpe?g|jpe|jfif|png|bmp|tiff?|gif|webp)$/i.exec(stem)?.[0] ?? '';
  return inner + name.slice(stem.length);
}
