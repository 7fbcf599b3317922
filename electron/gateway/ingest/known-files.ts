import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileOffer } from '../model/file-sink.ts';
import { type FileVersion, fileVersion } from '../model/file-version.ts';
import type { NewImage } from '../model/image.ts';
import { errnoCode } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { baseName } from '../platform/names.ts';
import type { KnownPictures } from '../store/known-pictures.ts';
import { imageIdOf } from './image-identity.ts';

type Services = { readonly known: KnownPictures; readonly logger: Logger };
type Settings = {
  readonly sourceId: string;
  readonly root: string;
  readonly originalsStay: boolean;
  readonly knownAreSent: boolean;
};

/**
 * Tells a file that was taken before, and was renamed, moved or touched since, from a new picture that happens to have
 * the same content (a camera in the dark, a copy that somebody made on purpose). It is the same where the bytes are the
 * same, and
 *
 * - it is the same file by its number (renamed, moved within its disk, touched), or
 * - nothing lies under the old name any more, and it has the old modification time or the old name (moved from another
 *   disk, sorted into a subfolder), or
 * - another version has the old name by now, and it has the old modification time (`last.jpg`, which becomes
 *   `previous.jpg` before the next one is written).
 *
 * A name that is written again and again takes a new picture each time, whatever it shows.
 */
export class KnownFiles {
  readonly #services: Services;
  readonly #settings: Settings;

  constructor(services: Services, settings: Settings) {
    this.#services = services;
    this.#settings = settings;
  }

  /** `known`: its new name or time is noted. `same`: the very version that was taken, of which only rights were changed. */
  async recognise(
    { file }: FileOffer,
    { sha256, original }: Pick<NewImage, 'sha256' | 'original'>,
  ): Promise<'known' | 'same' | 'new'> {
    const { known, logger } = this.#services;
    const { sourceId, root, originalsStay } = this.#settings;
    for (const picture of known.find(sourceId, sha256)) {
      // A BMP and a TIFF of the same pixels become the same PNG, and are two files all the same.
      if (picture.originalSha256 !== (original?.sha256 ?? null)) continue;
      if (picture.path === file.path && picture.modifiedMs === file.modifiedMs) {
        // To store it again would cost its disk and room for nothing, a whole folder of them after a `chmod -R`.
        await known.recognise(sourceId, picture, file, { place: 'there', originalStays: originalsStay });
        return 'same';
      }
      if (picture.path === file.path && picture.replacedMs !== null) return 'new';
      if (this.#settings.knownAreSent) continue;
      // The name tells nothing of it any more where another version was stored under it; its id tells its time and size.
      const isNameless = picture.modifiedMs === null;
      const isVersion = (version: FileVersion): boolean =>
        imageIdOf(sourceId, { ...version, path: picture.path }, original?.sha256 ?? sha256) === picture.imageId;
      const isIt = isNameless
        ? isVersion
        : ({ inode }: FileVersion) => picture.inode === null || inode === picture.inode;
      const place = await presenceOf(root, picture.path, isIt);
      const isSameFile = picture.inode !== null && picture.inode === file.inode;
      const hasItsTime = isNameless ? isVersion(file) : picture.modifiedMs === file.modifiedMs;
      // Where originals are archived or deleted, it is gone by our own doing.
      const isMoved =
        originalsStay &&
        ((place === 'gone' && (hasItsTime || baseName(picture.path) === baseName(file.path))) ||
          (place === 'other' && isNameless && hasItsTime));
      if (!isSameFile && !isMoved) continue;
      await known.recognise(sourceId, picture, file, { place, originalStays: originalsStay });
      logger.log('info', 'file-known', { source: sourceId, path: file.path, was: picture.path });
      return 'known';
    }
    return 'new';
  }
}

/** `other`: something else has taken the name since. */
async function presenceOf(
  root: string,
  path: string,
  isIt: (present: FileVersion) => boolean,
): Promise<'there' | 'gone' | 'other'> {
  try {
    return isIt(fileVersion(path, await lstat(join(root, path)))) ? 'there' : 'other';
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes(errnoCode(error) ?? '') ? 'gone' : 'there';
  }
}
