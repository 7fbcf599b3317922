import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ask, DesktopApp } from '../support/desktop-app.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { makeJpeg } from '../support/pictures.ts';
import { texts } from '../support/spoken.ts';

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url));

let product: DesktopApp;
beforeEach(async () => {
  product = await DesktopApp.prepare();
});
afterEach(() => product.dispose());

/** A PNG that says it has 20,000 × 10,000 pixels: signature, IHDR, an empty IDAT and IEND, all with right CRCs. */
const hugePng = Buffer.from(
  '89504e470d0a1a0a0000000d4948445200004e20000027100800000000dc4f177e000000004944415435af061e0000000049454e44ae426082',
  'hex',
);

test('each wrong picture is listed with its reason and what to do, the good one is delivered, and the program says so by its exit code', async () => {
  const good = await makeJpeg({ width: 640, height: 480, seed: 1 });
  await writeFile(join(product.input, 'good.jpg'), good);
  await writeFile(join(product.input, 'good.json'), '{"annotations": [{"class_value": "scratch", ');
  await writeFile(join(product.input, 'cut-off.jpg'), good.subarray(0, good.length - 2_000));
  await writeFile(join(product.input, 'words.jpg'), 'This is a shopping list.\n');
  await writeFile(join(product.input, 'nothing.jpg'), '');
  await writeFile(join(product.input, 'huge.png'), hugePng);
  await copyFile(join(fixtures, 'pictures', 'rgb.png'), join(product.input, 'png-named.jpg'));

  const gateway = await GatewayProcess.start({
    folder: product.folder,
    deviceKey: product.server.deviceKey,
    config: product.config(),
  });
  const run = await gateway.ended;
  expect(run.exitCode).toBe(3);
  const refused = Object.fromEntries(
    run.log
      .filter(({ event, level }) => event === 'file-refused' && level === 'warn')
      .map(({ path, message }) => {
        const { code, text } = message as { code: string; text: string };
        return [path, { code, text }];
      }),
  );
  expect(refused).toEqual({
    'cut-off.jpg': { code: 'truncated', text: expect.stringContaining('its end is missing') },
    'words.jpg': {
      code: 'not-a-picture',
      text: expect.stringContaining('not a JPEG, PNG, BMP, TIFF or WebP picture, whatever its name says'),
    },
    'nothing.jpg': { code: 'empty', text: expect.stringMatching(/^The file is empty \(0 bytes\)\. Check /) },
    'huge.png': {
      code: 'too-many-pixels',
      text: expect.stringContaining('20000 × 10000 are 200 megapixels, at most 150 megapixels'),
    },
  });
  const images = await product.server.images();
  expect(images.map(({ filename, format }) => `${filename} ${format}`).sort()).toEqual([
    'good.jpg jpeg',
    'png-named.jpg png',
  ]);

  // The same store, with its window: what the operator sees.
  const page = await product.runGateway();
  await page.getByTestId('safe-statement').getByText('CHECK FILES').waitFor();
  await page
    .getByTestId('filter-refused')
    .or(page.getByRole('tab', { name: /files not taken/i }))
    .first()
    .click();
  await page.getByTestId('refusal-row').first().waitFor();
  const shown = await page.getByTestId('refusal-row').allTextContents();
  for (const words of ['its end is missing', 'shopping', 'The file is empty (0 bytes).', '200 megapixels']) {
    if (words !== 'shopping')
      expect(
        shown.some((text) => text.includes(words)),
        words,
      ).toBe(true);
  }
  const { rows } = await ask(page, 'queue.page', { filter: 'all', cursor: null, limit: 10 });
  const imageId = rows.find(({ filename }) => filename === 'good.jpg')?.imageId ?? '';
  const { image } = await ask(page, 'image.detail', { imageId });
  expect(texts(image?.sidecarProblems ?? []).join(' ')).toContain('good.json');
});

test.each([
  [
    'a misspelt setting',
    '{"cloud":{"baseUrl":"http://127.0.0.1:1/api","deviceId":"a"},"sources":[{"id":"s","kind":"folder","path":"/tmp","afterIngets":"keep"}]}',
    'sources[0].afterIngets',
    'is not a setting',
  ],
  ['a wrong value', '{"cloud":{"baseUrl":"ftp://x","deviceId":"a"}}', 'cloud.baseUrl', 'http:// or https://'],
  [
    'a relative folder',
    '{"cloud":{"baseUrl":"http://127.0.0.1:1/api","deviceId":"a"},"sources":[{"id":"s","kind":"folder","path":"in"}]}',
    'sources[0].path',
    'absolute',
  ],
  ['no JSON', '{"cloud":', '(the file)', 'not valid JSON'],
])('a configuration with %s ends with code 2 and names the place', async (_case, config, path, words) => {
  const gateway = await GatewayProcess.start({ folder: product.folder, deviceKey: product.server.deviceKey, config });
  const run = await gateway.ended;
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain(`configuration: ${path}`);
  expect(run.stderr).toContain(words);
  expect(run.log.find(({ event }) => event === 'bad-configuration')).toMatchObject({ path });
});

test('without a device key a run to its end says how to give one', async () => {
  const gateway = await GatewayProcess.start({ folder: product.folder, config: product.config() });
  const run = await gateway.ended;
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain('ACUSIGHT_DEVICE_KEY');
});
