import { readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chromiumProcesses } from '../support/chromium-processes.ts';
import { DesktopApp } from '../support/desktop-app.ts';
import { freePort } from '../support/free-port.ts';
import { GatewayProcess, type LogRecord } from '../support/gateway-process.ts';
import { MainInspector } from '../support/main-inspector.ts';
import { fillFolder } from '../support/picture-folder.ts';

/** Chromium draws and shows in processes of their own. Whatever becomes of them, the gateway goes on. */

let product: DesktopApp;
beforeEach(async () => {
  product = await DesktopApp.prepare();
});
afterEach(() => product.dispose());

const logged = async (): Promise<LogRecord[]> =>
  (await readFile(join(product.dataDir, 'log', 'gateway.jsonl'), 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogRecord);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Different colours of the window as it is on the glass. */
const coloursShown = (): Promise<number> =>
  product.app.evaluate(async ({ BrowserWindow }) => {
    const image = await BrowserWindow.getAllWindows()[0]?.webContents.capturePage();
    const bitmap = image?.toBitmap() ?? Buffer.alloc(0);
    const colours = new Set<number>();
    for (let at = 0; at + 4 <= bitmap.length; at += 400) colours.add(bitmap.readUInt32LE(at));
    return colours.size;
  });

describe.runIf(process.platform === 'linux')('the process that draws', () => {
  test('ends ten times: the gateway collects and delivers, the window comes back, and the log tells it', async () => {
    const page = await product.runGateway();
    await page
      .getByTestId('flow-statement')
      .getByText(/READY|ALL DELIVERED/)
      .waitFor();
    const group = product.app.process().pid as number;
    const killed = new Set<number>();
    for (let kill = 0; kill < 10; kill += 1) {
      const alive = async (): Promise<number[]> =>
        (await chromiumProcesses(group, 'gpu-process')).filter((pid) => !killed.has(pid));
      await expect.poll(async () => (await alive()).length, { timeout: 20_000 }).toBeGreaterThan(0);
      for (const pid of await alive()) {
        killed.add(pid);
        process.kill(pid, 'SIGKILL');
      }
    }
    await fillFolder(product.input, { count: 5, bytes: 40_000 });
    await expect.poll(async () => (await product.server.stats()).images, { timeout: 20_000 }).toBe(5);
    await expect.poll(coloursShown, { timeout: 20_000 }).toBeGreaterThan(10);
    await page
      .getByTestId('flow-statement')
      .getByText(/READY|ALL DELIVERED/)
      .waitFor();
    const gone = (await logged()).filter(({ event }) => event === 'drawing-process-gone');
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.length).toBeLessThanOrEqual(10);
  });
});

describe.runIf(process.platform === 'linux')('a process for drawing that can’t be started any more', () => {
  test('makes the program start over, once, and draw by itself', async () => {
    const gateway = await GatewayProcess.start({
      folder: product.folder,
      deviceKey: product.server.deviceKey,
      config: product.config(),
      flags: [],
    });
    let second = 0;
    try {
      await gateway.until(({ event }) => event === 'gateway-started');
      const group = gateway.pid;
      await expect
        .poll(async () => (await chromiumProcesses(group, 'gpu-process')).length, { timeout: 20_000 })
        .toBe(1);
      // What Chromium starts its processes by, and the process itself.
      for (const type of ['zygote', 'gpu-process'] as const)
        for (const pid of await chromiumProcesses(group, type)) process.kill(pid, 'SIGKILL');
      await gateway.until(({ event }) => event === 'drawing-given-up');
      await gateway.until(({ event }) => event === 'gateway-stopped');
      // The one that has the data folder now.
      const lock = join(product.dataDir, 'shell', 'SingletonLock');
      const holder = async (): Promise<number> =>
        Number(/\d+$/.exec(await readlink(lock).catch(() => ''))?.[0] ?? group);
      await expect.poll(holder, { timeout: 20_000 }).not.toBe(group);
      second = await holder();
      const starts = async (): Promise<number> =>
        (await logged()).filter(({ event }) => event === 'gateway-started').length;
      await expect.poll(starts, { timeout: 20_000 }).toBe(2);
      await fillFolder(product.input, { count: 3, bytes: 40_000 });
      await expect.poll(async () => (await product.server.stats()).images, { timeout: 20_000 }).toBe(3);
      expect(await chromiumProcesses(second, 'gpu-process')).toEqual([]);
      // Longer than it takes to give up.
      await sleep(12_000);
      expect(await starts()).toBe(2);
      process.kill(second, 'SIGTERM');
      await expect.poll(() => isAlive(second), { timeout: 20_000 }).toBe(false);
      expect((await logged()).filter(({ event }) => event === 'gateway-stopped')).toHaveLength(2);
    } finally {
      if (second !== 0 && isAlive(second)) process.kill(second, 'SIGKILL');
      gateway.kill();
      await gateway.ended;
    }
  });
});

