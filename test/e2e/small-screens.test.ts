import { afterEach, beforeEach, expect, test } from 'vitest';
import { DesktopApp } from '../support/desktop-app.ts';
import { VirtualScreen } from '../support/virtual-screen.ts';

/** Panel PCs have small screens: what lies beyond their edge does not exist for the person before them. */

let product: DesktopApp;
beforeEach(async () => {
  product = await DesktopApp.prepare();
});
afterEach(() => product.dispose());

test.runIf(process.platform === 'linux').each([
  [1_024, 600],
  [1_280, 720],
  [1_920, 1_080],
])('on a screen of %i × %i the window opens inside of it', async (width, height) => {
  const screen = await VirtualScreen.open(width, height);
  try {
    const page = await product.runGateway(product.config(), { DISPLAY: screen.display });
    await page.getByTestId('safe-statement').waitFor();
    const { window, area, least } = await product.app.evaluate(({ BrowserWindow, screen: display }) => {
      const [shown] = BrowserWindow.getAllWindows();
      const [minWidth = 0, minHeight = 0] = shown?.getMinimumSize() ?? [];
      const bounds = shown?.getBounds() ?? { x: -1, y: -1, width: 0, height: 0 };
      return { window: bounds, area: display.getPrimaryDisplay().workArea, least: { minWidth, minHeight } };
    });
    expect(area).toMatchObject({ width, height });
    expect(window.x).toBeGreaterThanOrEqual(area.x);
    expect(window.y).toBeGreaterThanOrEqual(area.y);
    expect(window.x + window.width).toBeLessThanOrEqual(area.x + area.width);
    expect(window.y + window.height).toBeLessThanOrEqual(area.y + area.height);
    expect(least.minWidth).toBeLessThanOrEqual(area.width);
    expect(least.minHeight).toBeLessThanOrEqual(area.height);
    expect(await page.evaluate(() => [innerWidth, innerHeight])).toEqual([window.width, window.height]);
    await product.close();
  } finally {
    await screen.close();
  }
});
