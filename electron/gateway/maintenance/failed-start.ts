import { AcusightClient } from '../cloud/acusight/client.ts';
import { makeNetwork, type Network } from '../cloud/http/network.ts';
import type { GatewayOptions } from '../gateway-options.ts';
import { OperatorError } from '../platform/errors.ts';
import { measured } from '../status/checkin.ts';
import { SystemMetrics } from '../status/system-metrics.ts';

const longestMilliseconds = 3_000;
/** Another gateway works, or this one was never to work so: no news for the cloud. */
const noNews: ReadonlySet<string> = new Set(['store-in-use', 'folder-overlap']);

/**
 * A gateway whose store can't be opened has no check-ins, and to the cloud looks like one that is switched off. So it
 * says `error` once for each start that fails. Never rejects.
 */
export async function tellOfFailedStart(options: GatewayOptions, error: unknown): Promise<void> {
  const { config, secrets, identity, clock, files, dataDir, logger, askProxy } = options;
  if ((error instanceof OperatorError && noNews.has(error.code)) || secrets().deviceKey === null) return;
  const { cloud, sync } = config;
  const userAgent = `acusight-line-gateway/${identity.version}`;
  const late = new AbortController();
  const cancel = clock.after(longestMilliseconds, () => late.abort());
  let network: Network | null = null;
  try {
    network = makeNetwork({
      tls: cloud.tls,
      proxy: cloud.proxy,
      proxyPassword: secrets().proxyPassword,
      askProxy,
      connections: 1,
      connectTimeoutMilliseconds: Math.min(sync.connectTimeoutMilliseconds, longestMilliseconds),
      userAgent,
    });
    const client = new AcusightClient({
      baseUrl: cloud.baseUrl,
      deviceKey: () => secrets().deviceKey,
      network,
      answerTimeoutMilliseconds: longestMilliseconds,
      userAgent,
      now: clock.now,
    });
    const metrics = measured(await new SystemMetrics(dataDir, files).read());
    const { kind } = await client.checkin({ status: 'error', metrics }, late.signal);
    logger.log('info', 'failed-start-told', { outcome: kind });
  } catch (cause) {
    logger.log('warn', 'failed-start-not-told', { error: cause });
  } finally {
    cancel();
    await network?.close().catch(() => undefined);
  }
}
