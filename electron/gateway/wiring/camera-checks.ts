import type { DoctorCheck } from '../../../shared/contract.ts';
import { message } from '../../../shared/messages/message.ts';
import type { SourceSnapshot } from '../../../shared/snapshot.ts';
import { type Finding, finding } from '../doctor/check.ts';
import { isBroken } from '../status/situation-facts.ts';

/** What the running gateway knows of its cameras: a site where one takes no picture is not in order. */
export function cameraChecks(sources: readonly SourceSnapshot[]): DoctorCheck[] {
  return sources
    .filter(({ kind }) => kind !== 'folder')
    .map((source) => ({
      code: `camera:${source.id}`,
      title: message('check-of-camera', { camera: source.name }),
      ...findingOf(source),
    }));
}

function findingOf(source: SourceSnapshot): Finding {
  const { message: what, location, camera } = source;
  if (isBroken(source)) return finding(message('check-camera-broken', { what }), location);
  const lost = camera?.drops ?? [];
  const count = lost.reduce((sum, { frames }) => sum + frames, 0);
  if (count === 0) return finding(message('check-camera', { what }), location);
  return finding(
    message('check-camera-loses', { what, count, loss: lost.slice(0, 1).map((drop) => drop.message) }),
    lost.map(({ cause, frames }) => `${cause}: ${frames}`).join(', '),
  );
}
