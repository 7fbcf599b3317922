import type { FileRegistry, Reason } from '../model/file-sink.ts';
import type { FileVersion } from '../model/file-version.ts';
import type { LossCause } from '../model/ways-to-lose.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { KnownPictures } from '../store/known-pictures.ts';
import type { Losses } from '../store/ledger/losses.ts';
import type { SourceFiles } from '../store/source-files.ts';
import type { ByteBudget } from './admission/memory-budget.ts';
import type { FileReader } from './file-reader.ts';
import { imageIdOf, sha256Of } from './image-identity.ts';
import { sniffFile } from './picture/inspect-file.ts';

type Services = {
  readonly files: SourceFiles;
  readonly known: KnownPictures;
  readonly losses: Pick<Losses, 'count'>;
  readonly memory: ByteBudget;
  readonly clock: Clock;
  readonly logger: Logger;
};
type Settings = {
  readonly sourceId: string;
  readonly reader: Pick<FileReader, 'read'>;
  readonly filter: object | null;
  readonly originalsStay: boolean;
};

/** What the store knows of the files of one source. */
export class SourceFileRegistry implements FileRegistry {
  readonly #services: Services;
  readonly #settings: Settings;

  constructor(services: Services, settings: Settings) {
    this.#services = services;
    this.#settings = settings;
  }

  status = (file: FileVersion): ReturnType<FileRegistry['status']> =>
    this.#services.files.status(this.#settings.sourceId, file);

  /** Need not be durable at once: a note that a kill takes away is made again, for the file is found undone. */
  finish = (path: string): void =>
    void this.#services.files.finish(this.#settings.sourceId, path, this.#services.clock.now());

  refusedPaths = (): readonly string[] => this.#services.files.refusedPaths(this.#settings.sourceId);

  storedAs: FileRegistry['storedAs'] = (absolutePath, file, original) =>
    this.#services.memory.hold(file.bytes, async () => {
      const { known, files } = this.#services;
      const { sourceId, filter, originalsStay: originalStays } = this.#settings;
      const read = await this.#settings.reader.read({ absolutePath, file });
      if (read === null) throw new Error('the file changed while it was read');
      try {
        const sha256 = read.sha256 ?? (await sha256Of(read.bytes));
        const pictures = known.find(sourceId, sha256);
        const storedAt = (path: string) => ({
          path,
          movedTo: async (moved: FileVersion) => {
            const picture = pictures.find((one) => one.path === path) ?? pictures[0];
            if (picture !== undefined)
              await known.recognise(sourceId, picture, moved, { place: 'other', originalStays });
          },
        });
        if (original === null) return pictures[0] === undefined ? null : storedAt(pictures[0].path);
        const version = { ...file, path: original, changedMs: undefined };
        if (known.holds(imageIdOf(sourceId, version, sha256))) return storedAt(original);
        // The version alone tells of what is no image, a label or a near-duplicate; a renamed picture is one of another name.
        const isImage = sniffFile(read.bytes) !== null && filter === null;
        const isKnown = !isImage || pictures.length > 0;
        return isKnown && files.status(sourceId, version) === 'stored' ? storedAt(original) : null;
      } finally {
        read.free();
      }
    });

  lose = (path: string, cause: LossCause): void => {
    const { losses, clock, logger } = this.#services;
    const { sourceId } = this.#settings;
    logger.log('warn', 'picture-lost', { source: sourceId, path, cause });
    // What can't be written now is written later, and shown all the same.
    losses
      .count(sourceId, cause, path, clock.now())
      .catch((error: unknown) => logger.log('error', 'loss-not-counted', { source: sourceId, path, cause, error }));
  };

  forgetRefusal = (path: string): void => {
    this.#services.files.forgetRefusal(this.#settings.sourceId, path);
  };

  refuse = (file: FileVersion, reason: Reason): void => {
    const { files, clock, logger } = this.#services;
    const { sourceId } = this.#settings;
    if (!files.refuse(sourceId, file, reason, clock.now())) return;
    logger.log(reason.severity === 'refused' ? 'warn' : 'info', 'file-refused', {
      source: sourceId,
      path: file.path,
      message: reason.message,
    });
  };
}
