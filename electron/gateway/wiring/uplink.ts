import type { Config } from '../../../shared/config.ts';
import { AcusightClient, type SelfOutcome } from '../cloud/acusight/client.ts';
import type { DeviceFacts } from '../cloud/acusight/device-api.ts';
import { makeNetwork, type Network } from '../cloud/http/network.ts';
import type { AskProxy } from '../cloud/http/proxy/route-choice.ts';
import { refusedOfEnvironment } from '../cloud/http/tls/tls-environment.ts';
import { ObjectStore } from '../cloud/s3/object-store.ts';
import type { GatewaySecrets } from '../gateway-options.ts';
import type { DeliveryFailure } from '../model/delivery.ts';
import { type Clock, sleep } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { ZonedTime } from '../platform/zoned-time.ts';
import type { Outbox } from '../store/outbox/outbox.ts';
import type { PayloadStore } from '../store/payloads/payload-store.ts';
import type { RecentPayloads } from '../store/payloads/recent-payloads.ts';
import { Connectivity } from '../sync/connectivity.ts';
import { CloudModeDelivery } from '../sync/delivery/cloud-mode.ts';
import type { Delivery } from '../sync/delivery/delivery.ts';
import { LanModeDelivery } from '../sync/delivery/lan-mode.ts';
import { PayloadSource } from '../sync/delivery/payload-source.ts';
import { Pacer } from '../sync/pacing/pacer.ts';
import { SendWindows } from '../sync/pacing/send-windows.ts';
import { Syncer } from '../sync/syncer.ts';
import { keptFromCloud } from './shut-keyring.ts';

export type UplinkOptions = {
  readonly config: Config;
  readonly secrets: () => GatewaySecrets;
  readonly version: string;
  readonly outbox: Outbox;
  readonly payloads: PayloadStore;
  readonly recent: RecentPayloads;
  /** The payload worker's script. */
  readonly readingWorkerPath: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly askProxy?: AskProxy | undefined;
  readonly logger: Logger;
  readonly onDelivered: (bytes: number) => void;
  readonly onChange: () => void;
};

/** A delivery of the mode that the site chose, and the test of the whole way it takes. */
type Way = Delivery & { readonly probe: (signal: AbortSignal) => Promise<SelfOutcome> };

type WayNetwork = Pick<Network, 'transportFor' | 'close'>;

/** Check-ins are requests of their own beside the deliveries. */
const connectionsBesides = 1;
const askedMilliseconds = 100;

/** Everything between the outbox and the cloud, wired for the mode that the site chose. */
export class Uplink {
  readonly client: AcusightClient;
  readonly connectivity: Connectivity;
  readonly pacer: Pacer;
  readonly syncer: Syncer;
  readonly #payloads: PayloadSource;
  readonly #network: WayNetwork;
  #device: DeviceFacts | null = null;

