import { message } from '../../../../shared/messages/message.ts';
import type { FolderSourceConfig } from '../../../../shared/source-config.ts';
import type { FileReading, FileRegistry } from '../../model/file-sink.ts';
import type { FileVersion } from '../../model/file-version.ts';
import { type Clock, sleep } from '../../platform/clock.ts';
import { describeCause } from '../../platform/errors.ts';
import { fileLimitOf } from '../../platform/file-limit.ts';
import { isNetworkShare } from '../../platform/network-share.ts';
import { realPathOf } from '../../platform/path-containment.ts';
import type { SourceCondition } from '../frame-source.ts';
import type { FileOffers } from './file-offers.ts';
import { type FolderPresence, lookAtFolder } from './folder-presence.ts';
import { type FileFilter, fileFilter, versionOf, walkFolder } from './folder-walk.ts';
import type { AfterIngest } from './original-disposal.ts';
import type { Originals } from './originals.ts';
import { ListedFiles } from './unusable-files.ts';
import { FolderEvents } from './watcher.ts';

const mostFollowed = 24;
const rootCheckMilliseconds = 1_000;
/** New subfolders come in bursts: one look for the burst. */
const newFolderMilliseconds = 500;
/** Looking through a large folder takes at most such a share of the time: one in ten, and by polling one in two. */
const restAfterScan = 9;
const restAfterPoll = 1;
const longestRest = 10 * 60 * 1_000;

export type FolderSearchOptions = {
  readonly config: FolderSourceConfig;
  readonly after: AfterIngest;
  readonly registry: FileRegistry;
  readonly reading: FileReading;
  readonly offers: FileOffers;
  readonly originals: Originals;
  readonly clock: Clock;
  readonly condition: SourceCondition;
  readonly signal: AbortSignal;
};

/**
 * Finds the files of a watched folder. Events are only hints: a full scan at start and every `rescanSeconds` finds what
 * they missed. A folder that vanishes is reported, watched for, and scanned in full when it is back.
 */
export class FolderSearch {
  readonly #options: FolderSearchOptions;
  readonly #patterns: FileFilter;
  readonly #listed: ListedFiles;
  readonly #newFolders = new Set<string>();
  #newFoldersAt = 0;
  #scanned = false;
  #events: FolderEvents | null = null;
  /** A subfolder that could not be read, and so is not watched, can be read now. */
  #eventsAreStale = false;
  #nextScanAt = 0;
  /** Files that events name and nobody has looked at since; and how many are being looked at. */
  readonly #named = new Set<string>();
  #following = 0;
  /** How long the scan under way waited for files that it had found. */
  #waited = 0;
  /** The archive's place in this folder; null where it lies outside. */
  #archive: string | null = null;

  constructor(options: FolderSearchOptions) {
    this.#options = options;
    const { config, registry } = options;
    this.#patterns = fileFilter(config.include, config.exclude);
    this.#listed = new ListedFiles(config.path, registry, this.#filter);
  }

  /** Since the folder is there, a full scan was made to its end. */
  get hasScanned(): boolean {
    return this.#scanned;
  }

  /** Searches until the stop. */
  async run(): Promise<void> {
    const { config, after, offers, originals, clock, condition, signal } = this.#options;
    let identity = '';
    let before: FolderPresence | null = null;
    while (!signal.aborted) {
      // Where the archive lies is asked anew with each scan: a link may lead elsewhere by then.
      const found = await lookAtFolder(config.path, after, clock.monotonic() < this.#nextScanAt ? before : null);
      before = found;
      if (found.kind === 'present') this.#archive = found.archive;
      else condition.say(found.kind, found.message);
      if (signal.aborted) break;
      offers.folderIs(found.kind === 'present' ? found.identity : null);
      if (found.kind !== 'present') {
        identity = '';
        this.#scanned = false;
        this.#newFolders.clear();
        await this.closeEvents();
      } else if (found.identity !== identity || clock.monotonic() >= this.#nextScanAt) {
        if (found.identity !== identity || this.#eventsAreStale) await this.#openEvents();
        this.#nextScanAt = Number.POSITIVE_INFINITY;
        const began = clock.monotonic();
        this.#waited = 0;
        if (await this.#scan(found.identity !== identity && identity === '')) identity = found.identity;
        this.#planNext(clock.monotonic() - began - this.#waited);
      } else if (this.#newFolders.size > 0 && clock.monotonic() >= this.#newFoldersAt) {
        await this.#lookIntoNewFolders();
      }
      if (originals.troubles.takeOwedScan()) this.#scanWithin(0);
      await sleep(clock, Math.min(rootCheckMilliseconds, config.pollMilliseconds), signal);
    }
  }

  /** One file was named by an event or by a person. `quietBefore` as in `FileOffers.see`; more than 0 from a person. */
  async lookAtFile(path: string, quietBefore: number): Promise<void> {
    const { config, registry, offers } = this.#options;
    const file = await versionOf(config.path, path);
    if (file === null) {
      // Somebody asked about what is no file: a link, a subfolder, something gone. A scan finds out.
      if (quietBefore > 0) this.#scanWithin(0);
      return;
    }
    if (quietBefore > 0) registry.forgetRefusal(path);
    offers.see(file, quietBefore);
  }

  async closeEvents(): Promise<void> {
    const events = this.#events;
    this.#events = null;
    await events?.close();
  }

  /** After a scan that took so many milliseconds. */
  #planNext(took: number): void {
    const { config, condition } = this.#options;
    const rest = Math.min(took * (condition.polling ? restAfterPoll : restAfterScan), longestRest);
    this.#scanWithin(Math.max(condition.polling ? config.pollMilliseconds : config.rescanSeconds * 1_000, rest));
    if (this.#eventsAreStale) this.#scanWithin(0);
  }

  #scanWithin(milliseconds: number): void {
    this.#nextScanAt = Math.min(this.#nextScanAt, this.#options.clock.monotonic() + milliseconds);
  }

  /** Whether a path is looked at. */
  readonly #filter: FileFilter = (path, isFolder) => {
    if (this.#archive !== null && (path === this.#archive || path.startsWith(`${this.#archive}/`))) return false;
    return this.#patterns(path, isFolder);
  };

  async #openEvents(): Promise<void> {
    const { config, clock, condition, signal } = this.#options;
    await this.closeEvents();
    this.#eventsAreStale = false;
    // A folder may be a link to another, or a drive letter for a share: the events are those of what it stands for.
    const real = await realPathOf(config.path);
    const isShare = await isNetworkShare(real);
    this.#options.reading.liesOnShare(isShare);
    condition.polling = config.polling === 'always' || (config.polling === 'auto' && isShare);
    if (condition.polling || signal.aborted) return;
    this.#events = new FolderEvents(real, this.#filter, {
      onFile: (path) => this.#follow(path),
      onFolder: (appeared) => {
        if (this.#newFolders.size === 0) this.#newFoldersAt = clock.monotonic() + newFolderMilliseconds;
        this.#newFolders.add(appeared);
      },
      onFailure: (error) => {
        // No more events to be had (out of inotify watches, for instance): scanning often replaces them.
        if (!condition.polling) condition.log('warn', 'events-failed', { error });
        condition.polling = true;
        this.#scanWithin(config.pollMilliseconds);
      },
    });
    await this.#events.ready;
  }

