import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSidecar } from '../../../../../electron/gateway/ingest/sidecar/read-sidecar.ts';
import { annotationSchema } from '../../../../../shared/annotation.ts';
import { spokenOutcome } from '../../../../support/spoken.ts';

export const picture = { filename: 'part.jpg', width: 640, height: 480 };

export const fixture = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '../../../../fixtures/sidecars', name));

export const outcomeOf = (path: string, content: string | Uint8Array, classNames: readonly string[] | null = null) =>
  spokenOutcome(
    readSidecar({ path, bytes: typeof content === 'string' ? Buffer.from(content) : content, picture, classNames }),
  );

/** The reading; fails the test when there is none, or when an annotation breaks the contract. */
export function readingOf(path: string, content: string | Uint8Array, classNames: readonly string[] | null = null) {
  const outcome = outcomeOf(path, content, classNames);
  if (outcome.kind !== 'read') throw new Error(`not read: ${JSON.stringify(outcome)}`);
  for (const annotation of outcome.reading.annotations) annotationSchema.parse(annotation);
  return outcome.reading;
}

export const json = (value: unknown): string => JSON.stringify(value);