  constructor(options: UplinkOptions) {
    const { config, secrets, clock, random, logger, outbox, payloads } = options;
    const { cloud, sync, site } = config;
    const userAgent = `acusight-line-gateway/${options.version}`;
    const common = { answerTimeoutMilliseconds: sync.answerTimeoutMilliseconds, userAgent, now: clock.now };
    const refused = refusedOfEnvironment(process.env);
    if (refused !== null) logger.log('warn', 'setting-ignored', { message: refused });
    const open = (): Network =>
      makeNetwork({
        tls: cloud.tls,
        proxy: cloud.proxy,
        proxyPassword: secrets().proxyPassword,
        askProxy: options.askProxy,
        connections: sync.concurrency + connectionsBesides,
        connectTimeoutMilliseconds: sync.connectTimeoutMilliseconds,
        userAgent,
        onSystem: (facts) => {
          const isWhole = facts.unusable === 0 && facts.fault === null;
          logger.log(isWhole ? 'info' : 'warn', 'system-certificates', facts);
        },
        onFile: (facts) => {
          const isWhole = facts.unusable === 0 && facts.fault === null;
          logger.log(isWhole ? 'info' : 'warn', 'authority-file', facts);
        },
      });
    const comesLater = secrets().waiting?.names.includes('proxyPassword') === true;
    const network: WayNetwork = comesLater ? openedLate(open) : open();
    this.#network = network;
    this.client = new AcusightClient({
      ...common,
      baseUrl: cloud.baseUrl,
      deviceKey: () => secrets().deviceKey,
      network,
    });
    this.#payloads = new PayloadSource(payloads, options.recent, options.readingWorkerPath);
    const straight = makeWay(config, this.client, this.#payloads, () => ({
      ...common,
      network,
      accessKey: () => accessKeyOf(secrets()),
    }));
    const way = this.#unlessKept(
      straight,
      () => keptFromCloud(config, secrets()),
      () => secrets().waiting?.state === 'asking',
      clock,
    );
    this.connectivity = new Connectivity({ now: clock.now, random }, sync.concurrency);
    this.pacer = new Pacer(clock, new SendWindows(sync, new ZonedTime(site.timeZone)));
    this.syncer = new Syncer({
      outbox,
      delivery: way,
      connectivity: this.connectivity,
      pacer: this.pacer,
      probe: async (signal) => {
        const outcome = await way.probe(signal);
        if (outcome.device !== null) this.#device = outcome.device;
        return outcome;
      },
      clock,
      random,
      logger,
      onDelivered: options.onDelivered,
      onChange: options.onChange,
    });
  }

  /** Nothing leaves while a secret that the way needs can't be read: without it, every answer would mislead. */
  #unlessKept(way: Way, why: () => DeliveryFailure | null, isAsking: () => boolean, clock: Clock): Way {
    return {
      prepare: (entries) => way.prepare?.(entries),
      deliver: async (entry, context) => {
        const failure = why();
        return failure === null ? way.deliver(entry, context) : { kind: 'failed', failure };
      },
      probe: async (signal) => {
        // It has only just been asked: a keyring that is open answers in a moment, and nothing is wrong until then.
        while (why() !== null && isAsking() && !signal.aborted) await sleep(clock, askedMilliseconds, signal);
        const failure = why();
        return failure === null ? way.probe(signal) : { kind: 'failed', failure, device: null };
      },
    };
  }

  /** What the cloud says of this device; null until it has said anything. */
  get device(): DeviceFacts | null {
    return this.#device;
  }

  /** Returns every claim to the queue before it ends. */
  async stop(): Promise<void> {
    await this.syncer.stop();
    await this.#payloads.stop();
    await this.#network.close();
  }
}

/** Where the proxy's password is in a keyring that is unlocked later; nothing connects before. */
function openedLate(open: () => Network): WayNetwork {
  let opened: Network | null = null;
  const network = (): Network => {
    opened ??= open();
    return opened;
  };
  return {
    transportFor: (url) => ({ dispatch: (request, sink) => network().transportFor(url).dispatch(request, sink) }),
    close: async () => opened?.close(),
  };
}

type StoreParts = Omit<ConstructorParameters<typeof ObjectStore>[0], 'config'>;

function makeWay(
  { cloud }: Config,
  client: AcusightClient,
  payloads: PayloadSource,
  storeParts: () => StoreParts,
): Way {
  const { mode, objectStore, deviceId } = cloud;
  if (mode === 'cloud' || objectStore === undefined) return new CloudModeDelivery(client, payloads, deviceId);
  const objects = new ObjectStore({ ...storeParts(), config: objectStore });
  return new LanModeDelivery({ client, objects, payloads, deviceId, prefix: objectStore.prefix });
}

function accessKeyOf({ s3AccessKeyId, s3SecretAccessKey }: GatewaySecrets) {
  if (s3AccessKeyId === null || s3SecretAccessKey === null) return null;
  return { accessKeyId: s3AccessKeyId, secretAccessKey: s3SecretAccessKey };
}
