import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { Gateway, type GatewayCalls } from '../../electron/gateway/gateway.ts';
import type { GatewaySecrets, Interruption } from '../../electron/gateway/gateway-options.ts';
import type { Falls } from '../../electron/gateway/model/ways-to-lose.ts';
import { type Clock, systemClock } from '../../electron/gateway/platform/clock.ts';
import { nodeFiles } from '../../electron/gateway/platform/files.ts';
import type { LogFields, LogLevel } from '../../electron/gateway/platform/logger.ts';
import type { CallName, CallRequest } from '../../electron/gateway-thread/protocol.ts';
import type { CloudOptionsInput } from '../../electron/simulators/cloud/options.ts';
import type { ImageRecord } from '../../electron/simulators/cloud/records.ts';
import { SimulatedCloud } from '../../electron/simulators/cloud/simulated-cloud.ts';
import { type ConfigInput, parseConfig } from '../../shared/config.ts';
import type { QueueFilter, QueueRow, Refusal } from '../../shared/contract.ts';
import type { Snapshot } from '../../shared/snapshot.ts';
import { makeJpeg } from './pictures.ts';
import { checkWorker, decodeWorker, encodeWorker, readingWorker, streamWorker } from './workers.ts';

/** Decoding is not what these tests are about, and the real decoder would take the machine's time from what is. */
const decodeWorkerPath = fileURLToPath(new URL('./no-decoder.cjs', import.meta.url));

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'acusight-gateway-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** The embedded server in this process; it ends with the test. */
export async function startServer(options: Partial<CloudOptionsInput> = {}) {
  const simulator = new SimulatedCloud({ dataDir: await temporaryFolder(), deviceId: 'line-7', ...options });
  const address = await simulator.start();
  onTestFinished(() => simulator.stop());
  return {
    simulator,
    ...address,
    images: async (): Promise<ImageRecord[]> => {
      const all: ImageRecord[] = [];
      for (let page = 1; ; page += 1) {
        const images = await simulator.images(page, 1_000);
        all.push(...images);
        if (images.length < 1_000) return all;
      }
    },
  };
}

export type LogRecord = { readonly level: LogLevel; readonly event: string; readonly fields: LogFields };

type SourceInput = Extract<NonNullable<ConfigInput['sources']>[number], { kind: 'folder' }>;

export type GatewayWish = {
  readonly baseUrl: string;
  readonly deviceKey?: string | null;
  /** Of the object storage: id and secret are the same. */
  readonly accessKey?: string;
  readonly cloud?: Partial<ConfigInput['cloud']>;
  /** Instead of the key alone. */
  readonly secrets?: Partial<GatewaySecrets>;
  readonly site?: ConfigInput['site'];
  readonly clock?: Clock;
  /** Cameras instead of the one folder. */
  readonly cameras?: NonNullable<ConfigInput['sources']>;
  /** Of the one source; its folder is made unless `path` says otherwise. */
  readonly source?: Partial<SourceInput>;
  readonly sync?: ConfigInput['sync'];
  readonly store?: ConfigInput['store'];
  readonly ingest?: ConfigInput['ingest'];
  /** Pictures are really decoded; it takes a second until that begins. */
  readonly decodes?: boolean;
  /** Keep it to start a second gateway on what the first left. */
  readonly root?: string;
  /** `<root>/data` where it is left out. */
  readonly dataDir?: string;
  /** Why the first had to stop. */
  readonly interruption?: Interruption;
  readonly falls?: Falls;
};

export type TestGateway = Awaited<ReturnType<typeof openGateway>>;

/**
 * The whole gateway on real folders, with short waits. It is open and not started, and is stopped with the test.
 */
