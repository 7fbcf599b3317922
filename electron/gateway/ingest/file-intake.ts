import { type Message, message } from '../../../shared/messages/message.ts';
import type { FileOffer, FileReading, FileRegistry, FileSink, Reason, Verdict } from '../model/file-sink.ts';
import type { NewImage } from '../model/image.ts';
import type { Clock } from '../platform/clock.ts';
import { describeCause, errnoCode } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { baseName, pngName } from '../platform/names.ts';
import type { GatedFrames } from '../store/gated-frames.ts';
import type { ImageQueries } from '../store/image-queries.ts';
import type { KnownPictures } from '../store/known-pictures.ts';
import type { Losses } from '../store/ledger/losses.ts';
import type { PayloadStore, StagedPayload } from '../store/payloads/payload-store.ts';
import type { RecentPayloads } from '../store/payloads/recent-payloads.ts';
import type { SourceFiles } from '../store/source-files.ts';
import type { Admission } from './admission/admission.ts';
import type { ByteBudget } from './admission/memory-budget.ts';
import { ourLimits, storeFailureOf } from './admission/store-failure.ts';
import { captureOf } from './capture.ts';
import type { FileReader } from './file-reader.ts';
import type { ImageBatch } from './image-batch.ts';
import { imageIdOf } from './image-identity.ts';
import { KnownFiles } from './known-files.ts';
import { LabelOrder } from './label-order.ts';
import { FilterPassage } from './near-duplicate/filter-passage.ts';
import type { NearDuplicateFilter, Turn } from './near-duplicate/near-duplicate-filter.ts';
import { OriginalFailure, ofOriginal, readHead } from './original.ts';
import { claimsToBePicture, isDatasetFile, mayBecomePicture } from './other-files.ts';
import { inspectFile, sniffFile } from './picture/inspect-file.ts';
import { looksWhole } from './picture/quick-look.ts';
import { type PictureLabel, PictureLabels } from './picture-labels.ts';
import type { PictureLane } from './picture-lane.ts';
import type { FilePicture, PictureReader } from './picture-reader.ts';
import { refusalReasons } from './refusal-reasons.ts';
import { isSidecarName, SidecarFinder } from './sidecar/finder.ts';
import { LateSidecars } from './sidecar/late-sidecars.ts';
import { SourceFileRegistry } from './source-file-registry.ts';

/** What the intake of every source shares. */
export type IntakeServices = {
  readonly files: SourceFiles;
  readonly catalogue: ImageQueries;
  readonly payloads: PayloadStore;
  readonly commits: ImageBatch;
  readonly gated: Pick<GatedFrames, 'count'>;
  readonly losses: Pick<Losses, 'count' | 'show'>;
  readonly known: KnownPictures;
  readonly admission: Admission;
  readonly memory: ByteBudget;
  readonly recent: Pick<RecentPayloads, 'put'>;
  readonly pictures: PictureReader;
  /** For files that are stored in another format, which takes memory and time. */
  readonly conversions: PictureLane;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onStored: (image: NewImage, seq: number) => void;
};

/** Of one source. */
export type IntakeSettings = {
  readonly sourceId: string;
  readonly root: string;
  readonly reader: Pick<FileReader, 'read' | 'readSmall' | 'liesOnShare'>;
  readonly maxImageBytes: number;
  readonly sidecarWaitMilliseconds: number;
  readonly incompleteMilliseconds: number;
  readonly settleMilliseconds: number;
  /** Originals are neither archived nor deleted. */
  readonly originalsStay: boolean;
  /** What was taken before under another name or time is stored and sent again. */
  readonly knownAreSent: boolean;
  /** Near-duplicates are counted and not stored; null: every frame is stored. */
  readonly filter: NearDuplicateFilter | null;
};

const isConvertedName = /\.(?:bmp|dib|tiff?|webp)$/i;
const lookAgainMilliseconds = 400;
const changedMeanwhile: Verdict = { kind: 'not-yet', why: 'changed', milliseconds: lookAgainMilliseconds };
const lookAgainRarelyMilliseconds = 5_000;
const lockedMilliseconds = 2_000;
/** With so many pictures under way, one look at their folder serves them all. */
const burst = 8;
const burstListingMilliseconds = 250;

