import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AcusightClient } from '../../electron/gateway/cloud/acusight/client.ts';
import { makeNetwork } from '../../electron/gateway/cloud/http/network.ts';
import { imageIdOf } from '../../electron/gateway/ingest/image-identity.ts';
import { type NewImage, noSidecar } from '../../electron/gateway/model/image.ts';
import { type Clock, systemClock } from '../../electron/gateway/platform/clock.ts';
import { nodeFiles } from '../../electron/gateway/platform/files.ts';
import { ZonedTime } from '../../electron/gateway/platform/zoned-time.ts';
import { openDatabase } from '../../electron/gateway/store/database/database.ts';
import { Outbox } from '../../electron/gateway/store/outbox/outbox.ts';
import { PayloadStore } from '../../electron/gateway/store/payloads/payload-store.ts';
import { RecentPayloads } from '../../electron/gateway/store/payloads/recent-payloads.ts';
import { Tally, totalOf } from '../../electron/gateway/store/tally.ts';
import { Connectivity } from '../../electron/gateway/sync/connectivity.ts';
import { CloudModeDelivery } from '../../electron/gateway/sync/delivery/cloud-mode.ts';
import { PayloadSource } from '../../electron/gateway/sync/delivery/payload-source.ts';
import { Pacer } from '../../electron/gateway/sync/pacing/pacer.ts';
import { SendWindows } from '../../electron/gateway/sync/pacing/send-windows.ts';
import { Syncer } from '../../electron/gateway/sync/syncer.ts';
import { type ConfigInput, syncSchema } from '../../shared/config.ts';
import { makeJpeg } from '../support/pictures.ts';
import { readingWorker } from '../support/workers.ts';

export type CloudLineWish = {
  /** A folder of its own. */
  readonly root: string;
  readonly baseUrl: string;
  readonly deviceKey: string;
  readonly sync?: ConfigInput['sync'];
  readonly clock?: Clock;
};

/** Store, syncer and the cloud's client as the gateway puts them together, without what collects pictures. */
export async function openCloudLine({ root, baseUrl, deviceKey, sync = {}, clock = systemClock }: CloudLineWish) {
  const config = syncSchema.parse(sync);
  const database = openDatabase({ path: join(root, 'gateway.sqlite') });
  const payloads = new PayloadStore(join(root, 'payloads'), nodeFiles);
  const outbox = new Outbox(database);
  const tally = new Tally(database);
  const pacer = new Pacer(clock, new SendWindows(config, new ZonedTime('UTC')));
  const connectivity = new Connectivity({ now: clock.now, random: Math.random }, config.concurrency);
  const network = makeNetwork({
    tls: {},
    connections: config.concurrency,
    connectTimeoutMilliseconds: config.connectTimeoutMilliseconds,
    userAgent: 'acusight-line-gateway/test',
  });
  const client = new AcusightClient({
    baseUrl,
    deviceKey: () => deviceKey,
    network,
    answerTimeoutMilliseconds: config.answerTimeoutMilliseconds,
    userAgent: 'acusight-line-gateway/test',
    now: clock.now,
  });
  const source = new PayloadSource(payloads, new RecentPayloads(() => 0, 0), readingWorker);
  const delivery = new CloudModeDelivery(client, source, 'line-7');
  let changes = 0;
  let delivered = 0;
  const syncer = new Syncer({
    outbox,
    delivery,
    connectivity,
    pacer,
    probe: (signal) => delivery.probe(signal),
    clock,
    random: Math.random,
    logger: { log: () => undefined },
    onDelivered: () => {
      delivered += 1;
    },
    onChange: () => {
      changes += 1;
    },
  });
  let number = 0;
  return {
    syncer,
    connectivity,
    pacer,
    database,
    delivered: () => delivered,
    changes: () => changes,
    counts: () => totalOf(tally.sources().values()),
    /** Pictures that are stored and wait, of so many bytes each; returns their hashes. */
    put: async (count: number, bytes: number): Promise<Set<string>> => {
      const images: NewImage[] = [];
      for (let index = 0; index < count; index += 1) {
        number += 1;
        const payload = await makeJpeg({ width: 64, height: 48, seed: number, targetBytes: bytes });
        const sha256 = createHash('sha256').update(payload).digest('hex');
        const path = payloads.pathOf(sha256, 'jpeg');
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, payload);
        const file = { path: `${number}.jpg`, bytes, modifiedMs: number };
        images.push({
          imageId: imageIdOf('aoi', file, sha256),
          sourceId: 'aoi',
          origin: { kind: 'file', file, originalStays: true },
          filename: file.path,
          sha256,
          bytes,
          format: 'jpeg',
          width: 64,
          height: 48,
          capturedAt: number,
          captureOffsetMinutes: null,
          capturedFrom: 'file',
          content: noSidecar,
        });
      }
      outbox.enqueue(images, clock.now());
      return new Set(images.map(({ sha256 }) => sha256));
    },
    rows: () =>
      database
        .prepare<[], { state: string; attempts: number; ambiguous: number }>(
          'SELECT state, attempts, ambiguous FROM outbox ORDER BY seq',
        )
        .all(),
    close: async (): Promise<void> => {
      await syncer.stop();
      await network.close();
      database.close();
    },
  };
}
