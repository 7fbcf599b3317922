import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import type { Page } from 'playwright';
import { describe, expect, type TestContext, test } from 'vitest';
import { resolveElectron } from '../../scripts/electron-runtime.mjs';
import { fuses } from '../../scripts/package/fuses.mjs';
import type { ConfigInput } from '../../shared/config.ts';
import { ask, DesktopApp } from '../support/desktop-app.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { LoginKeyring } from '../support/login-keyring.ts';
import { fillFolder } from '../support/picture-folder.ts';

/**
 * The whole program on a PC whose keyring holds the device key and is locked, as after a log-in without a password: with a
 * real session bus, and GNOME's keyring with its question for the password.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));

/** A PC of its own for each test, so that those which wait for long can wait beside each other. */
async function prepare(onTestFinished: TestContext['onTestFinished']) {
  const product = await DesktopApp.prepare();
  onTestFinished(() => product.dispose());
  const keyring = await LoginKeyring.session(join(product.folder, 'session'));
  onTestFinished(() => keyring.close());
  onTestFinished(() => product.close());
  await keyring.logIn();

  /** `gateway …`; resolves with its end. */
  const command = async (...words: readonly string[]) => {
    const { executable, switches, env } = resolveElectron();
    const environment: NodeJS.ProcessEnv = { ...process.env, ...env, ...keyring.environment };
    for (const name of ['ELECTRON_RUN_AS_NODE', 'ACUSIGHT_DEVICE_KEY', 'DISPLAY']) delete environment[name];
    const child = spawn(executable, [...switches, '--ozone-platform=headless', root, '--', 'gateway', ...words], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode, output };
  };

  const configOf = (deviceId: string): ConfigInput => {
    const config = product.config();
    return { ...config, cloud: { ...config.cloud, deviceId } };
  };

  const place = async (deviceId = 'line-9'): Promise<readonly string[]> => {
    const file = join(product.folder, `${deviceId}.json`);
    await writeFile(file, JSON.stringify(configOf(deviceId)));
    return ['--config', file, '--data-dir', product.dataDir];
  };

  /** Puts a device key in the keyring that is unlocked. */
  const provision = async (): Promise<void> => {
    const words = ['provision', ...(await place()), '--token', product.server.provisioningToken];
    const { output, exitCode } = await command(...words);
    expect(exitCode, output).toBe(0);
    expect(output).toContain('in the keyring of this user');
  };

  const lock = async (): Promise<void> => {
    await keyring.logOut();
    await keyring.logInByItself();
  };

  /** A gateway that has pictures to deliver, and ends once it has. */
  const waiting = async (): Promise<GatewayProcess> => {
    await fillFolder(product.input, { count: 2, bytes: 40_000 });
    return GatewayProcess.start({
      folder: product.folder,
      config: configOf('line-9'),
      environment: keyring.environment,
    });
  };

  return { product, keyring, command, configOf, place, provision, lock, waiting };
}

/** Of the processes that ask the keyring for this one. */
async function readersOf(parent: number): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    const words = /^\d+$/.test(name) ? await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '') : '';
    if (words.split(/[\0 ]/).includes(`--keyring-reader=${parent}`)) found.push(Number(name));
  }
  return found;
}

const says = (page: Page, which: 'safe' | 'flow', words: string | RegExp) =>
  page.getByTestId(`${which}-statement`).getByText(words).first().waitFor({ timeout: 60_000 });

