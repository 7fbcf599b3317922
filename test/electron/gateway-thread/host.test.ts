import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { GatewayHost } from '../../../electron/gateway-thread/host.ts';
import { configSchema } from '../../../shared/config.ts';
import { contract } from '../../../shared/contract.ts';
import { errorWords, failureWords } from '../../support/spoken.ts';
import {
  checkWorker,
  decodeWorker,
  encodeWorker,
  gatewayWorker,
  readingWorker,
  recoverWorker,
  streamWorker,
} from '../../support/workers.ts';

/** A gateway that can't start, and whose thread has asked a share that does not answer; a FIFO stands for it. */
const failingWorker = (fifo: string): string => `
  import { readFile } from 'node:fs/promises';
  import { parentPort } from 'node:worker_threads';
  readFile(${JSON.stringify(fifo)}).catch(() => undefined);
  const said = { code: 'legacy', params: { text: 'In use.', hint: 'Wait.' } };
  const facts = { code: 'store-in-use', said, operation: 'open-store', disposition: 'pause' };
  setTimeout(() => parentPort.postMessage({ type: 'failed', failure: { facts, message: 'In use.' } }), 100);
`;

const config = configSchema.parse({
  cloud: { baseUrl: 'http://127.0.0.1:1/api', deviceId: 'line-7' },
  sources: [],
});

function makeHost(folder: string, workerPath: string): GatewayHost {
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
    recoverWorkerPath: recoverWorker,
    workers: {
      decode: decodeWorker,
      reading: readingWorker,
      encode: encodeWorker,
      stream: streamWorker,
      check: checkWorker,
    },
    nativeBinding: undefined,
    events: { onLog: () => undefined, onFall: () => undefined, onStoreLost: () => undefined },
  });
  onTestFinished(async () => {
    await host.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return host;
}

const noImage = 'a0000000-0000-4000-8000-000000000000';

test('an operation goes by its own name to the thread, and its answer, or its refusal, comes back', {
  timeout: 30_000,
}, async () => {
  const host = makeHost(await mkdtemp(join(tmpdir(), 'acusight-host-')), gatewayWorker);
  await host.start(config);
  expect(await host.operate('dead.requeue', { selection: [noImage] })).toEqual({ changed: 0 });
  expect(await host.operate('image.detail', { imageId: noImage })).toEqual({ image: null });
  expect(await host.operate('ledger.verify', {})).toMatchObject({ ok: true, problems: [] });
  expect(await host.operate('sync.tryNow', {})).toEqual({});
  await expect(host.operate('camera.trigger', { sourceId: 'top' })).rejects.toMatchObject({
    code: 'no-camera',
    said: { code: 'no-camera', params: { source: 'top' } },
  });
  // The shell's own calls take the same way.
  expect(await host.require().call('original', { imageId: noImage })).toBeNull();
  expect(await host.require().call('labelGaps', { limit: 5 })).toMatchObject({ pictures: { count: 0 } });
});

test('where no gateway runs, lists are empty and whatever would change something is refused', async () => {
  const host = makeHost(await mkdtemp(join(tmpdir(), 'acusight-host-')), gatewayWorker);
  const page = { cursor: null, limit: 10 };
  expect(await host.operate('queue.page', { filter: 'all', ...page })).toEqual({ rows: [], nextCursor: null });
  expect(await host.operate('refusals.page', page)).toEqual({ rows: [], nextCursor: null });
  expect(await host.operate('ledger.page', page)).toEqual({ rows: [], nextCursor: null });
  expect(await host.operate('image.detail', { imageId: noImage })).toEqual({ image: null });
  // Of the core's operations, no other is answered then.
  const answered = Object.entries(contract).filter(
    ([, { by, ...entry }]) => by === 'core' && 'idle' in entry && entry.idle,
  );
  expect(answered).toHaveLength(4);
  const refused: unknown = await host.operate('dead.requeue', { selection: 'all' }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'not-running' });
  expect(errorWords(refused)).toBe('The gateway is starting. Try again in a moment.');
  host.awaitSetup();
  expect(await failureWords(host.operate('sync.tryNow', {}))).toBe('The gateway is not running. Set it up first.');
});

test.skipIf(process.platform === 'win32')(
  'threads of failed starts that a share holds are known as long as it holds them',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'acusight-host-'));
    const fifo = join(folder, 'ca.pem');
    execFileSync('mkfifo', [fifo]);
    const workerPath = join(folder, 'worker.mjs');
    await writeFile(workerPath, failingWorker(fifo));
    const host = makeHost(folder, workerPath);
    for (const count of [1, 2]) {
      await expect(host.start(config)).rejects.toThrow('In use.');
      expect(host.threadsLeft).toBe(count);
      expect(errorWords(await host.operate('camera.trigger', { sourceId: 'a' }).catch((error: unknown) => error))).toBe(
        'The gateway is not running. In use. Wait.',
      );
      expect(host.hangs).toBe(true);
    }
    // The share answers.
    await writeFile(fifo, '');
    await vi.waitFor(() => expect(host.threadsLeft).toBe(0), 5_000);
    expect(host.hangs).toBe(false);
  },
);

test('a database that is damaged is built anew, and the gateway runs on it', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'acusight-host-'));
  const host = makeHost(folder, gatewayWorker);
  await expect(host.rebuild()).rejects.toMatchObject({ code: 'not-running' });
  await writeFile(join(folder, 'gateway.sqlite'), 'x'.repeat(20_000));
  await expect(host.start(config)).rejects.toMatchObject({ code: 'store-damaged' });
  expect(host.snapshot().advice).toMatchObject([{ action: 'rebuild-database' }]);
  const rebuilt = host.rebuild();
  await expect.poll(() => host.snapshot().safe.code).toBe('store-rebuilding');
  expect(host.snapshot().advice).toEqual([]);
  expect((await rebuilt).report).toMatchObject({ base: 'none', queued: 0, missing: 0 });
  await host.start((await rebuilt).config);
  expect(host.snapshot().safe.code).not.toBe('cannot-start');
  expect(await readdir(join(folder, 'replaced'))).toHaveLength(1);
});