  /** A file that an event names. So many at once, for each may wait for its disk. */
  #follow(path: string): void {
    this.#named.add(path);
    if (this.#following >= mostFollowed) return;
    this.#following += 1;
    void this.#followNamed().finally(() => {
      this.#following -= 1;
    });
  }

  async #followNamed(): Promise<void> {
    for (const path of this.#named) {
      this.#named.delete(path);
      await this.lookAtFile(path, 0).catch((error: unknown) =>
        this.#options.condition.log('warn', 'event-failed', { path, error }),
      );
    }
  }

  /** A full look at the folder. Returns false when it could not be made to its end. */
  async #scan(first: boolean): Promise<boolean> {
    const { config, offers, originals, clock, condition, signal } = this.#options;
    if (!this.#scanned) condition.say('scanning', message('source-scanning'));
    const began = clock.monotonic();
    const listed = new Set<string>();
    let files = 0;
    originals.troubles.scanBegins();
    try {
      for await (const finding of walkFolder(config.path, this.#filter)) {
        if (signal.aborted) return false;
        if (finding.kind === 'file') {
          files += 1;
          await this.#take(finding.file, first);
        } else if (finding.kind === 'aside') {
          offers.recover(finding.path);
        } else {
          listed.add(this.#listed.add(finding));
        }
      }
      if (await this.#listed.forgetGone(listed, signal)) this.#eventsAreStale = true;
    } catch (error) {
      const unread = message('folder-not-read', { technical: describeCause(error) });
      condition.say('failed', fileLimitOf(error) ?? unread);
      condition.log('warn', 'scan-failed', { error });
      return false;
    }
    if (!this.#scanned) {
      const milliseconds = Math.round(clock.monotonic() - began);
      condition.log('info', 'first-scan-done', { files, unusable: listed.size, milliseconds });
    }
    this.#scanned = true;
    offers.scanned(began);
    originals.scanEnds();
    // A gateway without room, or that can't open files, is so until it has taken a file again.
    if (!condition.waitsForOffer || offers.waiting === 0) condition.sayWatching();
    return true;
  }

  /** Files that were in a folder before it was moved in here raise no events of their own. */
  async #lookIntoNewFolders(): Promise<void> {
    const { config, offers, clock, condition, signal } = this.#options;
    const folders = [...this.#newFolders];
    this.#newFolders.clear();
    for (const folder of folders) {
      // One that lies in another new one is seen with that one.
      if (folders.some((other) => folder.startsWith(`${other}/`))) continue;
      try {
        for await (const finding of walkFolder(config.path, this.#filter, folder)) {
          if (signal.aborted) return;
          if (finding.kind === 'file') await this.#take(finding.file, false);
          else if (finding.kind === 'aside') offers.recover(finding.path);
          else this.#listed.add(finding);
        }
      } catch (error) {
        condition.log('warn', 'folder-not-read', { path: folder, error });
        if (fileLimitOf(error) === null) continue;
        this.#newFolders.add(folder);
        this.#newFoldersAt = clock.monotonic() + newFolderMilliseconds;
      }
    }
  }

  /** A file that a scan found. Waits while there is much to do. */
  async #take(file: FileVersion, first: boolean): Promise<void> {
    const { clock, offers } = this.#options;
    offers.see(file, first ? Math.max(0, clock.now() - file.modifiedMs) : 0);
    const began = clock.monotonic();
    await offers.room();
    this.#waited += clock.monotonic() - began;
  }
}
