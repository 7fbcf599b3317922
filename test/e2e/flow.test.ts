import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DesktopApp } from '../support/desktop-app.ts';
import { makeJpeg, withVips } from '../support/pictures.ts';

const pictures = fileURLToPath(new URL('../../resources/demo/aoi-top', import.meta.url));

/** APP1 with one field, Orientation = 6 (a quarter turn), in the little-endian form of TIFF. */
const turnedByExif = Buffer.from(
  'ffe10022457869660000' + '49492a0008000000' + '0100' + '120103000100000006000000' + '00000000',
  'hex',
);

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

test('a picture that its EXIF data would turn is shown as it is stored, so that its boxes lie right', async () => {
  const page = await product.runGateway();
  const stored = await makeJpeg({ width: 640, height: 480, seed: 1 });
  await writeFile(
    join(product.input, 'turned.jpg'),
    Buffer.concat([stored.subarray(0, 2), turnedByExif, stored.subarray(2)]),
  );
  await page.getByTestId('queue-row').first().click();
  await page.locator('[data-testid=preview-image][data-rendition=original]').waitFor();
  // The test picture grows redder to the right; turned, it would grow redder downwards.
  const seen = await page.getByTestId('preview-image').screenshot();
  const red = await withVips((vips) => {
    const picture = vips.Image.newFromBuffer(seen);
    const at = (x: number): number =>
      picture.getpoint(Math.round(picture.width * x), Math.round(picture.height / 4))[0] ?? 0;
    return { left: at(0.1), right: at(0.9) };
  });
  expect(red.right - red.left).toBeGreaterThan(60);
  const { width, height } = (await page.getByTestId('preview-image').boundingBox()) ?? { width: 0, height: 0 };
  expect(width).toBeGreaterThan(height);
});
