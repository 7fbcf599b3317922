import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Orientation } from '../../../../shared/picture.ts';
import type { PictureFormat } from '../../model/image.ts';
import { type Clock, sleep } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { WakeSignal } from '../../platform/wake-signal.ts';
import type { ImageQueries, StoredPicture } from '../../store/image-queries.ts';
import type { PayloadStore } from '../../store/payloads/payload-store.ts';
import { previewPathOf } from '../../store/payloads/preview-store.ts';
import { PreviewDemands } from '../preview-demands.ts';
import type { CheckReply } from './decoder.ts';
import { Decoder } from './decoder.ts';

export type CheckerOptions = {
  /** The decode worker's script. */
  readonly workerPath: string;
  readonly previewRoot: string;
  readonly catalogue: ImageQueries;
  readonly payloads: PayloadStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether frames are coming in or going out now: the check then takes only a share of the time. */
  readonly busy: () => boolean;
  readonly onChange: () => void;
};

/** A check that takes longer counts as stuck. It is long, because other work goes first on a busy PC. */
const decodeLimitMilliseconds = 180_000;
const idleMilliseconds = 1_000;
/** While the gateway is busy, rest so many times as long as a check took. */
const restWhileBusy = 8;
const leastRestWhileBusy = 150;
/** A burst has the processor to itself, a program that has just started most of all; it is over once all is quiet. */
const [longestBurstMilliseconds, quietMilliseconds] = [15_000, 250];

type Verdict = { readonly kind: CheckReply['kind']; readonly detail: string };

/** Looks through stored pictures in the background, newest first, and makes their previews; on demand at once. */
export class PictureChecker {
  readonly #options: CheckerOptions;
  readonly #wake: WakeSignal;
  readonly #abort = new AbortController();
  readonly #decoder: Decoder;
  readonly #demands: PreviewDemands;
  #run: Promise<void> | null = null;
  #busySince: number | null = null;
  #quietSince = 0;
  #lastBegan = 0;

  constructor(options: CheckerOptions) {
    this.#options = options;
    this.#wake = new WakeSignal(options.clock);
    this.#decoder = new Decoder(options.workerPath, options.clock, decodeLimitMilliseconds, true);
    this.#demands = new PreviewDemands(async (picture) =>
      (await this.#check(picture)).kind === 'sound' ? this.previewPath(picture.sha256) : null,
    );
  }

  start(): void {
    this.#lastBegan = this.#options.clock.monotonic();
    this.#run ??= this.#loop();
  }

  wake(): void {
    this.#wake.notify();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#wake.notify();
    this.#demands.giveUp();
    await this.#decoder.stop();
    await this.#run;
  }

  previewPath(sha256: string): string {
    return previewPathOf(this.#options.previewRoot, sha256);
  }

  /**
   * The preview's path, made now if it is not there yet; null where the picture can't be decoded or is gone, and where
   * newer ones have taken its turn. `isLooked`: it is what somebody looks at, and no small picture in a list.
   */
  async preview(
    sha256: string,
    format: PictureFormat,
    orientation: Orientation = 1,
    isLooked = false,
  ): Promise<string | null> {
    const path = this.previewPath(sha256);
    if (await exists(path)) return path;
    if (this.#abort.signal.aborted) return null;
    return this.#demands.ask({ sha256, format, orientation }, isLooked);
  }

  async #loop(): Promise<void> {
    const { catalogue, clock, busy, logger } = this.#options;
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        if (this.#isBurst() || this.#isDemanded()) {
          await sleep(clock, quietMilliseconds, signal);
          continue;
        }
        const next = catalogue.nextUnchecked();
        if (next === null) {
          await this.#rest(idleMilliseconds);
          continue;
        }
        const began = clock.monotonic();
        this.#lastBegan = began;
        await this.#check(next);
        const took = clock.monotonic() - began;
        if (busy()) await sleep(clock, Math.max(leastRestWhileBusy, took * restWhileBusy), signal);
      } catch (error) {
        if (signal.aborted) return;
        logger.log('warn', 'check-failed', { error });
        await sleep(clock, idleMilliseconds, signal);
      }
    }
  }

  #isBurst(): boolean {
    const now = this.#options.clock.monotonic();
    if (this.#options.busy()) {
      this.#busySince ??= now;
      this.#quietSince = now;
    } else if (now - this.#quietSince >= quietMilliseconds) this.#busySince = null;
    return this.#busySince !== null && now - this.#busySince < longestBurstMilliseconds;
  }

  /** Whoever waits for a preview comes first; a line that is looked at day and night is looked through all the same. */
  #isDemanded(): boolean {
    return !this.#demands.isIdle && this.#options.clock.monotonic() - this.#lastBegan < longestBurstMilliseconds;
  }

  async #rest(milliseconds: number): Promise<void> {
    if (!this.#abort.signal.aborted) await this.#wake.sleep(milliseconds);
  }

  async #check({ sha256, format, orientation }: StoredPicture): Promise<Verdict> {
    const { payloads, catalogue, onChange, logger } = this.#options;
    const previewPath = this.previewPath(sha256);
    await mkdir(dirname(previewPath), { recursive: true, mode: 0o700 });
    const reply = await this.#decoder.ask({
      kind: 'check',
      path: payloads.pathOf(sha256, format),
      format,
      orientation,
      previewPath,
    });
    if (this.#abort.signal.aborted) return { kind: 'uncheckable', detail: '' };
    const verdict: Verdict = { kind: reply.kind, detail: 'detail' in reply ? reply.detail : '' };
    catalogue.recordCheck(sha256, verdict.kind, verdict.detail);
    if (verdict.kind === 'damaged') logger.log('warn', 'picture-damaged', { sha256, detail: verdict.detail });
    onChange();
    return verdict;
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
