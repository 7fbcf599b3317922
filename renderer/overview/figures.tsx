import type { ReactNode } from 'react';
import {
  formatBigCount,
  formatBytes,
  formatRate,
  formatShortCount,
  fractionOf,
} from '../../shared/messages/numbers.ts';
import type { Level } from '../../shared/messages/param-kinds.ts';
import { formatDuration } from '../../shared/messages/times.ts';
import type { Snapshot } from '../../shared/snapshot.ts';
import { fillWords } from '../format/pace.ts';
import { useSnapshot } from '../gateway/gateway-store.ts';
import { useWords } from '../gateway/words.ts';
import { ArrowDownIcon, ArrowUpIcon } from '../ui/icons.ts';
import { LevelShape } from '../ui/shapes.tsx';
import { useNow } from '../ui/use-now.ts';
import { Sparkline } from './sparkline.tsx';

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
function DiskFigure(): ReactNode {
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

/** The row of instruments. Each keeps its place and width whatever it shows. */
export function Figures(): ReactNode {
  return (
    <section className="figures" aria-label="Figures">
      <WaitingFigure />
      <OldestFigure />
      <RateFigure />
      <DeliveredFigure />
      <DiskFigure />
    </section>
  );
}

function WaitingFigure(): ReactNode {
  const waiting = useSnapshot((snapshot) => snapshot.counts.pending + snapshot.counts.leased);
  const underWay = useSnapshot((snapshot) => snapshot.counts.leased) ?? 0;
  const bytes = useSnapshot((snapshot) => snapshot.bytes.waiting) ?? 0;
  return (
    <dl className="figure">
      <dt>Waiting</dt>
      <dd className="value" data-testid="count-waiting">
        {waiting === undefined ? '–' : formatBigCount(waiting)}
      </dd>
      <dd className="note">
        {waiting === 0 ? 'nothing to deliver' : `${formatBytes(bytes)}, ${formatShortCount(underWay)} under way`}
      </dd>
    </dl>
  );
}

function OldestFigure(): ReactNode {
  const oldest = useSnapshot((snapshot) => snapshot.oldestWaiting);
  const now = useNow();
  return (
    <dl className="figure">
      <dt>Oldest waiting</dt>
      <dd className="value">{oldest ? formatDuration(now - oldest.storedAt) : '–'}</dd>
      <dd className="note">{oldest ? 'since it was stored' : 'none'}</dd>
    </dl>
  );
}

function RateFigure(): ReactNode {
  const rates = useSnapshot((snapshot) => snapshot.rates);
  return (
    <div className="figure figure-rates">
      <dl>
        <dt>
          <ArrowDownIcon /> In
        </dt>
        <dd className="value">{rates ? formatRate(rates.collectedPerSecond) : '–'}</dd>
        <dd className="note">pictures/s</dd>
      </dl>
      <dl>
        <dt className="accent">
          <ArrowUpIcon /> Out
        </dt>
        <dd className="value">{rates ? formatRate(rates.acknowledgedPerSecond) : '–'}</dd>
        <dd className="note">{rates ? `${formatBytes(rates.bytesPerSecond)}/s` : '–'}</dd>
      </dl>
      <div className="figure-spark">
        <Sparkline collected={rates?.collectedHistory ?? []} delivered={rates?.acknowledgedHistory ?? []} />
        <span className="note">last 60 s</span>
      </div>
    </div>
  );
}

function DeliveredFigure(): ReactNode {
  const delivered = useSnapshot((snapshot) => snapshot.counts.acknowledged);
  const collected = useSnapshot((snapshot) => snapshot.counts.collected) ?? 0;
  return (
    <dl className="figure">
      <dt>Delivered</dt>
      <dd className="value" data-testid="count-delivered">
        {delivered === undefined ? '–' : formatBigCount(delivered)}
      </dd>
      <dd className="note">of {formatBigCount(collected)} collected</dd>
    </dl>
  );
}
