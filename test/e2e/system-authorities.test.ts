import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { ConfigInput } from '../../shared/config.ts';
import { authorityText } from '../support/certificate-store.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { mayMount } from '../support/memory-disk.ts';
import { fillFolder } from '../support/picture-folder.ts';
import { temporaryFolder } from '../support/store.ts';
import { secureServer } from '../support/tls-server.ts';

/** The PC's own store of certificates, as the real product reads it. */

const debianBundle = '/etc/ssl/certs/ca-certificates.crt';

let running: GatewayProcess | null = null;
afterEach(async () => {
  running?.kill();
  await running?.ended;
  running = null;
});

test.skipIf(!mayMount || !existsSync(debianBundle))(
  'the plant’s authority, rolled out while the gateway runs, is trusted without a setting and without a restart',
  async () => {
    let pictures = 0;
    const { port } = await secureServer('server', (request, response) => {
      if (request.url?.endsWith('/upload') === true) pictures += 1;
      request.resume();
      request.on('end', () => response.writeHead(201, { 'content-type': 'application/json' }).end('{"id":1}'));
    });
    const folder = await temporaryFolder();
    const input = join(folder, 'in');
    await mkdir(input);
    await fillFolder(input, { count: 3, bytes: 40_000 });
    const bundle = join(folder, 'bundle.crt');
    await copyFile(debianBundle, bundle);
    const config: ConfigInput = {
      cloud: { baseUrl: `https://localhost:${port}/api`, deviceId: 'line-7' },
      sources: [{ id: 'aoi', kind: 'folder', path: input, settleMilliseconds: 100 }],
      store: { minFreeBytes: 0 },
    };
    // A view of its own of the file system: nobody else sees what is laid over the file there.
    const over = `mount --bind ${bundle} ${debianBundle} && exec "$@"`;
    running = await GatewayProcess.start({
      folder,
      config,
      deviceKey: 'adk_00',
      within: ['unshare', '--mount', 'sh', '-c', over, 'sh'],
      switches: ['--ozone-platform=headless', '--disable-gpu'],
    });
    const refused = await running.until(({ event }) => event === 'probe-failed');
    expect(refused).toMatchObject({ message: { code: 'certificate-untrusted' } });
    expect(pictures).toBe(0);
    await appendFile(bundle, await authorityText('plant-ca'));
    const run = await running.ended;
    expect(run.exitCode, run.stderr).toBe(0);
    expect(pictures).toBe(3);
    expect(run.log.filter(({ event }) => event === 'system-certificates')).toMatchObject([
      { level: 'info', place: debianBundle, unusable: 0 },
      { level: 'info', place: debianBundle, unusable: 0 },
    ]);
  },
);

test.skipIf(process.platform === 'win32')(
  'a file of authorities that does not answer is named, stops nothing else, and keeps nobody from ending the gateway',
  async () => {
    const { port } = await secureServer('server');
    const folder = await temporaryFolder();
    const input = join(folder, 'in');
    await mkdir(input);
    // Nobody writes to the pipe: opening it takes for ever, as on a share that does not answer.
    const caFile = join(folder, 'ca.pem');
    execFileSync('mkfifo', [caFile]);
    running = await GatewayProcess.start({
      folder,
      config: {
        cloud: { baseUrl: `https://localhost:${port}/api`, deviceId: 'line-7', tls: { caFile } },
        sources: [{ id: 'aoi', kind: 'folder', path: input, settleMilliseconds: 100 }],
        store: { minFreeBytes: 0 },
      },
      deviceKey: 'adk_00',
      flags: ['--headless'],
      switches: ['--ozone-platform=headless', '--disable-gpu'],
    });
    await fillFolder(input, { count: 1, bytes: 40_000 });
    const refused = await running.until(({ event }) => event === 'probe-failed');
    expect(refused).toMatchObject({ message: { code: 'ca-file-unreadable' } });
    expect(running.log.filter(({ event }) => event === 'authority-file')).toMatchObject([
      { level: 'warn', path: caFile, authorities: 0, fault: expect.stringContaining('ETIMEDOUT') },
    ]);
    running.kill('SIGTERM');
    const run = await running.ended;
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.log.some(({ event }) => event === 'gateway-stopped')).toBe(true);
  },
);
