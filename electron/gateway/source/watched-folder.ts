import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FolderSourceConfig } from '../../../shared/config.ts';
import type { FileSink, Verdict } from '../model/file-sink.ts';
import type { FileVersion } from '../model/image.ts';
import { Bell } from '../platform/bell.ts';
import { type Clock, sleep } from '../platform/clock.ts';
import { describeCause, errnoCode } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { type AfterIngest, dealWithOriginal } from './after-ingest.ts';
import { placeOfArchive, realPathOf } from './archive-place.ts';
import { type FileFilter, fileFilter } from './file-filter.ts';
import { FolderEvents } from './folder-events.ts';
import { sameVersion, versionOf, walkFolder } from './folder-walk.ts';
import type { FrameSource, SourceState, SourceStatus } from './frame-source.ts';
import { ListedFiles } from './listed-files.ts';
import { isNetworkShare } from './network-share.ts';
import { type Candidate, Settling } from './settling.ts';

const tickMilliseconds = 25;
const offersAtOnce = 24;
/** The walk waits while more candidates than this are in memory, so that a folder of a million files does not fill it. */
const mostCandidates = 4_000;
const rootCheckMilliseconds = 1_000;
const roomRetryMilliseconds = 2_000;
/** Originals that the scan found undone, archived or deleted at once. */
const mostFinishing = 64;
/** New subfolders come in bursts: one look for the burst. */
const newFolderMilliseconds = 500;
/** Looking through a large folder takes at most such a share of the time: one in ten, and by polling one in two. */
const restAfterScan = 9;
const restAfterPoll = 1;
const longestRest = 10 * 60 * 1_000;

/**
 * A folder whose pictures become frames.
 *
 * What is guaranteed: a file is offered only after it was quiet for the settle time; events are only hints (a full
 * scan at start and every `rescanSeconds` finds what they missed); a folder that vanishes is reported, watched for,
 * and scanned in full when it is back; an original is touched only after the sink said that its image is committed.
 */
export class WatchedFolder implements FrameSource {
  readonly id: string;
  readonly #config: FolderSourceConfig;
  readonly #sink: FileSink;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #patterns: FileFilter;
  readonly #after: AfterIngest;
  readonly #settling: Settling;
  readonly #listed: ListedFiles;
  readonly #abort = new AbortController();
  readonly #offers = new Set<Promise<void>>();
  readonly #finishing = new Set<string>();
  readonly #newFolders = new Set<string>();
  readonly #loops: Promise<void>[] = [];
  /** Wakes the offers: a place is free, or a file was seen. */
  readonly #bell: Bell;
  #state: SourceState = 'starting';
  #text = 'Starting';
  #hint = '';
  #polling = false;
  #scanned = false;
  #events: FolderEvents | null = null;
  /** A subfolder that could not be read, and so is not watched, can be read now. */
  #eventsAreStale = false;
  #nextScanAt = 0;
  /** How long the scan under way waited for files that it had found. */
  #waited = 0;
  #newFoldersAt = 0;
  #blockedUntil = 0;
  /** The archive's place in this folder; null where it lies outside. */
  #archive: string | null = null;

  constructor(config: FolderSourceConfig, sink: FileSink, clock: Clock, logger: Logger) {
    this.id = config.id;
    this.#config = config;
    this.#sink = sink;
    this.#clock = clock;
    this.#logger = logger;
    this.#bell = new Bell(clock);
    this.#after =
      config.afterIngest === 'archive'
        ? { action: 'archive', archiveRoot: config.archivePath ?? join(config.path, '.acusight-archive') }
        : { action: config.afterIngest };
    this.#patterns = fileFilter(config.include, config.exclude);
    this.#settling = new Settling(config.settleMilliseconds);
    this.#listed = new ListedFiles(config.path, sink, (path, isFolder) => this.#filter(path, isFolder));
  }

