import type { FolderView, FolderViews } from './folder-views.ts';
import { joinPath, type Place } from './label-places.ts';

/** What the folders looked like for one question: each is asked for once, however many of its names matter. */
export class FolderLook {
  readonly #views: FolderViews;
  readonly #seen = new Map<string, FolderView>();
  /** What came within the last so many milliseconds may be missing. */
  readonly maxAge: number;

  constructor(views: FolderViews, maxAge: number) {
    this.#views = views;
    this.maxAge = maxAge;
  }

  async view(folder: string): Promise<FolderView> {
    const seen = this.#seen.get(folder);
    if (seen !== undefined) return seen;
    const view = await this.#views.view(folder, this.maxAge);
    this.#seen.set(folder, view);
    return view;
  }

  /** Those of the places that are there, in their order, with their folders as they are written on the disk. */
  async present<P extends Place>(
    places: readonly P[],
  ): Promise<readonly { readonly place: P; readonly folder: string }[]> {
    // All at once: on a share each look takes a way there and back.
    const bases = new Set(places.map(({ base }) => base));
    await Promise.all([...bases].map((base) => this.view(base)));
    const present: { place: P; folder: string }[] = [];
    for (const place of places) {
      let folder: string | null = place.base;
      for (const name of place.below) {
        const view: FolderView = this.#seen.get(folder) ?? (await this.view(folder));
        const written: string | null = view.names.folder(name);
        folder = written === null ? null : joinPath(folder, written);
        if (folder === null) break;
      }
      if (folder !== null) present.push({ place, folder });
    }
    return present;
  }
}
