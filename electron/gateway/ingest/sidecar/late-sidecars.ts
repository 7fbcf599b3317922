import type { FileOffer, Reason, Verdict } from '../../model/file-sink.ts';
import { type FileVersion, sameVersion } from '../../model/file-version.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { baseName, stemOf } from '../../platform/names.ts';
import type { ImageQueries, SidecarTarget } from '../../store/image-queries.ts';
import type { Losses } from '../../store/ledger/losses.ts';
import type { SourceFiles } from '../../store/source-files.ts';
import type { LabelOrder } from '../label-order.ts';
import { isDatasetFile } from '../other-files.ts';
import { type PictureLabels, versionAt } from '../picture-labels.ts';
import { refusalReasons } from '../refusal-reasons.ts';
import { type FoundSidecar, picturesOfSidecar, type SidecarFinder, type SidecarRole } from './finder.ts';
import { contentOf } from './sidecar-content.ts';
import { classListRank } from './sidecar-names.ts';

export type LateSidecarServices = {
  readonly files: SourceFiles;
  readonly catalogue: ImageQueries;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly losses: Pick<Losses, 'show'>;
  readonly labels: PictureLabels;
  readonly order: LabelOrder;
};

export type LateSidecarSettings = { readonly sourceId: string; readonly root: string; readonly originalsStay: boolean };

