import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { noSidecar, type SidecarContent } from '../model/image.ts';
import type { FoundSidecar } from './sidecar/finder.ts';

/** What is stored of a sidecar that was found. A bad one costs its annotations, never its picture. */
export function contentOf({ outcome, relativePath }: FoundSidecar): SidecarContent {
  if (outcome.kind !== 'read') {
    const problem =
      outcome.kind === 'bad' ? outcome.problem : `${relativePath} holds no annotations that are known here.`;
    return { ...noSidecar, sidecarPath: relativePath, problems: [problem] };
  }
  const { annotations, model, format, problems } = outcome.reading;
  return { annotations, model, problems, sidecar: { format, path: relativePath }, sidecarPath: relativePath };
}

/** Whether the file changed within the last `settleMilliseconds`, by its own time. A time in the future does not count. */
export async function isStillBeingWritten(
  root: string,
  path: string,
  settleMilliseconds: number,
  now: number,
): Promise<boolean> {
  try {
    const age = now - (await lstat(join(root, path))).mtimeMs;
    return age >= 0 && age < settleMilliseconds;
  } catch {
    return false;
  }
}
