import type { ReactNode } from 'react';
import { formatBytes, fractionOf } from '../../shared/messages/numbers.ts';
import type { Level } from '../../shared/messages/param-kinds.ts';
import type { Snapshot } from '../../shared/snapshot.ts';
import { fillWords } from '../format/pace.ts';
import { useSnapshot } from '../gateway/gateway-store.ts';
import { useWords } from '../gateway/words.ts';
import { LevelShape } from '../ui/shapes.tsx';

const levels: Readonly<Record<Snapshot['disk']['state'], Level>> = {
  ok: 'good',
  low: 'act',
  full: 'alarm',
  failing: 'alarm',
};

/** What is wrong or to come first, for a narrow place cuts the end. */
function diskWords(disk: Snapshot['disk'], state: string): string {
  const used = `${formatBytes(disk.usedBytes)} of ${formatBytes(disk.maxBytes)}`;
  const forecast = fillWords(disk);
  const first = disk.state === 'full' || disk.state === 'failing' ? state : (forecast ?? '');
  return [first, used].filter((part) => part !== '').join(' · ');
}

/** Room for pictures: how much of the quota is used, and what is free on the disk. */
export function DiskFigure(): ReactNode {
  const known = useSnapshot((snapshot) => snapshot.disk);
  // A gateway that could not start knows nothing of its disk.
  const disk = known === undefined || known.totalBytes === 0 ? undefined : known;
  const used = disk ? fractionOf(disk.usedBytes, disk.maxBytes) : 0;
  const state = disk?.state ?? 'ok';
  const { text } = useWords();
  const said = disk === undefined ? '' : text(disk.message);
  return (
    <div className="figure figure-disk" data-level={levels[state]}>
      <div className="figure-title">
        <span>Disk</span>
        {state !== 'ok' && <LevelShape level={levels[state]} />}
        <span className="note">{disk ? `${formatBytes(disk.freeBytes)} free` : ''}</span>
      </div>
      <meter
        className="visually-hidden"
        aria-label="Disk quota used"
        value={used}
        aria-valuetext={disk ? `${formatBytes(disk.usedBytes)} of ${formatBytes(disk.maxBytes)}` : 'not known'}
      />
      <div className="disk-bar" aria-hidden="true">
        <span className="disk-used" style={{ width: `${used * 100}%` }} />
      </div>
      <p
        className="note disk-text"
        title={disk ? [diskWords(disk, said), said].filter(Boolean).join(' · ') : undefined}
      >
        {disk ? diskWords(disk, said) : ''}
      </p>
    </div>
  );
}
