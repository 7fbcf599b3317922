import type { FileOffer, Verdict } from '../model/file-sink.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Catalogue, SidecarTarget } from '../store/catalogue.ts';
import type { SourceFiles } from '../store/source-files.ts';
import { refusalReasons } from './refusal-reasons.ts';
import { isClassListName, isSharedSidecarName, picturesOfSidecar, type SidecarFinder } from './sidecar/finder.ts';
import { contentOf } from './sidecar-content.ts';

export type LateSidecarServices = {
  readonly files: SourceFiles;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly logger: Logger;
};

const lookAgainMilliseconds = 500;
/** So long a sidecar may wait for its picture before it is listed. */
const patienceMilliseconds = 60_000;

/**
 * Sidecar files as the source meets them. Most were read with their picture already; one that comes after its picture
 * but before delivery is attached; one that comes too late, or has no picture, is listed.
 */
export class LateSidecars {
  readonly #services: LateSidecarServices;
  readonly #sourceId: string;
  readonly #finder: SidecarFinder;

  constructor(services: LateSidecarServices, { sourceId }: { readonly sourceId: string }, finder: SidecarFinder) {
    this.#services = services;
    this.#sourceId = sourceId;
    this.#finder = finder;
  }

  async consider(offer: FileOffer): Promise<Verdict> {
    const { files, catalogue, clock } = this.#services;
    const { file } = offer;
    if (isClassListName(file.path) || isSharedSidecarName(file.path)) {
      files.settle(this.#sourceId, file);
      return { kind: 'shared' };
    }
    const picture = picturesOfSidecar(file.path)
      .map((stem) => catalogue.pictureByStem(this.#sourceId, stem))
      .find((found) => found !== null);
    if (picture === null || picture === undefined) return this.#unclaimed(offer);
    const found = await this.#finder.find(picture.path, picture);
    if (found === null || found.relativePath !== file.path) {
      return this.#list(
        offer,
        refusalReasons.sidecarUnusable('Another annotation file of this picture goes before this one.'),
      );
    }
    switch (catalogue.attachSidecar(picture.seq, contentOf(found))) {
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
    files.forgetRefusal(this.#sourceId, file.path);
    files.settle(this.#sourceId, file);
    if (found.outcome.kind === 'bad')
      files.refuse(this.#sourceId, file, refusalReasons.sidecarUnusable(found.outcome.problem), clock.now());
    return { kind: 'claimed' };
  }

  #unclaimed(offer: FileOffer): Verdict {
    if (offer.quietMilliseconds < patienceMilliseconds) {
      return { kind: 'not-yet', why: 'unclaimed', milliseconds: lookAgainMilliseconds };
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