/**
 * From a file that has become quiet to an image in the outbox: read -> inspect -> find its sidecar -> hash -> make
 * durable -> commit. Every way out is either an image, "not yet", or a reason that is listed; none is silent. A picture
 * waits for nothing once it is quiet and whole: the next one may take its name at any instant.
 */
export class FileIntake implements FileSink, FileReading {
  readonly registry: FileRegistry;
  readonly #services: IntakeServices;
  readonly #settings: IntakeSettings;
  readonly #labels: PictureLabels;
  readonly #late: LateSidecars;
  readonly #passage: FilterPassage;
  readonly #known: KnownFiles;
  #underWay = 0;

  constructor(services: IntakeServices, settings: IntakeSettings) {
    this.#services = services;
    this.#settings = settings;
    this.registry = new SourceFileRegistry(services, settings);
    const finder = new SidecarFinder(settings.root, Date.now, settings.reader);
    const order = new LabelOrder(settings.sidecarWaitMilliseconds);
    this.#labels = new PictureLabels({ ...services, ...settings, finder, order });
    this.#late = new LateSidecars({ ...services, labels: this.#labels, order }, settings, finder);
    this.#passage = new FilterPassage(services, settings, finder);
    this.#known = new KnownFiles(services, settings);
  }

  liesOnShare = (isShare: boolean): void => this.#settings.reader.liesOnShare(isShare);
  comesAfter = isSidecarName;

  lookEarly: FileReading['lookEarly'] = async (absolutePath, file, mayRead) => {
    if (!mayRead) return { whole: await looksWhole(absolutePath), bytes: null };
    const read = await this.#settings.reader.read({ absolutePath, file }).catch(() => null);
    if (read === null) return { whole: null, bytes: null };
    const whole = inspectFile(read.bytes).kind === 'complete';
    // Not given back where it is kept: it stays until the file is quiet.
    if (!whole) read.free();
    return { whole, bytes: whole ? read.bytes : null };
  };

  offer = async (offer: FileOffer): Promise<Verdict> => {
    const { maxImageBytes, filter } = this.#settings;
    // What was read of another version must never pass for this one.
    if (offer.bytes !== undefined && offer.bytes.length !== offer.file.bytes) return changedMeanwhile;
    // At once, and before anything is waited for: the filter judges frames in the order of their offers.
    const turn = filter?.enter() ?? null;
    let stored = false;
    this.#underWay += 1;
    try {
      if (offer.file.bytes > maxImageBytes) return await this.#turnAwayLarge(offer);
      const { memory, conversions } = this.#services;
      const { bytes } = offer;
      const hold = (work: () => Promise<Verdict>): Promise<Verdict> => memory.hold(offer.file.bytes, work);
      const take = (): Promise<Verdict> =>
        bytes === undefined ? this.#read(offer, turn) : this.#take({ offer, turn, bytes, lastSeenAt: 0 });
      // By its name only who waits for whom is decided: many conversions must not hold the memory that others need. Where
      // each waits for the turn of the one before, memory goes in that order too, or they would wait for each other.
      const isConverted = isConvertedName.test(offer.file.path);
      const verdict = await (!isConverted
        ? hold(take)
        : filter === null
          ? conversions.run(() => hold(take))
          : hold(() => conversions.run(take)));
      stored = verdict.kind === 'stored';
      return verdict;
    } catch (error) {
      if (error instanceof OriginalFailure) return this.#awaitOriginal(offer, error.cause);
      return this.#explainStore(offer, error);
    } finally {
      this.#underWay -= 1;
      turn?.settle(stored);
    }
  };

  async #read(offer: FileOffer, turn: Turn | null): Promise<Verdict> {
    const lastSeenAt = this.#services.clock.now();
    const read = await ofOriginal(this.#settings.reader.read(offer));
    if (read === null) return changedMeanwhile;
    let isHandedOver = false;
    const onStored = (sha256: string): void => {
      isHandedOver = read.memory !== undefined && this.#services.recent.put(sha256, read.memory);
    };
    try {
      return await this.#take({ offer, turn, bytes: read.bytes, sha256: read.sha256, lastSeenAt, onStored });
    } finally {
      if (!isHandedOver) read.free();
    }
  }

