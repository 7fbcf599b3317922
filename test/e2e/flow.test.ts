import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DesktopApp } from '../support/desktop-app.ts';

const pictures = fileURLToPath(new URL('../../resources/demo/aoi-top', import.meta.url));

let product: DesktopApp;
beforeEach(async () => {
  product = await DesktopApp.prepare();
});
afterEach(() => product.dispose());

const put = async (name: string): Promise<void> => {
  await copyFile(join(pictures, `${name}.json`), join(product.input, `${name}.json`));
  await copyFile(join(pictures, `${name}.jpg`), join(product.input, `${name}.jpg`));
};
const headline = (page: Page, which: 'safe' | 'flow', words: string) =>
  page.getByTestId(`${which}-statement`).getByText(words).first().waitFor();

test('a picture put into the folder is on the server, in the queue and in the preview with its boxes', async () => {
  const page = await product.runGateway();
  await headline(page, 'flow', 'ALL DELIVERED');
  await put('hackrf-one');
  await page.getByTestId('queue-row').first().waitFor();
  await page.getByTestId('queue-row').getByText('Delivered').first().waitFor();
  await headline(page, 'safe', 'SAFE');

  const { annotations } = JSON.parse(await readFile(join(pictures, 'hackrf-one.json'), 'utf8')) as {
    annotations: unknown[];
  };
  await page.getByTestId('queue-row').first().click();
  await page.getByTestId('preview-image').waitFor();
  await expect.poll(() => page.getByTestId('box').count()).toBe(annotations.length);
  await expect
    .poll(() => page.getByTestId('preview-image').evaluate((image) => (image as HTMLImageElement).naturalWidth))
    .toBeGreaterThan(0);

  const [image] = await product.server.images();
  expect(image?.metadata['annotations']).toHaveLength(annotations.length);
  expect(image?.metadata['client_image_id']).toBe(image?.idempotencyKey);
});
