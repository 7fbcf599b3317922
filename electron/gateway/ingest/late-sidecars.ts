import type { FileOffer, Verdict } from '../model/file-sink.ts';
import { type FileVersion, sameVersion } from '../model/file-version.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Catalogue, SidecarTarget } from '../store/catalogue.ts';
import type { SourceFiles } from '../store/source-files.ts';
import type { LabelOrder } from './label-order.ts';
import { type PictureLabels, versionAt } from './picture-labels.ts';
import { refusalReasons } from './refusal-reasons.ts';
import { isClassListName, isSharedSidecarName, picturesOfSidecar, type SidecarFinder } from './sidecar/finder.ts';
import { contentOf } from './sidecar-content.ts';

export type LateSidecarServices = {
  readonly files: SourceFiles;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly labels: PictureLabels;
  readonly order: LabelOrder;
};

export type LateSidecarSettings = { readonly sourceId: string; readonly root: string; readonly originalsStay: boolean };

const lookAgainMilliseconds = 500;
/** So long a sidecar may wait for its picture before it is listed. */
const patienceMilliseconds = 60_000;
const attachedAtOnce = 500;

/**
 * Sidecar files as the source meets them. Most were read with their picture already; one that comes after its picture
 * but before delivery is attached; one that comes too late, has no picture, or can't be read, is listed and left alone.
 *
 * Many cameras use the same names again. So a sidecar belongs to the stored picture only while no other file lies under
 * the picture's name; and once the original is gone, annotations that were read are not replaced: the next ones of that
 * name are for the next picture.
 */
export class LateSidecars {
  readonly #services: LateSidecarServices;
  readonly #sourceId: string;
  readonly #root: string;
  readonly #originalsStay: boolean;
  readonly #finder: SidecarFinder;

  constructor(
    services: LateSidecarServices,
    { sourceId, root, originalsStay }: LateSidecarSettings,
    finder: SidecarFinder,
  ) {
    this.#services = services;
    this.#sourceId = sourceId;
    this.#root = root;
    this.#originalsStay = originalsStay;
    this.#finder = finder;
  }

  async consider(offer: FileOffer): Promise<Verdict> {
    const { files, catalogue, labels } = this.#services;
    const { file } = offer;
    if (isClassListName(file.path) || isSharedSidecarName(file.path)) {
      if (isSharedSidecarName(file.path)) await this.#attachShared(file.path);
      files.settle(this.#sourceId, file, true);
      return { kind: 'shared' };
    }
    // Its picture was a near-duplicate, and it was dealt with together with it.
    const status = files.status(this.#sourceId, file);
    if (status === 'stored' || status === 'finished') return { kind: 'claimed' };
    const early = labels.confirm(file);
    if (early === 'busy') return { kind: 'not-yet', why: 'busy', milliseconds: lookAgainMilliseconds };
    if (early === 'attached') {
      files.settle(this.#sourceId, file, this.#originalsStay);
      return { kind: 'claimed' };
    }
    const picture = picturesOfSidecar(file.path)
      .map((stem) => catalogue.pictureByStem(this.#sourceId, stem))
      .find((found) => found !== null);
    if (picture === null || picture === undefined) return this.#unclaimed(offer);
    const found = await this.#finder.find(picture.path, picture);
    if (found === null) return this.#list(offer, refusalReasons.sidecarOfOtherKind());
    if (found.relativePath !== file.path) {
      return this.#list(offer, refusalReasons.sidecarSuperseded(found.relativePath));
    }
    const original = await this.#originalOf(picture.path, file);
    if (original === 'another') return this.#unclaimed(offer);
    switch (catalogue.attachSidecar(picture.seq, contentOf(found), original === 'stored')) {
      case 'taken':
        return this.#unclaimed(offer);
      case 'busy':
        return { kind: 'not-yet', why: 'busy', milliseconds: lookAgainMilliseconds };
      case 'late':
        return this.#list(offer, refusalReasons.sidecarLate());
      case 'attached':
        this.#log(picture, file.path);
        break;
      case 'known':
        break;
    }
    // What could not be read stays where it is, so that somebody can correct it.
    if (found.outcome.kind === 'bad') return this.#list(offer, refusalReasons.sidecarUnusable(found.outcome.problem));
    files.forgetRefusal(this.#sourceId, file.path);
    files.settle(this.#sourceId, file, this.#originalsStay || found.shared);
    return { kind: found.shared ? 'shared' : 'claimed' };
  }

  /** What lies under the picture's name now: the very file that was stored, another one than the label's, or nothing. */
  async #originalOf(path: string, label: FileVersion): Promise<'stored' | 'another' | 'gone'> {
    const { files, order } = this.#services;
    const stored = files.versionOf(this.#sourceId, path);
    const present = await versionAt(this.#root, path);
    if (stored !== null && !order.belongs(label, stored, files.previousOf(this.#sourceId, stored))) return 'another';
    if (present === null) return 'gone';
    return stored !== null && sameVersion(stored, present) ? 'stored' : 'another';
  }

  /** A folder's common annotation file came after some of its pictures: those that still wait for delivery get theirs. */
  async #attachShared(path: string): Promise<void> {
    const { catalogue } = this.#services;
    for (let after = 0; ; ) {
      const pictures = catalogue.waitingWithoutSidecar(this.#sourceId, after, attachedAtOnce);
      for (const picture of pictures) {
        const found = await this.#finder.find(picture.path, picture);
        if (found?.relativePath !== path) continue;
        if (catalogue.attachSidecar(picture.seq, contentOf(found), false) === 'attached') this.#log(picture, path);
      }
      const last = pictures.at(-1);
      if (last === undefined || pictures.length < attachedAtOnce) return;
      after = last.seq;
    }
  }

  #unclaimed(offer: FileOffer): Verdict {
    if (offer.quietMilliseconds < patienceMilliseconds) {
      // Labels may come by the thousand before their pictures: the longer one waits, the more rarely it is read.
      const milliseconds = Math.min(10_000, Math.max(lookAgainMilliseconds, offer.quietMilliseconds / 4));
      return { kind: 'not-yet', why: 'unclaimed', milliseconds };
    }
    return this.#list(offer, refusalReasons.sidecarWithoutPicture());
  }

  #list(offer: FileOffer, reason: ReturnType<typeof refusalReasons.sidecarLate>): Verdict {
    this.#services.files.refuse(this.#sourceId, offer.file, reason, this.#services.clock.now());
    return { kind: 'refused' };
  }

  #log(picture: SidecarTarget, path: string): void {
    this.#services.logger.log('info', 'sidecar-attached', { source: this.#sourceId, path, picture: picture.path });
  }
}
