import { parentPort, workerData } from 'node:worker_threads';
import { createWords, inFull } from '../../shared/messages/words.ts';
import { recoverStore } from '../gateway/maintenance/recover-store.ts';
import { systemClock } from '../gateway/platform/clock.ts';
import { nodeFiles } from '../gateway/platform/files.ts';
import { jsonLogger } from '../gateway/platform/logger.ts';
import { type FromRecovery, type RecoverData, sent } from './protocol.ts';

/** Entry of the thread that builds a database anew: no gateway runs meanwhile, and the window stays alive. */

const say = (message: FromRecovery): void => parentPort?.postMessage(message);
const data = workerData as RecoverData;
const words = createWords({ timeZone: data.config.site.timeZone });
const logger = jsonLogger(
  (line) => say({ type: 'log', line }),
  Date.now,
  (message) => inFull(words, message),
);

recoverStore({ ...data, files: nodeFiles, clock: systemClock, logger })
  .then((report) => say({ type: 'done', report }))
  .catch((error: unknown) => say({ type: 'failed', failure: sent(error) }));
