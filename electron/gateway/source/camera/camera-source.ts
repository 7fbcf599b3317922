import type { CameraSnapshot, FeatureValue, LiveFrame } from '../../../../shared/camera.ts';
import { message } from '../../../../shared/messages/message.ts';
import type { TriggerConfig } from '../../../../shared/source-config.ts';
import type { FrameSink } from '../../model/frame.ts';
import { GrowingDelay } from '../../platform/backoff.ts';
import type { Clock } from '../../platform/clock.ts';
import { sleep } from '../../platform/clock.ts';
import type { Files } from '../../platform/files.ts';
import type { Logger } from '../../platform/logger.ts';
import type { FrameSource, SourceStatus } from '../frame-source.ts';
import { Arrivals } from './arrivals.ts';
import {
  type CameraDevice,
  CameraError,
  type CameraFeatures,
  type CameraNote,
  type CameraSession,
} from './camera-device.ts';
import { type CameraSaid, cameraError, refusal, saidOf } from './camera-errors.ts';
import { CameraNotes } from './camera-notes.ts';
import type { RefusedSetting } from './camera-settings.ts';
import { CameraSettings } from './camera-settings.ts';
import { CameraTally } from './camera-tally.ts';
import type { OfferBounds } from './frame-offers.ts';
import { type LiveFrameMaker, LiveView } from './live-view.ts';
import { SettingsFile } from './saved-settings.ts';
import { SessionRun } from './session-run.ts';

export type CameraSourceOptions = {
  readonly id: string;
  readonly trigger: TriggerConfig;
  /** Ends the source after so many stored frames; left out: never. */
  readonly frames?: number | undefined;
  /** Settings of the configuration, in its order; set at each connection through the session's features. */
  readonly features: Readonly<Record<string, FeatureValue>>;
  readonly device: CameraDevice;
  readonly sink: FrameSink;
  readonly makeLiveFrame: LiveFrameMaker;
  /** PFNC name of a pixel format's code. */
  readonly nameOfFormat: (pixelFormat: number) => string;
  /** Where settings are saved, one file for each source. */
  readonly settingsFolder: string;
  readonly files: Files;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly bounds?: OfferBounds;
};

const testShotMilliseconds = 15_000;
/** Waits between attempts to connect. */
const connectBackoff = { first: 1_000, longest: 30_000 };

/**
 * A camera whose pictures become frames, for any device.
 *
 * What is guaranteed: whatever happens to the camera, it is connected again, for ever, with growing delay; a frame that
 * arrives is offered to the sink, or counted with its cause; memory is bounded however slow the sink is; while the sink
 * has no room the camera is stopped. `drained` is true only once the configured number of frames is stored: a camera
 * without such a number never is.
 */
export class CameraSource implements FrameSource {
  readonly id: string;
  readonly #options: CameraSourceOptions;
  readonly #tally: CameraTally;
  readonly #live: LiveView;
  readonly #arrivals: Arrivals;
  readonly #settings: CameraSettings;
  readonly #delay: GrowingDelay;
  readonly #abort = new AbortController();
  #now: { readonly session: CameraSession; readonly run: SessionRun } | null = null;
  #loop: Promise<void> | null = null;
  #said: CameraSaid = { state: 'starting', message: message('source-starting') };
  readonly #notes: CameraNotes;
  #sawFrame = false;

