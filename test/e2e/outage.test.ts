import type { Page } from 'playwright';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ask, DesktopApp } from '../support/desktop-app.ts';
import { fillFolder } from '../support/picture-folder.ts';

let product: DesktopApp;
beforeEach(async () => {
  product = await DesktopApp.prepare();
});
afterEach(() => product.dispose());

const says = (page: Page, which: 'safe' | 'flow', words: string | RegExp) =>
  page.getByTestId(`${which}-statement`).getByText(words).first().waitFor({ timeout: 60_000 });

const rows = async (page: Page) => (await ask(page, 'queue.page', { filter: 'all', cursor: null, limit: 200 })).rows;

/** ACUSIGHT_OUTAGE_SECONDS: how long the server is down at first; the figure is 60. */
const outageSeconds = Number(process.env['ACUSIGHT_OUTAGE_SECONDS'] ?? 60);

test(`down for ${outageSeconds} s, then 500s, then 429 with Retry-After, then up: nothing is lost and the window says what is going on`, async () => {
  const count = 20;
  await product.server.down();
  const hashes = await fillFolder(product.input, { count, bytes: 80_000 });
  const page = await product.runGateway();

  await says(page, 'flow', 'OFFLINE');
  await says(page, 'flow', 'The server does not accept connections.');
  await says(page, 'flow', `${count} pictures wait safely on this PC.`);
  await says(page, 'safe', 'SAFE');
  await page.waitForTimeout(outageSeconds * 1_000);
  const waiting = await rows(page);
  expect(waiting).toHaveLength(count);
  expect(waiting.every(({ state, attempts }) => state === 'pending' && attempts === 0)).toBe(true);

  await product.server.setFaults({ kind: 'status', status: 500, endpoints: ['upload'] });
  await product.server.up();
  await page
    .getByRole('button', { name: /try now/i })
    .first()
    .click();
  await says(page, 'flow', 'CLOUD TROUBLE');
  await says(page, 'flow', /The cloud has an error of its own \(500\)|the cloud has an error of its own \(500\)/);

  await product.server.setFaults({ kind: 'status', status: 429, retryAfter: { seconds: 3 }, endpoints: ['upload'] });
  await says(page, 'flow', 'SLOWED DOWN');
  await says(page, 'flow', 'The cloud asked us to slow down.');

  await product.server.setFaults();
  await says(page, 'flow', 'ALL DELIVERED');
  const images = await product.server.images();
  expect(new Set(images.map(({ sha256 }) => sha256))).toEqual(hashes);
  expect(images).toHaveLength(count);
  const { duplicates } = await product.server.stats();
  expect(duplicates).toBe(0);
});

test('a refused device key pauses delivery, keeps collecting, and a new key sets it going again', async () => {
  await product.server.setFaults({ kind: 'status', status: 401 });
  const page = await product.runGateway();
  await says(page, 'flow', 'KEY REFUSED');
  await fillFolder(product.input, { count: 3, bytes: 50_000 });
  await says(page, 'flow', '3 pictures wait safely on this PC.');
  await product.server.setFaults();
  await page.getByTestId('advice').getByRole('button').first().click();
  await page.getByRole('dialog').getByRole('textbox').fill(product.server.deviceKey);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /save|store|use/i })
    .click();
  await says(page, 'flow', 'ALL DELIVERED');
});
