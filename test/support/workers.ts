import { fileURLToPath } from 'node:url';

const built = (name: string): string => fileURLToPath(new URL(`../../out/main/${name}.cjs`, import.meta.url));

/**
 * The threads' scripts as the product starts them: `build-first.mjs` sees that they are those of the sources. The
 * sources themselves are no scripts for a thread: ending one while Node 24 still strips their types can abort the whole
 * process ("Check failed: (location_) != nullptr").
 */
export const gatewayWorker = built('gateway-worker');
export const readingWorker = built('reading-worker');
export const encodeWorker = built('encode-worker');
export const streamWorker = built('stream-worker');
export const recoverWorker = built('recover-worker');
export const checkWorker = built('check-worker');
export const decodeWorker = built('decode-worker');
export const serverWorker = built('server-worker');
