import { randomUUID } from 'node:crypto';
import { type Message, message } from '../../../shared/messages/message.ts';
import type { EncodeConfig } from '../../../shared/source-config.ts';
import {
  type CameraFrame,
  comesByItself,
  type EncodedPicture,
  type FrameSink,
  type FrameVerdict,
} from '../model/frame.ts';
import { type NewImage, noSidecar, type PictureFormat } from '../model/image.ts';
import { describeCause } from '../platform/errors.ts';
import { Mutex } from '../platform/mutex.ts';
import type { GatedFrames } from '../store/gated-frames.ts';
import { storeFailureOf } from './admission/store-failure.ts';
import type { Encoder } from './codec/encoder.ts';
import type { IntakeServices } from './file-intake.ts';
import { type FrameRefused, frameRefusals } from './frame-refusals.ts';
import { PayloadHeldError } from './image-batch.ts';
import { FrameNames, sha256Of } from './image-identity.ts';
import type { NearDuplicateFilter, Turn } from './near-duplicate/near-duplicate-filter.ts';
import { isSensibleTime, sensibleTime } from './picture/capture-time.ts';
import { inspectPicture } from './picture/inspect.ts';

/** What the intake of every camera shares. */
export type FrameServices = Pick<
  IntakeServices,
  'catalogue' | 'payloads' | 'commits' | 'admission' | 'clock' | 'logger' | 'onStored'
> & {
  readonly gated: Pick<GatedFrames, 'countFrame'>;
  readonly encoder: Pick<Encoder, 'encode'>;
};

export type FrameSettings = {
  readonly sourceId: string;
  readonly maxImageBytes: number;
  readonly maxPixels: number;
  readonly encode: EncodeConfig;
  /** Near-duplicates that came by themselves are counted and not stored; null: every frame is stored. */
  readonly filter: NearDuplicateFilter | null;
};

/** A frame as the file that is stored. */
type FrameFile = {
  readonly format: PictureFormat;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
};

type Place = ReturnType<Mutex['enter']>;

/** A camera that fails at each frame does not fill the log. */
const logAgainMilliseconds = 10_000;
const usualBytes = 1_000_000;

const resting = (why: Message): Message => message('camera-rests', { why });

/**
 * From a camera's frame to an image in the outbox: encode -> filter -> hash -> make durable -> commit. Frames are encoded
 * and written side by side, and committed in the order of their offers. A frame exists nowhere else: whatever keeps it
 * from the store is said in its verdict, so that the source counts it.
 */
export class FrameIntake implements FrameSink {
  readonly #services: FrameServices;
  readonly #settings: FrameSettings;
  readonly #order = new Mutex();
  readonly #names: FrameNames;
  #lastBytes = usualBytes;
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(services: FrameServices, settings: FrameSettings) {
    this.#services = services;
    this.#settings = settings;
    const { sourceId } = settings;
    this.#names = new FrameNames(sourceId, (stem) => services.catalogue.pictureByStem(sourceId, stem) !== null);
  }

  offer = async (frame: CameraFrame): Promise<FrameVerdict> => {
    // At once, and before anything is waited for: the order of the offers is that of the verdicts.
    const turn = this.#settings.filter?.enter() ?? null;
    const place = this.#order.enter();
    let stored = false;
    try {
      const file = await this.#fileOf(frame);
      const verdict = 'kind' in file ? file : await this.#take(frame, file, turn, place);
      stored = verdict.kind === 'stored';
      return verdict;
    } catch (error) {
      return this.#explain(error);
    } finally {
      place.leave();
      turn?.settle(stored);
    }
  };

  hasRoom: FrameSink['hasRoom'] = async () => {
    try {
      const { admission } = this.#services;
      // A quota may be smaller than the usual frame.
      const admitted = await admission.admit(Math.min(this.#lastBytes, admission.mostImageBytes));
      if (!admitted.ok) return { ok: false, message: resting(admitted.why) };
      admitted.done();
      return { ok: true };
    } catch (error) {
      return { ok: false, message: message('room-unknown', { technical: describeCause(error) }) };
    }
  };

  async #fileOf({
    picture,
  }: CameraFrame): Promise<FrameFile | FrameRefused | Extract<FrameVerdict, { kind: 'failed' }>> {
    const { maxPixels, encode } = this.#settings;
    if (picture.kind === 'encoded') return this.#fileOfCamera(picture);
    const { width, height } = picture;
    if (width * height > maxPixels) return frameRefusals.tooManyPixels(width, height, maxPixels);
    const reply = await this.#services.encoder.encode(picture, encode);
    switch (reply.kind) {
      case 'encoded':
        return { format: reply.format, bytes: reply.bytes, sha256: reply.sha256, width, height };
      case 'refused':
        return reply;
      case 'failed':
        this.#log('frame-not-encoded', reply.detail);
        return { kind: 'failed', message: message('frame-not-encoded', { technical: reply.detail }) };
    }
  }

