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
