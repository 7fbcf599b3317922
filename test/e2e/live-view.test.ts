import { afterEach, beforeEach, expect, test } from 'vitest';
import { SimulatedCamera } from '../../electron/simulators/camera/simulated-camera.ts';
import { ask, DesktopApp } from '../support/desktop-app.ts';

/** A simulated GigE Vision camera in the real window, from its packets to the live view. */

const address = '127.0.0.72';
let product: DesktopApp;
let camera: SimulatedCamera;
beforeEach(async () => {
  product = await DesktopApp.prepare();
  camera = await SimulatedCamera.start({ address, serial: 'E2E1', width: 320, height: 240, framesPerSecond: 10 });
});
afterEach(async () => {
  await product.dispose();
  await camera.stop();
});

test('a camera is looked at, set and triggered from the window; its picture is delivered', async () => {
  const page = await product.runGateway(
    product.config({
      sources: [
        {
          id: 'top',
          name: 'Top camera',
          kind: 'gige',
          address,
          trigger: { mode: 'software' },
          features: { Width: 320, Height: 240 },
        },
      ],
    }),
  );
  await expect
    .poll(async () => (await ask(page, 'snapshot.get', {})).sources[0]?.state, { timeout: 30_000 })
    .toBe('armed');

  // Nothing is taken by itself; a test shot is shown and not stored.
  await page
    .getByRole('button', { name: /cameras/i })
    .first()
    .click();
  await page.getByTestId('open-live').first().click();
  await page.getByTestId('test-shot').click();
  const picture = page.getByTestId('live-canvas');
  await picture.waitFor({ timeout: 20_000 });
  // The test pattern is a ramp: black and white are both in it.
  const contrast = () =>
    picture.evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      if (canvas.width === 0 || canvas.height === 0) return 0;
      const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      const greens = Array.from(data).filter((_, index) => index % 4 === 1);
      return (
        greens.reduce((most, green) => Math.max(most, green), 0) -
        greens.reduce((least, green) => Math.min(least, green), 255)
      );
    });
  await expect.poll(contrast, { timeout: 10_000 }).toBeGreaterThan(200);
  expect((await ask(page, 'snapshot.get', {})).counts.collected).toBe(0);

  const { features } = await ask(page, 'camera.features', { sourceId: 'top' });
  // What is locked while pictures are taken is set between two of them.
  expect(features.find(({ name }) => name === 'Width')).toMatchObject({ value: 320, access: 'read-write' });
  const set = await ask(page, 'camera.setFeature', { sourceId: 'top', name: 'ExposureTime', value: 2_500 });
  expect(set.features.find(({ name }) => name === 'ExposureTime')?.value).toBe(2_500);
  expect(await ask(page, 'camera.saveSettings', { sourceId: 'top' })).toMatchObject({ saved: expect.any(Number) });

  await page.keyboard.press('t');
  await expect.poll(async () => (await product.server.images()).length, { timeout: 20_000 }).toBe(1);
  const [image] = await product.server.images();
  const detail = await ask(page, 'image.detail', { imageId: image?.clientImageId ?? '' });
  expect(detail.image).toMatchObject({
    capturedFrom: 'camera',
    frame: { trigger: 'software', triggeredBy: 'window', exposureMicroseconds: 2_500 },
  });

  const { cameras } = await ask(page, 'cameras.find', {});
  expect(cameras.find(({ serial }) => serial === 'E2E1')).toMatchObject({ address, sourceId: 'top', problem: 'none' });
});
