import { createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfigInput } from '../../shared/config.ts';
import { message } from '../../shared/messages/message.ts';
import { plainEnglish } from '../../shared/messages/words.ts';
import type { RunOptions } from '../cli/arguments.ts';
import type { Plan } from '../cli/run-plan.ts';
import type { GatewayHost } from '../gateway-thread/host.ts';
import type { AppPaths } from '../runtime/paths.ts';
import { saveConfig } from '../settings/config-file.ts';
import { annotationCount, type ImageRecord } from '../simulators/cloud/records.ts';
import { SimulatedCloudWorker } from '../simulators/cloud/worker-client.ts';
import type { Desktop } from '../window/desktop.ts';
import { DemoCameras } from './cameras.ts';
import { type DemoStore, demoStore } from './object-store.ts';

export { plugInFakeUsbCamera } from './cameras.ts';

type DemoOptions = Extract<RunOptions, { command: 'demo' }>;
type DemoPicture = { readonly file: string; readonly sidecar: string; readonly format: string; readonly boxes: number };

/** The last line of `--json`. */
export type DemoSummary = {
  readonly collected: number;
  readonly acknowledged: number;
  readonly dead: number;
  readonly server: { readonly images: number; readonly annotations: number; readonly duplicates: number };
  readonly seconds: number;
  readonly screenshot: string;
};

const stationNames: Readonly<Record<string, string>> = {
  'aoi-top': 'AOI, top camera',
  packaging: 'Packing station',
  sorting: 'Sorting belt',
  calibration: 'Calibration stand',
  bench: 'Repair bench',
};
/** A line takes a picture about so often; quick enough to watch, slow enough to see. */
const millisecondsBetweenPictures = 220;
/** A cloud that is a few network hops away, so that the queue can be seen at work. */
const serverLatencyMilliseconds = 350;
const deadlineMilliseconds = 180_000;
const seenByCamera = 5;

/**
 * The product's main job on real pictures: folders fill as cameras would fill them, the gateway stores and delivers to
 * the embedded Acusight server over HTTP, and in the end both sides are compared byte for byte.
 */
export class Demo {
  readonly environment: Readonly<Record<string, string>>;
  readonly #options: DemoOptions;
  readonly #server: SimulatedCloudWorker;
  readonly #store: DemoStore | null;
  readonly #cameras: DemoCameras | null;
  readonly #pictures: readonly DemoPicture[];
  readonly #from: string;
  readonly #lineFolder: string;
  readonly #screenshot: string;

  private constructor(
    options: DemoOptions,
    server: SimulatedCloudWorker,
    store: DemoStore | null,
    cameras: DemoCameras | null,
    deviceKey: string,
    pictures: readonly DemoPicture[],
    from: string,
    root: string,
  ) {
    this.environment = { ACUSIGHT_DEVICE_KEY: deviceKey, ...store?.environment };
    this.#options = options;
    this.#server = server;
    this.#store = store;
    this.#cameras = cameras;
    this.#pictures = pictures;
    this.#from = from;
    this.#lineFolder = join(root, 'line');
    this.#screenshot = join(root, 'screenshot.png');
  }

