import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { secretsOf } from '../../../electron/gateway/wiring/shut-keyring.ts';
import { type Keyring, keyringOf, type Opened, type Vault } from '../../../electron/keyring/keyring.ts';
import { type SecretName, Secrets } from '../../../electron/settings/secrets.ts';
import { readSetup, saveSetup } from '../../../electron/settings/setup.ts';
import type { Setup } from '../../../shared/contract.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** Secrets in a keyring that answers when a person has unlocked it. */

const turned = (bytes: Uint8Array): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0xff));
const vault: Vault = {
  isEncryptionAvailable: () => true,
  encryptString: (text) => turned(Buffer.from(text, 'utf8')),
  decryptString: (bytes) => turned(bytes).toString('utf8'),
};

/** It answers nothing until it is unlocked; what was asked before is answered then. */
function locked() {
  const whole = keyringOf(vault);
  const waiting: (() => void)[] = [];
  const asked: number[] = [];
  let isLocked = true;
  const whenUnlocked = <Value>(answer: () => Promise<Value>, signal: AbortSignal): Promise<Value> =>
    new Promise((resolve, reject) => {
      const go = (): void => void answer().then(resolve, reject);
      signal.addEventListener('abort', () => reject(signal.reason));
      if (isLocked) waiting.push(go);
      else go();
    });
  const keyring: Keyring = {
    open: (sealed, signal): Promise<Opened> => {
      asked.push(sealed.length);
      return whenUnlocked(() => whole.open(sealed, signal), signal);
    },
    seal: (texts, signal) => whenUnlocked(() => whole.seal(texts, signal), signal),
    lock: async () => (isLocked ? 'locked' : 'unlocked'),
  };
  const unlock = (): void => {
    isLocked = false;
    for (const go of waiting.splice(0)) go();
  };
  return { keyring, unlock, asked };
}

async function storedBefore(values: Parameters<Secrets['store']>[0]): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'secrets-'));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const common = { dataDir, environment: {}, clock: systemClock, files: nodeFiles };
  const secrets = new Secrets({ ...common, keyring: keyringOf(vault) });
  await secrets.load();
  expect(await secrets.store(values)).toBe('keyring');
  return dataDir;
}

async function open(
  dataDir: string,
  keyring: Keyring,
  environment: Record<string, string> = {},
  needed?: readonly SecretName[],
) {
  const clock = new FakeClock();
  const secrets = new Secrets({ dataDir, environment, clock, files: nodeFiles, keyring });
  onTestFinished(() => secrets.close());
  await secrets.load(needed);
  return { secrets, clock };
}

