import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConfigInput } from '../../shared/config.ts';
import { CloudProcess } from '../support/cloud-process.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { HangingShare } from '../support/hanging-share.ts';
import { fillFolder } from '../support/picture-folder.ts';

let folder = '';
let shares: HangingShare[] = [];
let server: CloudProcess | null = null;
let gateway: GatewayProcess | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acusight-hanging-'));
  await mkdir(join(folder, 'backing'));
  await mkdir(join(folder, 'local'));
});

afterEach(async () => {
  gateway?.kill();
  for (const share of shares) share.end();
  await gateway?.ended;
  await server?.stop();
  server = null;
  shares = [];
  gateway = null;
  await rm(folder, { recursive: true, force: true });
});

/** The folder `backing` as a share of this name. */
async function mount(name = 'share'): Promise<HangingShare> {
  const share = await HangingShare.mount(join(folder, 'backing'), join(folder, name));
  shares.push(share);
  return share;
}

async function start(names: readonly string[] = ['share']): Promise<{ running: GatewayProcess; cloud: CloudProcess }> {
  const cloud = server ?? (await CloudProcess.start(join(folder, 'server'), '--store', 'hash-only'));
  server = cloud;
  const common = { kind: 'folder', settleMilliseconds: 50, sidecar: { waitMilliseconds: 0 } } as const;
  const config: ConfigInput = {
    cloud: { baseUrl: cloud.baseUrl, deviceId: 'simulated-device' },
    sources: [
      ...names.map((name) => ({ ...common, id: name, path: join(folder, name), pollMilliseconds: 500 })),
      { ...common, id: 'local', path: join(folder, 'local') },
    ],
  };
  const running = await GatewayProcess.start({
    folder,
    deviceKey: cloud.deviceKey,
    config,
    flags: ['--headless'],
  });
  gateway = running;
  return { running, cloud };
}

/** Puts a picture into the local folder and waits until it is delivered. Returns how long that took. */
async function deliverLocal(cloud: CloudProcess, seed: number): Promise<number> {
  const began = performance.now();
  const hashes = await fillFolder(join(folder, 'local'), { count: 1, bytes: 60_000, firstSeed: 50_000 + seed });
  for (;;) {
    const there = (await cloud.images()).some(({ sha256 }) => hashes.has(sha256 ?? ''));
    if (there) return performance.now() - began;
    await sleep(50);
  }
}

describe.runIf(HangingShare.isPossible)('a share that hangs', () => {
  test('while it is read: the local source goes on, the share is named, and the program ends when it is told to', async () => {
    const onShare = await fillFolder(join(folder, 'backing'), { count: 400, bytes: 60_000 });
    const share = await mount();
    const { running, cloud } = await start();
    await running.until((record) => record.event === 'progress' && Number(record['collected']) > 10);
    share.hang();
    const hungAt = performance.now();
    const took: number[] = [];
    for (let seed = 0; seed < 12; seed += 1) {
      took.push(await deliverLocal(cloud, seed));
      await sleep(500);
    }
    const named = await running.until(({ event }) => event === 'source-silent');
    expect(named).toMatchObject({
      source: 'share',
      message: expect.objectContaining({
        text: expect.stringMatching(/^The folder does not answer since \d\d:\d\d\. Check /),
      }),
    });
    const namedAfter = performance.now() - hungAt;
    for (let seed = 12; seed < 24; seed += 1) took.push(await deliverLocal(cloud, seed));
    await running.until((record) => record.event === 'progress' && /COLLECTING/.test(String(record['safe'])));
    process.stdout.write(
      `local pictures delivered within ${Math.max(...took).toFixed(0)} ms; the share was named by ${namedAfter.toFixed(0)} ms\n`,
    );
    const told = performance.now();
    running.kill('SIGTERM');
    const { exitCode } = await running.ended;
    process.stdout.write(`ended ${(performance.now() - told).toFixed(0)} ms after it was told to\n`);
    expect(exitCode).toBe(0);
    share.answer();
    // What was not read yet is collected by the next start.
    const next = await start();
    void next;
    await next.running.until(
      (record) =>
        record.event === 'progress' && record['flow'] === 'ALL DELIVERED' && Number(record['collected']) >= 424,
    );
    expect(onShare.size).toBe(400);
  });

  test('while it is idle is not said to be watched, and is collected from again when it answers', async () => {
    const share = await mount();
    const { running, cloud } = await start();
    await running.until(
      ({ event, source, state }) => event === 'source-state' && source === 'share' && state === 'watching',
    );
    share.hang();
    await running.until(({ event, source }) => event === 'source-silent' && source === 'share');
    await deliverLocal(cloud, 1);
    const hashes = await fillFolder(join(folder, 'backing'), { count: 3, bytes: 60_000 });
    share.answer();
    await running.until(({ event, source }) => event === 'source-answers' && source === 'share');
    await running.until((record) => record.event === 'progress' && Number(record['acknowledged']) === 4);
    const stored = new Set((await cloud.images()).map(({ sha256 }) => sha256));
    expect([...hashes].every((hash) => stored.has(hash))).toBe(true);
    running.kill('SIGTERM');
    expect((await running.ended).exitCode).toBe(0);
  });

  test('and three others with it, while they are read, hold up no other source', async () => {
    await fillFolder(join(folder, 'backing'), { count: 400, bytes: 60_000 });
    const names = ['share-1', 'share-2', 'share-3', 'share-4'];
    for (const name of names) await mount(name);
    const { running, cloud } = await start(names);
    await running.until((record) => record.event === 'progress' && Number(record['collected']) > 40);
    for (const share of shares) share.hang();
    const took: number[] = [];
    for (let seed = 0; seed < 10; seed += 1) took.push(await deliverLocal(cloud, seed));
    for (const name of names) await running.until(({ event, source }) => event === 'source-silent' && source === name);
    for (let seed = 10; seed < 20; seed += 1) took.push(await deliverLocal(cloud, seed));
    process.stdout.write(`beside four of them, local pictures within ${Math.max(...took).toFixed(0)} ms\n`);
    running.kill('SIGTERM');
    expect((await running.ended).exitCode).toBe(0);
  });

  test('already at the start keeps no other source from it', async () => {
    const share = await mount();
    share.hang();
    const { running, cloud } = await start();
    await deliverLocal(cloud, 1);
    await running.until(({ event, source }) => event === 'source-silent' && source === 'share');
    running.kill('SIGTERM');
    expect((await running.ended).exitCode).toBe(0);
  });
});
