import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { message } from '../../../shared/messages/message.ts';
import type { FileOffer } from '../model/file-sink.ts';
import { type FileVersion, fileVersion, sameVersion } from '../model/file-version.ts';
import { noSidecar, type SidecarContent } from '../model/image.ts';
import type { Clock } from '../platform/clock.ts';
import type { ImageQueries } from '../store/image-queries.ts';
import type { SourceFiles } from '../store/source-files.ts';
import type { LabelOrder } from './label-order.ts';
import type { SidecarFinder } from './sidecar/finder.ts';
import type { PictureFacts } from './sidecar/reading.ts';
import { contentOf } from './sidecar/sidecar-content.ts';

/** What is known of a picture's label file at the moment in which the picture is stored. */
export type PictureLabel = {
  readonly content: SidecarContent;
  /** Its own file, whole: dealt with together with the picture. */
  readonly file?: FileVersion | undefined;
  /** So long it may still come, milliseconds: the picture is stored, and not sent before. 0: it may go. */
  readonly holdMilliseconds: number;
  /** Read while it was still new: its picture's own, if it stays as it is for the settle time. */
  readonly early?: EarlyLabel | undefined;
};

export type EarlyLabel = { readonly file: FileVersion; readonly content: SidecarContent };

export type PictureLabelsOptions = {
  readonly sourceId: string;
  readonly root: string;
  readonly sidecarWaitMilliseconds: number;
  readonly settleMilliseconds: number;
  readonly finder: SidecarFinder;
  readonly files: Pick<SourceFiles, 'previousOf' | 'status'>;
  readonly catalogue: Pick<ImageQueries, 'attachSidecar'>;
  readonly order: LabelOrder;
  readonly clock: Clock;
};

/** A label that was read early is looked at again this much after it must have been quiet. */
const slackMilliseconds = 250;
const mostEarly = 4_096;
/** Times of files are as fine as the ticks of the system's clock, or of the file system: FAT knows every second one. */
const clockSlackMilliseconds = 2_000;

/**
 * The label file of a picture that is being stored. A picture never waits for it: it is stored at once, with the label
 * that is there, and held back from delivery for as long as one may still come (`LateSidecars` attaches it).
 */
export class PictureLabels {
  readonly #options: PictureLabelsOptions;
  /** By the label's path. */
  readonly #early = new Map<string, EarlyLabel & { readonly seq: number }>();

  constructor(options: PictureLabelsOptions) {
    this.#options = options;
  }

  /**
   * `lastSeenAt`: when the picture surely lay there in this version, milliseconds since the epoch. `maxAge`: what came
   * within the last so many milliseconds may be overlooked, for it is met by itself.
   */
  async labelOf(offer: FileOffer, picture: PictureFacts, lastSeenAt: number, maxAge: number): Promise<PictureLabel> {
    const { finder, root, settleMilliseconds, sidecarWaitMilliseconds, clock } = this.#options;
    const { file, quietMilliseconds } = offer;
    // What is written beside the name now is another picture's.
    if (offer.isCopy) return { content: noSidecar, holdMilliseconds: 0 };
    const mayCome = quietMilliseconds < sidecarWaitMilliseconds;
    const holdMilliseconds = mayCome ? sidecarWaitMilliseconds + settleMilliseconds - quietMilliseconds : 0;
    const none: PictureLabel = { content: noSidecar, holdMilliseconds };
    const found = await finder.find(file.path, picture, maxAge);
    if (found === null) return none;
    const bad = found.outcome.kind === 'bad';
    if (found.shared) return { content: contentOf(found), holdMilliseconds: bad ? holdMilliseconds : 0 };
    // The very version that was read: what lies there by now may be the next picture's.
    const label = found.version ?? (await versionAt(root, found.relativePath));
    if (label === null || !(await this.#isBesides(label, file, lastSeenAt))) return none;
    const owner = this.#ownerOf(label, file);
    if (owner !== 'this') return owner === 'nobody' ? { ...none, content: unsure(found.relativePath) } : none;
    const now = clock.now();
    const age = now - label.modifiedMs;
    if (age >= 0 && age < settleMilliseconds) {
      if (bad)
        return { ...none, holdMilliseconds: Math.max(holdMilliseconds, settleMilliseconds - age + slackMilliseconds) };
      const early = { file: label, content: contentOf(found) };
      return {
        ...none,
        holdMilliseconds: Math.max(holdMilliseconds, settleMilliseconds - age + slackMilliseconds),
        early,
      };
    }
    this.#options.order.learn(label, file, now);
    // What is bad now may be corrected, or written to its end, while it may still come.
    return bad
      ? { content: contentOf(found), holdMilliseconds }
      : { content: contentOf(found), file: label, holdMilliseconds: 0 };
  }

  /**
   * Whether the picture was still there when the label was written: what is written after it, while it lies there, is no
   * other picture's. Looked at last, where the label is not older than that look.
   */
  async #isBesides(label: FileVersion, picture: FileVersion, lastSeenAt: number): Promise<boolean> {
    if (label.modifiedMs < lastSeenAt - clockSlackMilliseconds) return true;
    const present = await versionAt(this.#options.root, picture.path);
    return present !== null && sameVersion(present, picture);
  }

  /** Whose a label is that lies beside a picture. */
  #ownerOf(label: FileVersion, picture: FileVersion): 'this' | 'another' | 'nobody' {
    const { sourceId, files, order } = this.#options;
    const before = files.previousOf(sourceId, picture);
    if (order.belongs(label, picture, before)) return 'this';
    const status = files.status(sourceId, label);
    if (status === 'stored' || status === 'finished' || (before !== null && label.modifiedMs <= before))
      return 'another';
    return 'nobody';
  }

  /** The picture of an early label is stored. */
  expect(seq: number, early: EarlyLabel): void {
    this.#early.set(early.file.path, { ...early, seq });
    const [oldest] = this.#early.keys();
    if (this.#early.size > mostEarly && oldest !== undefined) this.#early.delete(oldest);
  }

  /**
   * A label file has settled. `attached` where it was read early and has stayed as it was: it belongs to the picture
   * that lay beside it then, whatever lies there now. Null: nothing is known of this version.
   */
  confirm(file: FileVersion): 'attached' | 'busy' | null {
    const early = this.#early.get(file.path);
    if (early === undefined) return null;
    if (!sameVersion(early.file, file)) {
      this.#early.delete(file.path);
      return null;
    }
    const outcome = this.#options.catalogue.attachSidecar(early.seq, early.content, true);
    if (outcome === 'busy') return 'busy';
    this.#early.delete(file.path);
    return outcome === 'attached' || outcome === 'known' ? 'attached' : null;
  }
}

const unsure = (path: string): SidecarContent => ({
  ...noSidecar,
  problems: [message('sidecar-of-two-pictures', { file: path })],
});

export async function versionAt(root: string, path: string): Promise<FileVersion | null> {
  try {
    return fileVersion(path, await lstat(join(root, path)));
  } catch {
    return null;
  }
}