describe('secrets in a locked keyring', () => {
  it('are waited for by nobody, count as stored, and are there once it is unlocked', async () => {
    const dataDir = await storedBefore({ deviceKey: 'adk_1', proxyPassword: 'word' });
    const { keyring, unlock } = locked();
    const { secrets, clock } = await open(dataDir, keyring);
    expect(secrets.deviceKey()).toBeNull();
    expect(secrets.waiting).toEqual({ names: ['deviceKey', 'proxyPassword'], state: 'asking' });
    expect(secrets.source()).toBe('keyring');
    expect(secrets.stored()).toEqual({ deviceKey: true, objectStore: false, proxyPassword: true });
    expect(secrets.problems).toEqual([]);
    const states: (string | null)[] = [];
    secrets.onChange(() => states.push(secrets.waiting?.state ?? null));
    for (let second = 0; second < 5; second += 1) {
      clock.advance(1_000);
      await turn();
    }
    expect(states).toEqual(['locked']);
    unlock();
    await secrets.until((state) => state === null);
    expect(states).toEqual(['locked', null]);
    expect(secrets.all()).toMatchObject({ deviceKey: 'adk_1', proxyPassword: 'word' });
    expect(secrets.waiting).toBeNull();
  });

  it('are not asked for where the environment gives them, or where none is stored', async () => {
    const { keyring, asked } = locked();
    const dataDir = await storedBefore({ deviceKey: 'adk_1' });
    const { secrets } = await open(dataDir, keyring, { ACUSIGHT_DEVICE_KEY: 'adk_env' });
    expect(secrets.waiting).toBeNull();
    await open(join(dataDir, 'another'), keyring);
    expect(asked).toEqual([]);
    await open(await storedBefore({ deviceKey: 'adk_1', proxyPassword: 'word' }), keyring, {
      ACUSIGHT_DEVICE_KEY: 'adk_env',
    });
    expect(asked).toEqual([1]);
  });

  it('are not asked for where this site does not need them, and count as stored all the same', async () => {
    const { keyring, unlock, asked } = locked();
    const values = { deviceKey: 'adk_1', s3AccessKeyId: 'id', s3SecretAccessKey: 'secret', proxyPassword: 'word' };
    const dataDir = await storedBefore(values);
    const inCloudMode = secretsOf({ cloud: { mode: 'cloud' } });
    const { secrets } = await open(dataDir, keyring, { ACUSIGHT_DEVICE_KEY: 'adk_env' }, inCloudMode);
    expect(asked).toEqual([]);
    expect(secrets.waiting).toBeNull();
    expect(secrets.stored()).toEqual({ deviceKey: true, objectStore: true, proxyPassword: true });
    expect(secrets.isForeign('s3AccessKeyId')).toBe(false);

    // The settings change.
    secrets.need(secretsOf({ cloud: { mode: 'lan' } }));
    expect(asked).toEqual([2]);
    expect(secrets.waiting?.names).toEqual(['s3AccessKeyId', 's3SecretAccessKey']);
    // Whoever is being asked is not asked anew for settings that need nothing else.
    secrets.need(secretsOf({ cloud: { mode: 'lan', proxy: { url: 'http://proxy:3128' } } }));
    expect(asked).toEqual([2]);
    unlock();
    await secrets.until((state) => state === null);
    expect(secrets.all()).toMatchObject({ s3AccessKeyId: 'id', s3SecretAccessKey: 'secret', proxyPassword: null });

    secrets.need(secretsOf({ cloud: { mode: 'cloud', proxy: { url: 'http://proxy:3128', username: 'line' } } }));
    await secrets.until((state) => state === null);
    expect(asked).toEqual([2, 1]);
    expect(secrets.all()).toMatchObject({ s3AccessKeyId: 'id', proxyPassword: 'word' });
  });

  it('are not asked for again once settings need them no more, nor what another keyring holds', async () => {
    const dataDir = await storedBefore({ deviceKey: 'adk_1', proxyPassword: 'word' });
    const { keyring, asked } = locked();
    const { secrets, clock } = await open(dataDir, keyring);
    secrets.need([]);
    expect(secrets.waiting).toBeNull();
    await turn();
    expect(clock.timers).toBe(0);
    expect(secrets.source()).toBe('keyring');

    const foreign = keyringOf({
      ...vault,
      decryptString: () => {
        throw new Error('another keyring');
      },
    });
    const { secrets: others } = await open(dataDir, foreign, {}, ['deviceKey']);
    await others.until((state) => state === null);
    expect(others.isForeign()).toBe(true);
    others.need(['deviceKey', 'proxyPassword']);
    await others.until((state) => state === null);
    expect(others.isForeign('proxyPassword')).toBe(true);
    expect(others.problems).toHaveLength(2);
    expect(asked).toEqual([2]);
  });

  it('are replaced by one that is entered meanwhile: it lies in a file, and the old one does not come back', async () => {
    const dataDir = await storedBefore({ deviceKey: 'adk_old', proxyPassword: 'word' });
    const { keyring, unlock } = locked();
    const { secrets, clock } = await open(dataDir, keyring);
    const entered = secrets.enter({ deviceKey: 'adk_new' });
    for (let second = 0; second < 21; second += 1) {
      clock.advance(1_000);
      await turn();
    }
    expect(await entered).toBe('file');
    expect(secrets.deviceKey()).toBe('adk_new');
    expect(secrets.waiting?.names).toEqual(['proxyPassword']);
    unlock();
    await secrets.until((state) => state === null);
    expect(secrets.all()).toMatchObject({ deviceKey: 'adk_new', proxyPassword: 'word' });
    const kept = JSON.parse(await readFile(join(dataDir, 'device-key.json'), 'utf8')) as { form: string };
    expect(kept.form).toBe('file');
  });

  it('of a whole form are waited for once, and none is stored where one is no such secret', async () => {
    const { keyring } = locked();
    const { secrets, clock } = await open(await storedBefore({ deviceKey: 'adk_old' }), keyring);
    const configFile = join(await mkdtemp(join(tmpdir(), 'setup-')), 'config.json');
    onTestFinished(() => rm(dirname(configFile), { recursive: true }));
    const empty = await readSetup(configFile);
    const form = {
      ...empty,
      deviceId: 'line-7',
      deviceKey: 'adk_new',
      proxy: { ...empty.proxy, url: 'http://proxy:3128', username: 'line', password: 'word' },
    };
    const save = (setup: Setup) => saveSetup({ configFile, secrets, start: async () => undefined }, setup);
    const faulty = await save({ ...form, proxy: { ...form.proxy, password: 'a\tb' } });
    expect(faulty.faults).toMatchObject([{ path: 'proxy.password' }]);
    expect(secrets.deviceKey()).toBeNull();

    const saved = save(form);
    for (let second = 0; second < 25; second += 1) {
      clock.advance(1_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect((await saved).faults).toEqual([]);
    expect(secrets.all()).toMatchObject({ deviceKey: 'adk_new', proxyPassword: 'word' });
  });

  it('that a person unlocks to enter a new one go into the keyring', async () => {
    const { keyring, unlock } = locked();
    const { secrets } = await open(await storedBefore({ deviceKey: 'adk_old' }), keyring);
    const entered = secrets.enter({ deviceKey: 'adk_new' });
    await turn();
    unlock();
    expect(await entered).toBe('keyring');
    expect(secrets.deviceKey()).toBe('adk_new');
    await secrets.until((state) => state === null);
    expect(secrets.deviceKey()).toBe('adk_new');
  });

  it('are waited for no longer than somebody wants to', async () => {
    const { keyring } = locked();
    const { secrets } = await open(await storedBefore({ deviceKey: 'adk_1' }), keyring);
    const stop = new AbortController();
    const waited = secrets.until((state) => state === null, stop.signal);
    stop.abort();
    await waited;
    await secrets.until((state) => state === null, stop.signal);
    expect(secrets.deviceKey()).toBeNull();
  });
});
