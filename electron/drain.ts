import { exitCodes } from './cli.ts';
import type { Logger } from './gateway/platform/logger.ts';
import type { GatewayThread } from './gateway-thread.ts';

const lookMilliseconds = 150;
/** A file that is being written when its folder is looked at shows itself within this time. */
const looksInRow = 3;

/** Resolves with the exit code once every source has made its first scan and nothing settles or waits. */
export function untilDrained(gateway: GatewayThread): Promise<number> {
  return new Promise((resolve) => {
    let drained = 0;
    const timer = setInterval(() => {
      drained = gateway.isDrained ? drained + 1 : 0;
      if (drained < looksInRow) return;
      clearInterval(timer);
      const { dead, refused } = gateway.snapshot().counts;
      resolve(dead > 0 || refused > 0 ? exitCodes.drainedWithProblems : exitCodes.drained);
    }, lookMilliseconds);
  });
}

/** One log line a second: how far everything is. */
export function logProgress(gateway: () => GatewayThread | null, logger: Logger): () => void {
  const timer = setInterval(() => {
    const snapshot = gateway()?.snapshot();
    if (snapshot === undefined) return;
    const { collected, acknowledged, pending, leased, dead, refused, duplicates } = snapshot.counts;
    logger.log('info', 'progress', {
      collected,
      acknowledged,
      pending: pending + leased,
      dead,
      refused,
      duplicates,
      settling: snapshot.sources.reduce((sum, { settling }) => sum + settling, 0),
      imagesPerSecond: snapshot.rates.acknowledgedPerSecond,
      connection: snapshot.connection.state,
      safe: snapshot.safe.headline,
      flow: snapshot.flow.headline,
    });
  }, 1_000);
  return () => clearInterval(timer);
}