  start(): void {
    this.#loops.push(this.#scanLoop(), this.#offerLoop());
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#bell.ring();
    await this.#events?.close();
    await Promise.allSettled(this.#loops);
    await Promise.allSettled([...this.#offers]);
  }

  status(): SourceStatus {
    return {
      state: this.#state,
      text: this.#text,
      hint: this.#hint,
      settling: this.#settling.waiting,
      unclaimedSidecars: this.#settling.unclaimed,
      drained: this.#scanned && this.#settling.waiting === 0 && this.#offers.size === 0,
      polling: this.#polling,
    };
  }

  recheck(path: string): void {
    void this.#see(path, Number.POSITIVE_INFINITY).catch((error: unknown) =>
      this.#log('warn', 'recheck-failed', { path, error }),
    );
  }

  // ---- finding files -------------------------------------------------------------------------------------------

  async #scanLoop(): Promise<void> {
    const { signal } = this.#abort;
    let identity = '';
    while (!signal.aborted) {
      const present = await this.#identify();
      if (signal.aborted) break;
      if (present === null) {
        identity = '';
        this.#scanned = false;
        this.#newFolders.clear();
        await this.#closeEvents();
      } else if (present !== identity || this.#clock.monotonic() >= this.#nextScanAt) {
        // Another inode under the same name is another folder (a remount, or deleted and made again): watch it anew.
        if (present !== identity || this.#eventsAreStale) await this.#openEvents();
        const { pollMilliseconds, rescanSeconds } = this.#config;
        this.#nextScanAt = Number.POSITIVE_INFINITY;
        const began = this.#clock.monotonic();
        this.#waited = 0;
        if (await this.#scan(present !== identity && identity === '')) identity = present;
        const took = this.#clock.monotonic() - began - this.#waited;
        const rest = Math.min(took * (this.#polling ? restAfterPoll : restAfterScan), longestRest);
        this.#scanWithin(Math.max(this.#polling ? pollMilliseconds : rescanSeconds * 1_000, rest));
        if (this.#eventsAreStale) this.#scanWithin(0);
      } else if (this.#newFolders.size > 0 && this.#clock.monotonic() >= this.#newFoldersAt) {
        await this.#lookIntoNewFolders();
      }
      await sleep(this.#clock, Math.min(rootCheckMilliseconds, this.#config.pollMilliseconds), signal);
    }
  }

  #scanWithin(milliseconds: number): void {
    this.#nextScanAt = Math.min(this.#nextScanAt, this.#clock.monotonic() + milliseconds);
  }

  /** What folder this is now; null, with the state set, where there is none. */
  async #identify(): Promise<string | null> {
    try {
      const facts = await stat(this.#config.path);
      if (facts.isDirectory() && (await this.#placeArchive())) return `${facts.dev}:${facts.ino}`;
      if (!facts.isDirectory())
        this.#say('failed', 'This is a file, not a folder', `Set the source to a folder: ${this.#config.path}`);
    } catch (error) {
      const code = errnoCode(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') {
        this.#say(
          'missing',
          'The folder is not there',
          'Check the drive or network share, and that the folder was not renamed. Collecting goes on by itself when it is back.',
        );
      } else {
        this.#say(
          'failed',
          'The folder can’t be opened',
          `Check that this user may read it (${describeCause(error)}).`,
        );
      }
    }
    return null;
  }

  /** Returns false where the archive is the folder itself: every file would be archived and collected without end. */
  async #placeArchive(): Promise<boolean> {
    if (this.#after.action !== 'archive') return true;
    this.#archive = await placeOfArchive(this.#config.path, this.#after.archiveRoot);
    if (this.#archive !== '') return true;
    this.#say(
      'failed',
      'The archive is the watched folder itself',
      'Set archivePath to another folder, or leave it out.',
    );
    return false;
  }

  /** Whether a path is looked at. */
  readonly #filter: FileFilter = (path, isFolder) => {
    if (this.#archive !== null && (path === this.#archive || path.startsWith(`${this.#archive}/`))) return false;
    return this.#patterns(path, isFolder);
  };

  async #openEvents(): Promise<void> {
    await this.#closeEvents();
    this.#eventsAreStale = false;
    const { path, polling } = this.#config;
    // A folder may be a link to another, or a drive letter for a share: the events are those of what it stands for.
    const real = await realPathOf(path);
    this.#polling = polling === 'always' || (polling === 'auto' && (await isNetworkShare(real)));
    if (this.#polling || this.#abort.signal.aborted) return;
    this.#events = new FolderEvents(real, this.#filter, {
      onFile: (changed) =>
        void this.#see(changed, 0).catch((error: unknown) =>
          this.#log('warn', 'event-failed', { path: changed, error }),
        ),
      onFolder: (appeared) => {
        if (this.#newFolders.size === 0) this.#newFoldersAt = this.#clock.monotonic() + newFolderMilliseconds;
        this.#newFolders.add(appeared);
      },
      onFailure: (error) => {
        // No more events to be had (out of inotify watches, for instance): scanning often replaces them.
        if (!this.#polling) this.#log('warn', 'events-failed', { error });
        this.#polling = true;
        this.#scanWithin(this.#config.pollMilliseconds);
      },
    });
    await this.#events.ready;
  }

  async #closeEvents(): Promise<void> {
    const events = this.#events;
    this.#events = null;
    await events?.close();
  }

  /** A full look at the folder. Returns false when it could not be made to its end. */
  async #scan(first: boolean): Promise<boolean> {
    if (!this.#scanned) this.#say('scanning', 'Looking through the folder', '');
    const began = this.#clock.monotonic();
    const listed = new Set<string>();
    let files = 0;
    try {
      for await (const finding of walkFolder(this.#config.path, this.#filter)) {
        if (this.#abort.signal.aborted) return false;
        if (finding.kind === 'file') files += 1;
        else listed.add(this.#listed.add(finding));
        if (finding.kind === 'file') await this.#take(finding.file, first);
      }
      if (await this.#listed.forgetGone(listed, this.#abort.signal)) this.#eventsAreStale = true;
    } catch (error) {
      this.#say(
        'failed',
        'The folder can’t be read',
        `Check the drive and the rights of this user (${describeCause(error)}).`,
      );
      this.#log('warn', 'scan-failed', { error });
      return false;
    }
    if (!this.#scanned) {
      this.#log('info', 'first-scan-done', {
        files,
        unusable: listed.size,
        milliseconds: Math.round(this.#clock.monotonic() - began),
      });
    }
    this.#scanned = true;
    // A gateway without room stays blocked until it has taken a file again.
    if (this.#state !== 'blocked' || this.#settling.waiting === 0) this.#sayWatching();
    return true;
  }

  /** Files that were in a folder before it was moved in here raise no events of their own. */
  async #lookIntoNewFolders(): Promise<void> {
    const folders = [...this.#newFolders];
    this.#newFolders.clear();
    for (const folder of folders) {
      // One that lies in another new one is seen with that one.
      if (folders.some((other) => folder.startsWith(`${other}/`))) continue;
      try {
        for await (const finding of walkFolder(this.#config.path, this.#filter, folder)) {
          if (this.#abort.signal.aborted) return;
          if (finding.kind === 'file') await this.#take(finding.file, false);
          else this.#listed.add(finding);
        }
      } catch (error) {
        this.#log('warn', 'folder-not-read', { path: folder, error });
      }
    }
  }

  /** A file that a scan found. Waits while there is much to do, so that a folder of a million files fills no memory. */
  async #take(file: FileVersion, first: boolean): Promise<void> {
    this.#sort(file, first ? Math.max(0, this.#clock.now() - file.modifiedMs) : 0);
    const { signal } = this.#abort;
    const began = this.#clock.monotonic();
    while ((this.#settling.waiting > mostCandidates || this.#offers.size >= mostFinishing) && !signal.aborted)
      await sleep(this.#clock, tickMilliseconds, signal);
    this.#waited += this.#clock.monotonic() - began;
  }

  #sort(file: FileVersion, quietBefore: number): void {
    const status = this.#sink.status(file);
    switch (status) {
      case 'new':
      case 'listed':
        this.#settling.see(file, this.#clock.monotonic(), status === 'new' ? quietBefore : Number.POSITIVE_INFINITY);
        return this.#bell.ring();
      case 'stored':
        return this.#track(this.#finish(file));
      case 'finished':
      case 'refused':
        return;
    }
  }

  /** One file was named by an event or by a person. */
  async #see(path: string, quietBefore: number): Promise<void> {
    const file = await versionOf(this.#config.path, path);
    if (file === null) {
      // Somebody asked about what is no file: a link, a subfolder, something gone. A scan finds out.
      if (quietBefore > 0) this.#scanWithin(0);
      return;
    }
    if (quietBefore > 0) this.#sink.forgetRefusal(path);
    this.#sort(file, quietBefore);
  }

  // ---- offering them -------------------------------------------------------------------------------------------

  async #offerLoop(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      const now = this.#clock.monotonic();
      if (now >= this.#blockedUntil) {
        for (const candidate of this.#settling.due(now, offersAtOnce - this.#offers.size)) {
          candidate.offered = true;
          this.#track(this.#step(candidate));
        }
      }
      // With every place taken, go on as soon as one is free; with no file in sight, as soon as one is seen.
      const { waiting, unclaimed } = this.#settling;
      if (signal.aborted) return;
      if (this.#offers.size >= offersAtOnce || waiting + unclaimed === 0) await this.#bell.sleep(rootCheckMilliseconds);
      else await sleep(this.#clock, tickMilliseconds, signal);
    }
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => {
      this.#offers.delete(tracked);
      this.#bell.ring();
    });
    this.#offers.add(tracked);
  }

  async #step(candidate: Candidate): Promise<void> {
    try {
      const file = await versionOf(this.#config.path, candidate.path);
      const now = this.#clock.monotonic();
      if (file === null) return this.#settling.drop(candidate);
      if (!sameVersion(file, candidate.file)) return this.#settling.changed(candidate, file, now);
      if (!this.#settling.isQuiet(candidate, now)) {
        return this.#settling.again(candidate, now, this.#config.settleMilliseconds, candidate.unclaimed);
      }
      const verdict = await this.#sink.offer({
        file,
        absolutePath: join(this.#config.path, candidate.path),
        quietMilliseconds: this.#settling.quietFor(candidate, now),
      });
      await this.#follow(candidate, file, verdict);
    } catch (error) {
      this.#log('warn', 'offer-failed', { path: candidate.path, error });
      this.#settling.again(candidate, this.#clock.monotonic(), 1_000, candidate.unclaimed);
    } finally {
      candidate.offered = false;
    }
  }

  async #follow(candidate: Candidate, file: FileVersion, verdict: Verdict): Promise<void> {
    const now = this.#clock.monotonic();
    if (verdict.kind === 'stored' && this.#state === 'blocked') this.#sayWatching();
    switch (verdict.kind) {
      case 'stored':
      case 'gated':
      case 'claimed':
        this.#dismiss(candidate, file);
        return this.#finish(file);
      case 'shared':
      case 'refused':
        return this.#dismiss(candidate, file);
      case 'not-yet':
        return this.#settling.again(candidate, now, verdict.milliseconds, verdict.why === 'unclaimed');
      case 'no-room':
        this.#say('blocked', verdict.text, verdict.hint);
        this.#blockedUntil = now + roomRetryMilliseconds;
        return this.#settling.again(candidate, now, roomRetryMilliseconds, false);
    }
  }

  /** This version is dealt with; one that was seen while it was on offer still has to be. */
  #dismiss(candidate: Candidate, file: FileVersion): void {
    if (sameVersion(candidate.file, file)) this.#settling.drop(candidate);
  }

  async #finish(file: FileVersion): Promise<void> {
    // One at a time: a scan may find an original undone while it is being dealt with.
    if (this.#after.action === 'keep' || this.#finishing.has(file.path)) return;
    this.#finishing.add(file.path);
    try {
      const day = localDay(this.#clock.now());
      const outcome = await dealWithOriginal(this.#config.path, file, this.#after, day);
      if (outcome === 'done') this.#sink.finish(file.path);
    } catch (error) {
      // The image is safe; only tidying up failed. The next scan finds the file again and tries again.
      this.#log('warn', 'original-not-moved', { path: file.path, action: this.#after.action, error });
    } finally {
      this.#finishing.delete(file.path);
    }
  }

  #sayWatching(): void {
    this.#say('watching', this.#polling ? 'Watching (by looking regularly)' : 'Watching', '');
  }

  #say(state: SourceState, text: string, hint: string): void {
    if (state !== this.#state) this.#log('info', 'source-state', { state, text });
    this.#state = state;
    this.#text = text;
    this.#hint = hint;
  }

  #log(level: 'info' | 'warn', event: string, fields: Readonly<Record<string, unknown>>): void {
    this.#logger.log(level, event, { source: this.id, ...fields });
  }
}

function localDay(now: number): string {
  const date = new Date(now);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
