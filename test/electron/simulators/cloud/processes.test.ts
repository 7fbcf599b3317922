import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SimulatedCloudWorker } from '../../../../electron/simulators/cloud/worker-client.ts';
import { serverWorker } from '../../../support/workers.ts';
import { form, jpeg, sha256, temporaryFolder } from './support.ts';

const serveFile = fileURLToPath(new URL('../../../../electron/simulators/cloud/serve.ts', import.meta.url));
const picture = jpeg(64, 48);

async function post(baseUrl: string, key: string, headers: Record<string, string> = {}): Promise<number> {
  const { body, type } = form([{ name: 'image', value: picture, filename: 'a.jpg' }]);
  const all = { 'x-device-key': key, 'content-type': type, ...headers };
  const answer = await request(`${baseUrl}/device/images/upload`, { method: 'POST', body, headers: all, reset: true });
  await answer.body.dump();
  return answer.statusCode;
}

describe('in a worker thread', () => {
  async function startWorker(): Promise<SimulatedCloudWorker> {
    const worker = await SimulatedCloudWorker.start(serverWorker, { dataDir: await temporaryFolder() });
    onTestFinished(() => worker.stop());
    return worker;
  }

  test('the server takes uploads and can be asked and told from outside', async () => {
    const worker = await startWorker();
    const { baseUrl, deviceKey } = worker.address;
    expect(await post(baseUrl, deviceKey)).toBe(201);
    expect(await worker.stats()).toMatchObject({ images: 1, up: true });
    expect((await worker.images())[0]?.sha256).toBe(sha256(picture));
    expect(await worker.payloadPath(1)).toContain(sha256(picture));
    expect(await worker.setFaults([{ kind: 'status', status: 503, times: 1 }])).toMatchObject([{ status: 503 }]);
    expect([await post(baseUrl, deviceKey), await post(baseUrl, deviceKey)]).toEqual([503, 201]);
    await worker.setDeviceStatus('simulated-device', 'rejected');
    expect(await post(baseUrl, deviceKey)).toBe(403);
    await worker.down();
    await expect(post(baseUrl, deviceKey)).rejects.toThrow();
    await worker.up();
    await worker.reset();
    expect(await worker.stats()).toMatchObject({ images: 0, up: true });
  });

  test('a call that fails says why, and the server goes on', async () => {
    const worker = await startWorker();
    await expect(worker.setDeviceStatus('nobody', 'approved')).rejects.toThrow('Resource not found');
    await expect(worker.setFaults([{ kind: 'status', status: 99 }])).rejects.toThrow();
    expect((await worker.stats()).images).toBe(0);
  });

  test('calls after the end fail at once, and a second stop does nothing', async () => {
    const worker = await startWorker();
    await worker.stop();
    await worker.stop();
    await expect(worker.stats()).rejects.toThrow('the embedded server has stopped');
  });

  test('a server that cannot start says why', async () => {
    await expect(SimulatedCloudWorker.start(serverWorker, { dataDir: '' })).rejects.toThrow(/dataDir/);
  });
});

describe('as a process of its own', () => {
  type Line = Readonly<Record<'listening' | 'control' | 'token' | 'deviceKey', string>>;

  async function serve(...flags: readonly string[]): Promise<{ readonly child: ChildProcess; readonly line: Line }> {
    const child = spawn(process.execPath, [serveFile, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [text] = await once(createInterface({ input: child.stdout }), 'line');
    return { child, line: JSON.parse(String(text)) as Line };
  }

  test('it prints where it listens, survives a kill with what it acknowledged, and ends on SIGTERM', async () => {
    const dataDir = await temporaryFolder();
    const first = await serve('--data-dir', dataDir, '--device-key', 'adk_ab12', '--token', 'control-token');
    expect(first.line.listening).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api$/);
    expect(first.line.control).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/_control$/);
    expect([first.line.token, first.line.deviceKey]).toEqual(['control-token', 'adk_ab12']);
    expect(await post(first.line.listening, 'adk_ab12', { 'idempotency-key': 'k' })).toBe(201);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');

    const second = await serve('--data-dir', dataDir);
    expect(second.line.deviceKey).toBe('adk_ab12');
    expect(await post(second.line.listening, 'adk_ab12', { 'idempotency-key': 'k' })).toBe(201);
    const headers = { authorization: `Bearer ${second.line.token}` };
    const stats = await request(`${second.line.control}/stats`, { headers, reset: true });
    expect(await stats.body.json()).toMatchObject({ data: { images: 1, replays: 1 } });
    second.child.kill('SIGTERM');
    expect(await once(second.child, 'exit')).toEqual([0, null]);
  });

  test('it honours no idempotency key when told so, and keeps nothing when discarding', async () => {
    const { line } = await serve('--data-dir', await temporaryFolder(), '--idempotency', 'off', '--discard');
    for (let count = 0; count < 2; count += 1) {
      expect(await post(line.listening, line.deviceKey, { 'idempotency-key': 'k' })).toBe(201);
    }
    const headers = { authorization: `Bearer ${line.token}` };
    const stats = await request(`${line.control}/stats`, { headers, reset: true });
    expect(await stats.body.json()).toMatchObject({ data: { images: 2, replays: 0 } });
  });

  test.each([
    [[], '--data-dir is required'],
    [['--data-dir', 'x', '--idempotency', 'maybe'], '--idempotency must be on or off'],
    [['--data-dir', 'x', '--device-key', 'secret'], 'a device key is adk_'],
    [['--data-dir', 'x', '--prot', '1'], '--prot'],
  ])('it ends with 2 and the reason for %j', async (flags, reason) => {
    const child = spawn(process.execPath, [serveFile, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += chunk;
    });
    expect(await once(child, 'close')).toEqual([2, null]);
    expect(text).toContain(reason);
  });
});
