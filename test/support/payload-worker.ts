import { fileURLToPath } from 'node:url';

/** The reading thread's script as Node runs it without a build. */
export const payloadWorker = fileURLToPath(
  new URL('../../electron/gateway/sync/delivery/payload-worker.ts', import.meta.url),
);
