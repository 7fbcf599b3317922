import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Message, message, type ParamsOf } from '../../shared/messages/message.ts';
import type { SecretsWait } from '../gateway/gateway-options.ts';
import type { Clock } from '../gateway/platform/clock.ts';
import { errnoCode, OperatorError } from '../gateway/platform/errors.ts';
import type { Files } from '../gateway/platform/files.ts';
import { replaceFile } from '../gateway/platform/files.ts';
import { patiently } from '../gateway/platform/held-files.ts';
import { Mutex } from '../gateway/platform/mutex.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { Opening, type OpeningState } from '../keyring/opening.ts';

/**
 * The gateway's secrets. The environment goes first; otherwise what was entered or provisioned, encrypted by the
 * operating system's keyring. Where there is no keyring it lies in a file that only this user can read, and whoever
 * stores a secret is told so. A keyring may be locked until a person comes: nothing waits for it but what needs the
 * secret (`waiting`).
 *
 * A secret is durable (temporary file, fsync, rename, fsync of the folder) before `store` resolves.
 */

/** The environment variable of each secret. */
export const secretVariables = {
  deviceKey: 'ACUSIGHT_DEVICE_KEY',
  s3AccessKeyId: 'ACUSIGHT_S3_ACCESS_KEY_ID',
  s3SecretAccessKey: 'ACUSIGHT_S3_SECRET_ACCESS_KEY',
  proxyPassword: 'ACUSIGHT_PROXY_PASSWORD',
} as const;

export type SecretName = keyof typeof secretVariables;
export type SecretValues = { readonly [Name in SecretName]: string | null };
export type StoredForm = 'keyring' | 'file';
export type SecretSource = 'none' | 'environment' | StoredForm;

export type SecretsOptions = {
  readonly dataDir: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly files: Files;
};

/** As it lies on the disk; `value` is base64. */
type Kept = { readonly form: StoredForm; readonly value: string };

/** Printable ASCII without spaces: what a header may carry. */
const headerForm = /^[\x21-\x7e]{1,512}$/;
/** Passwords may have spaces and letters of any language, but no line breaks or other control characters. */
const passwordForm = /^[^\p{Cc}]{1,512}$/u;

type Called = ParamsOf<'secret-name'>['context'];
const kinds: { readonly [Name in SecretName]: { readonly form: RegExp; readonly called: Called } } = {
  deviceKey: { form: headerForm, called: 'device-key' },
  s3AccessKeyId: { form: headerForm, called: 'access-key-id' },
  s3SecretAccessKey: { form: headerForm, called: 'secret-access-key' },
  proxyPassword: { form: passwordForm, called: 'proxy-password' },
};
const nameOf = (name: SecretName): Message => message('secret-name', { context: kinds[name].called });

const names = Object.keys(secretVariables) as SecretName[];
/** A person who stores a secret may have to unlock the keyring first; they see that this takes its time. */
const sealMilliseconds = 20_000;
const keyFile = 'device-key.json';
const otherFile = 'secrets.json';

export class Secrets {
  readonly #options: SecretsOptions;
  readonly #environment: SecretValues;
  readonly #listeners = new Set<() => void>();
  /** What lies on the disk, kept as it is even where this user's keyring can't open it. */
  #kept: Partial<Record<SecretName, Kept>> = {};
  #stored: Partial<Record<SecretName, string>> = {};
  #problems: Message[] = [];
  readonly #turn = new Mutex();
  /** What the settings have a use for: nothing else is worth a question to a person. */
  #needed: readonly SecretName[] = names;
  readonly #foreign = new Set<SecretName>();
  /** What the keyring has not given yet. */
  #wanted: readonly SecretName[] = [];
  #opening: Opening | null = null;

