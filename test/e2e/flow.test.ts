import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeBmp } from '../support/bmp.ts';
import { DesktopApp } from '../support/desktop-app.ts';
import { orientationBlock, withExif, withPngExif } from '../support/exif.ts';
import { makeJpeg, testImage, withVips } from '../support/pictures.ts';

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
  await headline(page, 'flow', 'READY');
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

test.each([
  ['JPEG', withExif],
  ['PNG', withPngExif],
] as const)(
  'a %s that its EXIF data turn is shown upright, its preview and itself, and so are its boxes',
  async (format, turned) => {
    const page = await product.runGateway();
    const plain =
      format === 'JPEG'
        ? await makeJpeg({ width: 640, height: 480, seed: 1 })
        : await withVips((vips) => Buffer.from(testImage(vips, 640, 480).pngsaveBuffer({ keep: 'none' })));
    // Stored, a box at the right edge; upright, by a quarter turn clockwise, at the lower one.
    const box = { class_value: 'edge', x_center: 0.9, y_center: 0.5, width: 0.2, height: 0.5 };
    await writeFile(
      join(product.input, 'turned.json'),
      JSON.stringify({ width: 640, height: 480, annotations: [box] }),
    );
    await writeFile(join(product.input, 'turned.jpg'), turned(plain, orientationBlock(6)));
    await page.getByTestId('queue-row').first().click();
    for (const rendition of ['preview', 'original']) {
      if (rendition === 'original')
        await page.locator('[data-testid=preview-image][data-rendition=original]').waitFor();
      const picture = (await page.getByTestId('preview-image').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      expect(picture.height / picture.width).toBeCloseTo(640 / 480, 1);
      const drawn = (await page.getByTestId('box').first().boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      expect((drawn.y + drawn.height / 2 - picture.y) / picture.height).toBeCloseTo(0.9, 1);
    }
    // The test picture grows redder to the right; upright, it grows redder downwards.
    const seen = await page.getByTestId('preview-image').screenshot();
    const red = await withVips((vips) => {
      const picture = vips.Image.newFromBuffer(seen);
      const at = (y: number): number =>
        picture.getpoint(Math.round(picture.width * 0.9), Math.round(picture.height * y))[0] ?? 0;
      return { top: at(0.1), bottom: at(0.7) };
    });
    expect(red.bottom - red.top).toBeGreaterThan(50);
  },
);

test('a BMP and a TIFF are delivered as PNG, and the window names what came', async () => {
  const page = await product.runGateway();
  const [rgb, tiff] = await withVips((vips) => {
    const image = testImage(vips, 64, 48);
    return [new Uint8Array(image.writeToMemory()), Buffer.from(image.tiffsaveBuffer({ compression: 'lzw' }))];
  });
  await writeFile(join(product.input, 'part.bmp'), makeBmp(64, 48, rgb));
  await writeFile(join(product.input, 'other.tif'), tiff);
  await expect.poll(async () => (await product.server.images()).length, { timeout: 20_000 }).toBe(2);
  const images = await product.server.images();
  expect(images.map(({ filename, format }) => `${filename} ${format}`).sort()).toEqual([
    'other.png png',
    'part.png png',
  ]);
  await page.getByTestId('queue-row').first().click();
  await page.locator('[data-testid=preview-image][data-rendition=original]').waitFor();
  await page
    .getByLabel('About this picture')
    .getByText(/^(?:part\.bmp · BMP|other\.tif · TIFF)/)
    .waitFor();
});