  /** A picture that the camera made is stored as it is. */
  async #fileOfCamera({ data }: EncodedPicture): Promise<FrameFile | FrameRefused> {
    const { maxPixels } = this.#settings;
    const inspection = inspectPicture(data);
    if (inspection.kind !== 'complete') return frameRefusals.torn(inspection.detail);
    const { format, width, height } = inspection;
    if (width * height > maxPixels) return frameRefusals.tooManyPixels(width, height, maxPixels);
    // What is written to a file must not lie in memory that threads share: Electron 33 ends at that.
    const bytes = data.buffer instanceof ArrayBuffer ? data : data.slice();
    return { format, bytes, sha256: await sha256Of(bytes), width, height };
  }

  async #take(frame: CameraFrame, file: FrameFile, turn: Turn | null, place: Place): Promise<FrameVerdict> {
    const { admission, payloads, gated, clock } = this.#services;
    const { maxImageBytes, sourceId } = this.#settings;
    const { bytes, format, sha256 } = file;
    if (bytes.length > maxImageBytes) return frameRefusals.tooLarge(bytes.length, maxImageBytes);
    if (bytes.length > admission.mostImageBytes)
      return frameRefusals.tooLargeForStore(bytes.length, admission.mostImageBytes);
    const at = sensibleTime(frame.capturedAt, clock.now());
    const mustKeep = !comesByItself(frame.facts.trigger);
    if (turn !== null && (await turn.judge({ bytes, format, sha256, at, mustKeep })) === 'drop') {
      await gated.countFrame(sourceId, clock.now());
      return { kind: 'gated' };
    }
    this.#lastBytes = bytes.length;
    const admitted = await admission.admit(bytes.length);
    if (!admitted.ok) return { kind: 'no-room', message: resting(admitted.why) };
    try {
      const payload = await payloads.stage(sha256, format, bytes);
      await place.first;
      const imageId = await this.#commit(frame, file, at, payload, place).catch(async (error: unknown) => {
        if (!(error instanceof PayloadHeldError)) throw error;
        // It exists nowhere else: once more, as another file that nobody holds.
        return this.#commit(frame, file, at, await payloads.stage(sha256, format, bytes), place);
      });
      admission.reportSuccess();
      return { kind: 'stored', imageId };
    } finally {
      admitted.done();
    }
  }

  async #commit(
    frame: CameraFrame,
    { bytes, ...file }: FrameFile,
    capturedAt: number,
    payload: Awaited<ReturnType<IntakeServices['payloads']['stage']>>,
    place: Place,
  ): Promise<string> {
    const { commits, payloads, onStored } = this.#services;
    const imageId = randomUUID();
    const { facts } = frame;
    const capturedFrom = isSensibleTime(frame.capturedAt, this.#services.clock.now()) ? frame.capturedFrom : 'arrival';
    const { name, release } = this.#names.take({ ...file, ...facts, capturedAt, imageId });
    const image: NewImage = {
      imageId,
      sourceId: this.#settings.sourceId,
      origin: { kind: 'camera', facts },
      filename: name,
      ...file,
      bytes: bytes.length,
      capturedAt,
      captureOffsetMinutes: null,
      capturedFrom,
      content: noSidecar,
    };
    try {
      const committed = commits.commit(image, payload);
      // What is in the group goes in this order: the next may join it.
      place.leave();
      const { seq } = await committed;
      onStored(image, seq);
      return imageId;
    } catch (error) {
      await payloads.discard(payload);
      throw error;
    } finally {
      release();
    }
  }

  #explain(error: unknown): FrameVerdict {
    const failure = storeFailureOf(error, this.#services.admission.takesNothingMore);
    if (failure === null) {
      const technical = describeCause(error);
      this.#log('frame-failed', technical);
      return { kind: 'failed', message: message('frame-failed', { technical }) };
    }
    const { kind, technical } = failure;
    if (kind !== 'held') this.#services.admission.reportFailure(kind);
    this.#log('store-failed', technical);
    return {
      kind: 'failed',
      message: message('frame-lost', { why: message('store-failed', { context: kind, technical }) }),
    };
  }

  #log(event: string, technical: string): void {
    const { clock, logger } = this.#services;
    const now = clock.monotonic();
    if (now - this.#loggedAt < logAgainMilliseconds) return;
    this.#loggedAt = now;
    logger.log('error', event, { source: this.#settings.sourceId, technical });
  }
}