  constructor(options: SecretsOptions) {
    this.#options = options;
    this.#environment = Object.fromEntries(
      names.map((name) => [name, trimmed(name, options.environment[secretVariables[name]] ?? '') || null]),
    ) as SecretValues;
  }

  /**
   * Reads what is stored, and begins to ask the keyring where that is needed. Call it once Electron is ready: the keyring
   * is not there before. Never throws.
   */
  async load(needed: readonly SecretName[] = names): Promise<void> {
    this.close();
    this.#needed = needed;
    this.#foreign.clear();
    this.#problems = [];
    const key = await this.#read(keyFile);
    const others = await this.#read(otherFile);
    this.#kept = {};
    this.#stored = {};
    for (const name of names) {
      const kept = keptOf(name === 'deviceKey' ? key : Reflect.get(Object(others), name));
      if (kept === null) continue;
      this.#kept[name] = kept;
      if (kept.form === 'file') this.#stored[name] = Buffer.from(kept.value, 'base64').toString('utf8');
    }
    this.#openRest();
  }

  /** Other settings need other secrets. A question that is out, and still the right one, is left as it is. */
  need(needed: readonly SecretName[]): void {
    this.#needed = needed;
    if (this.#missing().join() === this.#wanted.join()) return;
    this.#openRest();
    this.#changed();
  }

  /** What the environment overrules is not asked for. */
  #missing(): readonly SecretName[] {
    return names.filter(
      (name) =>
        this.#needed.includes(name) &&
        this.#kept[name]?.form === 'keyring' &&
        this.#stored[name] === undefined &&
        !this.#foreign.has(name) &&
        this.#environment[name] === null,
    );
  }

  #openRest(): void {
    this.#opening?.stop();
    const wanted = this.#missing();
    this.#wanted = wanted;
    this.#opening = null;
    if (wanted.length === 0) return;
    const { keyring, clock } = this.#options;
    this.#opening = new Opening({
      keyring,
      clock,
      sealed: wanted.map((name) => Buffer.from(this.#kept[name]?.value ?? '', 'base64')),
      onState: () => this.#changed(),
      onOpened: (texts) => this.#opened(wanted, texts),
    });
    this.#opening.start();
  }

  #opened(wanted: readonly SecretName[], texts: readonly (string | null)[]): void {
    wanted.forEach((name, index) => {
      const text = texts[index] ?? null;
      if (text !== null) this.#stored[name] = text;
      else {
        this.#foreign.add(name);
        this.#problems.push(message('secret-foreign', { what: nameOf(name) }));
      }
    });
    this.#wanted = [];
    this.#opening = null;
    this.#changed();
  }

  /** What the keyring has not given yet, and why; null where nothing is waited for. */
  get waiting(): SecretsWait | null {
    return this.#opening === null ? null : { names: this.#wanted, state: this.#opening.state };
  }

  /** Resolves once it is not so any more, or the signal aborts. */
  async until(fits: (state: OpeningState | null) => boolean, signal?: AbortSignal): Promise<void> {
    const isSo = (): boolean => signal?.aborted === true || fits(this.#opening?.state ?? null);
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        const stop = this.onChange(() => done());
        const done = (): void => {
          stop();
          signal?.removeEventListener('abort', done);
          resolve();
        };
        signal?.addEventListener('abort', done);
      });
    }
  }

  /** A person wants the keyring asked now. */
  askAgain(): void {
    this.#opening?.askAgain();
  }

  /** Nothing more is asked of the keyring. */
  close(): void {
    this.#opening?.stop();
    this.#opening = null;
    this.#wanted = [];
  }

  /** What could not be read. */
  get problems(): readonly Message[] {
    return this.#problems;
  }

  deviceKey(): string | null {
    return this.#value('deviceKey');
  }

  all(): SecretValues {
    return Object.fromEntries(names.map((name) => [name, this.#value(name)])) as SecretValues;
  }

  source(name: SecretName = 'deviceKey'): SecretSource {
    if (this.#environment[name] !== null) return 'environment';
    return this.#foreign.has(name) ? 'none' : (this.#kept[name]?.form ?? 'none');
  }

  /** It is stored, and this user's keyring can't open it. */
  isForeign(name: SecretName = 'deviceKey'): boolean {
    return this.#environment[name] === null && this.#foreign.has(name);
  }

  /** Which are there, be it in a locked keyring, for the window: it never gets their values. */
  stored(): { readonly deviceKey: boolean; readonly objectStore: boolean; readonly proxyPassword: boolean } {
    const isThere = (name: SecretName): boolean => this.source(name) !== 'none';
    return {
      deviceKey: isThere('deviceKey'),
      objectStore: isThere('s3AccessKeyId') && isThere('s3SecretAccessKey'),
      proxyPassword: isThere('proxyPassword'),
    };
  }

  /** Calls back after every change; the returned function ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Stores what a person entered, all or nothing checked before anything is written. Throws an
   * OperatorError for what can't be such a secret, and for one that an environment variable overrules.
   */
  async enter(entered: Partial<Record<SecretName, string>>): Promise<StoredForm> {
    return this.store(this.check(entered));
  }

  /** As they would be stored. Throws as `enter` does. */
  check(entered: Partial<Record<SecretName, string>>): Partial<Record<SecretName, string>> {
    const values: Partial<Record<SecretName, string>> = {};
    for (const name of names) {
      if (entered[name] === undefined) continue;
      const value = trimmed(name, entered[name]);
      const given = this.#environment[name];
      if (given !== null && given !== value) {
        const variable = secretVariables[name];
        throw refused(message('secret-from-environment', { what: nameOf(name), variable }));
      }
      const { form, called } = kinds[name];
      if (!form.test(value)) throw refused(message('secret-malformed', { context: called }));
      values[name] = value;
    }
    return values;
  }

  storeDeviceKey(entered: string): Promise<StoredForm> {
    return this.enter({ deviceKey: entered });
  }

  /** Stores as they are; an environment variable still goes first. Rejects when they are not durable. */
  store(values: Partial<Record<SecretName, string>>): Promise<StoredForm> {
    return this.#turn.run(() => this.#storeNow(values));
  }

  async #storeNow(values: Partial<Record<SecretName, string>>): Promise<StoredForm> {
    const kept = { ...this.#kept };
    const given = names.filter((name) => values[name] !== undefined);
    const sealed = await this.#seal(given.map((name) => values[name] ?? ''));
    given.forEach((name, index) => {
      kept[name] = { form: sealed.form, value: sealed.values[index] ?? '' };
    });
    const { deviceKey, ...others } = kept;
    if (given.includes('deviceKey')) await this.#write(keyFile, deviceKey);
    if (given.some((name) => name !== 'deviceKey')) await this.#write(otherFile, others);
    this.#kept = kept;
    this.#stored = { ...this.#stored, ...values };
    this.#problems = [];
    this.#foreign.clear();
    this.#openRest();
    this.#changed();
    return sealed.form;
  }

  #value(name: SecretName): string | null {
    return this.#environment[name] ?? this.#stored[name] ?? null;
  }

  /** A keyring that fails at that moment (locked, its service gone) must not cost a key that is given only once. */
  async #seal(texts: readonly string[]): Promise<{ readonly form: StoredForm; readonly values: readonly string[] }> {
    const encode = (bytes: Buffer): string => bytes.toString('base64');
    const late = new AbortController();
    const cancel = this.#options.clock.after(sealMilliseconds, () => late.abort());
    try {
      const sealed = await this.#options.keyring.seal(texts, late.signal);
      if (sealed !== null) return { form: 'keyring', values: sealed.map(encode) };
    } catch {
      // The file is what is left.
    } finally {
      cancel();
    }
    return { form: 'file', values: texts.map((text) => encode(Buffer.from(text, 'utf8'))) };
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  async #read(file: string): Promise<unknown> {
    const path = join(this.#options.dataDir, file);
    try {
      return JSON.parse(await patiently(() => readFile(path, 'utf8'), { mostMilliseconds: 2_000 })) as unknown;
    } catch (error) {
      if (errnoCode(error) !== 'ENOENT') {
        this.#problems.push(message('secret-file-unreadable', { path }));
      }
      return null;
    }
  }

  #write(file: string, content: unknown): Promise<void> {
    const { dataDir, files } = this.#options;
    return replaceFile(files, join(dataDir, file), JSON.stringify(content));
  }
}

const refused = (said: Message): OperatorError =>
  new OperatorError(said, { operation: 'store-secret', disposition: 'bury' });

/** What copying adds: spaces around a key. A password may have them itself; only the line end goes. */
const trimmed = (name: SecretName, text: string): string =>
  name === 'proxyPassword' ? text.replace(/[\r\n]+$/, '') : text.trim();

function keptOf(value: unknown): Kept | null {
  if (typeof value !== 'object' || value === null) return null;
  const { form, value: text } = value as { form?: unknown; value?: unknown };
  return (form === 'keyring' || form === 'file') && typeof text === 'string' ? { form, value: text } : null;
}
