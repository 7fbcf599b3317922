import type { DoctorCheck } from '../../../shared/contract.ts';
import { isolated } from '../../../shared/isolated.ts';
import { createWords } from '../../../shared/messages/words.ts';
import type { SourceSnapshot } from '../../../shared/snapshot.ts';
import { type Finding, fault, fine, warning } from '../doctor/check.ts';
import { isBroken } from '../status/source-health.ts';

/** What the running gateway knows of its cameras: a site where one takes no picture is not in order. */
export function cameraChecks(sources: readonly SourceSnapshot[]): DoctorCheck[] {
  return sources
    .filter(({ kind }) => kind !== 'folder')
    .map((source) => ({ code: `camera:${source.id}`, title: `Camera ${isolated(source.name)}`, ...findingOf(source) }));
}

function findingOf(source: SourceSnapshot): Finding {
  const words = createWords();
  const text = `${words.text(source.message)}.`;
  if (isBroken(source)) return fault(text, words.hint(source.message), source.location);
  const lost = source.camera?.drops ?? [];
  const frames = lost.reduce((sum, drop) => sum + drop.frames, 0);
  if (frames === 0) return fine(text, source.location);
  return warning(
    `${text} ${frames.toLocaleString('en')} ${frames === 1 ? 'frame was' : 'frames were'} lost since the start.`,
    `${lost[0]?.text ?? ''} Check the camera’s cable and network, or lower its frame rate.`.trim(),
    lost.map((drop) => `${drop.cause}: ${drop.frames}`).join(', '),
  );
}