describe('the page of the window', () => {
  let gateway: GatewayProcess;
  let main: MainInspector;
  beforeEach(async () => {
    const port = await freePort();
    gateway = await GatewayProcess.start({
      folder: product.folder,
      deviceKey: product.server.deviceKey,
      config: product.config(),
      flags: [],
      switches: [`--inspect=127.0.0.1:${port}`],
    });
    await gateway.until(({ event }) => event === 'gateway-started');
    main = await MainInspector.connect(port);
  });
  afterEach(async () => {
    main.close();
    gateway.kill('SIGTERM');
    await gateway.ended;
  });

  const text = (): Promise<string> =>
    main.evaluate(`
      if (contents === undefined || contents.isCrashed() || contents.isLoading()) return '';
      return contents.executeJavaScript('document.body.innerText');`);
  const events = (event: string): LogRecord[] => gateway.log.filter((record) => record.event === event);

  test('crashes three times: it is loaded again each time, ever later, and the log tells it', async () => {
    for (let crash = 0; crash < 3; crash += 1) {
      await expect.poll(text, { timeout: 30_000 }).toMatch(/READY|ALL DELIVERED/);
      await main.evaluate('contents.forcefullyCrashRenderer();');
      await expect.poll(() => events('window-page-gone').length).toBe(crash + 1);
    }
    await expect.poll(text, { timeout: 30_000 }).toMatch(/READY|ALL DELIVERED/);
    await fillFolder(product.input, { count: 2, bytes: 40_000 });
    await expect.poll(async () => (await product.server.stats()).images, { timeout: 20_000 }).toBe(2);
    expect(events('window-page-gone').map(({ milliseconds }) => milliseconds)).toEqual([2_000, 4_000, 8_000]);
  });

  test('hangs while a person uses it: it is ended and loaded again', async () => {
    await expect.poll(text, { timeout: 30_000 }).toMatch(/READY|ALL DELIVERED/);
    // Chromium notices a hanging page by what a person does and nothing answers.
    await main.evaluate(`
      contents.executeJavaScript('for (;;) {}').catch(() => undefined);
      const click = () => {
        contents.sendInputEvent({ type: 'mouseDown', x: 300, y: 300, button: 'left', clickCount: 1 });
        contents.sendInputEvent({ type: 'mouseUp', x: 300, y: 300, button: 'left', clickCount: 1 });
      };
      setTimeout(click, 500);`);
    await expect.poll(() => events('window-page-hangs').length, { timeout: 60_000 }).toBeGreaterThan(0);
    await expect.poll(() => events('window-page-gone').length, { timeout: 60_000 }).toBe(1);
    await expect.poll(text, { timeout: 30_000 }).toMatch(/READY|ALL DELIVERED/);
  });
});

describe.runIf(process.platform === 'linux')('all processes at once', () => {
  test('are told to end with the window open, as a service stop does: the end is orderly, three times of three', async () => {
    await product.server.setFaults({ kind: 'latency', milliseconds: 200, endpoints: ['upload'] });
    for (let stop = 0; stop < 3; stop += 1) {
      const gateway = await GatewayProcess.start({
        folder: product.folder,
        deviceKey: product.server.deviceKey,
        config: product.config(),
        flags: [],
      });
      try {
        await gateway.until(({ event }) => event === 'gateway-started');
        await sleep(1_500);
        await fillFolder(product.input, { count: 30, bytes: 40_000, firstSeed: 1 + stop * 30 });
        const before = (await product.server.stats()).images;
        await expect
          .poll(async () => (await product.server.stats()).images, { timeout: 20_000 })
          .toBeGreaterThan(before);
        gateway.kill('SIGTERM');
        const { exitCode, signal, log, stderr } = await gateway.ended;
        expect({ exitCode, signal }, stderr).toEqual({ exitCode: 0, signal: null });
        expect(log.map(({ event }) => event)).toContain('gateway-stopped');
        // The database is closed: its log is folded in.
        await expect(stat(join(product.dataDir, 'gateway.sqlite-wal'))).rejects.toThrow('ENOENT');
      } finally {
        gateway.kill();
        await gateway.ended;
      }
    }
  });
});
