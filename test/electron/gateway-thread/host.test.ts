import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { GatewayHost } from '../../../electron/gateway-thread/host.ts';
import { configSchema } from '../../../shared/config.ts';

/** A gateway that can't start, and whose thread has asked a share that does not answer; a FIFO stands for it. */
const failingWorker = (fifo: string): string => `
  import { readFile } from 'node:fs/promises';
  import { parentPort } from 'node:worker_threads';
  readFile(${JSON.stringify(fifo)}).catch(() => undefined);
  const facts = { code: 'store-in-use', operation: 'open-store', text: 'In use.', hint: 'Wait.', disposition: 'pause' };
  setTimeout(() => parentPort.postMessage({ type: 'failed', failure: { facts, message: 'In use.' } }), 100);
`;

test.skipIf(process.platform === 'win32')(
  'threads of failed starts that a share holds are known as long as it holds them',
  { timeout: 30_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'acusight-host-'));
    const fifo = join(folder, 'ca.pem');
    execFileSync('mkfifo', [fifo]);
    const workerPath = join(folder, 'worker.mjs');
    await writeFile(workerPath, failingWorker(fifo));
    const host = new GatewayHost({
      dataDir: folder,
      identity: { version: '0', runtime: 'test', configFile: '', demo: false },
      secrets: () => ({
        deviceKey: null,
        proxyPassword: null,
        s3AccessKeyId: null,
        s3SecretAccessKey: null,
        keySource: 'none',
        keyIsForeign: false,
        waiting: null,
      }),
      workerPath,
      workers: {} as never,
      nativeBinding: undefined,
      events: { onLog: () => undefined, onCrash: () => undefined, onStoreLost: () => undefined },
    });
    onTestFinished(async () => {
      await host.stop();
      await rm(folder, { recursive: true, force: true });
    });
    const config = configSchema.parse({
      cloud: { baseUrl: 'http://127.0.0.1:1/api', deviceId: 'line-7' },
      sources: [],
    });
    for (const count of [1, 2]) {
      await expect(host.start(config)).rejects.toThrow('In use.');
      expect(host.threadsLeft).toBe(count);
      expect(host.hangs).toBe(true);
    }
    // The share answers.
    await writeFile(fifo, '');
    await vi.waitFor(() => expect(host.threadsLeft).toBe(0), 5_000);
    expect(host.hangs).toBe(false);
  },
);
