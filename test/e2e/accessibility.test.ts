import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from 'playwright';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SimulatedCamera } from '../../electron/simulators/camera/simulated-camera.ts';
import { DesktopApp } from '../support/desktop-app.ts';
import { fillFolder } from '../support/picture-folder.ts';

/** Every screen and dialog of the real window: for those who do not see it, and under the page's own policy. */

const address = '127.0.0.74';
let product: DesktopApp;
let camera: SimulatedCamera;
beforeEach(async () => {
  product = await DesktopApp.prepare();
  camera = await SimulatedCamera.start({ address, serial: 'E2E3', width: 320, height: 240, framesPerSecond: 5 });
});
afterEach(async () => {
  await product.dispose();
  await camera.stop();
});

type Recorder = { policyFaults?: string[] };

/** Begins the page anew, so that nothing it does is missed. */
async function recordPolicyFaults(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const faults: string[] = [];
    (globalThis as Recorder).policyFaults = faults;
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile }) => {
      faults.push(`${effectiveDirective} ${blockedURI} ${sourceFile}`);
    });
  });
  await page.reload();
}
const policyFaults = (page: Page) => page.evaluate(() => (globalThis as Recorder).policyFaults);

/** The rules of WCAG 2.2, levels A and AA; what axe calls good practice besides is a matter of taste. */
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What axe finds that keeps somebody from using the screen. */
async function barriers(page: Page): Promise<string[]> {
  // The other mode opens a page of its own, which this program does not allow.
  const { violations } = await new AxeBuilder({ page }).withTags(rules).setLegacyMode().analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id} ${html} ${failureSummary}`));
}

const hasFocus = (button: Locator) => button.evaluate((element) => element === document.activeElement);

test('no screen and no dialog has a barrier, in light and dark, and none breaks the policy of the page', async () => {
  await product.server.setFaults({ kind: 'status', status: 400, endpoints: ['upload'] });
  await fillFolder(product.input, { count: 3, bytes: 50_000 });
  await writeFile(join(product.input, 'notes.jpg'), 'This is not a picture.');
  const { sources = [] } = product.config();
  const trigger = { mode: 'software' } as const;
  const camera = { id: 'top', name: 'Top camera', kind: 'gige', address, trigger } as const;
  const page = await product.runGateway(product.config({ sources: [...sources, camera] }));
  await recordPolicyFaults(page);
  await expect.poll(() => page.getByTestId('count-dead').textContent(), { timeout: 20_000 }).toBe('3');

  const found: string[] = [];
  const look = async (screen: string): Promise<void> => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      found.push(...(await barriers(page)).map((barrier) => `${screen}, ${colorScheme}: ${barrier}`));
    }
  };
  const open = (screen: string) => page.getByTestId(`screen-${screen}`).click();

  await look('overview');
  await page.getByTestId('filter-refused').click();
  await page.getByTestId('refusal-row').waitFor();
  await look('files not taken');
  await page.getByTestId('filter-dead').click();
  await page.getByTestId('queue-row').first().click();
  await page.getByTestId('dead-bar').getByRole('checkbox').click();
  await look('dead letters');
  const remove = page.getByTestId('dead-bar').getByRole('button', { name: /^delete/i });
  await remove.click();
  await look('deleting');
  // Enter keeps them: the harmless answer has the focus, and the button that asked gets it back.
  await page.keyboard.press('Enter');
  await page.getByTestId('delete-dialog').waitFor({ state: 'detached' });
  await expect.poll(() => hasFocus(remove)).toBe(true);

  await open('cameras');
  await page.getByTestId('find-cameras').click();
  await page.getByTestId('found-camera').first().waitFor({ timeout: 20_000 });
  await look('cameras');
  await page.getByTestId('open-live').click();
  await page.getByTestId('features').waitFor({ timeout: 20_000 });
  await page.locator('.category-head').first().click();
  await look('live view');

  await open('ledger');
  await page.getByTestId('ledger-verify').click();
  await page.getByTestId('ledger-verdict').waitFor({ timeout: 20_000 });
  await look('reconciliation');
  await open('site');
  const run = page.getByTestId('doctor-run');
  await run.press('Enter');
  await page.getByTestId('doctor-check').first().waitFor({ timeout: 60_000 });
  // It could not be pressed meanwhile, and kept the focus.
  expect(await hasFocus(run)).toBe(true);
  await look('site');
  await open('settings');
  await page.getByTestId('setup-form').waitFor();
  await look('settings');

  await product.server.setFaults({ kind: 'status', status: 401 });
  await fillFolder(product.input, { count: 1, bytes: 50_000, firstSeed: 10 });
  await open('overview');
  await page.getByTestId('advice').getByRole('button', { name: /key/i }).click({ timeout: 20_000 });
  await page.getByRole('dialog').waitFor();
  await look('key');

  expect(found).toEqual([]);
  expect(await policyFaults(page)).toEqual([]);
});

test('the first run has no barrier, its faults show at their fields as they are left', async () => {
  const page = await product.launch(['open', '--data-dir', join(product.folder, 'fresh')]);
  await recordPolicyFaults(page);
  const form = page.getByTestId('setup-form');
  await form.waitFor();
  await form.getByText('LAN (object storage on site)').click();
  await form.getByText('By a proxy script').click();
  await form.getByLabel('Bucket').focus();
  await page.keyboard.press('Tab');
  await form.getByText('Enter the bucket.').waitFor();
  await form.getByLabel('Bucket').fill('raw-data');
  await form.getByText('Enter the bucket.').waitFor({ state: 'detached' });
  await form.locator('button[type=submit]').click();
  await form.getByText('Enter the address of the script.').waitFor();
  // Whoever saves is led to the first thing that is wrong.
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('deviceId');
  expect(await barriers(page)).toEqual([]);
  expect(await policyFaults(page)).toEqual([]);
  // The record is one that something can come into.
  await page.evaluate(() =>
    document.head.append(Object.assign(document.createElement('style'), { textContent: 'p {}' })),
  );
  await expect.poll(() => policyFaults(page)).not.toEqual([]);
});
