import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileOffer, Verdict } from '../../model/file-sink.ts';
import type { FileVersion } from '../../model/file-version.ts';
import type { NewImage } from '../../model/image.ts';
import type { Clock } from '../../platform/clock.ts';
import { baseName } from '../../platform/names.ts';
import type { GatedFrames } from '../../store/gated-frames.ts';
import type { ImageQueries } from '../../store/image-queries.ts';
import type { SidecarFinder } from '../sidecar/finder.ts';
import { contentOf } from '../sidecar/sidecar-content.ts';
import type { Turn } from './near-duplicate-filter.ts';

type Services = {
  readonly catalogue: ImageQueries;
  readonly gated: Pick<GatedFrames, 'count'>;
  readonly clock: Clock;
};
const lookAgainMilliseconds = 400;

type Settings = { readonly sourceId: string; readonly root: string; readonly originalsStay: boolean };

/** A frame's way through the near-duplicate filter: what must never be dropped, and what becomes of one that is. */
export class FilterPassage {
  readonly #services: Services;
  readonly #settings: Settings;
  readonly #finder: SidecarFinder;

  constructor(services: Services, settings: Settings, finder: SidecarFinder) {
    this.#services = services;
    this.#settings = settings;
    this.#finder = finder;
  }

  /** Null: the frame is to be stored. One with annotations always is, and one whose sidecar could not be read. */
  async pass(turn: Turn, offer: FileOffer, bytes: Uint8Array, image: NewImage): Promise<Verdict | null> {
    const { sourceId, originalsStay } = this.#settings;
    const { content, sha256, format, capturedAt, imageId } = image;
    const isStored = (): boolean => this.#services.catalogue.payloadOf(imageId) !== null;
    const mustKeep = content.annotations.length > 0 || content.problems.length > 0 || isStored();
    if ((await turn.judge({ bytes, format, sha256, at: capturedAt, mustKeep })) === 'keep') return null;
    // This very frame, offered a second time meanwhile.
    if (isStored()) return { kind: 'stored' };
    // With annotations it would be kept, and they may still come.
    if (image.holdMilliseconds !== undefined)
      return { kind: 'not-yet', why: 'sidecar', milliseconds: Math.min(lookAgainMilliseconds, image.holdMilliseconds) };
    const sidecar = await this.#emptySidecarOf(offer.file, image);
    if (sidecar === 'changed') return null;
    const { gated, clock } = this.#services;
    await gated.count({ sourceId, file: offer.file, sidecar, originalStays: originalsStay }, clock.now());
    return { kind: 'gated', label: sidecar?.path };
  }

  /**
   * The version of the picture's own sidecar, in which there is no annotation, so that it is dealt with together with
   * the picture. Read again after its version was taken: an annotation that came meanwhile keeps the picture.
   */
  async #emptySidecarOf(
    file: FileVersion,
    { content, width, height, orientation = 1 }: NewImage,
  ): Promise<FileVersion | null | 'changed'> {
    if (content.sidecarPath === null) return null;
    try {
      const { size, mtimeMs } = await lstat(join(this.#settings.root, content.sidecarPath));
      const again = await this.#finder.find(file.path, { filename: baseName(file.path), width, height, orientation });
      if (again === null || JSON.stringify(contentOf(again)) !== JSON.stringify(content)) return 'changed';
      return again.shared ? null : { path: content.sidecarPath, bytes: size, modifiedMs: mtimeMs };
    } catch {
      return 'changed';
    }
  }
}
