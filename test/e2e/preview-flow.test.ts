import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DesktopApp } from '../support/desktop-app.ts';
import { makeJpeg } from '../support/pictures.ts';

/** A line that takes twenty pictures a second, looked at. */
const perSecond = 20;
const looks = 100;

let product: DesktopApp;
beforeEach(async () => {
  product = await DesktopApp.prepare();
});
afterEach(() => product.dispose());

/** Pictures of five megapixels with a label each, one after the other, until it is told to end. */
async function feed(signal: AbortSignal): Promise<number> {
  const pictures = await Promise.all([1, 2, 3, 4].map((seed) => makeJpeg({ width: 2_592, height: 1_944, seed })));
  const began = performance.now();
  let count = 0;
  while (!signal.aborted) {
    const picture = pictures[count % pictures.length] as Buffer;
    const name = `frame-${String(count).padStart(6, '0')}`;
    // A comment of its own makes each another picture.
    const words = Buffer.from(name);
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, words.length + 2]), words]);
    await writeFile(join(product.input, `${name}.txt`), '0 0.5 0.5 0.25 0.25\n');
    const whole = Buffer.concat([picture.subarray(0, 2), comment, picture.subarray(2)]);
    await writeFile(join(product.folder, 'next'), whole);
    await rename(join(product.folder, 'next'), join(product.input, `${name}.jpg`));
    count += 1;
    await sleep(Math.max(0, began + (count * 1_000) / perSecond - performance.now()));
  }
  return count;
}

test('at twenty pictures a second the picture shown is a decoded one, with its boxes and no others', async () => {
  const page = await product.runGateway();
  await page
    .getByTestId('flow-statement')
    .getByText(/READY|ALL DELIVERED/)
    .waitFor();
  const ended = new AbortController();
  const fed = feed(ended.signal);
  try {
    await page.getByTestId('preview-image').waitFor({ timeout: 60_000 });
    await sleep(3_000);
    const seen: { decoded: boolean; boxes: number; title: string }[] = [];
    for (let look = 0; look < looks; look += 1) {
      seen.push(
        await page.evaluate(() => {
          const picture = document.querySelector<HTMLImageElement>('[data-testid="preview-image"]');
          return {
            decoded: picture?.complete === true && picture.naturalWidth > 0,
            boxes: document.querySelectorAll('[data-testid="box"]').length,
            title: document.querySelector('.preview-title h2')?.textContent ?? '',
          };
        }),
      );
      await sleep(301);
    }
    const decoded = seen.filter((one) => one.decoded);
    const titles = [...new Set(seen.map(({ title }) => title))];
    const { images } = await product.server.stats();
    process.stdout.write(
      `${decoded.length} of ${looks} looks decoded, ${titles.length} pictures seen, ${images} delivered\n`,
    );
    expect(decoded.length).toBeGreaterThanOrEqual(looks - 1);
    expect(seen.filter(({ decoded: isDecoded, boxes }) => boxes > 0 && !isDecoded)).toEqual([]);
    // It is the line that is shown, not one picture that was held.
    expect(titles.length).toBeGreaterThanOrEqual(8);
    // Each is newer than the one before.
    expect(titles).toEqual([...titles].sort());
  } finally {
    ended.abort();
    process.stdout.write(`${await fed} pictures came\n`);
  }
});