  constructor(options: CameraSourceOptions) {
    const { id, trigger, sink, clock, logger, bounds } = options;
    this.id = id;
    this.#options = options;
    this.#tally = new CameraTally({ trigger, clock, nameOfFormat: options.nameOfFormat });
    this.#notes = new CameraNotes((note) => this.#log('camera-note', note));
    this.#live = new LiveView(options.makeLiveFrame, clock, logger);
    this.#delay = new GrowingDelay(connectBackoff, options.random);
    this.#arrivals = new Arrivals({
      trigger,
      limit: options.frames ?? null,
      sink,
      clock,
      tally: this.#tally,
      live: this.#live,
      onChange: () => this.#now?.run.wake(),
      ...(bounds === undefined ? {} : { bounds }),
    });
    const file = new SettingsFile(options.settingsFolder, id, options.files);
    this.#settings = new CameraSettings({ configured: options.features, file, clock, now: () => this.#now });
  }

  start(): void {
    this.#loop ??= this.#supervise();
  }

  /** Lets the camera go and waits for the frames under way. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#loop;
    await this.#arrivals.settled();
  }

  status(): SourceStatus {
    const settling = this.#arrivals.underWay;
    const drained = this.#said.state === 'finished' && settling === 0;
    return { ...this.#said, settling, unmatchedSidecars: 0, drained, polling: false };
  }

  /** Address of the camera that this source controls now; null while it has none, or where nobody else could have it. */
  get holds(): string | null {
    return this.#options.device.holds?.() ?? null;
  }

  camera(): CameraSnapshot {
    return this.#tally.snapshot(this.#arrivals.finished, this.#arrivals.storeMilliseconds);
  }

  /** A camera has no files. */
  unmatchedSidecars(): readonly string[] {
    return [];
  }

  recheck(): void {}

  /**
   * Takes as many pictures as the trigger's burst. Resolves when all have arrived; rejects with words where this source
   * has no software trigger, the camera is not connected, or a picture did not come.
   * @param by who asked, `window`, `command` …: kept with the pictures
   */
  async trigger(by: string): Promise<void> {
    const { trigger } = this.#options;
    if (trigger.mode !== 'software') throw refusal('trigger', message('camera-not-on-demand'));
    const { shots } = this.#ready('trigger').run;
    if (shots === null) throw this.#refused('trigger');
    const { burst } = trigger;
    const kind = burst > 1 ? 'burst' : 'software';
    const asked = Array.from({ length: burst }, () =>
      shots.ask({ purpose: 'store', trigger: kind, triggeredBy: by.slice(0, 64) }),
    );
    const failed = (await Promise.allSettled(asked)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw refused(failed.reason, 'trigger');
  }

  /**
   * The next live picture with a number higher than `after`, null when none comes within a second. `testShot`: has the
   * camera take a picture that is shown and not stored; while it takes pictures by itself, the next of these is shown.
   */
  async liveFrame(after: number, testShot: boolean, signal: AbortSignal): Promise<LiveFrame | null> {
    if (!testShot) return this.#live.next(after, signal);
    const { run } = this.#ready('test-shot');
    if (this.#options.trigger.mode === 'hardware') throw refusal('test-shot', message('camera-by-input-only'));
    const test = this.#arrivals.nextTest();
    try {
      const asked = run.shots?.ask({ purpose: 'test', trigger: 'software', triggeredBy: '' });
      const patience = AbortSignal.any([signal, this.#abort.signal]);
      await Promise.race([asked ?? test.liveFrame, sleep(this.#options.clock, testShotMilliseconds, patience)]);
      return await Promise.race([
        test.liveFrame,
        sleep(this.#options.clock, testShotMilliseconds, patience).then(() => null),
      ]);
    } catch (error) {
      throw refused(error, 'test-shot');
    } finally {
      test.forget();
    }
  }

  /** JPEG of one of the newest live pictures; null for others. */
  livePicture(number: number): Uint8Array | null {
    return this.#live.picture(number);
  }

  /** The camera's settings; each rejects with words where it is not connected. */
  features(): CameraFeatures {
    const settings = this.#settings;
    return {
      list: () => settings.list().catch(rethrow('list-features')),
      set: (name, value) => settings.set(name, value).catch(rethrow('set-feature')),
      execute: (name) => settings.execute(name).catch(rethrow('run-command')),
    };
  }

  /** Keeps the camera's settings; they are set at each connection, before those of the configuration. */
  saveSettings(): Promise<number> {
    return this.#settings.save().catch(rethrow('save-settings'));
  }

  loadSettings(): Promise<{ readonly loaded: number; readonly failed: readonly RefusedSetting[] }> {
    return this.#settings.load().catch(rethrow('load-settings'));
  }

  async #supervise(): Promise<void> {
    const { signal } = this.#abort;
    this.#say({ state: 'connecting', message: message('camera-searching') });
    while (!signal.aborted) {
      try {
        await this.#session();
        if (this.#arrivals.finished) break;
      } catch (error) {
        if (signal.aborted || this.#arrivals.finished) break;
        const milliseconds = this.#delay.next();
        this.#say(this.#saidOf(error));
        this.#log('camera-trouble', { error, ...this.#said, againInMilliseconds: milliseconds });
        await sleep(this.#options.clock, milliseconds, signal);
      }
    }
    await this.#arrivals.settled();
    if (!this.#arrivals.finished) return;
    this.#say({ state: 'finished', message: message('camera-finished', { count: this.#tally.stored }) });
  }

  /** From the connection to its end. */
  async #session(): Promise<void> {
    const { device, trigger, sink, clock } = this.#options;
    const { signal } = this.#abort;
    const session = await device.connect(signal);
    try {
      this.#tally.connected(session.info, () => session.counters());
      this.#log('camera-connected', { ...session.info });
      this.#notes.begin(await this.#settings.prepare(session));
      this.#sawFrame = false;
      const run = new SessionRun({
        session,
        trigger,
        sink,
        arrivals: this.#arrivals,
        tally: this.#tally,
        clock,
        signal,
        says: {
          started: () => this.#sayStarted(),
          frame: () => this.#sayFrame(),
          noted: (note) => this.#sayNote(note),
          noRoom: (why) => this.#say({ state: 'blocked', ...why }),
          proven: () => this.#delay.reset(),
        },
      });
      this.#now = { session, run };
      await run.run();
    } finally {
      this.#now = null;
      await session.close();
      this.#tally.disconnected();
      this.#log('camera-disconnected', this.#tally.totals);
    }
  }

  /** A camera that was there and is not found again is lost, which says more than that there is none. */
  #saidOf(error: unknown): CameraSaid {
    const isGone = error instanceof CameraError && error.trouble === 'missing' && this.#tally.sessions > 0;
    return saidOf(isGone ? cameraError('lost') : error);
  }

  #sayStarted(): void {
    // A camera that was silent is believed only when a picture has come.
    if (this.#sawFrame || this.#said.state === 'silent') return;
    if (this.#isArmed) this.#sayReady();
    else this.#say({ state: 'connecting', message: message('camera-awaiting-first', { notes: this.#notes.besides }) });
  }

  #sayFrame(): void {
    if (this.#sawFrame && this.#said.state !== 'blocked') return;
    this.#sawFrame = true;
    this.#sayReady();
  }

  #sayReady(): void {
    const notes = this.#notes.besides;
    if (this.#isArmed) this.#say({ state: 'armed', message: message('camera-armed', { notes }) });
    else this.#say({ state: 'streaming', message: message('camera-taking-pictures', { notes }) });
  }

  /** A camera whose pictures can't be used is kept: it can be set otherwise, and the next picture that can is believed. */
  #sayNote(note: CameraNote): void {
    const isNew = this.#notes.take(note);
    if (note.isLoss) {
      this.#sawFrame = false;
      this.#say({ state: 'failed', message: note.message });
    } else if (isNew && this.#sawFrame) this.#sayReady();
  }

  get #isArmed(): boolean {
    const { mode } = this.#options.trigger;
    return mode === 'software' || mode === 'hardware';
  }

  #ready(operation: string): { readonly session: CameraSession; readonly run: SessionRun } {
    const now = this.#now;
    if (now === null || !now.run.isRunning) throw this.#refused(operation);
    return now;
  }

  /** In the words of the state that it is in. */
  #refused(operation: string): Error {
    const { state, message: said } = this.#said;
    const isComing = state === 'connecting' || state === 'starting';
    return refusal(operation, isComing ? message('camera-not-ready') : said);
  }

  #say(said: CameraSaid): void {
    if (said.state !== this.#said.state) this.#log('source-state', said);
    this.#said = said;
  }

  #log(event: string, fields: Readonly<Record<string, unknown>>): void {
    this.#options.logger.log('info', event, { source: this.id, ...fields });
  }
}

const rethrow =
  (operation: string) =>
  (error: unknown): never => {
    throw refused(error, operation);
  };

/** What the window can show: errors of the device become refusals that say the same. */
function refused(error: unknown, operation: string): Error {
  if (error instanceof CameraError) return refusal(operation, error.said, error.technical);
  return error instanceof Error ? error : new Error(String(error));
}
