import { fileURLToPath } from 'node:url';

const script = (path: string): string => fileURLToPath(new URL(`../../electron/gateway/${path}`, import.meta.url));

/** The threads' scripts as Node runs them without a build. */
export const readingWorker = script('platform/reading-worker.ts');
export const encodeWorker = script('ingest/codec/encode-worker.ts');
export const streamWorker = script('source/gige/gvsp/stream-worker.ts');
export const decodeWorker = script('ingest/codec/decode-worker.ts');
