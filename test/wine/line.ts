import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DoctorCheck } from '../../shared/contract.ts';
import type { Snapshot } from '../../shared/snapshot.ts';
import type { CloudProcess } from '../support/cloud-process.ts';
import { asWindows, type Wine, type WineProgram } from './wine.ts';

/** Of another build, to compare with. */
const built = process.env['ACUSIGHT_WINE_BUILT'] ?? fileURLToPath(new URL('../../out/main', import.meta.url));

export type WineSource = Readonly<Record<string, unknown>>;

/** A line in `C:\\<name>`: its configuration, data folder and the gateway's log. */
export class WineLine {
  readonly #wine: Wine;
  readonly #name: string;
  readonly #cloud: CloudProcess;
  readonly #sources: readonly WineSource[];
  #run = 0;

  constructor(wine: Wine, name: string, cloud: CloudProcess, sources: readonly WineSource[]) {
    this.#wine = wine;
    this.#name = name;
    this.#cloud = cloud;
    this.#sources = sources;
  }

  /** As this machine names a path of it. */
  path(...parts: readonly string[]): string {
    return this.#wine.pathOnC(this.#name, ...parts);
  }

  /** Before the first start: whoever watches the folders of payloads finds them. */
  async makePayloadFolders(): Promise<void> {
    for (let value = 0; value < 256; value += 1)
      await mkdir(this.path('data', 'payloads', value.toString(16).padStart(2, '0')), { recursive: true });
  }

  async start(): Promise<WineProgram> {
    this.#run += 1;
    const config = { cloud: { baseUrl: this.#cloud.baseUrl, deviceId: 'line-7' }, sources: this.#sources };
    await mkdir(this.path(), { recursive: true });
    await writeFile(this.path('config.json'), JSON.stringify(config));
    const words = [`C:\\${this.#name}\\config.json`, `C:\\${this.#name}\\data`, asWindows(built)];
    const secrets = { ACUSIGHT_DEVICE_KEY: this.#cloud.deviceKey };
    return this.#wine.start('gateway', words, this.path(`gateway-${this.#run}.log`), secrets);
  }

  /** What lies in the store, by the ends of the names. */
  async payloads(ending: string): Promise<string[]> {
    const paths = await readdir(this.path('data', 'payloads'), { recursive: true });
    return paths.filter((path) => path.endsWith(ending));
  }
}

/** Stops it as it is to be stopped; how things stood. */
export async function stopped(gateway: WineProgram): Promise<Snapshot> {
  await gateway.stop();
  return (await gateway.said('stopped')) as Snapshot;
}

export async function doctorOf(gateway: WineProgram): Promise<readonly DoctorCheck[]> {
  gateway.ask('doctor');
  return ((await gateway.said('answer')) as { checks: DoctorCheck[] }).checks;
}

/** All pictures below a folder. */
export async function picturesIn(folder: string): Promise<string[]> {
  const paths = await readdir(folder, { recursive: true });
  return paths.filter((path) => /\.jpg$/i.test(path)).map((path) => join(folder, path));
}
