import type { QueueRow } from '../../../shared/contract.ts';

/** A pending row that was never tried, with what a test changes. */
export const queueRow = (imageId: string, change: Partial<QueueRow> = {}): QueueRow => ({
  imageId,
  filename: `${imageId}.jpg`,
  sourceId: 'aoi',
  bytes: 1_000,
  width: 640,
  height: 480,
  capturedAt: 0,
  storedAt: 0,
  state: 'pending',
  ambiguous: false,
  stuck: false,
  duplicate: false,
  attempts: 0,
  nextAttemptAt: null,
  acknowledgedAt: null,
  lastError: null,
  annotationCount: 0,
  check: 'sound',
  sidecarProblem: false,
  ...change,
});