// Each waits for long, for a person or until patience ends: they do so beside each other, each with its own `expect`.
describe.runIf(LoginKeyring.isPossible)('a keyring that is not open', { concurrent: true }, () => {
  test('holds up neither the window nor collecting; unlocked, the pictures go out by themselves', async ({
    expect,
    onTestFinished,
  }) => {
    const { product, keyring, place, provision, lock } = await prepare(onTestFinished);
    await provision();
    await lock();
    const hashes = await fillFolder(product.input, { count: 3, bytes: 40_000 });
    const page = await product.launch(['gateway', ...(await place())], keyring.environment);
    await says(page, 'flow', 'WAITING FOR KEYRING');
    await says(page, 'flow', /Since .*The device key can’t be read: this PC’s keyring is locked\./);
    await says(page, 'flow', '3 pictures wait safely on this PC.');
    await says(page, 'safe', 'SAFE');
    expect((await product.server.stats()).images).toBe(0);
    const { advice, gateway } = await ask(page, 'snapshot.get', {});
    expect(advice).toMatchObject([{ message: { code: 'key-locked' }, action: 'try-now' }]);
    expect(gateway.keySource).toBe('keyring');
    // Nobody is asked for a key that is there.
    expect(await page.getByRole('button', { name: /enter.*key/i }).count()).toBe(0);

    await keyring.unlock();
    await says(page, 'flow', 'ALL DELIVERED');
    const images = await product.server.images();
    expect(new Set(images.map(({ sha256 }) => sha256))).toEqual(hashes);
    expect(await readersOf(product.app.process().pid ?? 0)).toEqual([]);
  });

  test('is not asked for again by whoever closed its question, until they want it', async ({
    expect,
    onTestFinished,
  }) => {
    const { product, keyring, place, provision, lock } = await prepare(onTestFinished);
    await provision();
    await lock();
    const page = await product.launch(['gateway', ...(await place())], keyring.environment);
    const main = product.app.process().pid ?? 0;
    await says(page, 'flow', 'WAITING FOR KEYRING');
    // Chromium puts it more than once.
    const left = async (): Promise<number[]> => ((await keyring.dismiss()) ? [0] : readersOf(main));
    await expect.poll(left, { timeout: 30_000, interval: 200 }).toEqual([]);
    // Longer than where it is not known to be locked.
    await page.waitForTimeout(12_000);
    expect(await readersOf(main)).toEqual([]);
    await says(page, 'flow', 'this PC’s keyring is locked');
    await page
      .getByRole('button', { name: /try now/i })
      .first()
      .click();
    await expect.poll(() => keyring.dismiss(), { timeout: 30_000 }).toBe(true);
    await keyring.unlock();
    await says(page, 'flow', 'READY');
  });

  test('keeps no new key from being stored, and no command waiting', async ({ expect, onTestFinished }) => {
    const { product, command, place, provision, lock } = await prepare(onTestFinished);
    await provision();
    await lock();
    const [doctor, provisioned] = await Promise.all([
      command('doctor', ...(await place())),
      command('provision', ...(await place('line-10')), '--token', product.server.provisioningToken),
    ]);
    expect(doctor.exitCode, doctor.output).toBe(3);
    expect(doctor.output).toMatch(/FAULT +Keyring +The device key can’t be read: this PC’s keyring is locked\./);
    expect(doctor.output).not.toContain('no device key');
    expect(provisioned.exitCode, provisioned.output).toBe(0);
    expect(provisioned.output).toContain('in a file that only this user can read, because no keyring could be used');
  });

  test('hangs holds up nothing either, and is asked again once it answers', async ({ expect, onTestFinished }) => {
    const { product, keyring, provision, waiting } = await prepare(onTestFinished);
    await provision();
    keyring.hang();
    const gateway = await waiting();
    expect(await gateway.until(({ event }) => event === 'keyring-shut')).toMatchObject({ state: 'silent' });
    keyring.goOn();
    const { exitCode, stderr } = await gateway.ended;
    expect(exitCode, stderr).toBe(0);
    expect((await product.server.stats()).images).toBe(2);
  });
});

