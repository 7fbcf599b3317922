import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { type Files, nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { keyringOf, type Vault } from '../../../electron/keyring/keyring.ts';
import { Secrets } from '../../../electron/settings/secrets.ts';
import { FailingFiles, fileChanges } from '../../support/failing-files.ts';
import { failureWords, texts } from '../../support/spoken.ts';

/** A keyring that turns every byte around; `broken` is one of another user. */
const keyring: Vault = {
  isEncryptionAvailable: () => true,
  encryptString: (text) => Buffer.from(text, 'utf8').map((byte) => byte ^ 0xff) as Buffer,
  decryptString: (bytes) => Buffer.from(bytes.map((byte) => byte ^ 0xff)).toString('utf8'),
  getSelectedStorageBackend: () => 'gnome_libsecret',
};
const noKeyring: Vault = { ...keyring, isEncryptionAvailable: () => false };
const broken: Vault = {
  ...keyring,
  decryptString: () => {
    throw new Error('Error while decrypting the ciphertext');
  },
};

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'secrets-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

async function open(
  dataDir: string,
  { vault = keyring, environment = {}, files = nodeFiles }: { vault?: Vault; environment?: object; files?: Files } = {},
): Promise<Secrets> {
  const secrets = new Secrets({
    dataDir,
    keyring: keyringOf(vault),
    clock: systemClock,
    environment: { ...environment },
    files,
  });
  await secrets.load();
  await secrets.until((state) => state === null);
  return secrets;
}

const filesIn = async (path: string): Promise<string[]> => (await readdir(path)).sort();

describe('secrets', () => {
  it('are none at first, and none that could not be read is a problem', async () => {
    const secrets = await open(await folder());
    expect(secrets.all()).toEqual({
      deviceKey: null,
      s3AccessKeyId: null,
      s3SecretAccessKey: null,
      proxyPassword: null,
    });
    expect(secrets.source()).toBe('none');
    expect(secrets.problems).toEqual([]);
  });

  it('are there again in the next run, encrypted by the keyring', async () => {
    const dataDir = await folder();
    const first = await open(dataDir);
    expect(await first.enter({ deviceKey: ' adk_1\n', proxyPassword: ' mit Leerzeichen ä \n' })).toBe('keyring');
    const second = await open(dataDir);
    expect(second.all()).toMatchObject({ deviceKey: 'adk_1', proxyPassword: ' mit Leerzeichen ä ' });
    expect(second.source()).toBe('keyring');
    expect(second.source('proxyPassword')).toBe('keyring');
    for (const name of await filesIn(dataDir)) {
      const text = await readFile(join(dataDir, name), 'utf8');
      expect(text).not.toContain('adk_1');
      expect(text).not.toContain(Buffer.from('adk_1').toString('base64'));
    }
  });

  it.each([
    ['no keyring', noKeyring],
    [
      'a keyring that fails',
      {
        ...keyring,
        encryptString: () => {
          throw new Error('locked');
        },
      },
    ],
    ['a keyring that only hides the text', { ...keyring, getSelectedStorageBackend: () => 'basic_text' }],
  ])('lie in a file that only this user can read where there is %s', async (_, vault) => {
    const dataDir = await folder();
    const secrets = await open(dataDir, { vault });
    expect(await secrets.storeDeviceKey('adk_1')).toBe('file');
    await secrets.store({ s3AccessKeyId: 'id', s3SecretAccessKey: 'secret' });
    expect(secrets.source()).toBe('file');
    expect(await filesIn(dataDir)).toEqual(['device-key.json', 'secrets.json']);
    for (const name of await filesIn(dataDir)) expect((await stat(join(dataDir, name))).mode & 0o777).toBe(0o600);
    expect((await open(dataDir, { vault })).all()).toMatchObject({ deviceKey: 'adk_1', s3SecretAccessKey: 'secret' });
  });

  it('come from the environment first', async () => {
    const dataDir = await folder();
    await (await open(dataDir)).store({ deviceKey: 'adk_stored', proxyPassword: 'stored' });
    const environment = { ACUSIGHT_DEVICE_KEY: ' adk_env\n', ACUSIGHT_PROXY_PASSWORD: '' };
    const secrets = await open(dataDir, { environment });
    expect(secrets.deviceKey()).toBe('adk_env');
    expect(secrets.source()).toBe('environment');
    expect(secrets.all().proxyPassword).toBe('stored');
    expect(secrets.source('proxyPassword')).toBe('keyring');
  });

  it('can’t be entered against the environment, but a provisioned key is stored all the same', async () => {
    const dataDir = await folder();
    const secrets = await open(dataDir, { environment: { ACUSIGHT_DEVICE_KEY: 'adk_env' } });
    expect(await failureWords(secrets.storeDeviceKey('adk_other'))).toBe(
      'The device key is given by the environment variable ACUSIGHT_DEVICE_KEY of this program, which goes first. Change it there.',
    );
    expect(await filesIn(dataDir)).toEqual([]);
    await secrets.store({ deviceKey: 'adk_new' });
    expect(secrets.deviceKey()).toBe('adk_env');
    expect((await open(dataDir)).deviceKey()).toBe('adk_new');
  });

  it.each([
    [{ deviceKey: 'adk 1' }, 'device key has no spaces'],
    [{ deviceKey: '' }, 'device key has no spaces or line breaks'],
    [
      { deviceKey: 'adk_1', s3SecretAccessKey: 'a\nb' },
      'secret access key has no spaces or line breaks. Correct the entry.',
    ],
    [{ proxyPassword: 'a\tb' }, 'password has no line breaks'],
  ])('%j is refused in words, and nothing is stored', async (entered, words) => {
    const dataDir = await folder();
    const secrets = await open(dataDir);
    expect(await failureWords(secrets.enter(entered))).toContain(words);
    expect(await filesIn(dataDir)).toEqual([]);
    expect(secrets.deviceKey()).toBeNull();
  });

  it('are told to who listens once they are stored, and not before', async () => {
    const secrets = await open(await folder());
    const seen: (string | null)[] = [];
    const stop = secrets.onChange(() => seen.push(secrets.deviceKey()));
    await secrets.storeDeviceKey('adk_1');
    stop();
    await secrets.storeDeviceKey('adk_2');
    expect(seen).toEqual(['adk_1']);
  });

  it('stored at the same time do not lose each other', async () => {
    const dataDir = await folder();
    const secrets = await open(dataDir);
    await Promise.all([
      secrets.store({ s3AccessKeyId: 'id' }),
      secrets.store({ s3SecretAccessKey: 'secret' }),
      secrets.store({ proxyPassword: 'word' }),
    ]);
    expect((await open(dataDir)).all()).toMatchObject({
      s3AccessKeyId: 'id',
      s3SecretAccessKey: 'secret',
      proxyPassword: 'word',
    });
  });

  it('that this keyring can’t open are a problem in words, and are not lost when another is stored', async () => {
    const dataDir = await folder();
    await (await open(dataDir)).store({ deviceKey: 'adk_1', proxyPassword: 'word' });
    const foreign = await open(dataDir, { vault: broken });
    expect(foreign.deviceKey()).toBeNull();
    expect(foreign.source()).toBe('none');
    expect(foreign.isForeign()).toBe(true);
    expect(foreign.isForeign('s3AccessKeyId')).toBe(false);
    expect(texts(foreign.problems).join()).toContain('device key can’t be opened by this user’s keyring');
    await foreign.store({ s3AccessKeyId: 'id' });
    expect((await open(dataDir)).all()).toMatchObject({ deviceKey: 'adk_1', proxyPassword: 'word' });
  });

  it('in a file that is no JSON are a problem and no crash', async () => {
    const dataDir = await folder();
    await writeFile(join(dataDir, 'device-key.json'), '{"form":');
    await writeFile(join(dataDir, 'secrets.json'), '"text"');
    await chmod(join(dataDir, 'device-key.json'), 0o600);
    const secrets = await open(dataDir);
    expect(secrets.problems).toHaveLength(1);
    expect(secrets.all().proxyPassword).toBeNull();
  });

  it.each(fileChanges)('are never half there when the disk fails at %s', async (change) => {
    const dataDir = await folder();
    await (await open(dataDir)).storeDeviceKey('adk_old');
    const files = new FailingFiles();
    const secrets = await open(dataDir, { files });
    files.failAt({ nth: 1, only: [change], lasts: 'from-then-on', code: 'EIO', tornWrites: true });
    await expect(secrets.storeDeviceKey('adk_new')).rejects.toThrow('EIO');
    expect(secrets.deviceKey()).toBe('adk_old');
    // Renamed, but the folder not synced: the new key is there, unless the power fails now.
    expect((await open(dataDir)).deviceKey()).toBe(change === 'syncDirectory' ? 'adk_new' : 'adk_old');
    // What a torn write left does not stand in the way of the next try.
    const again = await open(dataDir);
    await again.storeDeviceKey('adk_newer');
    expect((await open(dataDir)).deviceKey()).toBe('adk_newer');
  });
});
