import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DesktopApp, invoke } from '../support/desktop-app.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { fillFolder } from '../support/picture-folder.ts';

let product: DesktopApp;
beforeEach(async () => {
  product = await DesktopApp.prepare();
});
afterEach(() => product.dispose());

test('the page has no Node, runs nothing inline, goes nowhere and opens nothing', async () => {
  const page = await product.runGateway();
  await page.getByTestId('safe-statement').waitFor();
  const facts = await page.evaluate(() => ({
    origin: location.origin,
    node:
      typeof (globalThis as Record<string, unknown>)['require'] !== 'undefined' ||
      typeof (globalThis as Record<string, unknown>)['process'] !== 'undefined',
    bridge: Object.keys(window.gateway ?? {}).sort(),
    opened: window.open('https://example.com/') === null,
  }));
  expect(facts).toEqual({
    origin: 'acusight-gateway://app',
    node: false,
    bridge: ['invoke', 'subscribe'],
    opened: true,
  });
  // The debugger's own evaluation is exempt from the policy; a timer's text is not.
  await page.evaluate(() => void setTimeout('window.textRan = true', 0));
  const inline = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.inlineRan = true';
    document.head.append(script);
    return (window as unknown as Record<string, unknown>)['inlineRan'] === true;
  });
  expect(inline).toBe(false);
  await page.waitForTimeout(100);
  expect(await page.evaluate(() => 'textRan' in window)).toBe(false);
  await page.evaluate(() => {
    location.href = 'https://example.com/';
  });
  await page.waitForTimeout(300);
  expect(page.url()).toBe('acusight-gateway://app/index.html');
  expect(
    await page.evaluate(() =>
      fetch('http://127.0.0.1:9/').then(
        () => 'fetched',
        () => 'blocked',
      ),
    ),
  ).toBe('blocked');
  const preferences = await product.app.evaluate(({ BrowserWindow }) => {
    const { webContents } = BrowserWindow.getAllWindows()[0] as Electron.BrowserWindow;
    return (webContents as unknown as { getLastWebPreferences: () => Electron.WebPreferences }).getLastWebPreferences();
  });
  expect(preferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
  });
});

test('calls that are not of the contract are refused with words', async () => {
  const page = await product.runGateway();
  const call = (name: string, request: unknown) => invoke(page, name, request);
  expect(await call('toString', {})).toMatchObject({ ok: false, error: { code: 'unknown-operation' } });
  expect(await call('queue.page', { filter: 'all', cursor: null, limit: 100_000 })).toMatchObject({
    ok: false,
    error: { code: 'bad-request' },
  });
  expect(await call('image.detail', { imageId: '../../etc/passwd' })).toMatchObject({
    ok: true,
    value: { image: null },
  });
  const status = (path: string) =>
    page.evaluate(async (url) => {
      const image = new Image();
      image.src = url;
      return image.decode().then(
        () => 'shown',
        () => 'refused',
      );
    }, `acusight-image://${path}`);
  expect(await status('original/..%2F..%2Fgateway.sqlite')).toBe('refused');
  expect(await status('preview/00000000-0000-0000-0000-000000000000')).toBe('refused');
});

test('closing the window hides it: the gateway goes on, and starting the program again shows it', async () => {
  const page = await product.runGateway();
  await page.getByTestId('flow-statement').getByText('READY').waitFor();
  const visible = () =>
    product.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.isVisible()));
  await expect.poll(visible).toEqual([true]);
  await product.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  expect(await visible()).toEqual([false]);
  await fillFolder(product.input, { count: 5, bytes: 40_000 });
  await expect.poll(async () => (await product.server.stats()).images, { timeout: 20_000 }).toBe(5);

  const second = await GatewayProcess.start({
    folder: product.folder,
    deviceKey: product.server.deviceKey,
    config: product.config(),
    flags: [],
  });
  const run = await second.ended;
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain('already using this data folder');
  await expect.poll(visible).toEqual([true]);
});

test('first run: the form names what is wrong beside its field, and once it is right the gateway flows', async () => {
  const dataDir = join(product.folder, 'fresh');
  await mkdir(dataDir);
  const page = await product.launch(['open', '--data-dir', dataDir]);
  const form = page.getByTestId('setup-form');
  await form.waitFor();
  const address = form.getByLabel('Address of the cloud or server');
  const device = form.getByLabel('Device id');
  await address.fill('nonsense');
  await device.fill('line 7');
  await form.locator('input[type=password]').fill(product.server.deviceKey);
  await product.app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, product.input);
  await form.getByRole('button', { name: 'Add a folder' }).click();
  await form.getByText(product.input).waitFor();
  await form.locator('button[type=submit]').click();
  await form.getByText(/must be an http:\/\/ or https:\/\/ address/i).waitFor();
  await form.getByText(/may have letters, digits/i).waitFor();

  await address.fill(product.server.baseUrl);
  await device.fill('simulated-device');
  await form.locator('button[type=submit]').click();
  await page.getByTestId('flow-statement').getByText('READY').waitFor();
  await fillFolder(product.input, { count: 1, bytes: 40_000 });
  await expect.poll(async () => (await product.server.stats()).images, { timeout: 20_000 }).toBe(1);
  const written = JSON.parse(await readFile(join(dataDir, 'config.json'), 'utf8')) as unknown;
  expect(JSON.stringify(written)).not.toContain(product.server.deviceKey);
  expect(written).toMatchObject({
    cloud: { deviceId: 'simulated-device' },
    sources: [{ kind: 'folder', path: product.input }],
  });
});

test('first run with a provisioning token: what is saved stays on view until the token is exchanged, then the line is shown', async () => {
  const dataDir = join(product.folder, 'fresh');
  await mkdir(dataDir);
  const page = await product.launch(['open', '--data-dir', dataDir]);
  const form = page.getByTestId('setup-form');
  await form.getByLabel('Address of the cloud or server').fill(product.server.baseUrl);
  await form.getByLabel('Device id').fill('line-12');
  await form.getByRole('radio', { name: 'I have a provisioning token' }).press('Space');
  const token = form.getByRole('textbox', { name: 'Provisioning token' });
  await token.fill('apt_00');
  await product.app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, product.input);
  await form.getByRole('button', { name: 'Add a folder' }).click();
  await form.getByText(product.input).waitFor();
  await token.press('Enter');
  await form.getByText('The settings are saved, but no new key was given.').waitFor({ timeout: 20_000 });

  await token.fill(product.server.provisioningToken);
  await token.press('Enter');
  await form.getByText('“line-12” has its key').waitFor({ timeout: 20_000 });
  await form.getByRole('button', { name: 'Show the line' }).click();
  await page.getByTestId('flow-statement').waitFor();
  await fillFolder(product.input, { count: 1, bytes: 40_000 });
  await expect.poll(async () => (await product.server.stats()).images, { timeout: 20_000 }).toBe(1);
});

test('a run whose output nobody reads any more goes on, and ends when it is asked to', async () => {
  const { folder, server } = product;
  const gateway = await GatewayProcess.start({
    folder,
    deviceKey: server.deviceKey,
    config: product.config(),
    flags: ['--headless'],
  });
  await gateway.until(({ event }) => event === 'gateway-started');
  gateway.closeOutput();
  await fillFolder(product.input, { count: 3, bytes: 40_000 });
  await expect.poll(async () => (await server.stats()).images, { timeout: 20_000 }).toBe(3);
  gateway.kill('SIGTERM');
  expect((await gateway.ended).exitCode).toBe(0);
});
