import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { message } from '../../../../shared/messages/message.ts';
import type { FileRegistry } from '../../model/file-sink.ts';
import { errnoCode } from '../../platform/errors.ts';
import type { FileFilter, WalkFinding } from './folder-walk.ts';

/**
 * What lies in a watched folder and can't be taken: it is listed when a scan meets it, and leaves the list when it is
 * gone, or is not looked at any more.
 */
export class ListedFiles {
  readonly #root: string;
  readonly #registry: FileRegistry;
  readonly #filter: FileFilter;

  constructor(root: string, registry: FileRegistry, filter: FileFilter) {
    this.#root = root;
    this.#registry = registry;
    this.#filter = filter;
  }

  /** Lists what can't even be offered. Returns the path under which it is listed; that of a folder ends in '/'. */
  add(finding: Exclude<WalkFinding, { kind: 'file' | 'aside' }>): string {
    if (finding.kind === 'unusable') {
      this.#addUnusable(finding);
      return finding.file.path;
    }
    const path = `${finding.path}/`;
    this.#registry.refuse(
      { path, bytes: 0, modifiedMs: 0 },
      { severity: 'refused', message: message('folder-unreadable', { technical: finding.technical }) },
    );
    return path;
  }

  #addUnusable(finding: Extract<WalkFinding, { kind: 'unusable' }>): void {
    if (this.#registry.status(finding.file) !== 'new') return;
    // A link that is made anew leads to one thing after the other: what it stands for is no lost picture.
    const moves = finding.message.code === 'link' && this.#registry.refusedPaths().includes(finding.file.path);
    this.#registry.refuse(finding.file, { severity: moves ? 'notice' : 'refused', message: finding.message });
  }

  /** After a full scan that added `met`. Returns whether a subfolder left the list: it can be read again. */
  async forgetGone(met: ReadonlySet<string>, signal: AbortSignal): Promise<boolean> {
    let folderIsBack = false;
    for (const path of this.#registry.refusedPaths()) {
      if (signal.aborted) break;
      if (met.has(path) || !(await this.#isGone(path))) continue;
      this.#registry.forgetRefusal(path);
      folderIsBack ||= path.endsWith('/');
    }
    return folderIsBack;
  }

  async #isGone(path: string): Promise<boolean> {
    // A folder that can't be read, or a name that can't be opened, would have been met.
    if (path.endsWith('/') || path.includes('\uFFFD') || !this.#isWanted(path)) return true;
    return lstat(join(this.#root, path)).then(
      () => false,
      (error: unknown) => ['ENOENT', 'ENOTDIR'].includes(errnoCode(error) ?? ''),
    );
  }

  /** Whether a scan would come to this file: it and all folders above it are looked at. */
  #isWanted(path: string): boolean {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1))
      if (!this.#filter(path.slice(0, slash), true)) return false;
    return this.#filter(path, false);
  }
}