test.runIf(LoginKeyring.isPossible)(
  'a release, with its fuses, starts while the keyring is locked, and ends when it is told to',
  async ({ onTestFinished }) => {
    const { product, keyring, place, provision, lock } = await prepare(onTestFinished);
    await provision();
    await lock();
    const { executable, switches, env } = resolveElectron();
    const program = await withFuses(executable, join(product.folder, 'release'));
    const child = spawn(program, [...switches, root, '--', 'gateway', ...(await place())], {
      env: { ...process.env, ...env, ...keyring.environment, ACUSIGHT_DEVICE_KEY: undefined },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = once(child, 'exit');
    try {
      let log = '';
      child.stdout.on('data', (chunk) => (log += String(chunk)));
      await expect.poll(() => log, { timeout: 30_000 }).toContain('gateway-started');
      const screen = join(product.dataDir, 'shell', 'Local Storage');
      await expect.poll(() => existsSync(screen), { timeout: 30_000 }).toBe(true);
      child.kill('SIGTERM');
      expect((await ended)[0]).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
  },
);

test.runIf(LoginKeyring.isPossible)(
  'what the keyring holds is told to no other program that asks as this one does',
  async ({ onTestFinished }) => {
    const { product, keyring, provision } = await prepare(onTestFinished);
    await provision();
    const { value } = JSON.parse(await readFile(join(product.dataDir, 'device-key.json'), 'utf8')) as { value: string };
    const { executable, switches, env } = resolveElectron();
    const words = [`--keyring-reader=${process.pid}`, ...switches, '--ozone-platform=headless', root];
    const child = spawn(executable, words, {
      env: { ...process.env, ...env, ...keyring.environment },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    let told = '';
    for (const stream of child.stdio.slice(1)) (stream as Readable).on('data', (chunk) => (told += String(chunk)));
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify({ kind: 'open', sealed: [value] }));
    expect((await once(child, 'close'))[0]).toBe(1);
    expect(told).toContain('only this program itself');
    expect(told).not.toContain('adk_');
  },
);

/** The runtime with those fuses of a release that have to do with a keyring; others need the whole package. */
async function withFuses(executable: string, folder: string): Promise<string> {
  await mkdir(folder);
  for (const name of await readdir(dirname(executable))) {
    const source = join(dirname(executable), name);
    if (source === executable) await copyFile(source, join(folder, name));
    else await symlink(source, join(folder, name));
  }
  const program = join(folder, basename(executable));
  const wanted = { [FuseV1Options.EnableCookieEncryption]: fuses.EnableCookieEncryption };
  await flipFuses(program, { version: FuseVersion.V1, ...wanted });
  return program;
}

test.runIf(LoginKeyring.isPossible)(
  'from a keyring that is open the key comes in time to tell the cloud of a start that fails',
  async ({ onTestFinished }) => {
    const { product, keyring, configOf, provision } = await prepare(onTestFinished);
    await provision();
    await writeFile(join(product.dataDir, 'gateway.sqlite'), 'x'.repeat(20_000));
    const gateway = await GatewayProcess.start({
      folder: product.folder,
      config: configOf('line-9'),
      flags: ['--headless'],
      environment: keyring.environment,
    });
    expect((await gateway.ended).exitCode).toBe(1);
    expect(await product.server.stats()).toMatchObject({ checkins: 1, lastCheckin: { status: 'error' } });
  },
);

describe.runIf(LoginKeyring.isPossible)('a keyring', () => {
  test('that is locked does not keep the program from its end, and no question outlives it', async ({
    onTestFinished,
  }) => {
    const { product, keyring, configOf, provision, lock } = await prepare(onTestFinished);
    await provision();
    await lock();
    for (const [signal, whom] of [
      ['SIGTERM', 'alone'],
      ['SIGTERM', 'with its group'],
      ['SIGKILL', 'alone'],
    ] as const) {
      const gateway = await GatewayProcess.start({
        folder: product.folder,
        config: configOf('line-9'),
        flags: ['--headless'],
        environment: keyring.environment,
      });
      await gateway.until(({ event }) => event === 'keyring-shut');
      const main = gateway.pid;
      expect(await readersOf(main)).toHaveLength(1);
      // Alone: the others of its group must notice by themselves.
      process.kill(whom === 'alone' ? main : -main, signal);
      const { exitCode } = await gateway.ended;
      expect(exitCode).toBe(signal === 'SIGTERM' ? 0 : null);
      await expect.poll(() => readersOf(main), { timeout: 10_000 }).toEqual([]);
      gateway.kill();
    }
  });

  test('that is locked is asked nothing by a site that needs nothing of it', async ({ onTestFinished }) => {
    const { product, keyring, lock, configOf } = await prepare(onTestFinished);
    await lock();
    // Left over from LAN mode.
    const kept = { form: 'keyring', value: Buffer.from('sealed').toString('base64') };
    await mkdir(product.dataDir);
    const secrets = { s3AccessKeyId: kept, s3SecretAccessKey: kept };
    await writeFile(join(product.dataDir, 'secrets.json'), JSON.stringify(secrets));
    await fillFolder(product.input, { count: 2, bytes: 40_000 });
    const gateway = await GatewayProcess.start({
      folder: product.folder,
      config: configOf('simulated-device'),
      deviceKey: product.server.deviceKey,
      environment: keyring.environment,
    });
    const { exitCode, stderr, log } = await gateway.ended;
    expect(exitCode, stderr).toBe(0);
    expect(log.map(({ event }) => event)).not.toContain('keyring-shut');
    expect(await keyring.dismiss()).toBe(false);
    expect((await product.server.stats()).images).toBe(2);
  });

  test('that comes later than the gateway is asked then', async ({ onTestFinished }) => {
    const { product, keyring, provision, waiting } = await prepare(onTestFinished);
    await provision();
    await keyring.logOut();
    const gateway = await waiting();
    await gateway.until(({ event }) => event === 'keyring-shut');
    await keyring.logIn();
    const { exitCode, stderr } = await gateway.ended;
    expect(exitCode, stderr).toBe(0);
    expect((await product.server.stats()).images).toBe(2);
  });

  test('that goes away while the gateway runs holds up nothing, and one started without it collects from its first second', async ({
    onTestFinished,
  }) => {
    const { product, keyring, configOf, provision } = await prepare(onTestFinished);
    await provision();
    const start = async (): Promise<GatewayProcess> => {
      const gateway = await GatewayProcess.start({
        folder: product.folder,
        config: configOf('line-9'),
        environment: keyring.environment,
        flags: ['--headless'],
      });
      onTestFinished(async () => {
        gateway.kill();
        await gateway.ended;
      });
      return gateway;
    };
    const delivered = async (): Promise<number> => (await product.server.stats()).images;
    const first = await start();
    await fillFolder(product.input, { count: 2, bytes: 40_000 });
    await expect.poll(delivered).toBe(2);
    await keyring.logOut();
    await fillFolder(product.input, { count: 3, bytes: 40_000, firstSeed: 10 });
    await expect.poll(delivered).toBe(5);
    first.kill('SIGTERM');
    expect((await first.ended).exitCode).toBe(0);

    await fillFolder(product.input, { count: 3, bytes: 40_000, firstSeed: 20 });
    const second = await start();
    await second.until(({ event, collected }) => event === 'progress' && collected === 8);
    expect(await delivered()).toBe(5);
    await keyring.logIn();
    await expect.poll(delivered, { timeout: 60_000 }).toBe(8);
  });
});