export async function openGateway(wish: GatewayWish) {
  const root = wish.root ?? (await temporaryFolder());
  const input = wish.source?.path ?? join(root, 'in');
  if (wish.source?.path === undefined) await mkdir(input, { recursive: true });
  const parsed = parseConfig({
    site: wish.site,
    cloud: { baseUrl: wish.baseUrl, deviceId: 'line-7', ...wish.cloud },
    sources: wish.cameras ?? [
      {
        id: 'aoi',
        kind: 'folder',
        settleMilliseconds: 60,
        incompleteSeconds: 2,
        rescanSeconds: 600,
        sidecar: { waitMilliseconds: 0 },
        ...wish.source,
        path: input,
      },
    ],
    store: { minFreeBytes: 0, ...wish.store },
    sync: { answerTimeoutMilliseconds: 1_500, connectTimeoutMilliseconds: 1_000, ...wish.sync },
    ingest: wish.ingest,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const log: LogRecord[] = [];
  let key: string | null = wish.deviceKey ?? null;
  let given: Partial<GatewaySecrets> = wish.secrets ?? {};
  const gateway = await Gateway.open({
    config: parsed.config,
    dataDir: wish.dataDir ?? join(root, 'data'),
    identity: { version: '0.0.0', runtime: `Node ${process.versions.node}`, configFile: '', demo: false },
    secrets: () => ({
      deviceKey: key,
      s3AccessKeyId: wish.accessKey ?? null,
      s3SecretAccessKey: wish.accessKey ?? null,
      proxyPassword: null,
      keySource: key === null ? 'none' : 'environment',
      keyIsForeign: false,
      waiting: null,
      ...given,
    }),
    workers: {
      decode: wish.decodes === true ? decodeWorker : decodeWorkerPath,
      reading: readingWorker,
      encode: encodeWorker,
      stream: streamWorker,
      check: checkWorker,
    },
    clock: wish.clock ?? systemClock,
    files: nodeFiles,
    random: () => 0.5,
    interruption: wish.interruption,
    falls: wish.falls,
    logger: { log: (level, event, fields = {}) => void log.push({ level, event, fields }) },
  });
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopped ??= gateway.stop();
    return stopped;
  };
  onTestFinished(stop);
  /** What the window, or the shell for itself, asks of the gateway, by name. */
  const operate = <Name extends CallName>(name: Name, request: CallRequest<Name>): ReturnType<GatewayCalls[Name]> => {
    const carryOut = gateway.calls[name] as (asked: unknown) => unknown;
    return carryOut(request) as ReturnType<GatewayCalls[Name]>;
  };
  const put = async (name: string, bytes: Uint8Array): Promise<string> => {
    await writeFile(join(input, name), bytes);
    return sha256(bytes);
  };
  return {
    gateway,
    operate,
    root,
    input,
    log,
    stop,
    setKey: (next: string | null): void => {
      key = next;
    },
    /** As the keyring gives them. */
    setSecrets: (next: Partial<GatewaySecrets>): void => {
      given = next;
      operate('sync.tryNow', {});
    },
    put,
    /** Small, different, real pictures `<prefix>0.jpg`, …; returns their hashes. */
    putPictures: async (count: number, prefix = 'frame-', firstSeed = 1): Promise<Set<string>> => {
      const hashes = new Set<string>();
      for (let index = 0; index < count; index += 1) {
        hashes.add(await put(`${prefix}${index}.jpg`, await smallPicture(firstSeed + index)));
      }
      return hashes;
    },
    rows: (filter: QueueFilter = 'all'): QueueRow[] =>
      pages((cursor) => operate('queue.page', { filter, cursor, limit: 200 })),
    refusals: (): Refusal[] => pages((cursor) => operate('refusals.page', { cursor, limit: 200 })),
    until: (what: string, holds: (snapshot: Snapshot) => boolean, milliseconds = 10_000): Promise<Snapshot> =>
      until(
        what,
        () => (holds(gateway.snapshot()) ? gateway.snapshot() : null),
        milliseconds,
        () =>
          JSON.stringify({
            connection: gateway.snapshot().connection,
            counts: gateway.snapshot().counts,
            source: gateway.snapshot().sources[0],
          }),
      ),
    untilDrained: async (milliseconds = 15_000): Promise<void> => {
      await until(
        'the gateway is drained',
        () => (gateway.isDrained ? true : null),
        milliseconds,
        () =>
          JSON.stringify({
            connection: gateway.snapshot().connection,
            counts: gateway.snapshot().counts,
            source: gateway.snapshot().sources[0],
          }),
      );
    },
  };
}

/** About 3 kB, 32 by 24 pixels; another seed, other bytes. */
export const smallPicture = (seed: number): Promise<Buffer> => makeJpeg({ width: 32, height: 24, seed });

/** Asks again and again, with words when it takes too long. */
export async function until<T>(
  what: string,
  ask: () => T | null | Promise<T | null>,
  milliseconds = 10_000,
  describe: () => string = () => '',
): Promise<T> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const found = await ask();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${what} ${describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

function pages<Row>(
  page: (cursor: string | null) => { readonly rows: Row[]; readonly nextCursor: string | null },
): Row[] {
  const all: Row[] = [];
  for (let cursor: string | null = null; ; ) {
    const { rows, nextCursor } = page(cursor);
    all.push(...rows);
    if (nextCursor === null) return all;
    cursor = nextCursor;
  }
}
