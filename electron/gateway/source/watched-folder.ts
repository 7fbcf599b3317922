import { lstat, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { FolderSourceConfig } from '../../../shared/config.ts';
import type { FileSink, Verdict } from '../model/file-sink.ts';
import type { FileVersion } from '../model/image.ts';
import { type Clock, sleep } from '../platform/clock.ts';
import { describeCause, errnoCode } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { type AfterIngest, dealWithOriginal } from './after-ingest.ts';
import { fileFilter } from './file-filter.ts';
import { FolderEvents } from './folder-events.ts';
import { versionOf, walkFolder } from './folder-walk.ts';
import type { FrameSource, SourceState, SourceStatus } from './frame-source.ts';
import { isNetworkShare } from './network-share.ts';
import { type Candidate, Settling } from './settling.ts';

const tickMilliseconds = 25;
const offersAtOnce = 24;
/** The walk waits while more candidates than this are in memory, so that a folder of a million files does not fill it. */
const mostCandidates = 4_000;
const rootCheckMilliseconds = 1_000;
const roomRetryMilliseconds = 2_000;
/** New subfolders come in bursts: one scan for the burst. */
const newFolderScanMilliseconds = 500;

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
  readonly #filter;
  readonly #after: AfterIngest;
  readonly #settling: Settling;
  readonly #abort = new AbortController();
  readonly #offers = new Set<Promise<void>>();
  readonly #loops: Promise<void>[] = [];
  #state: SourceState = 'starting';
  #text = 'Starting';
  #hint = '';
  #polling = false;
  #scanned = false;
  #events: FolderEvents | null = null;
  #nextScanAt = 0;
  #blockedUntil = 0;

  constructor(config: FolderSourceConfig, sink: FileSink, clock: Clock, logger: Logger) {
    this.id = config.id;
    this.#config = config;
    this.#sink = sink;
    this.#clock = clock;
    this.#logger = logger;
    const archiveRoot = config.archivePath ?? join(config.path, '.acusight-archive');
    this.#after =
      config.afterIngest === 'archive' ? { action: 'archive', archiveRoot } : { action: config.afterIngest };
    this.#filter = fileFilter(config.include, [...config.exclude, ...archiveInside(config.path, archiveRoot)]);
    this.#settling = new Settling(config.settleMilliseconds);
  }

  start(): void {
    this.#loops.push(this.#scanLoop(), this.#offerLoop());
  }

  async stop(): Promise<void> {
    this.#abort.abort();
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
        await this.#closeEvents();
      } else if (present !== identity || this.#clock.monotonic() >= this.#nextScanAt) {
        // Another inode under the same name is another folder (a remount, or deleted and made again): watch it anew.
        if (present !== identity) await this.#openEvents();
        const { pollMilliseconds, rescanSeconds } = this.#config;
        this.#nextScanAt = Number.POSITIVE_INFINITY;
        if (await this.#scan(present !== identity && identity === '')) identity = present;
        this.#scanWithin(this.#polling ? pollMilliseconds : rescanSeconds * 1_000);
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
      if (facts.isDirectory()) return `${facts.dev}:${facts.ino}`;
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

  async #openEvents(): Promise<void> {
    await this.#closeEvents();
    const { path, polling } = this.#config;
    this.#polling = polling === 'always' || (polling === 'auto' && (await isNetworkShare(path)));
    if (this.#polling || this.#abort.signal.aborted) return;
    this.#events = new FolderEvents(path, this.#filter, {
      onFile: (changed) =>
        void this.#see(changed, 0).catch((error: unknown) =>
          this.#log('warn', 'event-failed', { path: changed, error }),
        ),
      onOverflow: () => this.#scanWithin(newFolderScanMilliseconds),
      onFailure: (error) => {
        // No more events to be had (out of inotify watches, for instance): scanning often replaces them.
        this.#log('warn', 'events-failed', { error });
        this.#polling = true;
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
    let files = 0;
    let unreadable = 0;
    try {
      for await (const finding of walkFolder(this.#config.path, this.#filter)) {
        if (this.#abort.signal.aborted) return false;
        if (finding.kind === 'file') {
          files += 1;
          this.#sort(finding.file, first ? Math.max(0, this.#clock.now() - finding.file.modifiedMs) : 0);
          while (this.#settling.waiting > mostCandidates && !this.#abort.signal.aborted)
            await sleep(this.#clock, tickMilliseconds);
        } else if (finding.kind === 'unusable') {
          if (this.#sink.status(finding.file) === 'new')
            this.#sink.refuse(finding.file, { ...finding, severity: 'refused' });
        } else {
          unreadable += 1;
          this.#sink.refuse(
            { path: `${finding.path}/`, bytes: 0, modifiedMs: 0 },
            {
              severity: 'refused',
              code: 'folder-unreadable',
              text: `This subfolder can’t be read (${finding.technical}).`,
              hint: 'Allow the gateway’s user to read it.',
            },
          );
        }
      }
      await this.#forgetGoneRefusals();
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
        unreadable,
        milliseconds: Math.round(this.#clock.monotonic() - began),
      });
    }
    this.#scanned = true;
    // A gateway without room stays blocked until it has taken a file again.
    if (this.#state !== 'blocked' || this.#settling.waiting === 0) this.#sayWatching();
    return true;
  }

  #sort(file: FileVersion, quietBefore: number): void {
    switch (this.#sink.status(file)) {
      case 'new':
        return this.#settling.see(file, this.#clock.monotonic(), quietBefore);
      case 'listed':
        return this.#settling.see(file, this.#clock.monotonic(), Number.POSITIVE_INFINITY);
      case 'stored':
        return this.#track(this.#finish(file));
      case 'finished':
      case 'refused':
        return;
    }
  }

  async #forgetGoneRefusals(): Promise<void> {
    for (const path of this.#sink.refusedPaths()) {
      if (this.#abort.signal.aborted) return;
      const gone = await lstat(join(this.#config.path, path)).then(
        () => false,
        (error: unknown) => errnoCode(error) === 'ENOENT',
      );
      if (gone) this.#sink.forgetRefusal(path);
    }
  }

  /** One file was named by an event or by a person. */
  async #see(path: string, quietBefore: number): Promise<void> {
    const file = await versionOf(this.#config.path, path);
    if (file === null) return;
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
      // With every place taken, go on as soon as one is free; else look again a little later.
      if (this.#offers.size >= offersAtOnce) await Promise.race(this.#offers);
      else await sleep(this.#clock, tickMilliseconds, signal);
    }
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#offers.delete(tracked));
    this.#offers.add(tracked);
  }

  async #step(candidate: Candidate): Promise<void> {
    try {
      const file = await versionOf(this.#config.path, candidate.path);
      const now = this.#clock.monotonic();
      if (file === null) return this.#settling.drop(candidate);
      if (file.bytes !== candidate.file.bytes || file.modifiedMs !== candidate.file.modifiedMs) {
        return this.#settling.changed(candidate, file, now);
      }
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
      case 'claimed':
        this.#settling.drop(candidate);
        return this.#finish(file);
      case 'shared':
        return this.#settling.drop(candidate);
      case 'refused':
        return this.#settling.drop(candidate);
      case 'not-yet':
        return this.#settling.again(candidate, now, verdict.milliseconds, verdict.why === 'unclaimed');
      case 'no-room':
        this.#say('blocked', verdict.text, verdict.hint);
        this.#blockedUntil = now + roomRetryMilliseconds;
        return this.#settling.again(candidate, now, roomRetryMilliseconds, false);
    }
  }

  async #finish(file: FileVersion): Promise<void> {
    if (this.#after.action === 'keep') return;
    try {
      const day = localDay(this.#clock.now());
      const outcome = await dealWithOriginal(this.#config.path, file, this.#after, day);
      if (outcome === 'done') this.#sink.finish(file.path);
    } catch (error) {
      // The image is safe; only tidying up failed. The next scan finds the file again and tries again.
      this.#log('warn', 'original-not-moved', { path: file.path, action: this.#after.action, error });
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

/** Patterns that keep an archive inside the watched folder from being collected again. */
function archiveInside(root: string, archiveRoot: string): string[] {
  const inside = relative(root, archiveRoot).split(sep).join('/');
  return inside === '' || inside === '..' || inside.startsWith('../') || isAbsolute(inside)
    ? []
    : [inside, `${inside}/**`];
}

function localDay(now: number): string {
  const date = new Date(now);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
