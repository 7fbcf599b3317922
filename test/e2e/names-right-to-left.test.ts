import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DesktopApp } from '../support/desktop-app.ts';
import { makeJpeg } from '../support/pictures.ts';

/** Names of a line whose people write from right to left, in a window of ours. */
const names = { className: 'خدش', source: 'خط ٧ (ب)', missing: 'كاميرا 2', file: 'صورة 90.jpg', wrong: 'نص.jpg' };

let product: DesktopApp;
beforeEach(async () => {
  product = await DesktopApp.prepare();
});
afterEach(() => product.dispose());

/** Texts, tooltips and names for screen readers in which a foreign name stands open between words of ours. */
const openNames = (page: Page, own: readonly string[]): Promise<string[]> =>
  page.evaluate((alone) => {
    const found: string[] = [];
    const look = (where: string, text: string): void => {
      if (alone.some((name) => name === text.trim())) return;
      const rest = text.replaceAll(/\u2068[^\u2068\u2069]*\u2069/g, '');
      if (/[\u0590-\u08ff]/.test(rest)) found.push(`${where}: ${text}`);
    };
    for (const element of document.querySelectorAll('body *')) {
      for (const attribute of ['title', 'aria-label', 'alt'])
        if (element.hasAttribute(attribute)) look(attribute, element.getAttribute(attribute) ?? '');
      for (const node of element.childNodes)
        if (node.nodeType === Node.TEXT_NODE && element.closest('bdi') === null)
          look(element.className, node.textContent ?? '');
    }
    return found;
  }, own);

test('names from right to left stay in their place: on boxes, in lists, in sentences, in tooltips', async () => {
  const folder = join(product.folder, 'مجلد');
  await mkdir(folder);
  await writeFile(join(folder, 'classes.txt'), `${names.className}\n`);
  await writeFile(join(folder, 'صورة 90.txt'), '0 0.5 0.5 0.25 0.25 0.9\n');
  await writeFile(join(folder, names.file), await makeJpeg({ width: 640, height: 480, seed: 1 }));
  await writeFile(join(folder, names.wrong), 'no picture');
  await writeFile(join(folder, 'صورة 91.json'), '{"annotations":[{"class_value":');
  await writeFile(join(folder, 'صورة 91.jpg'), await makeJpeg({ width: 640, height: 480, seed: 2 }));
  const config = product.config();
  const [first] = config.sources ?? [];
  if (first?.kind !== 'folder') throw new Error('there is a folder');
  const page = await product.runGateway({
    ...config,
    sources: [
      { ...first, name: names.source, path: folder },
      { ...first, id: 'second', name: names.missing, path: join(product.folder, 'غير موجود') },
    ],
  });
  await page.getByTestId('flow-statement').getByText('ALL DELIVERED').waitFor();
  await page.getByText(names.file).first().click();
  await page.locator('.box-label').waitFor();
  const order = await page.locator('.box-label').evaluate((label) => {
    const leftOf = (wanted: string): number => {
      const walker = document.createTreeWalker(label, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const at = (node.textContent ?? '').indexOf(wanted);
        if (at === -1) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + wanted.length);
        return range.getBoundingClientRect().left;
      }
      return Number.NaN;
    };
    return ['خدش', '90', '%'].map(leftOf);
  });
  expect(order.every((left) => Number.isFinite(left))).toBe(true);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  const alone = [
    ...Object.values(names),
    folder,
    join(product.folder, 'غير موجود'),
    'صورة 91.jpg',
    'صورة 91.json',
    'صورة 90.txt',
  ];
  expect(await openNames(page, alone)).toEqual([]);
  await page.getByText('صورة 91.jpg').first().click();
  await page.getByText('it stops in the middle').waitFor();
  expect(await openNames(page, alone)).toEqual([]);
  for (const screen of await page.locator('[data-testid^="screen-"]').all()) {
    await screen.click();
    await page.waitForTimeout(300);
    expect(await openNames(page, alone), (await screen.textContent()) ?? '').toEqual([]);
  }
});
