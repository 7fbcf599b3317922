import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyStore } from '../../electron/gateway/maintenance/verify-store.ts';
import { nodeFiles } from '../../electron/gateway/platform/files.ts';
import type { ConfigInput } from '../../shared/config.ts';
import { chromiumProcesses } from '../support/chromium-processes.ts';
import { CloudProcess } from '../support/cloud-process.ts';
import { LaunchedGateway, processes } from '../support/launched-gateway.ts';
import { fillFolder } from '../support/picture-folder.ts';

/**
 * The whole program dies or stands still, and Chromium's processes are killed, while pictures come. Below the launcher
 * it is back by itself, and nothing is lost. ACUSIGHT_FALLS sets another number for each way.
 */
const asked = process.env['ACUSIGHT_FALLS'];
const falls = Number(asked ?? 2);
const millisecondsBetweenPictures = 100;

let folder = '';
let server: CloudProcess;
let gateway: LaunchedGateway;
let line: ReturnType<typeof feed>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acusight-dies-'));
  await mkdir(join(folder, 'in'));
  server = await CloudProcess.start(join(folder, 'server'), '--store', 'hash-only');
});

afterEach(async () => {
  await line.stop();
  await gateway.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const config = (): ConfigInput => ({
  cloud: { baseUrl: server.baseUrl, deviceId: 'simulated-device' },
  sources: [
    { id: 'in', kind: 'folder', path: join(folder, 'in'), settleMilliseconds: 50, sidecar: { waitMilliseconds: 0 } },
  ],
});

async function start(...flags: string[]): Promise<void> {
  line = feed();
  gateway = await LaunchedGateway.start({ folder, config: config(), deviceKey: server.deviceKey, flags });
  await expect.poll(images, { timeout: 60_000 }).toBeGreaterThan(0);
}

/** Pictures that come steadily. */
function feed() {
  const hashes = new Set<string>();
  let feeding = true;
  const fed = (async () => {
    for (let seed = 1; feeding; seed += 1) {
      for (const hash of await fillFolder(join(folder, 'in'), { count: 1, bytes: 40_000, firstSeed: seed }))
        hashes.add(hash);
      await sleep(millisecondsBetweenPictures);
    }
  })();
  return {
    hashes,
    stop: async () => {
      feeding = false;
      await fed;
    },
  };
}

const images = async (): Promise<number> => (await server.stats()).images;

async function expectNothingLost(): Promise<void> {
  await line.stop();
  await expect.poll(images, { timeout: 60_000 }).toBe(line.hashes.size);
  const stored = (await server.images()).map(({ sha256 }) => sha256);
  expect(new Set(stored)).toEqual(line.hashes);
  expect(stored).toHaveLength(line.hashes.size);
  expect((await server.stats()).duplicates).toBe(0);
}

async function expectWholeLedger(): Promise<void> {
  await gateway.stop();
  const { verdict } = await verifyStore({ dataDir: join(folder, 'data'), files: nodeFiles });
  expect(verdict.problems).toEqual([]);
}

const figures = (took: readonly number[]): string => {
  const sorted = [...took].sort((a, b) => a - b).map(Math.round);
  return `min ${sorted[0]} ms, median ${sorted[Math.floor(sorted.length / 2)]} ms, max ${sorted.at(-1)} ms`;
};

describe.runIf(process.platform === 'linux')('below its launcher', () => {
  for (const signal of ['SIGSEGV', 'SIGSTOP'] as const)
    test(`the program gets ${signal} ${falls} times while pictures come: it is back, and nothing is lost`, async () => {
      await start('--headless');
      const took: number[] = [];
      for (let fall = 0; fall < falls; fall += 1) {
        const before = (await gateway.program()) ?? 0;
        const had = await images();
        await expect.poll(images).toBeGreaterThan(had + 3);
        await sleep(Math.random() * 500);
        process.kill(before, signal);
        const began = performance.now();
        await expect
          .poll(async () => [before, null].includes(await gateway.program()), { interval: 50, timeout: 60_000 })
          .toBe(false);
        // Nothing of Chromium's is left over.
        expect((await processes()).filter(({ group, state }) => group === before && state !== 'Z')).toEqual([]);
        const left = await images();
        await expect.poll(images, { interval: 50, timeout: 60_000 }).toBeGreaterThan(left);
        took.push(performance.now() - began);
      }
      await expectNothingLost();
      const told = (await gateway.log()).filter(({ event }) => event === 'ended-without-a-word');
      expect(told.map(({ times }) => times)).toEqual(Array.from({ length: falls }, (_, index) => index + 1));
      await expect.poll(async () => (await server.stats()).lastCheckin?.status, { timeout: 60_000 }).toBe('degraded');
      await expectWholeLedger();
      process.stdout.write(
        `${signal}: ${falls} times, ${line.hashes.size} pictures, delivering again: ${figures(took)}\n`,
      );
    });

  // With few kills and no load: lost-processes.test.ts.
  for (const type of ['renderer', 'gpu-process'] as const)
    test.runIf(asked !== undefined && process.env['DISPLAY'])(
      `Chromium’s ${type} gets SIGKILL ${falls} times while pictures come: it is back, and nothing is lost`,
      async () => {
        await start();
        const group = (await gateway.program()) ?? 0;
        const killed = new Set<number>();
        const alive = async (): Promise<number[]> =>
          (await chromiumProcesses(group, type)).filter((pid) => !killed.has(pid));
        const took: number[] = [];
        for (let fall = 0; fall < falls; fall += 1) {
          await expect.poll(async () => (await alive()).length, { timeout: 120_000 }).toBeGreaterThan(0);
          for (const pid of await alive()) {
            killed.add(pid);
            process.kill(pid, 'SIGKILL');
          }
          const began = performance.now();
          const had = await images();
          await expect.poll(images, { interval: 20 }).toBeGreaterThan(had);
          took.push(performance.now() - began);
        }
        await expect.poll(async () => (await alive()).length, { timeout: 120_000 }).toBeGreaterThan(0);
        expect(await gateway.program()).toBe(group);
        await expectNothingLost();
        await expectWholeLedger();
        process.stdout.write(
          `${type}: ${falls} times, ${line.hashes.size} pictures, delivered next: ${figures(took)}\n`,
        );
      },
    );
});
