import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DesktopApp } from '../support/desktop-app.ts';
import { fillFolder } from '../support/picture-folder.ts';

/** A damaged database, as an operator meets it: one button, and everything goes on. */
let app: DesktopApp;

beforeEach(async () => {
  app = await DesktopApp.prepare();
});
afterEach(() => app.dispose());

test('the window offers to rebuild a damaged database, and every picture is delivered', {
  timeout: 120_000,
}, async () => {
  const expected = await fillFolder(app.input, { count: 6, bytes: 60_000 });
  // Without a key nothing is delivered.
  const first = await app.runGateway(app.config(), { ACUSIGHT_DEVICE_KEY: '' });
  await expect
    .poll(
      () =>
        first
          .getByTestId('count-waiting')
          .textContent()
          .catch(() => ''),
      { timeout: 30_000 },
    )
    .toMatch('6');
  await app.close();
  for (const end of ['-wal', '-shm']) await rm(join(app.dataDir, `gateway.sqlite${end}`), { force: true });
  await writeFile(join(app.dataDir, 'gateway.sqlite'), 'x'.repeat(50_000));
  const page = await app.runGateway();
  const button = page.getByRole('button', { name: 'Rebuild database' });
  await button.waitFor();
  // Seen without scrolling.
  const [list, box] = await Promise.all([page.locator('.advice-list').boundingBox(), button.boundingBox()]);
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual((list?.y ?? 0) + (list?.height ?? 0));
  await button.click();
  await page.getByText(/The database was built anew\. 6 pictures are back in the queue/).waitFor({ timeout: 30_000 });
  await expect
    .poll(() => app.server.images().then((images) => images.map(({ sha256 }) => sha256).sort()), { timeout: 30_000 })
    .toEqual([...expected].sort());
  await expect.poll(() => button.count()).toBe(0);
});
