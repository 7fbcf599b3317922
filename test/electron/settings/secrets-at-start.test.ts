import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { jsonLogger } from '../../../electron/gateway/platform/logger.ts';
import { secretsOf } from '../../../electron/gateway/wiring/shut-keyring.ts';
import { keyringOf, type LockState, type Vault } from '../../../electron/keyring/keyring.ts';
import { checkConfig, type LoadedConfig } from '../../../electron/settings/config-file.ts';
import { Secrets } from '../../../electron/settings/secrets.ts';
import { loadSecrets, secretsLog } from '../../../electron/settings/secrets-at-start.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** The start on a PC whose keyring holds every secret, and answers nobody. */

const vault: Vault = {
  isEncryptionAvailable: () => true,
  encryptString: (text) => Buffer.from(text),
  decryptString: (bytes) => String(bytes),
};

const settings = (cloud: Record<string, unknown>): Promise<LoadedConfig> =>
  checkConfig({ cloud: { baseUrl: 'https://10.0.0.5/api', deviceId: 'line-7', ...cloud } });
const lan = { mode: 'lan', objectStore: { endpoint: 'https://10.0.0.6:9000', bucket: 'pictures' } };

async function start(environment: Record<string, string>, lock: LockState) {
  const dataDir = await mkdtemp(join(tmpdir(), 'secrets-'));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const before = new Secrets({
    dataDir,
    environment: {},
    clock: systemClock,
    files: nodeFiles,
    keyring: keyringOf(vault),
  });
  await before.load();
  await before.store({ deviceKey: 'adk_1', s3AccessKeyId: 'id', s3SecretAccessKey: 'secret', proxyPassword: 'word' });
  const clock = new FakeClock();
  const questions: number[] = [];
  const secrets = new Secrets({
    dataDir,
    environment,
    clock,
    files: nodeFiles,
    keyring: {
      open: (sealed, signal) => {
        questions.push(sealed.length);
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
      seal: async () => null,
      lock: async () => lock,
    },
  });
  onTestFinished(() => secrets.close());
  const logged: { readonly event: string; readonly state?: string; readonly names?: readonly string[] }[] = [];
  const logNow = secretsLog(
    secrets,
    jsonLogger((line) => logged.push(JSON.parse(line)), clock.now),
  );
  secrets.onChange(logNow);
  let isStarted = false;
  const load = (loaded: LoadedConfig): void =>
    void loadSecrets(secrets, loaded, clock).then(() => {
      isStarted = true;
      logNow();
    });
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1_000);
      await turn();
    }
  };
  return { secrets, clock, questions, logged, load, pass, isStarted: () => isStarted };
}

describe('the start with a keyring that answers nobody', () => {
  it('waits for nothing, and warns of nothing, where the site needs no secret of it', async () => {
    for (const loaded of [await settings({}), { kind: 'missing' } as const]) {
      const { load, questions, logged, pass, clock, isStarted } = await start(
        { ACUSIGHT_DEVICE_KEY: 'adk_env' },
        'locked',
      );
      load(loaded);
      await expect.poll(isStarted).toBe(true);
      expect(clock.timers).toBe(0);
      await pass(60);
      expect(questions).toEqual([]);
      expect(logged).toEqual([]);
    }
  });

  it('goes on as soon as it is known to be locked, and says so once, and again of other secrets', async () => {
    const { load, questions, logged, pass, secrets, isStarted } = await start({}, 'locked');
    load(await settings({}));
    await expect.poll(() => questions).toEqual([1]);
    expect(isStarted()).toBe(false);
    await pass(2);
    await expect.poll(isStarted).toBe(true);
    await pass(600);
    expect(logged).toMatchObject([{ event: 'keyring-shut', state: 'locked', names: ['deviceKey'] }]);
    secrets.need(secretsOf({ cloud: { mode: 'lan' } }));
    await pass(5);
    expect(logged).toMatchObject([
      { names: ['deviceKey'] },
      { event: 'keyring-shut', state: 'locked', names: ['deviceKey', 's3AccessKeyId', 's3SecretAccessKey'] },
    ]);
  });

  it('is held up for a moment at the most where nothing tells why', async () => {
    const { load, questions, logged, pass, isStarted } = await start({}, 'silent');
    load(await settings(lan));
    await expect.poll(() => questions).toEqual([3]);
    await pass(2);
    expect(isStarted()).toBe(false);
    await pass(1);
    await expect.poll(isStarted).toBe(true);
    expect(logged).toEqual([]);
    await pass(20);
    expect(logged).toMatchObject([{ event: 'keyring-shut', state: 'silent' }]);
  });
});
