import type { Page } from 'playwright';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DesktopApp } from '../support/desktop-app.ts';
import { fillFolder } from '../support/picture-folder.ts';

let product: DesktopApp;
beforeEach(async () => {
  product = await DesktopApp.prepare();
});
afterEach(() => product.dispose());

const flowSays = (page: Page, words: string) => page.getByTestId('flow-statement').getByText(words).first().waitFor();

test('what the cloud refuses is kept with the cloud’s words, and goes out when it is put back', async () => {
  await product.server.setFaults({ kind: 'status', status: 400, endpoints: ['upload'] });
  await fillFolder(product.input, { count: 3, bytes: 50_000 });
  const page = await product.runGateway();
  await expect.poll(() => page.getByTestId('count-dead').textContent(), { timeout: 20_000 }).toBe('3');
  await page.getByTestId('advice').getByText('3 pictures were refused by the cloud').waitFor();
  await page.getByTestId('filter-dead').click();
  await page.getByTestId('queue-row').getByText('Dead letter').first().waitFor();
  await page.getByText('The cloud refused this picture').first().waitFor();
  expect((await product.server.stats()).images).toBe(0);

  await product.server.setFaults();
  await page.getByRole('button', { name: /put all back/i }).click();
  const confirmation = page.getByRole('dialog').getByRole('button', { name: /put/i });
  if (await confirmation.isVisible()) await confirmation.click();
  await flowSays(page, 'ALL DELIVERED');
  await expect.poll(async () => (await product.server.stats()).images).toBe(3);
  await expect.poll(() => page.getByTestId('count-dead').textContent()).toBe('0');
});

test('with the keyboard alone: down the list, into the large view, to the next picture and back', async () => {
  await fillFolder(product.input, { count: 5, bytes: 50_000 });
  const page = await product.runGateway();
  await flowSays(page, 'ALL DELIVERED');
  await expect.poll(() => page.getByTestId('queue-row').count(), { timeout: 20_000 }).toBe(5);
  const order = await page
    .getByTestId('queue-row')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-image-id')));
  const picked = () => page.locator('[data-testid=queue-row][aria-selected=true]').getAttribute('data-image-id');
  await page.getByTestId('filter-all').focus();
  for (let steps = 0; steps < 12; steps += 1) {
    await page.keyboard.press('Tab');
    if (
      await page.evaluate(
        () =>
          document.activeElement?.getAttribute('role') === 'grid' ||
          document.activeElement?.closest('[role=grid]') !== null,
      )
    )
      break;
  }
  await page.keyboard.press('Home');
  await expect.poll(picked).toBe(order[0]);
  await page.keyboard.press('ArrowDown');
  await expect.poll(picked).toBe(order[1]);
  await page.keyboard.press('Enter');
  await page.keyboard.press('j');
  await expect.poll(picked).toBe(order[2]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('End');
  await expect.poll(picked).toBe(order[4]);
});

test('dead letters are deleted in two steps only, and the reconciliation accounts for them', async () => {
  await product.server.setFaults({ kind: 'status', status: 400, endpoints: ['upload'] });
  await fillFolder(product.input, { count: 2, bytes: 50_000 });
  const page = await product.runGateway();
  await expect.poll(() => page.getByTestId('count-dead').textContent(), { timeout: 20_000 }).toBe('2');
  await page.getByTestId('filter-dead').click();
  const bar = page.getByTestId('dead-bar');
  await bar.getByRole('checkbox').click();
  await bar.getByRole('button', { name: /^delete/i }).click();
  const dialog = page.getByTestId('delete-dialog');
  const forGood = dialog.getByRole('button', { name: /delete for good/i });
  expect(await forGood.isEnabled()).toBe(false);
  await dialog.getByRole('checkbox').click();
  await forGood.click();
  await expect.poll(() => page.getByTestId('count-dead').textContent()).toBe('0');

  await page.getByTestId('screen-ledger').click();
  const row = page.getByTestId('ledger-row').first();
  await row.waitFor();
  expect(await row.getAttribute('data-balanced')).toBe('true');
  await page.getByTestId('ledger-verify').click();
  await expect
    .poll(() => page.getByTestId('ledger-verdict').getAttribute('data-level'), { timeout: 20_000 })
    .toBe('good');
});

test('one button examines the site, and names what is wrong with it', async () => {
  const page = await product.runGateway();
  await flowSays(page, 'READY');
  await page.getByTestId('screen-site').click();
  await page.getByTestId('doctor-run').click();
  const check = (code: string) => page.locator(`[data-testid=doctor-check][data-code="${code}"]`);
  await check('key').waitFor({ timeout: 60_000 });
  expect(await check('key').getAttribute('data-level')).toBe('good');
  expect(await check('folder:aoi').getAttribute('data-level')).toBe('good');
});