const lookAgainMilliseconds = 500;
/** So long a sidecar may wait for its picture before it is listed. */
const patienceMilliseconds = 60_000;
/** So soon after its picture a label was written by whatever took the picture. */
const ofAMachineMilliseconds = 10 * 60_000;
/** Forms that never speak for many pictures. */
const ownOnly = /\.(?:txt|xml)$/i;
const attachedAtOnce = 500;
/** Labels come in bursts: one look at a folder serves all that are met within this time. */
const oneLookMilliseconds = 250;

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
    // Dealt with together with its picture, which was stored or was a near-duplicate.
    const status = files.status(this.#sourceId, file);
    const isKnown = status === 'stored' || status === 'finished';
    if (isKnown && ownOnly.test(file.path) && classListRank(baseName(file.path)) === null) return { kind: 'matched' };
    this.#finder.noteFile(file.path);
    const { stored, present } = await this.#picturesOf(file.path);
    const role = await this.#finder.roleOf(file.path, stored.length + present.length > 0);
    if (role === 'shared') await this.#attachShared(file.path);
    if (role === 'shared' || role === 'class-list') return this.#leave(file);
    if (isKnown) return { kind: 'matched' };
    const early = labels.confirm(file);
    if (early === 'busy') return { kind: 'not-yet', why: 'busy', milliseconds: lookAgainMilliseconds };
    if (early === 'attached') {
      files.settle(this.#sourceId, file, this.#originalsStay);
      return { kind: 'matched' };
    }
    if (stored.length === 0) return this.#withoutPicture(offer, role, present);
    const { picture, found, chosen } = await this.#ownerOf(offer, stored);
    if (picture === null || found === null) {
      return this.#list(
        offer,
        chosen === null ? refusalReasons.sidecarOfOtherKind() : refusalReasons.sidecarSuperseded(chosen),
      );
    }
    const original = await this.#originalOf(picture.path, file);
    if (original === 'another') return this.#unmatched(offer, () => refusalReasons.sidecarBeforePicture(picture.path));
    switch (
      catalogue.attachSidecar(
        picture.seq,
        contentOf(found),
        original === 'stored' && !this.#mayBeOfNext(picture.path, file),
      )
    ) {
      case 'taken':
        return this.#unmatched(offer, () => refusalReasons.sidecarBeforePicture(picture.path));
      case 'busy':
        return { kind: 'not-yet', why: 'busy', milliseconds: lookAgainMilliseconds };
      case 'late':
        // One that can't be read would have been of no use in time either: the fault is the news.
        if (found.outcome.kind === 'read') return this.#listLate(offer, picture.path);
        break;
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
    return { kind: found.shared ? 'shared' : 'matched' };
  }

  /** The pictures that the file may belong to by its name: those collected, and where there is none, those on the disk. */
  async #picturesOf(path: string): Promise<{ stored: readonly SidecarTarget[]; present: readonly string[] }> {
    const collected = (stems: readonly string[]): readonly SidecarTarget[] =>
      stems.flatMap((stem) => this.#services.catalogue.pictureByStem(this.#sourceId, stem) ?? []);
    const stored = collected(picturesOfSidecar(path));
    if (stored.length > 0) return { stored, present: [] };
    const { present, gone } = await this.#finder.picturesOf(path);
    return { stored: collected([...new Set([...present.map(stemOf), ...gone])]), present };
  }

  /** The one of these pictures whose annotations are read from the file, and what was found; else what another got. */
  async #ownerOf(
    { file, quietMilliseconds }: FileOffer,
    pictures: readonly SidecarTarget[],
  ): Promise<{ picture: SidecarTarget | null; found: FoundSidecar | null; chosen: string | null }> {
    let chosen: string | null = null;
    for (const picture of pictures) {
      // The file itself was noted, and what others came less than its own quiet time ago are offered after it.
      const maxAge = Math.min(oneLookMilliseconds, quietMilliseconds);
      const found = await this.#finder.find(picture.path, picture, maxAge);
      if (found?.relativePath === file.path) return { picture, found, chosen: null };
      chosen ??= found?.relativePath ?? null;
    }
    return { picture: null, found: null, chosen };
  }

  /** No picture of its name was collected. */
  #withoutPicture(offer: FileOffer, role: SidecarRole, present: readonly string[]): Verdict {
    const { path } = offer.file;
    const [waiting] = present;
    if (waiting !== undefined) return this.#unmatched(offer, () => refusalReasons.sidecarBeforePicture(waiting));
    if (isDatasetFile(path) || (role === 'none' && /\.(?:txt|ya?ml)$/i.test(path))) return this.#leave(offer.file);
    return this.#unmatched(offer, () =>
      role === 'none' ? refusalReasons.sidecarOfUnknownForm() : refusalReasons.sidecarWithoutPicture(path),
    );
  }

  /** Understood, and not to be dealt with: other files need it, or it is none of ours. */
  #leave(file: FileVersion): Verdict {
    this.#services.files.forgetRefusal(this.#sourceId, file.path);
    this.#services.files.settle(this.#sourceId, file, true);
    return { kind: 'shared' };
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

  /** A picture that has its label already keeps it where the next one's may lie there. */
  #mayBeOfNext(path: string, label: FileVersion): boolean {
    const { files, order } = this.#services;
    const stored = files.versionOf(this.#sourceId, path);
    return stored !== null && order.mayBeOfNext(label, stored);
  }

  /** A folder's common annotation file came after some of its pictures: those that still wait for delivery get theirs. */
  async #attachShared(path: string): Promise<void> {
    const { catalogue } = this.#services;
    for (let after = 0; ; ) {
      const pictures = catalogue.waitingWithoutSidecar(this.#sourceId, after, attachedAtOnce);
      for (const picture of pictures) {
        const found = await this.#finder.find(picture.path, picture, oneLookMilliseconds);
        if (found?.relativePath !== path) continue;
        if (catalogue.attachSidecar(picture.seq, contentOf(found), false) === 'attached') this.#log(picture, path);
      }
      const last = pictures.at(-1);
      if (last === undefined || pictures.length < attachedAtOnce) return;
      after = last.seq;
    }
  }

  #unmatched(offer: FileOffer, reason: () => Reason): Verdict {
    if (offer.quietMilliseconds < patienceMilliseconds) {
      // Labels may come by the thousand before their pictures: the longer one waits, the more rarely it is read.
      const milliseconds = Math.min(10_000, Math.max(lookAgainMilliseconds, offer.quietMilliseconds / 4));
      return { kind: 'not-yet', why: 'unmatched', milliseconds };
    }
    return this.#list(offer, reason());
  }

  /** What a machine wrote too late is lost to the cloud; what a person writes hours later was never on its way. */
  #listLate(offer: FileOffer, picture: string): Verdict {
    const { files, losses, clock, logger } = this.#services;
    const { file } = offer;
    const taken = files.versionOf(this.#sourceId, picture);
    const isNews = files.refuse(this.#sourceId, file, refusalReasons.sidecarLate(), clock.now());
    if (isNews && taken !== null && file.modifiedMs - taken.modifiedMs <= ofAMachineMilliseconds)
      losses
        .show(this.#sourceId, 'label-late', file.path, clock.now())
        .catch((error: unknown) => logger.log('error', 'loss-not-counted', { source: this.#sourceId, error }));
    return { kind: 'refused' };
  }

  #list(offer: FileOffer, reason: Reason): Verdict {
    this.#services.files.refuse(this.#sourceId, offer.file, reason, this.#services.clock.now());
    return { kind: 'refused' };
  }

  #log(picture: SidecarTarget, path: string): void {
    this.#services.logger.log('info', 'sidecar-attached', { source: this.#sourceId, path, picture: picture.path });
  }
}
