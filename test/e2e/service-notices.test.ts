import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { DesktopApp } from '../support/desktop-app.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { listen } from '../support/service-notices.ts';

test.runIf(process.platform === 'linux')(
  'a service says when it runs, how it is and that it goes on, not while it stands still, and that it ends',
  async () => {
    const product = await DesktopApp.prepare();
    onTestFinished(() => product.dispose());
    const socket = join(product.folder, 'notify');
    const lines = await listen(socket);
    const beats = (): number => lines.filter((line) => line === 'WATCHDOG=1').length;
    const gateway = await GatewayProcess.start({
      folder: product.folder,
      deviceKey: product.server.deviceKey,
      config: product.config(),
      flags: ['--headless'],
      environment: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '1500000' },
    });
    onTestFinished(async () => {
      gateway.kill();
      await gateway.ended;
    });
    await gateway.until(({ event }) => event === 'gateway-started');
    expect(lines[1]).toBe('READY=1');
    await expect.poll(beats).toBeGreaterThan(3);
    await expect.poll(() => lines.find((line) => line.startsWith('STATUS='))).toMatch(/SAFE · READY/);
    process.kill(gateway.pid, 'SIGSTOP');
    await sleep(300);
    const stopped = beats();
    await sleep(3_000);
    expect(beats()).toBe(stopped);
    process.kill(gateway.pid, 'SIGCONT');
    await expect.poll(beats).toBeGreaterThan(stopped);
    // It was its process that stood still, not its thread.
    await sleep(2_000);
    expect(gateway.log.some(({ event }) => event === 'gateway-fell')).toBe(false);
    process.kill(gateway.pid, 'SIGHUP');
    expect(await gateway.ended).toMatchObject({ exitCode: 0, signal: null });
    expect(lines).toContain('STOPPING=1');
    expect(gateway.log.some(({ event }) => event === 'gateway-stopped')).toBe(true);
  },
);
