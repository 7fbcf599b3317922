import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DesktopApp } from '../support/desktop-app.ts';
import { freePort } from '../support/free-port.ts';
import { GatewayProcess, type LogRecord } from '../support/gateway-process.ts';
import { MainInspector } from '../support/main-inspector.ts';
import { fillFolder } from '../support/picture-folder.ts';

/** The product's own thread falls in the real Electron: through Node's debugger, which a package does not open. */

let product: DesktopApp;
let gateway: GatewayProcess;
let main: MainInspector;

beforeEach(async () => {
  product = await DesktopApp.prepare();
  const port = await freePort();
  gateway = await GatewayProcess.start({
    folder: product.folder,
    deviceKey: product.server.deviceKey,
    config: product.config(),
    flags: [],
    switches: [`--inspect=127.0.0.1:${port}`],
    // As below the launcher of the Linux packages.
    environment: { ACUSIGHT_BEAT_FILE: join(product.folder, 'beats') },
  });
  await gateway.until(({ event }) => event === 'gateway-started');
  main = await MainInspector.connect(port);
});
afterEach(async () => {
  main.close();
  gateway.kill('SIGTERM');
  await gateway.ended;
  await product.dispose();
});

/** Runs in the gateway's thread. */
const inThread = (code: string): Promise<void> =>
  main.evaluate(`
    const { Session } = process.getBuiltinModule?.('node:inspector') ?? require('node:inspector');
    const session = new Session();
    session.connect();
    const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: ${JSON.stringify(code)} } });
    const attached = new Promise((resolve) => session.once('NodeWorker.attachedToWorker', ({ params }) => resolve(params)));
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    const { sessionId } = await attached;
    session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
    await new Promise((resolve) => setTimeout(resolve, 300));
    session.disconnect();`);

const text = (): Promise<string> => main.evaluate(`return contents.executeJavaScript('document.body.innerText');`);
const events = (event: string): LogRecord[] => gateway.log.filter((record) => record.event === event);

async function expectBack(how: string): Promise<void> {
  await expect.poll(() => events('gateway-fell'), { timeout: 60_000 }).toMatchObject([{ how, inRow: 1 }]);
  await expect.poll(text, { interval: 50 }).toContain('NOT COLLECTING');
  await expect.poll(() => events('gateway-started').length, { timeout: 30_000 }).toBe(2);
  await expect.poll(text).toContain('WAS INTERRUPTED');
  await fillFolder(product.input, { count: 3, bytes: 40_000 });
  await expect.poll(async () => (await product.server.stats()).images, { timeout: 20_000 }).toBe(3);
  expect((await product.server.stats()).lastCheckin?.status).toBe('degraded');
}

test('an exception that nobody caught: the window says so, and the gateway is back', async () => {
  await inThread('setTimeout(() => { throw new Error("made to throw"); }, 0)');
  await expectBack('threw');
  expect(await text()).toContain('A fault in the program stopped the gateway.');
});

test.runIf(process.env['ACUSIGHT_FALLS'] !== undefined)(
  'a loop that never ends: noticed after 30 seconds, and the gateway is back',
  async () => {
    await inThread('setTimeout(() => { for (;;); }, 0)');
    const began = performance.now();
    await expectBack('hung');
    expect(performance.now() - began).toBeGreaterThan(28_000);
  },
);

test('an exception that nobody caught in main itself: the launcher is asked to start it again, and the next one knows', async () => {
  await main.evaluate(`setTimeout(() => { throw new Error('made to throw'); }, 500);`);
  // Node waits with its end for a debugger.
  main.close();
  const { exitCode, log } = await gateway.ended;
  // EX_TEMPFAIL: launcher.sh starts it again.
  expect(exitCode).toBe(75);
  expect(log.map(({ event }) => event)).toContain('gateway-stopped');
  expect(existsSync(join(product.dataDir, 'running.json'))).toBe(true);
});
