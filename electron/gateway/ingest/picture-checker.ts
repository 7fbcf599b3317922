import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { PictureFormat } from '../model/image.ts';
import { Bell } from '../platform/bell.ts';
import { type Clock, sleep } from '../platform/clock.ts';
import { describeCause } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { PayloadStore } from '../store/payload-store.ts';
import type { DecodeReply, DecodeRequest } from './decode-protocol.ts';

export type CheckerOptions = {
  /** The decode worker's script. */
  readonly workerPath: string;
  readonly previewRoot: string;
  readonly catalogue: Catalogue;
  readonly payloads: PayloadStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether frames are coming in or going out now: the check then takes only a share of the time. */
  readonly busy: () => boolean;
  readonly onChange: () => void;
};

const decodeLimitMilliseconds = 30_000;
const idleMilliseconds = 1_000;
/** While the gateway is busy, rest so many times as long as a check took. */
const restWhileBusy = 8;
const leastRestWhileBusy = 150;

type Verdict = { readonly kind: DecodeReply['kind']; readonly detail: string };

/** Looks through stored pictures in the background, newest first, and makes their previews; on demand at once. */
export class PictureChecker {
  readonly #options: CheckerOptions;
  readonly #bell: Bell;
  readonly #abort = new AbortController();
  readonly #waiting = new Map<number, (reply: DecodeReply) => void>();
  readonly #demands = new Map<string, Promise<string | null>>();
  #worker: Worker | null = null;
  #nextId = 1;
  #turn: Promise<unknown> = Promise.resolve();
  #run: Promise<void> | null = null;

  constructor(options: CheckerOptions) {
    this.#options = options;
    this.#bell = new Bell(options.clock);
  }

  start(): void {
    this.#run ??= this.#loop();
  }

  wake(): void {
    this.#bell.ring();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#bell.ring();
    await this.#dropWorker('stopped');
    await this.#turn;
    await this.#run;
  }

  previewPath(sha256: string): string {
    return join(this.#options.previewRoot, sha256.slice(0, 2), `${sha256}.jpg`);
  }

  /** The preview's path, made now if it is not there yet; null where the picture can't be decoded or is gone. */
  async preview(sha256: string, format: PictureFormat): Promise<string | null> {
    const path = this.previewPath(sha256);
    if (await exists(path)) return path;
    const running = this.#demands.get(sha256);
    if (running !== undefined) return running;
    const demand = this.#check(sha256, format)
      .then((verdict) => (verdict.kind === 'sound' ? path : null))
      .finally(() => this.#demands.delete(sha256));
    this.#demands.set(sha256, demand);
    return demand;
  }

  async #loop(): Promise<void> {
    const { catalogue, clock, busy, logger } = this.#options;
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        const next = catalogue.nextUnchecked();
        if (next === null) {
          await this.#rest(idleMilliseconds);
          continue;
        }
        const began = clock.monotonic();
        await this.#check(next.sha256, next.format);
        const took = clock.monotonic() - began;
        if (busy()) await sleep(clock, Math.max(leastRestWhileBusy, took * restWhileBusy), signal);
      } catch (error) {
        if (signal.aborted) return;
        logger.log('warn', 'check-failed', { error });
        await sleep(clock, idleMilliseconds, signal);
      }
    }
  }

  async #rest(milliseconds: number): Promise<void> {
    if (!this.#abort.signal.aborted) await this.#bell.sleep(milliseconds);
  }

  async #check(sha256: string, format: PictureFormat): Promise<Verdict> {
    const { payloads, catalogue, onChange, logger } = this.#options;
    const previewPath = this.previewPath(sha256);
    await mkdir(dirname(previewPath), { recursive: true });
    const reply = await this.#decode({ path: payloads.pathOf(sha256, format), format, previewPath });
    if (this.#abort.signal.aborted) return { kind: 'uncheckable', detail: '' };
    const verdict: Verdict = { kind: reply.kind, detail: 'detail' in reply ? reply.detail : '' };
    catalogue.recordCheck(sha256, verdict.kind, verdict.detail);
    if (verdict.kind === 'damaged') logger.log('warn', 'picture-damaged', { sha256, detail: verdict.detail });
    onChange();
    return verdict;
  }

  /** One picture at a time: one that takes too long or ends the worker must condemn no other. */
  #decode(request: Omit<DecodeRequest, 'id'>): Promise<DecodeReply> {
    const reply = this.#turn.then(() => this.#decodeNow(request));
    this.#turn = reply.catch(() => undefined);
    return reply;
  }

  #decodeNow(request: Omit<DecodeRequest, 'id'>): Promise<DecodeReply> {
    const id = this.#nextId++;
    if (this.#abort.signal.aborted) return Promise.resolve({ id, kind: 'uncheckable', detail: 'stopped' });
    const worker = this.#liveWorker();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(decodeLimitMilliseconds, () => {
        void this.#dropWorker('decoding took too long');
      });
      this.#waiting.set(id, (reply) => {
        cancel();
        resolve(reply);
      });
      worker.postMessage({ id, ...request } satisfies DecodeRequest);
    });
  }

  #liveWorker(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(this.#options.workerPath, { stdout: true, stderr: true });
    worker.on('message', (reply: DecodeReply) => {
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    });
    worker.on('error', (error) => this.#gone(worker, describeCause(error)));
    worker.on('exit', () => this.#gone(worker, 'the decoder ended'));
    // Nothing of what the decoder prints is for the terminal; the streams must be read all the same.
    worker.stdout.resume();
    worker.stderr.resume();
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  async #dropWorker(reason: string): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    this.#gone(worker, reason);
    await worker.terminate();
  }

  /** A worker that ended leaves its pictures uncheckable, so that one hostile picture is not tried for ever. */
  #gone(worker: Worker, detail: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const [id, answer] of [...this.#waiting]) {
      this.#waiting.delete(id);
      answer({ id, kind: 'uncheckable', detail });
    }
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
