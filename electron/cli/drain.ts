import { createWords } from '../../shared/messages/words.ts';
import type { Logger } from '../gateway/platform/logger.ts';
import type { GatewayHost } from '../gateway-thread/host.ts';
import { exitCodes } from './arguments.ts';

const lookMilliseconds = 150;
/** A file that is being written when its folder is looked at shows itself within this time. */
const looksInRow = 3;

/** Of pictures without labels, and of labels without a picture. */
const mostNamed = 20;

/** Another thread than before may run in it. */
type DrainedGateway = Pick<GatewayHost, 'isDrained' | 'snapshot' | 'call'>;

/**
 * Resolves with the exit code once every source has made its first scan and nothing settles or waits. What was left
 * without labels is in the log: nobody may be looking at the window.
 */
export async function untilDrained(gateway: DrainedGateway, logger: Logger): Promise<number> {
  await drained(gateway);
  const { collected, acknowledged, dead, refused } = gateway.snapshot().counts;
  const { pictures, labels } = await gateway.call('labelGaps', { limit: mostNamed });
  const pathsOf = (first: typeof pictures.first): readonly string[] =>
    first.map(({ sourceId, path }) => `${sourceId}: ${path}`);
  logger.log(pictures.count + labels.count > 0 ? 'warn' : 'info', 'drained', {
    collected,
    acknowledged,
    dead,
    refused,
    picturesWithoutLabels: pictures.count,
    firstPicturesWithoutLabels: pathsOf(pictures.first),
    labelsWithoutPicture: labels.count,
    firstLabelsWithoutPicture: pathsOf(labels.first),
  });
  return dead > 0 || refused > 0 ? exitCodes.drainedWithProblems : exitCodes.drained;
}

function drained(gateway: DrainedGateway): Promise<void> {
  return new Promise((resolve) => {
    let looks = 0;
    const timer = setInterval(() => {
      looks = gateway.isDrained ? looks + 1 : 0;
      if (looks < looksInRow) return;
      clearInterval(timer);
      resolve();
    }, lookMilliseconds);
  });
}

/** One log line a second: how far everything is. */
export function logProgress(gateway: () => Pick<GatewayHost, 'snapshot'> | null, logger: Logger): () => void {
  const timer = setInterval(() => {
    const snapshot = gateway()?.snapshot();
    if (snapshot === undefined) return;
    const { headline } = createWords();
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
      safe: headline(snapshot.safe),
      flow: headline(snapshot.flow),
    });
  }, 1_000);
  return () => clearInterval(timer);
}