  /** Starts the server and writes the configuration that the gateway then reads like any other. */
  static async prepare(options: DemoOptions, plan: Plan, paths: AppPaths): Promise<Demo> {
    const root = dirname(plan.dataDir);
    const store = options.lan ? demoStore(process.env) : null;
    const deviceKey = `adk_${randomBytes(16).toString('hex')}`;
    const deviceId = 'demo-line-1';
    const server = await SimulatedCloudWorker.start(paths.serverWorker, {
      dataDir: join(root, 'server'),
      deviceId,
      deviceKey,
    });
    await server.setFaults([{ kind: 'latency', milliseconds: serverLatencyMilliseconds }]);
    const pictures = JSON.parse(await readFile(join(paths.demoPictures, 'index.json'), 'utf8')) as DemoPicture[];
    const cameras = options.cameras
      ? await DemoCameras.start(pictures.slice(0, seenByCamera).map(({ file }) => join(paths.demoPictures, file)))
      : null;
    const demo = new Demo(options, server, store, cameras, deviceKey, inTurn(pictures), paths.demoPictures, root);
    const stations = [...new Set(pictures.map(({ file }) => dirname(file)))];
    for (const station of stations) await mkdir(join(demo.#lineFolder, station), { recursive: true });
    const config: ConfigInput = {
      cloud: {
        baseUrl: server.address.baseUrl,
        deviceId,
        ...(store === null
          ? {}
          : { mode: 'lan', objectStore: { endpoint: store.endpoint, bucket: store.bucket, prefix: 'demo/' } }),
      },
      sources: [
        ...stations.map((station) => ({
          id: station,
          name: stationNames[station] ?? station,
          kind: 'folder' as const,
          path: join(demo.#lineFolder, station),
          settleMilliseconds: 200,
        })),
        ...(cameras?.sources ?? []),
      ],
      sync: { concurrency: 2 },
    };
    await saveConfig(plan.configFile, config);
    return demo;
  }

  /** Runs to the end and returns the exit code: 0 only if the server holds exactly what was collected. */
  async run(gateway: GatewayHost, desktop: Desktop | null): Promise<number> {
    const began = performance.now();
    const seconds = (): number => (performance.now() - began) / 1_000;
    const progress = setInterval(() => this.#sayProgress(gateway), 1_000);
    try {
      await this.#feed();
      await this.#untilAcknowledged(gateway, began);
      const duration = seconds();
      const faults = await this.#compare(gateway);
      await this.#takeScreenshot(desktop);
      const summary = await this.#summarise(gateway, duration);
      this.#saySummary(summary, faults);
      if (this.#options.keepOpen) await new Promise<never>(() => undefined);
      return faults.length === 0 ? 0 : 1;
    } finally {
      clearInterval(progress);
    }
  }

  async stop(): Promise<void> {
    await this.#cameras?.stop();
    await this.#server.stop();
  }

  /** Writes the pictures as cameras do: class lists are there before, sidecars come just before or after their picture. */
  async #feed(): Promise<void> {
    for (const station of new Set(this.#pictures.map(({ file }) => dirname(file)))) {
      for (const name of await readdir(join(this.#from, station))) {
        if (name === 'classes.txt' || name.startsWith('_annotations')) await this.#copy(`${station}/${name}`);
      }
    }
    const shared = (sidecar: string): boolean => sidecar.includes('_annotations');
    for (const [index, { file, sidecar }] of this.#pictures.entries()) {
      if (index % 2 === 0 && !shared(sidecar)) await this.#copy(sidecar);
      await this.#copy(file);
      if (index % 2 === 1 && !shared(sidecar)) await this.#copy(sidecar);
      await sleep(millisecondsBetweenPictures);
    }
  }

  async #copy(path: string): Promise<void> {
    await copyFile(join(this.#from, path), join(this.#lineFolder, path));
  }

  get #expected(): number {
    return this.#pictures.length + (this.#cameras?.expected ?? 0);
  }

  async #untilAcknowledged(gateway: GatewayHost, began: number): Promise<void> {
    const all = (): boolean => {
      const { collected, acknowledged, dead } = gateway.snapshot().counts;
      return gateway.isDrained && collected === this.#expected && acknowledged + dead === collected;
    };
    while (!all()) {
      if (performance.now() - began > deadlineMilliseconds) throw new Error('the demo did not come to its end in time');
      await sleep(100);
    }
  }

  /** What is wrong between the folders and the server; empty when every picture is there, byte for byte, once. */
  async #compare(gateway: GatewayHost): Promise<string[]> {
    const faults: string[] = [];
    const images = await this.#server.images(1, 1_000);
    const onServer = new Map(images.map((image) => [image.sha256, image]));
    for (const { file, boxes } of this.#pictures) {
      const bytes = await readFile(join(this.#lineFolder, file));
      const image = onServer.get(createHash('sha256').update(bytes).digest('hex'));
      if (image === undefined) {
        faults.push(`${file} is not on the server`);
        continue;
      }
      if (!bytes.equals((await this.#delivered(image)) ?? Buffer.alloc(0)))
        faults.push(`${file} differs on the server`);
      const delivered = annotationCount(image.metadata);
      if (delivered !== boxes) faults.push(`${file} has ${delivered} boxes on the server instead of ${boxes}`);
    }
    const { images: stored, duplicates } = await this.#server.stats();
    const { collected, acknowledged, dead } = gateway.snapshot().counts;
    if (this.#cameras !== null) faults.push(...(await this.#cameras.compare(gateway, images)));
    if (stored !== this.#expected || collected !== stored || acknowledged !== stored) {
      faults.push(
        `${this.#expected} pictures, ${collected} collected, ${acknowledged} acknowledged, ${stored} on the server`,
      );
    }
    if (duplicates > 0) faults.push(`${duplicates} duplicates on the server`);
    if (dead > 0) faults.push(`${dead} dead letters`);
    return faults;
  }

  /** The bytes behind an image of the server: its own, or in LAN mode those in the object storage. */
  async #delivered({ image, storageKey }: ImageRecord): Promise<Buffer | null> {
    if (this.#store !== null) return storageKey === null ? null : this.#store.read(storageKey);
    const path = await this.#server.payloadPath(image);
    return path === null ? null : readFile(path);
  }

  async #takeScreenshot(desktop: Desktop | null): Promise<void> {
    const window = desktop?.window();
    if (window === null || window === undefined) return;
    // The last pictures and their previews still have to appear.
    await sleep(1_500);
    const image = await window.webContents.capturePage();
    await writeFile(this.#screenshot, image.toPNG());
  }

  async #summarise(gateway: GatewayHost, seconds: number): Promise<DemoSummary> {
    const { collected, acknowledged, dead } = gateway.snapshot().counts;
    const { images, annotations, duplicates } = await this.#server.stats();
    return {
      collected,
      acknowledged,
      dead,
      server: { images, annotations, duplicates },
      seconds: Math.round(seconds * 10) / 10,
      screenshot: this.#screenshot,
    };
  }

  #sayProgress(gateway: GatewayHost): void {
    const { counts, rates } = gateway.snapshot();
    const { collected, acknowledged, pending, leased, dead } = counts;
    process.stdout.write(
      `collected ${collected} / acknowledged ${acknowledged} / pending ${pending + leased} / dead ${dead}, ${rates.acknowledgedPerSecond.toFixed(1)} images/s\n`,
    );
  }

  #saySummary(summary: DemoSummary, faults: readonly string[]): void {
    for (const fault of faults) process.stderr.write(`demo: ${fault}\n`);
    if (this.#options.json) {
      process.stdout.write(`${JSON.stringify(summary)}\n`);
      return;
    }
    const { collected, acknowledged, dead, server, seconds, screenshot } = summary;
    process.stdout.write(
      [
        '',
        plainEnglish(message(faults.length === 0 ? 'demo-complete' : 'demo-incomplete')),
        `  collected     ${collected}`,
        `  acknowledged  ${acknowledged}`,
        `  dead          ${dead}`,
        `  on the server ${server.images} pictures, ${server.annotations} boxes, ${server.duplicates} duplicates`,
        `  seconds       ${seconds}`,
        `  screenshot    ${screenshot}`,
        this.#options.keepOpen ? plainEnglish(message('demo-stays-open')) : '',
        '',
      ].join('\n'),
    );
  }
}

/** The stations take turns, as cameras along a line do, and come to their ends together. */
function inTurn(pictures: readonly DemoPicture[]): DemoPicture[] {
  const stations = new Map<string, DemoPicture[]>();
  // The last pictures stay on view: the first of the list are the finest.
  for (const picture of [...pictures].reverse()) {
    const station = dirname(picture.file);
    stations.set(station, [...(stations.get(station) ?? []), picture]);
  }
  return [...stations.values()]
    .flatMap((queue) => queue.map((picture, index) => ({ picture, share: (index + 1) / queue.length })))
    .sort((a, b) => a.share - b.share)
    .map(({ picture }) => picture);
}
