import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { safeStorage } from 'electron';
import { nodeFiles } from './gateway/platform/files.ts';

/** Printable ASCII without spaces: what a header may carry. The documented form is `adk_<hex>`. */
const deviceKeyForm = /^[\x21-\x7e]{1,512}$/;

/**
 * The device key. The environment goes first; otherwise the key that was entered, encrypted by the operating system's
 * keyring. Where there is no keyring it lies in a file that only this user can read, and the window says so.
 */
export class Secrets {
  readonly #path: string;
  readonly #environment: string | null;
  #stored: string | null = null;

  constructor(dataDir: string, environment: Readonly<Record<string, string | undefined>>) {
    this.#path = join(dataDir, 'device-key.json');
    const given = environment['ACUSIGHT_DEVICE_KEY']?.trim();
    this.#environment = given === undefined || given === '' ? null : given;
  }

  /** Reads the stored key. Call it once Electron is ready: the keyring is not there before. */
  async load(): Promise<void> {
    try {
      const { form, value } = JSON.parse(await readFile(this.#path, 'utf8')) as { form: string; value: string };
      const bytes = Buffer.from(value, 'base64');
      this.#stored = form === 'keyring' ? safeStorage.decryptString(bytes) : bytes.toString('utf8');
    } catch {
      // No key, or one that this user's keyring can't open any more: the window asks for it.
      this.#stored = null;
    }
  }

  deviceKey(): string | null {
    return this.#environment ?? this.#stored;
  }

  get isStored(): boolean {
    return this.deviceKey() !== null;
  }

  /** Stores the key durably before it is used. Throws a RangeError for what can't be a key. */
  async storeDeviceKey(entered: string): Promise<'keyring' | 'file'> {
    const key = entered.trim();
    if (this.#environment !== null && key !== this.#environment) {
      throw new RangeError(
        'The key is given by the environment variable ACUSIGHT_DEVICE_KEY of this program, which goes first. Change it there.',
      );
    }
    if (!deviceKeyForm.test(key))
      throw new RangeError(
        'A device key has no spaces or line breaks; it looks like adk_ followed by letters and digits.',
      );
    const form = keyringAvailable() ? 'keyring' : 'file';
    const bytes = form === 'keyring' ? safeStorage.encryptString(key) : Buffer.from(key, 'utf8');
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const temporary = `${this.#path}.new`;
    const handle = await open(temporary, 'w', 0o600);
    try {
      await handle.writeFile(JSON.stringify({ form, value: bytes.toString('base64') }));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, this.#path);
    await nodeFiles.syncDirectory(dirname(this.#path));
    this.#stored = key;
    return form;
  }
}

/** Chromium's "basic_text" backend only hides the text behind a fixed password: that is no keyring. */
function keyringAvailable(): boolean {
  if (!safeStorage.isEncryptionAvailable()) return false;
  return process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text';
}
