import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runTask, type TaskOptions } from '../../../electron/cli/one-shot.ts';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { noUsbCameras } from '../../../electron/gateway/source/usb/usb-cameras.ts';
import { type Keyring, keyringOf } from '../../../electron/keyring/keyring.ts';
import { Secrets } from '../../../electron/settings/secrets.ts';
import { SimulatedCloud } from '../../../electron/simulators/cloud/simulated-cloud.ts';
import { temporaryFolder } from '../../support/store.ts';

/** The commands of a site whose secrets were stored in a keyring, on a PC where it has none just now (a service, ssh). */

const desktop = keyringOf({
  isEncryptionAvailable: () => true,
  encryptString: (text) => Buffer.from(text),
  decryptString: (bytes) => String(bytes),
});

async function site() {
  const simulator = new SimulatedCloud({ dataDir: await temporaryFolder() });
  const { baseUrl, provisioningToken } = await simulator.start();
  onTestFinished(() => simulator.stop());
  const folder = await temporaryFolder();
  const place = { configFile: join(folder, 'config.json'), dataDir: join(folder, 'data') };
  const proxy = { url: 'http://127.0.0.1:9', username: 'line' };
  await writeFile(place.configFile, JSON.stringify({ cloud: { baseUrl, deviceId: 'line-7', proxy } }));
  const before = { dataDir: place.dataDir, environment: {}, clock: systemClock, files: nodeFiles };
  const secrets = new Secrets({ ...before, keyring: desktop });
  await secrets.load();
  await secrets.store({ deviceKey: 'adk_1', proxyPassword: 'word' });

  let questions = 0;
  const keyring: Keyring = {
    open: async () => {
      questions += 1;
      return { kind: 'shut', isRefused: false };
    },
    seal: async () => null,
    lock: async () => 'absent',
  };
  const run = async (options: TaskOptions) => {
    const heard: string[] = [];
    const hear = (text: string): void => void heard.push(text);
    const code = await runTask(options, place, {
      environment: {},
      keyring,
      files: nodeFiles,
      version: '1.2.3',
      nativeBinding: undefined,
      output: { print: hear, complain: hear },
      usbCameras: noUsbCameras,
      signal: new AbortController().signal,
    });
    return { code, output: heard.join('\n') };
  };
  return { run, place, provisioningToken, questions: () => questions };
}

test('the doctor waits for nobody to unlock a keyring that is not there', async () => {
  const { run, place, questions } = await site();
  const { code, output } = await run({ command: 'doctor', json: false, ...place });
  expect(output).toMatch(
    /FAULT +Keyring +The device key and password of the proxy can’t be read: .* can’t be reached\./,
  );
  expect(code).toBe(3);
  // Whoever waits asks again after ten seconds.
  expect(questions()).toBe(1);
});

test('nor does provisioning', async () => {
  const { run, place, provisioningToken, questions } = await site();
  const { code, output } = await run({ command: 'provision', token: provisioningToken, name: null, ...place });
  expect(output).toContain('The password of the proxy can’t be read: this PC’s keyring can’t be reached.');
  expect(code).toBe(1);
  expect(questions()).toBe(1);
});
