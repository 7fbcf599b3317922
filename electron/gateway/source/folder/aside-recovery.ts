import { lstat, open, readdir, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileRegistry } from '../../model/file-sink.ts';
import { type FileVersion, fileVersion } from '../../model/file-version.ts';
import { type Clock, sleep } from '../../platform/clock.ts';
import { errnoCode } from '../../platform/errors.ts';
import type { SourceCondition } from '../frame-source.ts';
import { type Aside, putBack } from './aside.ts';
import { asideKindOf } from './aside-names.ts';
import { versionOf } from './folder-walk.ts';
import { OldNameStaysError } from './move-file.ts';
import { type AfterIngest, finishAside, localDay } from './original-disposal.ts';

/** What was taken aside so recently may be dealt with right now by another gateway on the same folder. */
const quietMilliseconds = 2_000;

export type AsideRecoveryOptions = {
  readonly root: string;
  readonly after: AfterIngest;
  readonly registry: FileRegistry;
  readonly clock: Clock;
  readonly condition: SourceCondition;
  readonly signal: AbortSignal;
};

/**
 * Originals that a kill, or a fault, left aside: one whose picture the store has (told by its content) is archived or
 * deleted as it was to be; any other is put back under its name, or a free one beside it, and is a new frame.
 */
export class AsideRecovery {
  readonly #options: AsideRecoveryOptions;

  readonly #underWay = new Set<string>();

  constructor(options: AsideRecoveryOptions) {
    this.#options = options;
  }

  /**
   * `path`: of a file or a folder that a scan met, relative. `underWay`: resolves once the original of that path, which is
   * being dealt with right now, has been; undefined where none is. It may be this very file, or one that took its name
   * since. Returns the paths of those that were put back. Never rejects.
   */
  async recover(path: string, underWay: (original: string) => Promise<void> | undefined): Promise<readonly string[]> {
    const restored: string[] = [];
    // The next scan of a share comes while a large one is still copied: two at once would write one copy.
    if (this.#underWay.has(path)) return restored;
    this.#underWay.add(path);
    try {
      for (const { aside, original } of await this.#asidesAt(path)) {
        if (original !== null) await underWay(original);
        const back = await this.#settle(aside, original);
        if (back !== null) restored.push(back);
      }
    } catch (error) {
      // The next scan meets it again.
      this.#options.condition.log('warn', 'original-not-recovered', { path, error });
    } finally {
      this.#underWay.delete(path);
    }
    return restored;
  }

  async #asidesAt(path: string): Promise<readonly { readonly aside: Aside; readonly original: string | null }[]> {
    const { root } = this.#options;
    const absolute = join(root, path);
    const folder = dirname(path);
    const home = join(root, folder);
    const within = (name: string): string => (folder === '.' ? name : `${folder}/${name}`);
    const isFolder = await lstat(absolute).then(
      (facts) => facts.isDirectory(),
      () => null,
    );
    const kind = isFolder === null ? null : asideKindOf(basename(path), isFolder);
    if (kind === null) return [];
    if (kind.kind === 'file') {
      const name = kind.name ?? (await nameFor(absolute));
      const original = kind.name === null ? null : within(name);
      return [{ aside: { path: absolute, own: null, home, name }, original }];
    }
    const names = await readdir(absolute);
    // A kill came before the original was in it, or after it had left.
    if (names.length === 0) await rmdir(absolute);
    return names.map((name) => ({
      aside: { path: join(absolute, name), own: absolute, home, name },
      original: within(name),
    }));
  }

  /** Returns the path under which it was put back, if it was. */
  async #settle(aside: Aside, original: string | null): Promise<string | null> {
    const { root, after, registry, condition } = this.#options;
    const stand = await this.#standstill(aside.path);
    if (stand === null) return null;
    const asidePath = aside.path.slice(root.length).split(/[\\/]/).filter(Boolean).join('/');
    const file = fileVersion(asidePath, stand);
    const stored = await registry.storedAs(aside.path, file, original);
    if (stored !== null && after.action !== 'keep') {
      try {
        // Of the day on which it was taken aside: what was archived before the kill is met there again.
        await finishAside({ ...aside, name: basename(stored.path) }, stored.path, after, localDay(stand.ctimeMs));
        this.#note(stored.path, file);
        condition.log('info', 'original-recovered', { path: stored.path, became: `${after.action}d` });
        return null;
      } catch (error) {
        // Under its name it is one of those that can't be archived or deleted, and is known again by its content.
        condition.log('info', 'original-not-finished', { path: stored.path, error });
      }
    }
    const pathOf = (name: string): string =>
      [...asidePath.split('/').slice(0, aside.own === null ? -1 : -2), name].join('/');
    // Under its own name it would be known by that; another picture has it now.
    const note = async (path: string): Promise<void> => {
      const moved = stored === null || path === stored.path ? null : await versionOf(root, path);
      if (moved !== null) await stored?.movedTo(moved);
    };
    const path = await putBack(aside).then(pathOf, async (error: unknown) => {
      if (error instanceof OldNameStaysError) await note(pathOf(error.newName));
      throw error;
    });
    await note(path);
    condition.log('info', 'original-recovered', { path, became: 'restored' });
    return path;
  }

  /** Unless the name stands for another version by now, which has its own original. */
  #note(path: string, file: FileVersion): void {
    const { registry } = this.#options;
    if (registry.status({ ...file, path, changedMs: undefined }) === 'stored') registry.finish(path);
  }

  /** Its facts once nobody has touched it for a moment; null where it is gone, or at the stop. */
  async #standstill(path: string) {
    const { clock, signal } = this.#options;
    for (;;) {
      const facts = await lstat(path).catch((error: unknown) => {
        if (['ENOENT', 'ENOTDIR'].includes(errnoCode(error) ?? '')) return null;
        throw error;
      });
      if (facts === null || !facts.isFile() || signal.aborted) return null;
      const rest = Math.min(facts.ctimeMs + quietMilliseconds - clock.now(), quietMilliseconds);
      if (rest <= 0) return facts;
      await sleep(clock, rest, signal);
      const now = await lstat(path).catch(() => null);
      // A clock of the share that is ahead of ours must not make this wait for ever.
      if (now !== null && now.ctimeMs === facts.ctimeMs && !signal.aborted) return now;
    }
  }
}

const beginnings: readonly (readonly [string, string])[] = [
  ['ffd8ff', '.jpg'],
  ['89504e47', '.png'],
  ['424d', '.bmp'],
  ['49492a00', '.tif'],
  ['4d4d002a', '.tif'],
  ['52494646', '.webp'],
];

/** For what an earlier version left without a name. */
async function nameFor(path: string): Promise<string> {
  const head = Buffer.alloc(4);
  const file = await open(path, 'r');
  try {
    await file.read(head, 0, head.length, 0);
  } finally {
    await file.close();
  }
  const ending = beginnings.find(([beginning]) => head.toString('hex').startsWith(beginning))?.[1] ?? '';
  return `recovered-${basename(path).slice('.acusight-'.length, '.acusight-'.length + 8)}${ending}`;
}
