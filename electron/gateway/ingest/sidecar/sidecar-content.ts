import { message } from '../../../../shared/messages/message.ts';
import { noSidecar, type SidecarContent } from '../../model/image.ts';
import type { FoundSidecar } from './finder.ts';

/** What is stored of a sidecar that was found. A bad one costs its annotations, never its picture. */
export function contentOf({ outcome, relativePath }: FoundSidecar): SidecarContent {
  if (outcome.kind !== 'read') {
    const problem =
      outcome.kind === 'bad' ? outcome.problem : message('sidecar-without-annotations', { file: relativePath });
    return { ...noSidecar, sidecarPath: relativePath, problems: [problem] };
  }
  const { annotations, model, format, problems } = outcome.reading;
  return { annotations, model, problems, sidecar: { format, path: relativePath }, sidecarPath: relativePath };
}
