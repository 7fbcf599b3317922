import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import type { SimulatedCamera } from '../../../electron/simulators/camera/simulated-camera.ts';
import type { FaultInput } from '../../../electron/simulators/cloud/faults.ts';
import { chromiumProcesses } from '../chromium-processes.ts';
import type { CloudProcess } from '../cloud-process.ts';
import type { HangingShare } from '../hanging-share.ts';
import type { LostDisk } from '../lost-disk.ts';
import type { SoakLine } from './soak-line.ts';

/** What the faults befall. */
export type SoakSite = {
  readonly folder: string;
  readonly server: CloudProcess;
  readonly line: SoakLine;
  readonly camera: SimulatedCamera;
  readonly disk: LostDisk;
  readonly share: HangingShare;
  /** The process group of the gateway as it runs now. */
  readonly group: () => number;
  readonly restart: (signal: 'SIGKILL' | 'SIGTERM') => Promise<void>;
};

/** Whether files of a folder for tests can be kept from being removed. */
export const canKeepFiles = ((): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'acusight-kept-'));
  try {
    execFileSync('chattr', ['+a', folder], { stdio: 'ignore' });
    execFileSync('chattr', ['-a', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
})();

type Random = () => number;
type SoakFault = (site: SoakSite, random: Random) => Promise<void>;

const seconds = (random: Random, least: number, most: number): Promise<void> =>
  sleep((least + random() * (most - least)) * 1_000);

async function killProcesses(site: SoakSite, type: 'gpu-process' | 'renderer'): Promise<void> {
  for (const pid of await chromiumProcesses(site.group(), type)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

/** On this PC: one at a time. Each ends what it began. */
export const lineFaults: Readonly<Record<string, SoakFault>> = {
  'disk away': async ({ disk }, random) => {
    disk.lose();
    await seconds(random, 3, 12);
    disk.bringBack();
  },
  'disk full': async ({ folder }, random) => {
    const ballast = join(folder, 'data', 'ballast');
    const { freeBytes } = await nodeFiles.space(join(folder, 'data'));
    // To the last byte, or until less is free than is to be kept free.
    const left = random() < 0.5 ? 0 : 10_000_000;
    try {
      await writeFile(ballast, Buffer.alloc(Math.max(0, freeBytes - left), 1));
    } catch {
      // The gateway's own writes had the rest.
    }
    await seconds(random, 3, 8);
    await rm(ballast, { force: true });
  },
  'share hangs': async ({ share }, random) => {
    share.hang();
    await seconds(random, 3, 25);
    share.answer();
  },
  'originals can’t be removed': async ({ folder }, random) => {
    const folders = [join(folder, 'reused'), join(folder, 'renamed')];
    execFileSync('chattr', ['+a', ...folders]);
    try {
      await seconds(random, 2, 6);
    } finally {
      execFileSync('chattr', ['-a', ...folders]);
    }
  },
  'drawing process killed': (site) => killProcesses(site, 'gpu-process'),
  'page killed': (site) => killProcesses(site, 'renderer'),
  'camera away': async ({ camera }, random) => {
    camera.vanish();
    await seconds(random, 2, 8);
    camera.comeBack();
  },
  'camera starts over': async ({ camera }) => camera.reboot({ milliseconds: 1_500 }),
  'camera loses packets': async ({ camera }, random) => {
    camera.setFaults({ lossPerThousand: 50, resendLossPerThousand: 300, garbagePackets: 3, reorderWindow: 4 });
    await seconds(random, 3, 6);
    camera.clearFaults();
  },
  burst: ({ line }) => line.burst(80),
  'files that are no pictures': ({ line }) => line.dropNoPictures(),
};

/** What ends the program. */
export const endings: Readonly<Record<string, SoakFault>> = {
  'power cut': ({ restart }) => restart('SIGKILL'),
  'orderly stop': ({ restart }) => restart('SIGTERM'),
};

const upload = { endpoints: ['upload'] } satisfies Partial<FaultInput>;
const cloudTroubles: readonly FaultInput[] = [
  { kind: 'status', status: 500, ...upload },
  { kind: 'status', status: 502, body: 'html', ...upload },
  { kind: 'status', status: 503, retryAfter: { seconds: 1 }, ...upload },
  { kind: 'status', status: 429, retryAfter: { seconds: 2 }, ...upload },
  { kind: 'status', status: 500, when: 'after-commit', ...upload },
  { kind: 'cut', when: 'before-body', ...upload },
  { kind: 'cut', when: 'before-commit', reset: true, ...upload },
  { kind: 'cut', when: 'after-commit', ...upload },
  { kind: 'cut', when: 'mid-answer', ...upload },
  { kind: 'stall', times: 2, ...upload },
  { kind: 'slow-answer', bytesPerSecond: 20, times: 2, ...upload },
  { kind: 'html', ...upload },
  { kind: 'garbage', when: 'after-commit', ...upload },
  { kind: 'answer', status: 200, body: { status: 'error' }, ...upload },
  { kind: 'answer', status: 200, body: {}, ...upload },
  { kind: 'redirect', ...upload },
  { kind: 'latency', milliseconds: 900, ...upload },
  { kind: 'slow-read', bytesPerSecond: 60_000, ...upload },
  { kind: 'status', status: 503, endpoints: ['checkin', 'self'] },
];

/** One trouble of the cloud after the other, and now and then none, or nobody there at all. */
export async function troubleCloud(server: CloudProcess, random: Random): Promise<string> {
  const dice = random();
  if (dice < 0.15) {
    await server.down(2_000 + random() * 10_000);
    return 'cloud away';
  }
  if (dice < 0.35) {
    await server.setFaults();
    return 'none';
  }
  const trouble = cloudTroubles[Math.floor(random() * cloudTroubles.length)] as FaultInput;
  await server.setFaults('times' in trouble ? trouble : { ...trouble, probability: 0.4 });
  return `cloud: ${trouble.kind}`;
}

/** All in a random order, then all in another one: none is left out for long. */
export function* shuffled<T>(all: readonly T[], random: Random): Generator<T, never> {
  for (;;) {
    const deck = [...all];
    while (deck.length > 0) yield deck.splice(Math.floor(random() * deck.length), 1)[0] as T;
  }
}
