import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { onTestFinished } from 'vitest';
import { AcusightClient, type ClientOptions } from '../../electron/gateway/cloud/acusight/client.ts';
import { makeNetwork, type NetworkOptions } from '../../electron/gateway/cloud/http/network.ts';
import { type AccessKey, ObjectStore } from '../../electron/gateway/cloud/s3/object-store.ts';
import type { DeliveryContext, Pace } from '../../electron/gateway/model/delivery.ts';
import type { LeasedEntry } from '../../electron/gateway/model/outbox-entry.ts';
import { nodeFiles } from '../../electron/gateway/platform/files.ts';
import { PayloadStore } from '../../electron/gateway/store/payloads/payload-store.ts';
import { RecentPayloads } from '../../electron/gateway/store/payloads/recent-payloads.ts';
import { CloudModeDelivery } from '../../electron/gateway/sync/delivery/cloud-mode.ts';
import { LanModeDelivery } from '../../electron/gateway/sync/delivery/lan-mode.ts';
import { PayloadSource } from '../../electron/gateway/sync/delivery/payload-source.ts';
import { testAccessKey } from './object-store.ts';
import { type ImageWish, newImage, temporaryFolder } from './store.ts';
import { readingWorker } from './workers.ts';

/** The real client and deliveries on real payloads, without the rest of the gateway. */

const unlimited: Pace = { limited: false, chunkBytes: 65_536, take: () => Promise.resolve() };

export type Noted = { readonly context: DeliveryContext; readonly stored: string[] };

/** `stored` has the keys that the delivery made durable. */
export function contextOf(wish: Partial<DeliveryContext> = {}): Noted {
  const stored: string[] = [];
  const context: DeliveryContext = {
    signal: new AbortController().signal,
    pace: unlimited,
    stored: async (key) => void stored.push(key),
    ...wish,
  };
  return { context, stored };
}

export type WayWish = {
  readonly baseUrl: string;
  readonly deviceKey?: string | null;
  readonly endpoint?: string;
  readonly bucket?: string;
  readonly prefix?: string;
  readonly region?: string;
  readonly accessKey?: AccessKey | null;
  readonly network?: Partial<NetworkOptions>;
  readonly answerTimeoutMilliseconds?: number;
  readonly now?: () => number;
};

/** Both ways to deliver an image. */
export async function openWay(wish: WayWish) {
  const payloads = new PayloadStore(await temporaryFolder(), nodeFiles);
  const network = makeNetwork({
    tls: {},
    connections: 2,
    connectTimeoutMilliseconds: 1_000,
    userAgent: 'gateway/1',
    ...wish.network,
  });
  onTestFinished(() => network.close());
  const options: ClientOptions = {
    baseUrl: wish.baseUrl,
    deviceKey: () => (wish.deviceKey === undefined ? 'adk_00' : wish.deviceKey),
    network,
    answerTimeoutMilliseconds: wish.answerTimeoutMilliseconds ?? 1_500,
    userAgent: 'gateway/1',
    now: wish.now ?? Date.now,
  };
  const client = new AcusightClient(options);
  const prefix = wish.prefix ?? '';
  const objects = new ObjectStore({
    config: {
      endpoint: wish.endpoint ?? 'http://127.0.0.1:9',
      region: wish.region ?? 'us-east-1',
      bucket: wish.bucket ?? 'raw-data',
      prefix,
    },
    accessKey: () => (wish.accessKey === undefined ? testAccessKey : wish.accessKey),
    network,
    answerTimeoutMilliseconds: options.answerTimeoutMilliseconds,
    userAgent: options.userAgent,
    now: options.now,
  });
  const source = new PayloadSource(payloads, new RecentPayloads(() => 0, 0), readingWorker);
  onTestFinished(() => source.stop());
  return {
    payloads,
    network,
    client,
    objects,
    cloud: new CloudModeDelivery(client, source, 'line-7'),
    lan: new LanModeDelivery({ client, objects, payloads: source, deviceId: 'line-7', prefix }),
    /** An entry as the outbox leases it, its payload in its place. */
    lease: async (wish: ImageWish = {}, objectKey: string | null = null): Promise<LeasedEntry> => {
      const { image, bytes } = newImage(wish);
      const { origin: _origin, ...facts } = image;
      const path = payloads.pathOf(image.sha256, image.format);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, bytes);
      return { ...facts, ...fresh, objectKey };
    },
  };
}

const fresh = { seq: 1, token: 'token', attempts: 0, ambiguous: false, storedAt: 1_000, firstFailedAt: null } as const;
