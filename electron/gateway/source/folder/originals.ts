import { dirname, join, sep } from 'node:path';
import type { FileRegistry } from '../../model/file-sink.ts';
import { type FileVersion, sameVersion } from '../../model/file-version.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SourceCondition } from '../frame-source.ts';
import type { AsideRecovery } from './aside-recovery.ts';
import { identityOf } from './folder-presence.ts';
import { versionOf } from './folder-walk.ts';
import { type AfterIngest, handleOriginal, localDay } from './original-disposal.ts';
import { OriginalTroubles } from './original-troubles.ts';
import { SharedFolder } from './shared-folder.ts';

export type OriginalsOptions = {
  readonly root: string;
  readonly after: AfterIngest;
  readonly registry: FileRegistry;
  readonly clock: Clock;
  readonly condition: SourceCondition;
  readonly recovery: AsideRecovery;
};

/** The originals of a watched folder whose images are committed: kept, archived or deleted, as the site chose. */
export class Originals {
  readonly #options: OriginalsOptions;
  /** By path; each ends, and never rejects. */
  readonly #underWay = new Map<string, Promise<void>>();
  #folder: string | null = null;
  /** The version that took the name of one that is being dealt with, and was stored meanwhile. */
  readonly #next = new Map<string, FileVersion>();

  /** Those that can't be dealt with. */
  readonly troubles: OriginalTroubles;
  readonly shared: SharedFolder;

  constructor(options: OriginalsOptions) {
    this.#options = options;
    this.troubles = new OriginalTroubles(options.after, options.clock, options.condition);
    this.shared = new SharedFolder(options.clock, options.condition);
  }

  /** To be called only once the sink has said that the image is committed. Never rejects. */
  async finish(file: FileVersion): Promise<void> {
    const { path } = file;
    if (this.#options.after.action === 'keep') return;
    // One at a time: a scan may find an original undone while it is being dealt with.
    if (this.#underWay.has(path)) return void this.#next.set(path, file);
    const done = this.#dealWithAll(file).finally(() => this.#underWay.delete(path));
    this.#underWay.set(path, done);
    await done;
  }

  async #dealWithAll(first: FileVersion): Promise<void> {
    for (let version: FileVersion | null = first; version !== null; ) {
      await this.#deal(version);
      version = this.#nextAfter(version);
    }
  }

  /** What folder it is (`FolderPresence`): files that went away with it were not taken by anybody. */
  folderIs(identity: string | null): void {
    this.#folder = identity;
  }

  /** A scan has come to its end. */
  scanEnds(): void {
    this.troubles.scanEnds();
    this.shared.look();
  }

  /** What a kill left aside at this path. Returns the paths of the files that were put back. Never rejects. */
  recover(path: string): Promise<readonly string[]> {
    return this.#options.recovery.recover(path, (original) => this.#underWay.get(original));
  }

  #nextAfter(done: FileVersion): FileVersion | null {
    const next = this.#next.get(done.path) ?? null;
    this.#next.delete(done.path);
    return next === null || sameVersion(next, done) ? null : next;
  }

  /** It could not be dealt with: under another name than its own it is no new picture. */
  async #isBack(file: FileVersion, name: string): Promise<void> {
    const { root, registry } = this.#options;
    const path = join(dirname(file.path), name).split(sep).join('/');
    if (path === file.path) return;
    const back = await versionOf(root, path);
    if (back !== null) await (await registry.storedAs(join(root, path), back, file.path))?.movedTo(back);
  }

  async #deal(file: FileVersion): Promise<void> {
    const { root, after, registry, clock } = this.#options;
    if (!this.troubles.mayTry(file.path)) return;
    try {
      const outcome = await handleOriginal(root, file, after, localDay(clock.now()), (name) =>
        this.#isBack(file, name),
      );
      this.troubles.passed(file.path);
      // The name may stand for the next picture by now, whose original is still to be dealt with.
      if (outcome === 'gone' && (await identityOf(root)) === this.#folder) this.shared.wasGone(file.path);
      if (outcome !== 'changed' && registry.status(file) === 'stored') registry.finish(file.path);
    } catch (error) {
      // The image is safe; only tidying up failed. The next scan finds the file again and tries again.
      this.troubles.failed(file.path, error);
    }
  }
}