  async #take(taking: Taking): Promise<Verdict> {
    const { offer, bytes, sha256 } = taking;
    const format = sniffFile(bytes);
    if (format === null && isSidecarName(offer.file.path)) return this.#late.consider(offer);
    const isFinal = offer.quietMilliseconds >= this.#settings.incompleteMilliseconds;
    const reading = await this.#services.pictures.read(bytes, isFinal, sha256);
    switch (reading.kind) {
      case 'wait':
        if (format === null && !mayBecomePicture(offer.file.path))
          return this.#turnAwayOther(offer, bytes, detailOf(bytes));
        return this.#awaitRest(
          offer,
          reading.reason,
          reading.isCostly ? lookAgainRarelyMilliseconds : lookAgainMilliseconds,
        );
      case 'refused':
        return format === null
          ? this.#turnAwayOther(offer, bytes, detailOf(bytes))
          : this.#turnAway(offer, reading.reason);
      case 'stopped':
        return { kind: 'not-yet', why: 'incomplete', milliseconds: lookAgainMilliseconds };
      case 'picture':
        return this.#takePicture(taking, reading.picture);
    }
  }

  async #takePicture(taking: Taking, picture: FilePicture): Promise<Verdict> {
    const { offer, turn, bytes: file, onStored } = taking;
    const { admission, payloads } = this.#services;
    const { bytes } = picture;
    if (bytes.length > admission.mostImageBytes) {
      return this.#turnAway(offer, refusalReasons.tooLargeForStore(bytes.length, admission.mostImageBytes));
    }
    const label = await this.#labelOf(taking, picture);
    const image = this.#describe(offer, file, picture, label);
    const known = await this.#known.recognise(offer, image);
    if (known === 'same') return { kind: 'stored' };
    if (known === 'known') return { kind: 'known' };
    const verdict = turn === null ? null : await this.#passage.pass(turn, offer, bytes, image);
    if (verdict !== null) return verdict;
    const admitted = await admission.admit(bytes.length);
    if (!admitted.ok) return noRoom(admitted.why);
    try {
      const payload = await payloads.stage(image.sha256, image.format, bytes);
      const seq = await this.#commit(image, payload);
      if (label.early !== undefined) this.#labels.expect(seq, label.early);
      admission.reportSuccess();
      if (bytes === file) onStored?.(image.sha256);
      return { kind: 'stored', label: label.file?.path };
    } finally {
      admitted.done();
    }
  }

  async #commit(image: NewImage, payload: StagedPayload): Promise<number> {
    const { commits, payloads, onStored } = this.#services;
    try {
      const { seq, isNew } = await commits.commit(image, payload);
      if (isNew) onStored(image, seq);
      return seq;
    } catch (error) {
      await payloads.discard(payload);
      throw error;
    }
  }

  #describe(offer: FileOffer, bytes: Uint8Array, picture: FilePicture, label: PictureLabel): NewImage {
    const { sourceId } = this.#settings;
    const { file, original, notes } = picture;
    const filename = baseName(offer.file.path);
    const { note, ...capture } = captureOf(bytes, file.format, offer.file.modifiedMs, this.#services.clock.now());
    return {
      imageId: imageIdOf(sourceId, offer.file, file.sha256),
      sourceId,
      origin: { kind: 'file', file: offer.file, originalStays: this.#settings.originalsStay },
      filename: original === null ? filename : pngName(filename),
      sha256: picture.sha256,
      bytes: picture.bytes.length,
      format: picture.format,
      width: picture.width,
      height: picture.height,
      orientation: picture.orientation,
      ...(original === null ? {} : { original: { ...original, filename } }),
      notes: note === null ? notes : [...notes, note],
      ...capture,
      content: label.content,
      sidecarFile: label.file,
      holdMilliseconds: label.holdMilliseconds === 0 ? undefined : label.holdMilliseconds,
    };
  }

  #labelOf({ offer, lastSeenAt }: Taking, { width, height, orientation }: FilePicture): Promise<PictureLabel> {
    // Never older than the picture itself: a sidecar that was there before it is always found.
    const maxAge = this.#underWay < burst ? 0 : Math.min(burstListingMilliseconds, offer.quietMilliseconds);
    const facts = { filename: baseName(offer.file.path), width, height, orientation };
    return this.#labels.labelOf(offer, facts, lastSeenAt, maxAge);
  }

  /** More of the file may still come; after the source's patience it is listed with the reason. */
  #awaitRest(offer: FileOffer, reason: Reason, milliseconds: number): Verdict {
    if (offer.quietMilliseconds >= this.#settings.incompleteMilliseconds) return this.#turnAway(offer, reason);
    return { kind: 'not-yet', why: 'incomplete', milliseconds };
  }

  #turnAway(offer: FileOffer, reason: Reason): Verdict {
    this.registry.refuse(offer.file, reason);
    return { kind: 'refused' };
  }

  async #turnAwayLarge(offer: FileOffer): Promise<Verdict> {
    const head = await ofOriginal(readHead(offer.absolutePath));
    const format = sniffFile(head);
    if (format === null && isSidecarName(offer.file.path)) return this.#late.consider(offer);
    if (format === null) return this.#turnAwayOther(offer, head, detailOf(head));
    return this.#turnAway(offer, refusalReasons.tooLarge(offer.file.bytes, this.#settings.maxImageBytes, format));
  }

  /** No picture. What claims to be one is refused; what labelling tools leave beside pictures is left without a word. */
  #turnAwayOther(offer: FileOffer, head: Buffer, detail: Message): Verdict {
    const { path } = offer.file;
    if (claimsToBePicture(path, head)) return this.#turnAway(offer, refusalReasons.notAPicture(detail));
    if (!isDatasetFile(path)) return this.#turnAway(offer, refusalReasons.notForUs(detail));
    this.registry.forgetRefusal(path);
    this.#services.files.settle(this.#settings.sourceId, offer.file, true);
    return { kind: 'shared' };
  }

  /** The file can't be read: its own trouble, or that of the disk or share it lies on. */
  #awaitOriginal(offer: FileOffer, error: unknown): Verdict {
    const code = errnoCode(error);
    if (code === null || ourLimits.has(code)) throw error;
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(code)) {
      return { kind: 'not-yet', why: 'changed', milliseconds: lookAgainMilliseconds };
    }
    if (offer.quietMilliseconds < this.#settings.incompleteMilliseconds) {
      return { kind: 'not-yet', why: 'busy', milliseconds: lockedMilliseconds };
    }
    return this.#turnAway(offer, refusalReasons.locked(describeCause(error)));
  }

  /** The picture is good and could not be stored: nothing can be until the data folder's disk works again. */
  #explainStore(offer: FileOffer, error: unknown): Verdict {
    const { admission, logger } = this.#services;
    const failure = storeFailureOf(error, admission.takesNothingMore);
    if (failure === null) throw error;
    const { kind, technical } = failure;
    if (kind !== 'held') admission.reportFailure(kind);
    logger.log('error', 'store-failed', { source: this.#settings.sourceId, path: offer.file.path, technical });
    return noRoom(message('store-failed', { context: kind, technical }));
  }
}

const noRoom = (why: Message): Verdict => ({ kind: 'no-room', message: message('files-wait', { why }) });

/** Of what is no picture by its first bytes. */
function detailOf(bytes: Buffer): Message {
  const inspection = inspectFile(bytes);
  return inspection.kind === 'complete' ? message('file-holds', { context: 'unknown' }) : inspection.detail;
}

/** A file whose content is in memory, on its way into the store. */
type Taking = {
  readonly offer: FileOffer;
  readonly turn: Turn | null;
  readonly bytes: Buffer;
  /** Of the bytes, where it is known already. */
  readonly sha256?: string | undefined;
  /** When the file surely lay there in this version, milliseconds since the epoch; 0: it may be gone. */
  readonly lastSeenAt: number;
  /** The bytes themselves are in the store now, under their hash. */
  readonly onStored?: (sha256: string) => void;
};
