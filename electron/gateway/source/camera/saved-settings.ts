import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Feature, featureValueSchema } from '../../../../shared/camera.ts';
import { message } from '../../../../shared/messages/message.ts';
import { errnoCode, OperatorError } from '../../platform/errors.ts';
import type { Files } from '../../platform/files.ts';
import { replaceFile } from '../../platform/files.ts';
import { patiently } from '../../platform/held-files.ts';
import { fileStem } from '../../platform/names.ts';
import type { CameraInfo } from './camera-device.ts';

/** Settings of a camera as a person had them, kept in a file for each source and set again at each connection. */
const savedSchema = z.object({
  version: z.literal(1),
  /** Milliseconds since the epoch. */
  savedAt: z.number(),
  vendor: z.string(),
  model: z.string(),
  serial: z.string(),
  /** In the order of the camera's description: selectors come before what they select. */
  features: z.array(z.object({ name: z.string().min(1).max(256), value: featureValueSchema })).max(5_000),
});
export type SavedSettings = Readonly<z.infer<typeof savedSchema>>;

const mostBytes = 5_000_000;

/**
 * Not kept: the camera's addresses and transport (`Gev…`), which belong to a network; what chooses or loads stored
 * sets, files and tests; and the trigger, which is the source's own setting.
 */
const notKept =
  /^(?:Gev|TL|Transfer|Device(?:UserID|Link|Register|StreamChannel|Reset)|UserSet|File|Event|Action|Sequencer|Test(?!Pattern)|AcquisitionMode$|Trigger(?:Mode|Selector|Source|Activation)$)/;
const kept: ReadonlySet<Feature['kind']> = new Set(['integer', 'float', 'boolean', 'enumeration', 'string']);

export function worthSaving(features: readonly Feature[]): SavedSettings['features'] {
  return features.flatMap(({ name, kind, access, visibility, value }) =>
    kept.has(kind) && access === 'read-write' && visibility !== 'invisible' && value !== null && !notKept.test(name)
      ? [{ name, value }]
      : [],
  );
}

/** Settings of another make are not set: the same name may mean something else there. */
export const isSameModel = (saved: SavedSettings, { vendor, model }: CameraInfo): boolean =>
  saved.vendor === vendor && saved.model === model;

export class SettingsFile {
  readonly #path: string;
  readonly #files: Files;

  /** `sourceId` is a safe file name: the configuration's schema sees to it. */
  constructor(folder: string, sourceId: string, files: Files) {
    this.#path = join(folder, `${fileStem(sourceId)}.json`);
    this.#files = files;
  }

  /** Whole or not at all: a power cut leaves the settings from before. */
  async write(settings: SavedSettings): Promise<void> {
    try {
      await replaceFile(this.#files, this.#path, `${JSON.stringify(settings, null, 2)}\n`);
    } catch (cause) {
      throw this.#failure('save', cause);
    }
  }

  /** Null where none were saved. Rejects with an `OperatorError` where the file can't be read. */
  async read(): Promise<SavedSettings | null> {
    try {
      const size = await this.#files.size(this.#path);
      if (size === null) return null;
      if (size > mostBytes) throw new RangeError(`${size} bytes`);
      return savedSchema.parse(
        JSON.parse(await patiently(() => readFile(this.#path, 'utf8'), { mostMilliseconds: 2_000 })),
      );
    } catch (cause) {
      if (errnoCode(cause) === 'ENOENT') return null;
      throw this.#failure('load', cause);
    }
  }

  #failure(context: 'save' | 'load', cause: unknown): OperatorError {
    const said = message('camera-settings', { context, file: this.#path });
    return new OperatorError(said, { operation: `${context}-settings`, disposition: 'retry', cause });
  }
}
