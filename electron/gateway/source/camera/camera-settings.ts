import type { Feature, FeatureValue } from '../../../../shared/camera.ts';
import { type Message, message } from '../../../../shared/messages/message.ts';
import type { Clock } from '../../platform/clock.ts';
import { errnoCode } from '../../platform/errors.ts';
import { CameraError, type CameraFeatures, type CameraSession } from './camera-device.ts';
import { cameraError, messageOf, refusal } from './camera-errors.ts';
import { isSameModel, type SavedSettings, type SettingsFile, worthSaving } from './saved-settings.ts';
import type { SessionRun } from './session-run.ts';

type Setting = { readonly name: string; readonly value: FeatureValue };
export type RefusedSetting = { readonly name: string; readonly message: Message };

/**
 * Sets them in their order. What was refused is tried again after the others, as long as that helps: a width may only
 * fit once the offset behind it in the list is set. Answers with what was refused for good, and why. Rejects when the
 * camera is gone.
 */
async function applySettings(
  features: CameraFeatures,
  settings: readonly Setting[],
): Promise<readonly RefusedSetting[]> {
  let open = settings;
  for (;;) {
    const refused: (Setting & RefusedSetting)[] = [];
    for (const setting of open) {
      try {
        await features.set(setting.name, setting.value);
      } catch (error) {
        if (isGone(error)) throw error;
        refused.push({ ...setting, message: messageOf(error) });
      }
    }
    if (refused.length === 0 || refused.length === open.length)
      return refused.map(({ name, message }) => ({ name, message }));
    open = refused;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof CameraError && error.trouble !== 'setting-refused';
}

export type SettingsOptions = {
  /** Of the configuration, in its order: they override saved ones. */
  readonly configured: Readonly<Record<string, FeatureValue>>;
  readonly file: SettingsFile;
  readonly clock: Clock;
  /** The session and its acquisitions; null while the camera is not connected. */
  readonly now: () => { readonly session: CameraSession; readonly run: SessionRun } | null;
};

/** The settings of a source's camera: those of the configuration, those that were saved, and those set by hand. */
export class CameraSettings {
  readonly #options: SettingsOptions;

  constructor(options: SettingsOptions) {
    this.#options = options;
  }

  /**
   * At each connection, before the first picture. Answers with what is to be known about saved settings that were
   * not taken; rejects with `setting-refused` naming those of the configuration that were not.
   */
  async prepare({ features, info }: CameraSession): Promise<readonly Message[]> {
    const configured = Object.entries(this.#options.configured).map(([name, value]) => ({ name, value }));
    if (features === null) {
      if (configured.length === 0) return [];
      throw cameraError('setting-refused', { said: message('camera-without-settings') });
    }
    const { saved, notes } = await this.#savedFor(info);
    const overridden = new Set(configured.map(({ name }) => name));
    const refusedSaved = await applySettings(
      features,
      saved.filter(({ name }) => !overridden.has(name)),
    );
    const refused = await applySettings(features, configured);
    if (refused.length > 0) throw refusedError(refused);
    return [...notes, ...notesOn(refusedSaved)];
  }

  async list(): Promise<readonly Feature[]> {
    return (await this.#connected('list-features')).features.list();
  }

  /** A setting that can't be changed while pictures are taken is set between two of them. */
  async set(name: string, value: FeatureValue): Promise<void> {
    const { features, run, session } = await this.#connected('set-feature');
    try {
      await features.set(name, value);
    } catch (error) {
      if (!run.isRunning || session.stop === undefined) throw error;
      if (!lockedCodes.has(errnoCode(error)) && !(await isLocked(features, name))) throw error;
      await run.paused(() => features.set(name, value));
    }
  }

  /** A command that the acquisition locks, such as the loading of a set, is run between two pictures as well. */
  async execute(name: string): Promise<void> {
    const { features, run, session } = await this.#connected('run-command');
    try {
      await features.execute(name);
    } catch (error) {
      if (!run.isRunning || session.stop === undefined || errnoCode(error) !== locked) throw error;
      await run.paused(() => features.execute(name));
    }
  }

  /** How many were saved. */
  async save(): Promise<number> {
    const { features, session } = await this.#connected('save-settings');
    const { vendor, model, serial } = session.info;
    const worth = worthSaving(await features.list());
    const { clock, file } = this.#options;
    await file.write({ version: 1, savedAt: clock.now(), vendor, model, serial, features: worth });
    return worth.length;
  }

  async load(): Promise<{ readonly loaded: number; readonly failed: readonly RefusedSetting[] }> {
    const { features, session, run } = await this.#connected('load-settings');
    const saved = await this.#options.file.read();
    if (saved === null) throw refusal('load-settings', message('no-saved-settings'));
    if (!isSameModel(saved, session.info)) throw refusal('load-settings', ofOtherModel(saved));
    const failed = await run.paused(() => applySettings(features, saved.features));
    return { loaded: saved.features.length - failed.length, failed };
  }

  async #savedFor(
    info: CameraSession['info'],
  ): Promise<{ readonly saved: readonly Setting[]; readonly notes: readonly Message[] }> {
    try {
      const saved = await this.#options.file.read();
      if (saved === null) return { saved: [], notes: [] };
      if (isSameModel(saved, info)) return { saved: saved.features, notes: [] };
      return { saved: [], notes: [ofOtherModel(saved)] };
    } catch (error) {
      // Pictures are worth more than settings: the camera runs, and the window says so.
      return { saved: [], notes: [messageOf(error)] };
    }
  }

  async #connected(
    operation: string,
  ): Promise<{ readonly session: CameraSession; readonly run: SessionRun; readonly features: CameraFeatures }> {
    const now = this.#options.now();
    if (now === null) throw refusal(operation, message('camera-not-connected'));
    const { features } = now.session;
    if (features === null) throw refusal(operation, message('camera-without-settings'));
    return { ...now, features };
  }
}

const locked = 'camera-setting-locked';
const lockedCodes: ReadonlySet<string | null> = new Set([locked, 'camera-register-refused']);

/** Not writable at the moment, as far as can be told. */
async function isLocked(features: CameraFeatures, name: string): Promise<boolean> {
  const feature = (await features.list()).find((listed) => listed.name === name);
  return feature !== undefined && feature.kind !== 'command' && !feature.access.includes('write');
}

function refusedError(refused: readonly RefusedSetting[]): Error {
  const names = refused.map(({ name }) => name).join(', ');
  const first = refused.slice(0, 1).map(({ message }) => message);
  const said = message('configured-settings-refused', { count: refused.length, names, first });
  return cameraError('setting-refused', { said });
}

const ofOtherModel = ({ vendor, model }: SavedSettings): Message =>
  message('saved-settings-of-other-model', { vendor, model });

function notesOn(refused: readonly RefusedSetting[]): readonly Message[] {
  if (refused.length === 0) return [];
  const names = refused.slice(0, 5).map(({ name }) => name);
  const more = refused.length > names.length ? ', …' : '';
  return [message('saved-settings-refused', { count: refused.length, names: `${names.join(', ')}${more}` })];
}
