import { fileURLToPath } from 'node:url';

const script = (path: string): string => fileURLToPath(new URL(`../../electron/gateway/${path}`, import.meta.url));

/** The threads' scripts as Node runs them without a build. */
export const readingWorker = script('platform/reading-worker.ts');
export const encodeWorker = script('ingest/encode-worker.ts');
export const streamWorker = script('source/gige/stream-worker.ts');
export const decodeWorker = script('ingest/decode-worker.ts');
