import { readdir, readFile } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import type { Files } from '../platform/files.ts';

/** How this PC is doing, for the check-in. What can't be read here is null: a reading never fails. */
export type SystemReading = {
  /** Percent of all cores since the reading before. */
  readonly cpuUsage: number | null;
  /** Percent. */
  readonly memoryUsage: number | null;
  /** Percent of the file system that holds the data folder. */
  readonly diskUsage: number | null;
  /** The hottest sensor, degrees Celsius; only Linux tells it to everybody. */
  readonly temperature: number | null;
  /** Seconds since this PC was started. */
  readonly uptime: number | null;
};

type CpuTimes = { readonly busy: number; readonly all: number };

/** What the operating system says; tests say something else. */
export type SystemSources = {
  readonly cpus: () => readonly { readonly times: Readonly<Record<string, number>> }[];
  readonly totalmem: () => number;
  readonly freemem: () => number;
  readonly uptime: () => number;
  /** Linux shows its sensors as files below `/sys/class`. */
  readonly sensorRoot: string;
};

export const thisComputer: SystemSources = {
  cpus: os.cpus,
  totalmem: os.totalmem,
  freemem: os.freemem,
  uptime: os.uptime,
  sensorRoot: '/sys/class',
};

/** A sensor that is not connected tells nonsense: -128 or 255 degrees. */
const coldest = -40;
const hottest = 150;

export class SystemMetrics {
  readonly #dataDir: string;
  readonly #files: Pick<Files, 'space'>;
  readonly #system: SystemSources;
  #before: CpuTimes | null;

  constructor(dataDir: string, files: Pick<Files, 'space'>, system: SystemSources = thisComputer) {
    this.#dataDir = dataDir;
    this.#files = files;
    this.#system = system;
    this.#before = this.#cpuTimes();
  }

  async read(): Promise<SystemReading> {
    const { totalmem, freemem, uptime } = this.#system;
    return {
      cpuUsage: this.#cpuUsage(),
      memoryUsage: orNull(() => percent(totalmem() - freemem(), totalmem())),
      diskUsage: await this.#diskUsage(),
      temperature: await this.#temperature(),
      uptime: orNull(() => Math.max(0, Math.round(uptime()))),
    };
  }

  #cpuTimes(): CpuTimes | null {
    return orNull(() => {
      let busy = 0;
      let all = 0;
      for (const { times } of this.#system.cpus()) {
        const sum = Object.values(times).reduce((total, time) => total + time, 0);
        all += sum;
        busy += sum - (times['idle'] ?? 0);
      }
      return { busy, all };
    });
  }

  #cpuUsage(): number | null {
    const before = this.#before;
    const now = this.#cpuTimes();
    this.#before = now;
    if (before === null || now === null) return null;
    // A core that was switched off takes its times along: the sum then goes back.
    return percent(now.busy - before.busy, now.all - before.all);
  }

  async #diskUsage(): Promise<number | null> {
    try {
      const { freeBytes, totalBytes } = await this.#files.space(this.#dataDir);
      return percent(totalBytes - freeBytes, totalBytes);
    } catch {
      return null;
    }
  }

  async #temperature(): Promise<number | null> {
    const { sensorRoot } = this.#system;
    const readings = await Promise.all([
      readSensors(join(sensorRoot, 'thermal'), /^thermal_zone\d+$/, /^temp$/),
      readSensors(join(sensorRoot, 'hwmon'), /^hwmon\d+$/, /^temp\d+_input$/),
    ]);
    const degrees = readings.flat().filter((reading) => reading > coldest && reading < hottest);
    return degrees.length === 0 ? null : Math.max(...degrees);
  }
}

/** Degrees Celsius of every sensor that can be read. */
async function readSensors(root: string, device: RegExp, sensor: RegExp): Promise<number[]> {
  const names = await readdir(root).catch(() => []);
  const readings = names
    .filter((name) => device.test(name))
    .map(async (name) => {
      const files = await readdir(join(root, name)).catch(() => []);
      return Promise.all(
        files
          .filter((file) => sensor.test(file))
          .map(async (file) => {
            const text = await readFile(join(root, name, file), 'utf8').catch(() => '');
            return /^-?\d+\s*$/.test(text) ? Number(text) / 1_000 : Number.NaN;
          }),
      );
    });
  return (await Promise.all(readings)).flat().filter((reading) => !Number.isNaN(reading));
}

/** With one decimal, from 0 to 100; null where there is nothing to divide by. */
function percent(part: number, whole: number): number | null {
  if (!(whole > 0)) return null;
  return Math.round(Math.min(1, Math.max(0, part / whole)) * 1_000) / 10;
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
